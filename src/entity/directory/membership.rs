//! That a person belongs to a department on Feishu or WeCom.

use sea_orm::entity::prelude::*;

/// One row of `membership`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    /// Who, as the platform knows them.
    #[sea_orm(primary_key, auto_increment = false)]
    pub binding_id: i64,
    /// Our department.
    #[sea_orm(primary_key, auto_increment = false)]
    pub department_id: i64,
    /// The place among the person's departments, from 0.
    pub place: i64,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Who.
    #[sea_orm(
        belongs_to = "super::person_binding::Entity",
        from = "Column::BindingId",
        to = "super::person_binding::Column::Id"
    )]
    Binding,
    /// Where.
    #[sea_orm(
        belongs_to = "crate::entity::organisation::department::Entity",
        from = "Column::DepartmentId",
        to = "crate::entity::organisation::department::Column::Id"
    )]
    Department,
}

impl ActiveModelBehavior for ActiveModel {}
