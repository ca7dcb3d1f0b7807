//! The password of a person; people without a row cannot log in by password. Never leaves the domain.

use sea_orm::entity::prelude::*;

/// One row of `credential`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credential")]
pub struct Model {
    /// Whose password.
    #[sea_orm(primary_key, auto_increment = false)]
    pub staff_id: i64,
    /// argon2id as a PHC string, or a bcrypt hash taken over from a legacy system.
    pub password_hash: String,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
