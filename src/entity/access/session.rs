//! A login that lasts: one row, three faces (token, session string, JWT). Never leaves the domain.

use sea_orm::entity::prelude::*;

use crate::entity::words::Door;

/// One row of `session`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// The key; never given out twice.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose login.
    pub staff_id: i64,
    /// SHA-256 in hex of the opaque face; none when only a JWT was issued.
    pub token_hash: Option<String>,
    /// The door it was opened through.
    pub door: Door,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When it was last used, to the minute or a quarter of the idle lifetime; the idle lifetime counts from here.
    pub seen_at: DateTimeUtc,
    /// The end of its absolute lifetime.
    pub ends_at: DateTimeUtc,
    /// When logout, lock or a new password ended it.
    pub ended_at: Option<DateTimeUtc>,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Whose login.
    #[sea_orm(
        belongs_to = "crate::entity::staff::Entity",
        from = "Column::StaffId",
        to = "crate::entity::staff::Column::Id"
    )]
    Staff,
}

impl ActiveModelBehavior for ActiveModel {}
