//! A person of the company who can log in, hold assets and ask for them.

use sea_orm::entity::prelude::*;

use crate::entity::words::{LockedBy, StaffGroup};

/// One row of `staff`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff")]
pub struct Model {
    /// The key; never given out twice.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The legacy key, compared exactly.
    pub unique_id: String,
    /// The login name, unique among the living.
    pub username: String,
    /// The display name; names may repeat.
    pub name: String,
    /// Which of the four built-in roles the person has.
    pub staff_group: StaffGroup,
    /// Where the person belongs.
    pub department_id: Option<i64>,
    /// The phone number, if one is known.
    pub mobile: Option<String>,
    /// The mail address, if one is known.
    pub email: Option<String>,
    /// Whether the person is kept from logging in.
    pub locked: bool,
    /// Who locked the person; none when not locked.
    pub locked_by: Option<LockedBy>,
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
    /// Where the person belongs.
    #[sea_orm(
        belongs_to = "super::department::Entity",
        from = "Column::DepartmentId",
        to = "super::department::Column::Id"
    )]
    Department,
}

impl ActiveModelBehavior for ActiveModel {}

impl Related<super::department::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Department.def()
    }
}
