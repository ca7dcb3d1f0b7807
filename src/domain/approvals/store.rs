//! Writing requests and closing them.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    domain::{
        Context, Outcome,
        assets::Asset,
        history::{self, Line, Named},
        notices::{self, Asked},
    },
    entity::{
        approval, approval_manager, staff,
        words::{ApprovalKind, ApprovalState, AssetKind, HistoryKind},
    },
};

use super::{Approval, addressees::Addressees, decider};

/// Rows of one statement; the databases bound the number of parameters.
pub(super) const CHUNK: usize = 500;

/// A request to be written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a> {
    pub(super) kind: ApprovalKind,
    pub(super) asset: &'a Asset,
    pub(super) quantity: i64,
    pub(super) whole: bool,
}

impl<'a> Request<'a> {
    /// A request for the row itself.
    pub(super) fn whole(kind: ApprovalKind, asset: &'a Asset) -> Self {
        Self { kind, asset, quantity: asset.quantity, whole: true }
    }
}

/// The people of requests that are submitted together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parties<'a> {
    pub(super) applicant: &'a staff::Model,
    pub(super) target: Option<&'a staff::Model>,
    pub(super) addressees: &'a Addressees,
}

/// Writes `requests` with their addressees and a line of history each; gives them in order.
pub(super) async fn insert(
    db: &impl ConnectionTrait,
    ctx: &Context,
    parties: &Parties<'_>,
    target_group: Option<&str>,
    requests: &[Request<'_>],
) -> Outcome<Vec<Approval>> {
    let Parties { applicant, target, addressees } = *parties;
    let now = ctx.now();
    let mut made: HashMap<i64, Approval> = HashMap::with_capacity(requests.len());
    for chunk in requests.chunks(CHUNK) {
        let rows = chunk.iter().map(|request| approval::ActiveModel {
            kind: Set(request.kind),
            asset_id: Set(request.asset.id),
            quantity: Set(request.quantity),
            whole: Set(request.whole),
            holder_id: Set(request.asset.holder_id),
            applicant_id: Set(Some(applicant.id)),
            applicant_unique_id: Set(applicant.unique_id.clone()),
            applicant_name: Set(applicant.name.clone()),
            target_id: Set(target.map(|person| person.id)),
            target_unique_id: Set(target.map(|person| person.unique_id.clone())),
            target_name: Set(target.map(|person| person.name.clone())),
            target_group_unique_id: Set(target_group.map(str::to_owned)),
            state: Set(ApprovalState::Pending),
            submitted_via: Set(ctx.door),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        });
        let rows = approval::Entity::insert_many(rows).exec_with_returning(db).await?;
        made.extend(rows.into_iter().map(|row| (row.asset_id, row)));
    }
    let approvals: Vec<Approval> = requests.iter().filter_map(|request| made.remove(&request.asset.id)).collect();
    let asked: Vec<Asked<'_>> = requests
        .iter()
        .zip(&approvals)
        .map(|(request, approval)| Asked {
            approval,
            asset: &request.asset.name,
            managers: addressees.of(request.kind, request.asset.holder_id),
        })
        .collect();
    let managers: Vec<_> = asked
        .iter()
        .flat_map(|asked| asked.managers.iter().map(|person| (asked.approval.id, person.id)))
        .map(|(approval, person)| approval_manager::ActiveModel {
            approval_id: Set(approval),
            staff_id: Set(person),
            named: Set(addressees.is_named()),
        })
        .collect();
    for chunk in managers.chunks(CHUNK) {
        approval_manager::Entity::insert_many(chunk.to_vec()).exec_without_returning(db).await?;
    }
    notices::submitted(db, ctx, applicant, &asked).await?;
    let lines: Vec<Line<'_>> = requests
        .iter()
        .zip(&approvals)
        .map(|(request, approval)| Line {
            related: Some(Named::from(applicant)),
            target: target.map(Named::from),
            approval_id: Some(approval.id),
            pieces: (request.asset.kind == AssetKind::Quantity).then_some(request.quantity),
            ..Line::about(HistoryKind::Submit, request.asset)
        })
        .collect();
    history::write(db, ctx, now, &lines).await?;
    Ok(approvals)
}

/// How requests are ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Close<'a> {
    /// What they come to.
    pub(super) state: ApprovalState,
    /// What the decider writes.
    pub(super) reason: Option<&'a str>,
    /// The card whose tap decided.
    pub(super) tapped: Option<i64>,
}

/// Ends those of these requests that still wait, tells everybody, and gives how many there were.
pub(super) async fn close(db: &impl ConnectionTrait, ctx: &Context, ids: &[i64], end: Close<'_>) -> Outcome<u64> {
    use approval::Column;
    if ids.is_empty() {
        return Ok(0);
    }
    let by = decider(ctx);
    let now = ctx.now();
    let closed = approval::Entity::update_many()
        .col_expr(Column::State, Expr::value(end.state))
        .col_expr(Column::DecidedById, Expr::value(by.as_ref().map(|person| person.id)))
        .col_expr(Column::DecidedByUniqueId, Expr::value(by.as_ref().map(|person| person.unique_id.clone())))
        .col_expr(Column::DecidedByName, Expr::value(by.as_ref().map(|person| person.name.clone())))
        .col_expr(Column::DecidedVia, Expr::value(ctx.door))
        .col_expr(Column::DecidedAt, Expr::value(now))
        .col_expr(Column::Reason, Expr::value(end.reason))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::State.eq(ApprovalState::Pending))
        .exec(db)
        .await?;
    notices::closed(db, ctx, ids, end.state, end.tapped).await?;
    Ok(closed.rows_affected)
}
