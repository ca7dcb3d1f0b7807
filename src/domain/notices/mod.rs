//! Messages to people at Feishu: cards that ask for a decision, their updates, and texts. Each is a row of the outbox, written in the
//! transaction that caused it and sent by background work (contract: feishu-app §3).

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, Set};
use serde::{Deserialize, Serialize};

use super::{Context, Fault, Outcome, directory::feishu::Ids};
use crate::{
    app::{ALPHANUMERIC, App, Asking, draw},
    entity::{
        outbox,
        words::{ApprovalState, DeliveryState},
    },
    feishu::{Ending, InteractiveCard, Named, Receiver},
};

mod card;
mod message;
mod note;
mod requests;
mod send;
mod take;
mod wording;

/// A message as it is kept.
pub use crate::entity::outbox::Model as Row;
pub use card::Card;
pub(crate) use card::{arrived, by_context, by_message, shown};
/// The kind of the card that demo data pretend was sent.
pub use kind::DEMO_CARD;
pub use message::{Message, send_message};
pub use note::sweep;
pub(crate) use requests::{Asked, closed, corrected, submitted};
pub use send::send;
pub use take::{Taken, take, take_up_again};

/// The platform's name in the outbox.
pub(crate) const CHANNEL: &str = "feishu";

/// The kinds of messages, as the outbox names them.
mod kind {
    /// A card of Feishu's approval bot.
    pub(super) const APPROVAL_CARD: &str = "approval_card";
    /// How the request of such a card ended.
    pub(super) const APPROVAL_UPDATE: &str = "approval_update";
    /// A message with buttons.
    pub(super) const INTERACTIVE_CARD: &str = "interactive_card";
    /// How the request of such a message ended.
    pub(super) const INTERACTIVE_UPDATE: &str = "interactive_update";
    /// A card that demo data pretend was sent; it can be tapped and is never updated.
    pub const DEMO_CARD: &str = "demo_card";
    /// A text.
    pub(super) const TEXT: &str = "text";

    /// Every kind that can be tapped.
    pub(super) const CARDS: [&str; 3] = [APPROVAL_CARD, INTERACTIVE_CARD, DEMO_CARD];
}

/// A person at Feishu, by the ids that were known when the message was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Person {
    /// By the open_id; the user_id stands beside it where it is known.
    OpenId(String, Option<String>),
    /// By the user_id alone.
    UserId(String),
}

impl Person {
    fn of(ids: Ids) -> Option<Self> {
        match ids {
            Ids { open_id: Some(open_id), user_id } => Some(Self::OpenId(open_id, user_id)),
            Ids { open_id: None, user_id } => user_id.map(Self::UserId),
        }
    }

    /// As messages are addressed.
    fn receiver(&self) -> Receiver<'_> {
        match self {
            Self::OpenId(id, _) => Receiver::OpenId(id),
            Self::UserId(id) => Receiver::UserId(id),
        }
    }

    /// As approval cards name people.
    fn named(&self) -> Named<'_> {
        match self {
            Self::OpenId(_, Some(id)) | Self::UserId(id) => Named::UserId(id),
            Self::OpenId(id, None) => Named::OpenId(id),
        }
    }

    /// As texts mention people.
    fn id(&self) -> &str {
        let (Self::OpenId(id, _) | Self::UserId(id)) = self;
        id
    }
}

/// What is written down of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct CardBody {
    to: Person,
    #[serde(skip_serializing_if = "Option::is_none")]
    applicant: Option<Person>,
    title: String,
    summary: String,
}

/// What is written down of an update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct UpdateBody {
    /// The row of the card.
    card: i64,
    ending: End,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum End {
    Approved,
    Rejected,
    Cancelled,
}

impl End {
    /// The end that a state is; none while a request waits.
    fn of(state: ApprovalState) -> Option<Self> {
        match state {
            ApprovalState::Approved => Some(Self::Approved),
            ApprovalState::Rejected => Some(Self::Rejected),
            ApprovalState::Cancelled => Some(Self::Cancelled),
            ApprovalState::Pending => None,
        }
    }

    /// As Feishu calls it.
    fn ending(self) -> Ending {
        match self {
            Self::Approved => Ending::Approved,
            Self::Rejected => Ending::Rejected,
            Self::Cancelled => Ending::Cancelled,
        }
    }
}

impl CardBody {
    /// The message with buttons that says it, or without them once the request has ended.
    fn interactive<'a>(&'a self, details_url: &'a str, context: &'a str, end: Option<End>) -> InteractiveCard<'a> {
        let ending = end.map(End::ending);
        InteractiveCard { title: &self.title, summary: &self.summary, details_url, context, ending }
    }
}

/// Where the details of a request are.
fn details(app: &App, approval: Option<i64>) -> String {
    approval.map(|id| format!("{}/?approval={id}", app.feishu.app_url)).unwrap_or_default()
}

/// What is written down of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct TextBody {
    to: Place,
    text: String,
    /// Whether it says that a request was submitted: then it is of no use when that was decided before any of its cards left.
    #[serde(default)]
    submitted: bool,
}

/// Where a text goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Place {
    Person(Person),
    ChatId(String),
}

/// A message that is to be written down.
struct Written {
    kind: &'static str,
    lane: String,
    recipient: Option<i64>,
    approval: Option<i64>,
    body: String,
}

impl Written {
    fn new(kind: &'static str, lane: String, body: &impl Serialize) -> Outcome<Self> {
        let body = serde_json::to_string(body).map_err(Fault::internal)?;
        Ok(Self { kind, lane, recipient: None, approval: None, body })
    }
}

/// The kind of card by which somebody is asked for a decision.
fn card_kind(app: &App) -> &'static str {
    match app.feishu.card {
        Asking::ApprovalBot => kind::APPROVAL_CARD,
        Asking::Interactive => kind::INTERACTIVE_CARD,
    }
}

/// Tells background work that messages may have been written. Without it they leave when it looks by itself.
pub(crate) fn ring(app: &App) {
    if app.feishu.client.is_some() {
        app.bell.ring();
    }
}

/// Rows of one statement; the databases bound the number of parameters.
const CHUNK: usize = 500;
/// Characters of what marks a message: it also stands in cards as what they are about, so nobody must guess it.
const UUID: usize = 32;

/// Writes messages down; background work sends them once the transaction is committed.
async fn write(db: &impl ConnectionTrait, ctx: &Context, messages: Vec<Written>) -> Outcome<()> {
    let mut rows = messages.into_iter().map(|message| row(ctx, message, ctx.now()));
    loop {
        let chunk: Vec<_> = rows.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        outbox::Entity::insert_many(chunk).exec_without_returning(db).await?;
    }
}

/// The row of a message that background work may send from `next_at` on.
fn row(ctx: &Context, message: Written, next_at: DateTime<Utc>) -> outbox::ActiveModel {
    outbox::ActiveModel {
        uuid: Set(draw(&*ctx.app.random, ALPHANUMERIC, UUID)),
        channel: Set(CHANNEL.to_owned()),
        kind: Set(message.kind.to_owned()),
        lane: Set(message.lane),
        recipient_id: Set(message.recipient),
        approval_id: Set(message.approval),
        body: Set(message.body),
        state: Set(DeliveryState::Waiting),
        attempts: Set(0),
        next_at: Set(next_at),
        created_at: Set(ctx.now()),
        ..Default::default()
    }
}
