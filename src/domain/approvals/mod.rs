//! Requests (申请) and their decisions: one table whichever door they come through.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};

use crate::entity::{
    approval, approval_manager,
    words::{ApprovalKind, ApprovalState},
};

use super::{Actor, Context, Outcome, Permission, assets::Asset, history};

mod addressees;
mod callback;
mod checks;
mod decide;
mod list;
pub mod machine;
mod pieces;
mod standing;
mod store;
mod submit;
mod tap;
mod told;

use store::Close;

pub use callback::{CalledBack, CardAnswer, called_back, card_tapped};
pub use checks::legacy_code;
pub use decide::{Decide, Which, decide};
pub use list::{Filter, count, count_each, list, list_each, managers_of, seen};
pub use standing::Standing;
pub use submit::{Item, Submit, Submitted, submit};
pub use tap::Tapped;

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
    let addressees = addressees::Addressees::read(db, &applicant, None).await?;
    let parties = store::Parties { applicant: &applicant, target: None, addressees: &addressees };
    store::insert(db, ctx, &parties, None, &requests).await?;
    Ok(())
}

/// Closes every waiting request for these assets without a decision, because they were retired.
pub(super) async fn cancel_open(db: &impl ConnectionTrait, ctx: &Context, assets: &[i64]) -> Outcome<()> {
    for chunk in assets.chunks(store::CHUNK) {
        let open: Vec<i64> = approval::Entity::find()
            .select_only()
            .column(approval::Column::Id)
            .filter(approval::Column::AssetId.is_in(chunk.iter().copied()))
            .filter(approval::Column::State.eq(ApprovalState::Pending))
            .order_by_asc(approval::Column::Id)
            .into_tuple()
            .all(db)
            .await?;
        let state = machine::step(ApprovalState::Pending, machine::Event::AssetRetired)?;
        for open in open.chunks(store::CHUNK) {
            store::close(db, ctx, open, Close { state, reason: None, tapped: None }).await?;
        }
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
    let state = machine::step(open.state, machine::Event::Approve)?;
    store::close(db, ctx, &[open.id], Close { state, reason: None, tapped: None }).await?;
    Ok(Some(open.id))
}

/// Of these assets, those for which a request for the whole waits; one statement a thousand.
pub async fn requested(db: &impl ConnectionTrait, assets: &[i64]) -> Outcome<HashMap<i64, bool>> {
    let mut waiting = HashMap::new();
    for chunk in assets.chunks(1000) {
        let rows: Vec<i64> = approval::Entity::find()
            .select_only()
            .column(approval::Column::AssetId)
            .filter(approval::Column::AssetId.is_in(chunk.iter().copied()))
            .filter(approval::Column::Whole.eq(true))
            .filter(approval::Column::State.eq(ApprovalState::Pending))
            .into_tuple()
            .all(db)
            .await?;
        waiting.extend(rows.into_iter().map(|asset| (asset, true)));
    }
    Ok(waiting)
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
