//! Cards that can be tapped.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, SimpleExpr},
};
use serde_json::Value;

use super::{
    CHANNEL, CardBody, End, details,
    kind::{CARDS, INTERACTIVE_CARD},
};
use crate::{
    app::App,
    domain::Outcome,
    entity::{
        outbox,
        words::{ApprovalState, DeliveryState},
    },
};

/// A card that somebody was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The row of the outbox.
    pub id: i64,
    /// Its kind there.
    pub(super) kind: String,
    /// Its lane there.
    pub(super) lane: String,
    /// The request it asks about.
    pub approval: Option<i64>,
    /// The asset admin it went to; none once that person is deleted.
    pub addressee: Option<i64>,
    /// Feishu's id of it, once it is known.
    message_id: Option<String>,
}

impl From<&outbox::Model> for Card {
    fn from(row: &outbox::Model) -> Self {
        Self {
            id: row.id,
            kind: row.kind.clone(),
            lane: row.lane.clone(),
            approval: row.approval_id,
            addressee: row.recipient_id,
            message_id: row.message_id.clone(),
        }
    }
}

/// What an interactive card shows once its request came to `state`; none for other cards.
pub(crate) async fn shown(
    app: &App,
    db: &impl ConnectionTrait,
    card: &Card,
    state: ApprovalState,
) -> Outcome<Option<Value>> {
    let (Some(ending), true) = (End::of(state), card.kind == INTERACTIVE_CARD) else { return Ok(None) };
    let row = outbox::Entity::find_by_id(card.id).one(db).await?;
    let body = row.and_then(|row| serde_json::from_str::<CardBody>(&row.body).ok());
    let details = details(app, card.approval);
    Ok(body.map(|body| body.interactive(&details, "", Some(ending)).content()))
}

/// The card that Feishu calls so.
pub(crate) async fn by_message(db: &impl ConnectionTrait, message_id: &str) -> Outcome<Option<Card>> {
    find(db, outbox::Column::MessageId.eq(message_id)).await
}

/// The card that carries this context. With a `message_id`, only one of which Feishu's id is not known yet, because its answer was lost.
pub(crate) async fn by_context(
    db: &impl ConnectionTrait,
    context: &str,
    message_id: Option<&str>,
) -> Outcome<Option<Card>> {
    let card = find(db, outbox::Column::Uuid.eq(context)).await?;
    Ok(card.filter(|card| message_id.is_none() || card.message_id.is_none()))
}

/// A tap has told Feishu's id of a card whose sending was not acknowledged: it did arrive.
pub(crate) async fn arrived(app: &App, db: &impl ConnectionTrait, card: &Card, message_id: &str) -> Outcome<()> {
    if card.message_id.is_some() || message_id.is_empty() {
        return Ok(());
    }
    outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(DeliveryState::Sent))
        .col_expr(outbox::Column::SentAt, Expr::value(app.now()))
        .col_expr(outbox::Column::MessageId, Expr::value(message_id))
        .col_expr(outbox::Column::LastError, Expr::value(None::<String>))
        .filter(outbox::Column::Id.eq(card.id))
        .filter(outbox::Column::MessageId.is_null())
        .exec(db)
        .await?;
    Ok(())
}

async fn find(db: &impl ConnectionTrait, which: SimpleExpr) -> Outcome<Option<Card>> {
    let row = outbox::Entity::find()
        .filter(outbox::Column::Channel.eq(CHANNEL))
        .filter(outbox::Column::Kind.is_in(CARDS))
        .filter(which)
        .order_by_desc(outbox::Column::Id)
        .one(db)
        .await?;
    Ok(row.as_ref().map(Card::from))
}
