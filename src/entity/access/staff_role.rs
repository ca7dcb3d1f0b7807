//! A role that a person has beside the staff group.

use sea_orm::entity::prelude::*;

/// One row of `staff_role`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_role")]
pub struct Model {
    /// The person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub staff_id: i64,
    /// The role.
    #[sea_orm(primary_key, auto_increment = false)]
    pub role_id: i64,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The role.
    #[sea_orm(belongs_to = "super::role::Entity", from = "Column::RoleId", to = "super::role::Column::Id")]
    Role,
    /// The person.
    #[sea_orm(
        belongs_to = "crate::entity::staff::Entity",
        from = "Column::StaffId",
        to = "crate::entity::staff::Column::Id"
    )]
    Staff,
}

impl ActiveModelBehavior for ActiveModel {}
