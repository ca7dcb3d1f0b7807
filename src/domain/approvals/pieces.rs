//! Handing over pieces of a quantity asset (contract: feishu-app §2.3): split from one holding, merged into another, never negative.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    domain::{
        Code, Context, Fault, Outcome,
        assets::Asset,
        history::{self, Line, Named},
        text,
    },
    entity::{
        approval_manager, asset, asset_group, staff,
        words::{ApprovalKind, AssetKind, AssetStatus, HistoryKind},
    },
};

use super::{Approval, checks, told::line};

/// Where the pieces go.
struct Side {
    holder: i64,
    status: AssetStatus,
    group: i64,
    record: HistoryKind,
}

/// Takes the pieces of an agreed request from `source` and puts them with the receiver.
pub(super) async fn hand_over(
    db: &impl ConnectionTrait,
    ctx: &Context,
    approval: &Approval,
    source: &Asset,
) -> Outcome<()> {
    let short = || Code::QuantityInsufficient.about(&source.name).on("quantity");
    if source.status == AssetStatus::Retired {
        return Err(Code::AssetNotFound.on("assetId"));
    }
    let from = taken_from(db, approval, source).await?;
    if approval.quantity <= 0 || checks::available(approval.kind, source, from) < approval.quantity {
        return Err(short());
    }
    let side = receiver(db, ctx, approval, source).await?;
    if side.holder == source.holder_id.unwrap_or_default()
        && side.status == source.status
        && side.group == source.group_id
    {
        return Err(Code::TransferToSelf.into());
    }
    let taken = asset::Entity::update_many()
        .col_expr(asset::Column::Quantity, Expr::col(asset::Column::Quantity).sub(approval.quantity))
        .col_expr(asset::Column::Version, Expr::col(asset::Column::Version).add(1))
        .col_expr(asset::Column::UpdatedAt, Expr::value(ctx.now()))
        .filter(asset::Column::Id.eq(source.id))
        .filter(asset::Column::Status.eq(source.status))
        .filter(asset::Column::Quantity.gte(approval.quantity))
        .exec(db)
        .await?;
    if taken.rows_affected != 1 {
        return Err(short());
    }
    let received = receive(db, ctx, approval.quantity, source, &side).await?;
    let old_holder = match source.holder_id {
        Some(id) => staff::Entity::find_by_id(id).one(db).await?,
        None => None,
    };
    let told = |asset| {
        let line = line(approval, asset, side.record);
        let related = match approval.kind {
            ApprovalKind::Claim | ApprovalKind::Repair => line.related.clone(),
            ApprovalKind::Return | ApprovalKind::Transfer => {
                old_holder.as_ref().map(Named::from).or_else(|| line.related.clone())
            }
        };
        Line { related, ..line }
    };
    history::write(db, ctx, ctx.now(), &[told(source), told(&received)]).await
}

/// Whose pieces the request is for.
pub(super) async fn taken_from(db: &impl ConnectionTrait, approval: &Approval, source: &Asset) -> Outcome<Option<i64>> {
    Ok(match approval.kind {
        ApprovalKind::Claim if named_manager(db, approval).await? == source.holder_id => source.holder_id,
        ApprovalKind::Claim => approval.holder_id,
        _ => approval.applicant_id,
    })
}

/// The asset admin whom the applicant named, if any.
async fn named_manager(db: &impl ConnectionTrait, approval: &Approval) -> Outcome<Option<i64>> {
    let named = approval_manager::Entity::find()
        .filter(approval_manager::Column::ApprovalId.eq(approval.id))
        .filter(approval_manager::Column::Named.eq(true))
        .one(db)
        .await?;
    Ok(named.map(|manager| manager.staff_id))
}

async fn receiver(db: &impl ConnectionTrait, ctx: &Context, approval: &Approval, source: &Asset) -> Outcome<Side> {
    let gone = || Fault::from(Code::StaffNotFound);
    let side = |holder, status, record| Side { holder, status, group: source.group_id, record };
    match approval.kind {
        ApprovalKind::Claim => {
            Ok(side(approval.applicant_id.ok_or_else(gone)?, AssetStatus::InUse, HistoryKind::Apply))
        }
        ApprovalKind::Return => Ok(side(ctx.person()?.id, AssetStatus::Unused, HistoryKind::Return)),
        ApprovalKind::Transfer | ApprovalKind::Repair => {
            let mut side = side(approval.target_id.ok_or_else(gone)?, AssetStatus::InUse, HistoryKind::Transfer);
            if let Some(name) = &approval.target_group_unique_id {
                let group = asset_group::Entity::find()
                    .filter(asset_group::Column::UniqueId.eq(name.as_str()))
                    .one(db)
                    .await?
                    .ok_or(Code::TargetGroupGone.on("categoryId"))?;
                side.group = group.id;
            }
            Ok(side)
        }
    }
}

/// Merges `pieces` into the receiver's identical holding, or makes a new one; gives it as it is then.
async fn receive(db: &impl ConnectionTrait, ctx: &Context, pieces: i64, source: &Asset, side: &Side) -> Outcome<Asset> {
    use asset::Column;
    // A request for the whole row gives it another status, so rows with this one have no such request.
    let identical = asset::Entity::find()
        .filter(Column::HolderId.eq(side.holder))
        .filter(Column::Status.eq(side.status))
        .filter(Column::GroupId.eq(side.group))
        .filter(Column::Kind.eq(AssetKind::Quantity))
        .filter(Column::Id.ne(source.id))
        .filter(Column::UnderId.is_null())
        .filter(Column::Name.eq(&source.name))
        .filter(Column::EnteredOn.eq(source.entered_on))
        .filter(Column::ValueOrigin.eq(source.value_origin))
        .filter(Column::UseYear.eq(source.use_year))
        .filter(Column::Brand.eq(&source.brand))
        .filter(Column::Model.eq(&source.model))
        .filter(Column::SerialNumber.eq(&source.serial_number))
        .filter(Column::Remarks.eq(&source.remarks))
        // Together they must stay what a number can be; else the pieces make a row of their own.
        .filter(Column::Quantity.lte(text::LARGEST_NUMBER - pieces))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .one(db)
        .await?;
    let now = ctx.now();
    if let Some(holding) = identical {
        let row = asset::ActiveModel {
            id: Set(holding.id),
            quantity: Set(holding.quantity + pieces),
            version: Set(holding.version + 1),
            updated_at: Set(now),
            ..Default::default()
        };
        return Ok(row.update(db).await?);
    }
    let row = asset::ActiveModel {
        unique_id: Set(ctx.app.unique_id()),
        name: Set(source.name.clone()),
        kind: Set(AssetKind::Quantity),
        quantity: Set(pieces),
        group_id: Set(side.group),
        under_id: Set(None),
        status: Set(side.status),
        holder_id: Set(Some(side.holder)),
        applicant_id: Set(None),
        target_id: Set(None),
        entered_on: Set(source.entered_on),
        value_origin: Set(source.value_origin),
        use_year: Set(source.use_year),
        brand: Set(source.brand.clone()),
        model: Set(source.model.clone()),
        serial_number: Set(source.serial_number.clone()),
        remarks: Set(source.remarks.clone()),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    Ok(row.insert(db).await?)
}
