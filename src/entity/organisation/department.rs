//! A department: a place in the tree that staff belong to.

use sea_orm::entity::prelude::*;

/// One row of `department`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "department")]
pub struct Model {
    /// The key; never given out twice.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The legacy key, compared exactly.
    pub unique_id: String,
    /// What people call it; names may repeat.
    pub name: String,
    /// Where it is; may be empty.
    pub location: String,
    /// The department above; none at a root.
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
pub enum Relation {
    /// The department above.
    #[sea_orm(belongs_to = "Entity", from = "Column::ParentId", to = "Column::Id")]
    Parent,
}

impl ActiveModelBehavior for ActiveModel {}
