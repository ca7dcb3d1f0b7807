//! Requests (申请) and their decisions: one table whichever door they come through.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, Query},
};

use crate::entity::{
    approval, approval_manager,
    words::{ApprovalKind, ApprovalState},
};

use super::{Actor, Context, Outcome, Permission, assets::Asset, history};

mod addressees;
mod checks;
mod decide;
mod list;
pub mod machine;
mod pieces;
mod standing;
mod store;
mod submit;
mod told;

pub use checks::legacy_code;
pub use decide::{Decide, Which, decide};
pub use list::{Filter, count, count_each, list, list_each, managers_of};
pub use standing::Standing;
pub use submit::{Item, Submit, Submitted, submit};

/// A request and what was decided.
pub type Approval = approval::Model;

/// Whether the actor sees `approval`: who decides on requests, its applicant and its receiver.
pub fn may_see(ctx: &Context, approval: &Approval) -> bool {
    ctx.holds(Permission::Approvals)
        || [approval.applicant_id, approval.target_id].into_iter().flatten().any(|id| ctx.is(id))
}

/// The request with this key; none when there is none, `FORBIDDEN` when the actor may not see it.
pub async fn get(ctx: &Context, id: i64) -> Outcome<Option<Approval>> {
    ctx.known()?;
    let approval = approval::Entity::find_by_id(id).one(ctx.db().read()).await?;
    match approval {
        Some(approval) if !may_see(ctx, &approval) => Err(super::Code::Forbidden.into()),
        approval => Ok(approval),
    }
}

/// The requests that the actor sees, as a condition.
fn visible(ctx: &Context) -> Condition {
    match &ctx.actor {
        _ if ctx.holds(Permission::Approvals) => Condition::all(),
        Actor::Person(person) => Condition::any()
            .add(approval::Column::ApplicantId.eq(person.id))
            .add(approval::Column::TargetId.eq(person.id)),
        Actor::Nobody | Actor::System => Condition::any().add(Expr::val(false)),
    }
}

/// Opens requests of the actor for whole `assets` that were entered as waiting for a decision.
pub(super) async fn open(
    db: &impl ConnectionTrait,
    ctx: &Context,
    kind: ApprovalKind,
    assets: &[&Asset],
) -> Outcome<()> {
    if assets.is_empty() {
        return Ok(());
    }
    let applicant = submit::applicant(db, ctx).await?;
    let requests: Vec<_> = assets.iter().map(|asset| store::Request::whole(kind, asset)).collect();
    store::insert(db, ctx, &applicant, None, None, None, &requests).await?;
    Ok(())
}

/// Closes every waiting request for these assets without a decision, because they were retired.
pub(super) async fn cancel_open(db: &impl ConnectionTrait, ctx: &Context, assets: &[i64]) -> Outcome<()> {
    for chunk in assets.chunks(store::CHUNK) {
        store::close(db, ctx, ApprovalState::Cancelled, None, |update| {
            update.filter(approval::Column::AssetId.is_in(chunk.iter().copied()))
        })
        .await?;
    }
    Ok(())
}

/// Counts the waiting repair request for an asset as accepted, because the repair is finished; gives its key.
pub(super) async fn accept_open_repair(db: &impl ConnectionTrait, ctx: &Context, asset: i64) -> Outcome<Option<i64>> {
    let open = approval::Entity::find()
        .filter(approval::Column::AssetId.eq(asset))
        .filter(approval::Column::Kind.eq(ApprovalKind::Repair))
        .filter(approval::Column::State.eq(ApprovalState::Pending))
        .one(db)
        .await?;
    let Some(open) = open else { return Ok(None) };
    store::close(db, ctx, ApprovalState::Approved, None, |update| update.filter(approval::Column::Id.eq(open.id)))
        .await?;
    Ok(Some(open.id))
}

/// Whether a person is named in a request that waits: as applicant, or as receiver.
pub async fn names_in_open(db: &impl ConnectionTrait, staff: i64) -> Outcome<bool> {
    let open = approval::Entity::find()
        .filter(approval::Column::State.eq(ApprovalState::Pending))
        .filter(Condition::any().add(approval::Column::ApplicantId.eq(staff)).add(approval::Column::TargetId.eq(staff)))
        .one(db)
        .await?;
    Ok(open.is_some())
}

/// Requests addressed to this person, as a condition.
fn addressed_to(staff: i64) -> sea_orm::sea_query::SimpleExpr {
    let addressed = Query::select()
        .column(approval_manager::Column::ApprovalId)
        .from(approval_manager::Entity)
        .and_where(Expr::col(approval_manager::Column::StaffId).eq(staff))
        .to_owned();
    approval::Column::Id.in_subquery(addressed)
}

/// The person who acts, as decisions name them.
fn decider(ctx: &Context) -> Option<history::Named> {
    history::acting(ctx)
}
