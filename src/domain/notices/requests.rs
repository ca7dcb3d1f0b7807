//! Writtens about requests: at submission, when they are decided or closed, and when a card shows what is not so
//! (contract: feishu-app §3.1, §3.3, §3.5).

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{
    CHUNK, Card, CardBody, End, Person, Place, TextBody, UpdateBody, Written, card_kind,
    kind::{APPROVAL_CARD, APPROVAL_UPDATE, INTERACTIVE_CARD, INTERACTIVE_UPDATE, TEXT},
    wording, write,
};
use crate::{
    domain::{Context, Outcome, approvals::Approval, by_ids, directory::feishu::reachable},
    entity::{approval, asset, outbox, staff, words::ApprovalState},
};

/// A request that was submitted.
#[derive(Clone, Debug)]
pub(crate) struct Asked<'a> {
    /// The request.
    pub(crate) approval: &'a Approval,
    /// The asset's name.
    pub(crate) asset: &'a str,
    /// The asset admins it is addressed to.
    pub(crate) managers: Vec<&'a staff::Model>,
}

/// Everybody hears of requests of one applicant: a card to each addressed asset admin who is bound and not locked, a text to the
/// applicant if bound.
pub(crate) async fn submitted(
    db: &impl ConnectionTrait,
    ctx: &Context,
    applicant: &staff::Model,
    requests: &[Asked<'_>],
) -> Outcome<()> {
    if ctx.app.feishu.client.is_none() {
        return Ok(());
    }
    let managers = requests.iter().flat_map(|request| &request.managers).map(|manager| manager.id);
    let people = bound(db, managers.chain([applicant.id])).await?;
    if people.is_empty() {
        return Ok(());
    }
    let mut messages = Vec::new();
    for Asked { approval, asset, managers } in requests {
        if let Some(person) = people.get(&applicant.id) {
            let text = wording::submitted(approval.kind, asset, approval.quantity);
            messages.push(text_about(approval, applicant.id, person, text, true)?);
        }
        for manager in managers.iter().filter(|manager| !manager.locked) {
            let Some(person) = people.get(&manager.id) else { continue };
            let body = CardBody {
                to: person.clone(),
                applicant: people.get(&applicant.id).cloned(),
                title: wording::title(approval.kind),
                summary: wording::summary(
                    approval.kind,
                    &approval.applicant_name,
                    asset,
                    approval.quantity,
                    approval.target_name.as_deref(),
                ),
            };
            let card = Written::new(card_kind(&ctx.app), lane(approval.id, manager.id), &body)?;
            messages.push(Written { recipient: Some(manager.id), approval: Some(approval.id), ..card });
        }
    }
    write(db, ctx, messages).await
}

/// Everybody hears that these requests came to `state`: the cards change, except the one whose tap decided, and who asked gets a text.
pub(crate) async fn closed(
    db: &impl ConnectionTrait,
    ctx: &Context,
    requests: &[i64],
    state: ApprovalState,
    tapped: Option<i64>,
) -> Outcome<()> {
    if ctx.app.feishu.client.is_none() {
        return Ok(());
    }
    for chunk in requests.chunks(CHUNK) {
        let mut messages = Vec::new();
        let cards = outbox::Entity::find()
            .filter(outbox::Column::ApprovalId.is_in(chunk.iter().copied()))
            .filter(outbox::Column::Kind.is_in([APPROVAL_CARD, INTERACTIVE_CARD]))
            .order_by_asc(outbox::Column::Id)
            .all(db)
            .await?;
        for card in cards.iter().filter(|card| Some(card.id) != tapped) {
            messages.extend(update(&Card::from(card), state)?);
        }
        messages.extend(verdicts(db, chunk, state).await?);
        write(db, ctx, messages).await?;
    }
    Ok(())
}

/// The texts to those who asked.
async fn verdicts(db: &impl ConnectionTrait, requests: &[i64], state: ApprovalState) -> Outcome<Vec<Written>> {
    if state == ApprovalState::Cancelled {
        return Ok(Vec::new());
    }
    let rows = approval::Entity::find()
        .filter(approval::Column::Id.is_in(requests.iter().copied()))
        .order_by_asc(approval::Column::Id)
        .all(db)
        .await?;
    let people = bound(db, rows.iter().filter_map(|row| row.applicant_id)).await?;
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let assets = by_ids::<asset::Entity>(db, &rows.iter().map(|row| row.asset_id).collect::<Vec<_>>()).await?;
    let mut messages = Vec::new();
    for row in &rows {
        let person = row.applicant_id.and_then(|id| Some((id, people.get(&id)?)));
        let (Some((id, person)), Some(asset)) = (person, assets.get(&row.asset_id)) else { continue };
        if let Some(text) = wording::decided(row.kind, &asset.name, row.quantity, state) {
            messages.push(text_about(row, id, person, text, false)?);
        }
    }
    Ok(messages)
}

/// A card shows what its tap said while the request came to `state` otherwise: it is put right.
pub(crate) async fn corrected(
    db: &impl ConnectionTrait,
    ctx: &Context,
    card: &Card,
    state: ApprovalState,
) -> Outcome<()> {
    if ctx.app.feishu.client.is_none() {
        return Ok(());
    }
    write(db, ctx, update(card, state)?.into_iter().collect()).await
}

/// The update of a card whose request came to `state`; none for cards that are never updated.
fn update(card: &Card, state: ApprovalState) -> Outcome<Option<Written>> {
    let kind = match card.kind.as_str() {
        APPROVAL_CARD => APPROVAL_UPDATE,
        INTERACTIVE_CARD => INTERACTIVE_UPDATE,
        _ => return Ok(None),
    };
    let Some(ending) = End::of(state) else { return Ok(None) };
    let update = Written::new(kind, card.lane.clone(), &UpdateBody { card: card.id, ending })?;
    Ok(Some(Written { recipient: card.addressee, approval: card.approval, ..update }))
}

fn text_about(approval: &Approval, to: i64, person: &Person, text: String, submitted: bool) -> Outcome<Written> {
    let body = TextBody { to: Place::Person(person.clone()), text, submitted };
    let message = Written::new(TEXT, lane(approval.id, to), &body)?;
    Ok(Written { recipient: Some(to), approval: Some(approval.id), ..message })
}

/// What one person hears of one request leaves in order.
fn lane(approval: i64, person: i64) -> String {
    format!("approval:{approval}:{person}")
}

/// Who these people are at Feishu, as far as they are bound.
pub(super) async fn bound(
    db: &impl ConnectionTrait,
    staff: impl Iterator<Item = i64>,
) -> Outcome<HashMap<i64, Person>> {
    let mut staff: Vec<i64> = staff.collect();
    staff.sort_unstable();
    staff.dedup();
    let people = reachable(db, &staff).await?;
    Ok(people.into_iter().filter_map(|(id, ids)| Some((id, Person::of(ids)?))).collect())
}
