//! A push that was received, proved and stored, to be acted on once.

use sea_orm::entity::prelude::*;

use crate::entity::words::DeliveryState;

/// One row of `inbox`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inbox")]
pub struct Model {
    /// The key; never given out twice.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Who pushed it.
    pub source: String,
    /// What makes it this push and no other.
    pub once_key: String,
    /// The type the sender gave it.
    pub kind: String,
    /// Whom it is about: pushes about one subject are acted on by their own time.
    pub subject: Option<String>,
    /// The body, decrypted.
    pub body: String,
    /// The push's own time.
    pub happened_at: DateTimeUtc,
    /// When it came in.
    pub received_at: DateTimeUtc,
    /// How far it has come.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i64,
    /// When to try it next.
    pub next_at: DateTimeUtc,
    /// Why the last try failed, without secrets.
    pub last_error: Option<String>,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
