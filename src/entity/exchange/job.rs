//! Work of which one run is under way at a time, on whatever server.

use sea_orm::entity::prelude::*;

/// One row of `job`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// What is to be done.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// When somebody asked for it last.
    pub asked_at: DateTimeUtc,
    /// Whether a run is wanted.
    pub waiting: bool,
    /// Until when the run under way is believed to live; none when none is under way.
    pub running_until: Option<DateTimeUtc>,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
