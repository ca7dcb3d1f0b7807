//! Submitting requests: one, or many at once as one.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, EntityTrait, sea_query::Expr};
use serde::Serialize;

use crate::{
    domain::{
        Code, Context, Fault, Key, Outcome,
        assets::{
            change_all,
            state::{Action, Who, step, who_may},
        },
        find_all,
        idempotency::Once,
        notices, text, transact,
    },
    entity::{
        asset, asset_group, staff,
        words::{ApprovalKind, AssetKind, AssetStatus},
    },
};

use super::{
    Approval,
    addressees::Addressees,
    checks::{self, Facts},
    store::{self, Parties, Request},
};

/// One asset that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// The asset.
    #[serde(serialize_with = "debugged")]
    pub asset: Key,
    /// Pieces; 1 for an item.
    pub quantity: i64,
}

/// Requests of one kind by the actor.
#[derive(Clone, Debug)]
pub struct Submit {
    /// What is asked for.
    pub kind: ApprovalKind,
    /// The assets; all or none.
    pub items: Vec<Item>,
    /// Whether rows of quantity assets are asked for as a whole rather than in pieces.
    pub whole: bool,
    /// The asset admin it is addressed to, instead of those the rules find.
    pub manager: Option<Key>,
    /// Who is to receive them (transfer).
    pub target: Option<Key>,
    /// The group of the receiver's holding (transfer of pieces).
    pub target_group: Option<Key>,
    /// Whether to store requests that could not be agreed to as things stand.
    pub accept_warnings: bool,
    /// Makes a repetition of the call give the same requests.
    pub idempotency_key: Option<String>,
}

/// What came of a submission.
#[derive(Clone, Debug, Default)]
pub struct Submitted {
    /// The requests, in the order of the assets.
    pub approvals: Vec<Approval>,
    /// Why they could not be agreed to as things stand.
    pub warnings: Vec<Fault>,
}

fn debugged<S: serde::Serializer>(key: &Key, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{key:?}"))
}

/// Submits requests for all items, or none. Anybody logged in may, as applicant. Checked in order: the receiver, the named asset
/// admin, then item by item its existence, its holder and its status (contract: asset-platform §7.16 to §7.23).
pub async fn submit(ctx: &Context, input: &Submit) -> Outcome<Submitted> {
    ctx.person()?;
    let words = || {
        (
            input.kind,
            &input.items,
            input.whole,
            input.accept_warnings,
            format!("{:?}", (&input.manager, &input.target, &input.target_group)),
        )
    };
    let once = Once::new("approvalSubmit", input.idempotency_key.as_deref(), words)?;
    let submitted = transact!(ctx, |tx| submit_in(&tx, ctx, input, once.as_ref()))?;
    notices::ring(&ctx.app);
    Ok(submitted)
}

/// The actor as a row of staff.
pub(super) async fn applicant(db: &impl ConnectionTrait, ctx: &Context) -> Outcome<staff::Model> {
    staff::Entity::find_by_id(ctx.person()?.id).one(db).await?.ok_or_else(|| Code::Unauthenticated.into())
}

async fn submit_in(
    db: &impl ConnectionTrait,
    ctx: &Context,
    input: &Submit,
    once: Option<&Once>,
) -> Outcome<Submitted> {
    if let Some(once) = once
        && let Some(earlier) = once.earlier(db, ctx).await?
    {
        let approvals = super::list::in_order(db, &earlier).await?;
        return Ok(Submitted { approvals, warnings: Vec::new() });
    }
    let applicant = applicant(db, ctx).await?;
    let target = match (&input.target, input.kind) {
        (Some(key), ApprovalKind::Transfer) => {
            Some(key.find::<staff::Entity>(db).await?.ok_or(Code::TargetNotFound.on("targetId"))?)
        }
        (None, ApprovalKind::Transfer) => return Err(Code::TargetNotFound.on("targetId")),
        _ => None,
    };
    let manager = match &input.manager {
        Some(key) => Some(key.find::<staff::Entity>(db).await?.ok_or(Code::ManagerNotFound.on("managerId"))?),
        None => None,
    };
    let group = match &input.target_group {
        Some(key) if input.kind == ApprovalKind::Transfer => {
            if let Key::UniqueId(name) = key {
                text::bounded("categoryId", name, text::SHORT)?;
            }
            Some((key, key.find::<asset_group::Entity>(db).await?))
        }
        _ => None,
    };
    if matches!(group, Some((Key::Id(_), None))) {
        return Err(Code::TargetGroupGone.on("categoryId"));
    }
    let found = find_all::<asset::Entity>(db, input.items.iter().map(|item| &item.asset)).await?;
    let requests = wanted(ctx, input, &found)?;

    let addressees = Addressees::read(db, &applicant, manager.as_ref()).await?;
    let parties = Parties { applicant: &applicant, target: target.as_ref(), addressees: &addressees };
    let mut warnings = Vec::new();
    for (at, request) in &requests {
        let managers = addressees.of(request.kind, request.asset.holder_id);
        let facts = Facts {
            kind: request.kind,
            asset: request.asset,
            quantity: request.quantity,
            applicant: &applicant,
            target: target.as_ref(),
            managers: &managers,
            target_group_gone: matches!(group, Some((_, None))),
            available: checks::available(request.kind, request.asset, request.asset.holder_id),
        };
        warnings.extend(
            checks::refusals(&facts)
                .into_iter()
                .map(|fault| if input.items.len() > 1 { fault.at_item(*at) } else { fault }),
        );
    }
    if let (Some(first), false) = (warnings.first(), input.accept_warnings) {
        return Err(first.clone());
    }

    let requests: Vec<Request<'_>> = requests.into_iter().map(|(_, request)| request).collect();
    move_whole_rows(db, ctx, input.kind, &applicant, target.as_ref(), &requests).await?;
    let group_name = group.as_ref().map(|(key, found)| match (key, found) {
        (_, Some(row)) => row.unique_id.clone(),
        (Key::UniqueId(name), None) => name.clone(),
        (Key::Id(id), None) => id.to_string(),
    });
    let approvals = store::insert(db, ctx, &parties, group_name.as_deref(), &requests).await?;
    if let Some(once) = once {
        once.remember(db, ctx, &approvals.iter().map(|approval| approval.id).collect::<Vec<_>>()).await?;
    }
    Ok(Submitted { approvals, warnings })
}

