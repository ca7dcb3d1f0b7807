//! A QR code shown on a PC, waiting for a phone.

use sea_orm::entity::prelude::*;

/// One row of `qr_login`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "qr_login")]
pub struct Model {
    /// The key; never given out twice.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// SHA-256 in hex of the nonce.
    pub nonce_hash: String,
    /// `pending`, `scanned` or `confirmed`.
    pub state: String,
    /// Who scanned it first.
    pub owner_id: Option<i64>,
    /// The address that asked for the code.
    pub client_address: String,
    /// The browser that asked for the code.
    pub client_agent: String,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When it stops working.
    pub expires_at: DateTimeUtc,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
