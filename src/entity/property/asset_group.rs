//! An asset group: a node of the one tree whose root is `0`.

use sea_orm::entity::prelude::*;

/// One row of `asset_group`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "asset_group")]
pub struct Model {
    /// The key; never given out twice.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The legacy key, compared exactly.
    pub unique_id: String,
    /// What people call it, unique.
    pub name: String,
    /// The group above; none at the root only.
    pub parent_id: Option<i64>,
    /// Counts the changes of this row, from 1.
    pub version: i64,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
