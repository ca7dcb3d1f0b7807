//! A message to be sent, written in the transaction that caused it.

use sea_orm::entity::prelude::*;

use crate::entity::words::DeliveryState;

/// One row of `outbox`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    /// The key; never given out twice.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The same in every try, so that the platform sends it once.
    pub uuid: String,
    /// `feishu` or `wecom`.
    pub channel: String,
    /// Card, card update, text.
    pub kind: String,
    /// Messages of one lane leave in order.
    pub lane: String,
    /// The person it is for.
    pub recipient_id: Option<i64>,
    /// The request it is about.
    pub approval_id: Option<i64>,
    /// What to send, without secrets.
    pub body: String,
    /// How far it has come.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i64,
    /// When to try it next.
    pub next_at: DateTimeUtc,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the platform took it.
    pub sent_at: Option<DateTimeUtc>,
    /// The platform's id of the message.
    pub message_id: Option<String>,
    /// Why the last try failed, without secrets.
    pub last_error: Option<String>,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