/// The requests that `input` asks for, each with its place; an asset named twice counts once.
fn wanted<'a>(
    ctx: &Context,
    input: &Submit,
    found: &'a crate::domain::Found<asset::Model>,
) -> Outcome<Vec<(usize, Request<'a>)>> {
    let action = Action::submit(input.kind);
    let many = input.items.len() > 1;
    let mut seen = HashSet::with_capacity(input.items.len());
    let mut requests = Vec::with_capacity(input.items.len());
    for (at, item) in input.items.iter().enumerate() {
        let fault = |code: Code| if many { code.on("assetId").at_item(at) } else { code.on("assetId") };
        let asset = found.get(&item.asset).ok_or_else(|| fault(Code::AssetNotFound))?;
        if who_may(action) == Who::Holder && !asset.holder_id.is_some_and(|holder| ctx.is(holder)) {
            return Err(fault(Code::NotHolder));
        }
        let whole = input.whole || asset.kind == AssetKind::Item || input.kind == ApprovalKind::Repair;
        if whole {
            step(asset.status, action).map_err(fault)?;
        } else if asset.status == AssetStatus::Retired {
            // Nobody can agree to it any more, so it is not stored even as a warning.
            return Err(fault(Code::AssetNotFound));
        }
        if !seen.insert(asset.id) {
            continue;
        }
        let request = match asset.kind {
            AssetKind::Quantity if whole => Request::whole(input.kind, asset),
            AssetKind::Item if input.kind == ApprovalKind::Repair => Request::whole(input.kind, asset),
            _ => Request { kind: input.kind, asset, quantity: item.quantity, whole },
        };
        // Nothing and less are warnings with texts of their own; what no request can hold is refused.
        if i32::try_from(request.quantity).is_err() {
            return Err(fault(Code::OutOfRange).on("quantity"));
        }
        requests.push((at, request));
    }
    Ok(requests)
}

/// Moves the rows that are asked for as a whole to their waiting status.
async fn move_whole_rows(
    db: &impl ConnectionTrait,
    ctx: &Context,
    kind: ApprovalKind,
    applicant: &staff::Model,
    target: Option<&staff::Model>,
    requests: &[Request<'_>],
) -> Outcome<()> {
    let Some(first) = requests.iter().find(|request| request.whole) else { return Ok(()) };
    // All have the status that this action starts from, so one row of the table serves them all.
    let row = step(first.asset.status, Action::submit(kind))?;
    let ids: Vec<i64> = requests.iter().filter(|request| request.whole).map(|request| request.asset.id).collect();
    let (applicant, target) = match kind {
        ApprovalKind::Claim => (Some(applicant.id), None),
        ApprovalKind::Transfer => (None, target.map(|person| person.id)),
        ApprovalKind::Return | ApprovalKind::Repair => (None, None),
    };
    change_all(db, ctx, &ids, row.from, |update| {
        update
            .col_expr(asset::Column::Status, Expr::value(row.to))
            .col_expr(asset::Column::ApplicantId, Expr::value(applicant))
            .col_expr(asset::Column::TargetId, Expr::value(target))
    })
    .await
}
