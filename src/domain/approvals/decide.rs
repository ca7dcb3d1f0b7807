//! Deciding on a request: once, whichever door the decision comes through.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};

use crate::{
    domain::{
        Code, Context, Key, Outcome, Permission,
        assets::{
            Asset, change_all,
            state::{Action, Owner, Transition, step},
        },
        by_ids,
        history::{self, Line, Named},
        notices, text, transact,
    },
    entity::{
        approval, asset, staff,
        words::{ApprovalKind, ApprovalState, HistoryKind},
    },
};

use super::{
    Approval, checks,
    machine::{self, Event},
    pieces,
    store::{self, Close},
    told::line,
};

/// Which request is decided.
#[derive(Clone, Debug)]
pub enum Which {
    /// The request with this key.
    Request(i64),
    /// The waiting request of this kind for the whole asset, as the asset-platform dialect names it.
    OpenFor {
        /// The asset.
        asset: Key,
        /// What was asked for.
        kind: ApprovalKind,
    },
}

/// A decision.
#[derive(Clone, Debug)]
pub struct Decide {
    /// Which request.
    pub which: Which,
    /// Whether it is agreed to.
    pub approve: bool,
    /// What the decider writes.
    pub reason: Option<String>,
}

/// Decides on a request and moves its asset. Permission `/approvals/*` (contract: asset-platform §7.17 to §7.22).
pub async fn decide(ctx: &Context, input: &Decide) -> Outcome<Approval> {
    ctx.may(Permission::Approvals)?;
    ctx.person()?;
    input.reason.as_deref().map_or(Ok(()), |reason| text::bounded("reason", reason, text::LONG))?;
    let decided = transact!(ctx, |tx| decide_found(&tx, ctx, input))?;
    notices::ring(&ctx.app);
    Ok(decided)
}

async fn decide_found(db: &impl ConnectionTrait, ctx: &Context, input: &Decide) -> Outcome<Approval> {
    let found = find(db, &input.which).await?;
    decide_in(db, ctx, found, input, None).await
}

/// Decides on a request within a transaction that has locked it and its asset; `tapped` is the card whose tap decides.
pub(super) async fn decide_in(
    db: &impl ConnectionTrait,
    ctx: &Context,
    (approval, asset): (Approval, Asset),
    input: &Decide,
    tapped: Option<i64>,
) -> Outcome<Approval> {
    let event = if input.approve { Event::Approve } else { Event::Reject };
    let state = machine::step(approval.state, event).map_err(|code| code.on("approvalId"))?;
    if approval.whole {
        if input.approve {
            checks::one_of_an_item(approval.kind, &asset, approval.quantity)?;
        }
        move_row(db, ctx, &approval, &asset, input.approve).await?;
    } else if input.approve {
        pieces::hand_over(db, ctx, &approval, &asset).await?;
    } else {
        let line = line(&approval, &asset, HistoryKind::Reject);
        history::write(db, ctx, ctx.now(), &[line]).await?;
    }
    let end = Close { state, reason: input.reason.as_deref(), tapped };
    let closed = store::close(db, ctx, &[approval.id], end).await?;
    if closed != 1 {
        return Err(Code::ApprovalDecided.on("approvalId"));
    }
    approval::Entity::find_by_id(approval.id).one(db).await?.ok_or_else(|| Code::ApprovalNotFound.into())
}

/// The request and its asset, locked for this transaction where the database locks rows.
pub(super) async fn find(db: &impl ConnectionTrait, which: &Which) -> Outcome<(Approval, Asset)> {
    match which {
        Which::Request(id) => {
            let approval = approval::Entity::find_by_id(*id).lock_exclusive().one(db).await?;
            let approval = approval.ok_or(Code::ApprovalNotFound.on("approvalId"))?;
            let asset = asset::Entity::find_by_id(approval.asset_id).lock_exclusive().one(db).await?;
            Ok((approval, asset.ok_or(Code::AssetNotFound.on("assetId"))?))
        }
        Which::OpenFor { asset, kind } => {
            let asset = asset.find::<asset::Entity>(db).await?.ok_or(Code::AssetNotFound.on("assetId"))?;
            let mismatch = || Code::AssetStatusMismatch.on("assetId");
            step(asset.status, Action::decide(*kind, true)).map_err(|code| code.on("assetId"))?;
            let approval = approval::Entity::find()
                .filter(approval::Column::AssetId.eq(asset.id))
                .filter(approval::Column::Kind.eq(*kind))
                .filter(approval::Column::Whole.eq(true))
                .filter(approval::Column::State.eq(ApprovalState::Pending))
                .lock_exclusive()
                .one(db)
                .await?;
            Ok((approval.ok_or_else(mismatch)?, asset))
        }
    }
}

/// Moves a whole row by the life cycle.
async fn move_row(
    db: &impl ConnectionTrait,
    ctx: &Context,
    approval: &Approval,
    asset: &Asset,
    approve: bool,
) -> Outcome<()> {
    let row = step(asset.status, Action::decide(approval.kind, approve)).map_err(|code| code.on("assetId"))?;
    let holder = owner(ctx, approval, asset, row)?;
    change_all(db, ctx, &[asset.id], row.from, |update| {
        update
            .col_expr(asset::Column::Status, Expr::value(row.to))
            .col_expr(asset::Column::HolderId, Expr::value(holder))
            .col_expr(asset::Column::ApplicantId, Expr::value(None::<i64>))
            .col_expr(asset::Column::TargetId, Expr::value(None::<i64>))
    })
    .await?;
    let people = [asset.holder_id, approval.applicant_id, approval.target_id].into_iter().flatten();
    let people = by_ids::<staff::Entity>(db, &people.collect::<Vec<_>>()).await?;
    // History names people as they are called now, not as they were when they asked.
    let named = |id: Option<i64>| id.and_then(|id| people.get(&id)).map(Named::from);
    let told = line(approval, asset, row.record);
    let related = match approval.kind {
        ApprovalKind::Transfer | ApprovalKind::Return => named(asset.holder_id),
        ApprovalKind::Claim | ApprovalKind::Repair => named(approval.applicant_id),
    };
    let related = related.or_else(|| told.related.clone());
    let target = named(approval.target_id).or_else(|| told.target.clone());
    history::write(db, ctx, ctx.now(), &[Line { related, target, ..told }]).await
}

/// Who holds the asset afterwards.
fn owner(ctx: &Context, approval: &Approval, asset: &Asset, row: &Transition) -> Outcome<Option<i64>> {
    let gone = || Code::StaffNotFound.into();
    match row.owner {
        Owner::Same => Ok(asset.holder_id),
        Owner::Nobody => Ok(None),
        Owner::Decider => Ok(Some(ctx.person()?.id)),
        Owner::Applicant => approval.applicant_id.map(Some).ok_or_else(gone),
        Owner::Target => approval.target_id.map(Some).ok_or_else(gone),
    }
}
