//! A key under which a person already asked for something, and what came of it.

use sea_orm::entity::prelude::*;

/// One row of `idempotency_key`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// Who asked.
    #[sea_orm(primary_key, auto_increment = false)]
    pub staff_id: i64,
    /// Which operation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub operation: String,
    /// The key the client chose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// SHA-256 in hex of the input, so that one key never answers two questions.
    pub fingerprint: String,
    /// Keys of the rows that were made, as a JSON list.
    pub result: String,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
