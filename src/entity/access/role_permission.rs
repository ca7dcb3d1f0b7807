//! A permission that a role grants.

use sea_orm::entity::prelude::*;

/// One row of `role_permission`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role_permission")]
pub struct Model {
    /// The role.
    #[sea_orm(primary_key, auto_increment = false)]
    pub role_id: i64,
    /// The permission's name, one of `Permission::name`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub permission: String,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
