//! A line of history: written once, never changed, with the ids and names of that moment.

use sea_orm::entity::prelude::*;

use crate::entity::words::{Door, HistoryKind};

/// One row of `history`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "history")]
pub struct Model {
    /// The key; never given out twice.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// What happened.
    pub kind: HistoryKind,
    /// The asset's key.
    pub asset_id: i64,
    /// The asset's legacy key.
    pub asset_unique_id: String,
    /// The asset's name at that time.
    pub asset_name: String,
    /// The person it is about.
    pub related_id: Option<i64>,
    /// The person it is about: the legacy key at that time.
    pub related_unique_id: Option<String>,
    /// The person it is about: the name at that time.
    pub related_name: Option<String>,
    /// The person who did it; none for the system.
    pub actor_id: Option<i64>,
    /// The person who did it: the legacy key at that time.
    pub actor_unique_id: Option<String>,
    /// The person who did it: the name at that time.
    pub actor_name: Option<String>,
    /// The request it settled or opened.
    pub approval_id: Option<i64>,
    /// The door it came through.
    pub door: Door,
    /// The sentence the legacy dialects print, in Chinese with the local time.
    pub description: String,
    /// When.
    pub at: DateTimeUtc,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
