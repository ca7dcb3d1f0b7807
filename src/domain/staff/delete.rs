//! Deleting somebody.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ModelTrait, QueryFilter, QuerySelect, Select,
};

use crate::{
    domain::{Code, Context, Key, Outcome, Permission, rbac::Administrators, transact},
    entity::{approval, asset, words::ApprovalState},
};

use super::{Staff, find, somebody_else};

/// Deletes a person who holds nothing and is named in no open request; sessions, password and roles go with them, history stays.
/// Gives the row as it was. Permission `/users/*` (contract: asset-platform §7.4).
pub async fn delete(ctx: &Context, key: &Key) -> Outcome<Staff> {
    ctx.may(Permission::Users)?;
    transact!(ctx, |tx| delete_in(&tx, ctx, key))
}

async fn delete_in(db: &impl ConnectionTrait, ctx: &Context, key: &Key) -> Outcome<Staff> {
    let staff = find(db, key).await?;
    somebody_else(ctx, &staff)?;
    if any(db, asset::Entity::find().filter(asset::Column::HolderId.eq(staff.id)), asset::Column::Id).await? {
        return Err(Code::StaffHoldsAssets.on("id"));
    }
    if named_in_open_request(db, staff.id).await? {
        return Err(Code::StaffHasOpenRequests.on("id"));
    }
    let administrators = Administrators::before(db).await?;
    staff.clone().delete(db).await?;
    administrators.remain_and_superior(db).await?;
    Ok(staff)
}

async fn named_in_open_request(db: &impl ConnectionTrait, staff: i64) -> Result<bool, DbErr> {
    let requests = approval::Entity::find()
        .filter(Condition::any().add(approval::Column::ApplicantId.eq(staff)).add(approval::Column::TargetId.eq(staff)))
        .filter(approval::Column::State.eq(ApprovalState::Pending));
    let assets = asset::Entity::find()
        .filter(Condition::any().add(asset::Column::ApplicantId.eq(staff)).add(asset::Column::TargetId.eq(staff)));
    Ok(any(db, requests, approval::Column::Id).await? || any(db, assets, asset::Column::Id).await?)
}

/// Whether there is a row.
async fn any<E: EntityTrait>(db: &impl ConnectionTrait, rows: Select<E>, id: E::Column) -> Result<bool, DbErr> {
    let first: Option<i64> = rows.select_only().column(id).limit(1).into_tuple().one(db).await?;
    Ok(first.is_some())
}
