//! Work that one of many servers does at a time.

use sea_orm::entity::prelude::*;

/// One row of `job`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// Which work.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// `idle`, `waiting` or `working`.
    pub state: String,
    /// Marks the run that is doing it.
    pub holder: Option<String>,
    /// Until when the run that is doing it is believed to live; otherwise when the row was last changed.
    pub until: DateTimeUtc,
    /// Why the latest run ended early, without secrets.
    pub last_error: Option<String>,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
