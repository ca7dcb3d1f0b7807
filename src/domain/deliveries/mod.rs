//! What comes in from other platforms and goes out to them, for administrators: how far each has come and why it stands still. Never what
//! it says: bodies stay where they are.

use async_graphql::Enum;
use chrono::{DateTime, Utc};

use crate::entity::{
    inbox, outbox,
    words::{DeliveryState, Platform},
};

mod list;
mod retry;

pub use list::{Filter, Tally, count, get, list, tally};
pub use retry::retry;

/// Which way something goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(name = "DeliveryDirection")]
pub enum Direction {
    /// What a platform pushed to us, to be acted on.
    Inbox,
    /// What we send to a platform.
    #[default]
    Outbox,
}

/// Something that came in or goes out, without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Which way.
    pub direction: Direction,
    /// The key within its direction.
    pub id: i64,
    /// From where or to where; none for a platform that we no longer know.
    pub platform: Option<Platform>,
    /// The type: of what came in, as the platform calls it.
    pub kind: String,
    /// How far it has come.
    pub state: DeliveryState,
    /// How often it was tried, since somebody last had it tried again.
    pub attempts: i64,
    /// When it is tried next, while it waits.
    pub next_at: DateTime<Utc>,
    /// When it came in or was written.
    pub created_at: DateTime<Utc>,
    /// When the platform took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// The person it is for.
    pub recipient_id: Option<i64>,
    /// The request it is about.
    pub approval_id: Option<i64>,
    /// The platform's id of the message.
    pub message_id: Option<String>,
}

impl From<inbox::Model> for Delivery {
    fn from(row: inbox::Model) -> Self {
        Self {
            direction: Direction::Inbox,
            id: row.id,
            platform: Platform::parse(&row.source),
            kind: row.kind,
            state: row.state,
            attempts: row.attempts,
            next_at: row.next_at,
            created_at: row.received_at,
            sent_at: None,
            last_error: row.last_error,
            recipient_id: None,
            approval_id: None,
            message_id: None,
        }
    }
}

impl From<outbox::Model> for Delivery {
    fn from(row: outbox::Model) -> Self {
        Self {
            direction: Direction::Outbox,
            id: row.id,
            platform: Platform::parse(&row.channel),
            kind: row.kind,
            state: row.state,
            attempts: row.attempts,
            next_at: row.next_at,
            created_at: row.created_at,
            sent_at: row.sent_at,
            last_error: row.last_error,
            recipient_id: row.recipient_id,
            approval_id: row.approval_id,
            message_id: row.message_id,
        }
    }
}
