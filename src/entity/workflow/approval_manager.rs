//! An asset admin to whom a request is addressed.

use sea_orm::entity::prelude::*;

/// One row of `approval_manager`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "approval_manager")]
pub struct Model {
    /// The request.
    #[sea_orm(primary_key, auto_increment = false)]
    pub approval_id: i64,
    /// The asset admin.
    #[sea_orm(primary_key, auto_increment = false)]
    pub staff_id: i64,
    /// Whether the applicant named this person.
    pub named: bool,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The request.
    #[sea_orm(belongs_to = "super::approval::Entity", from = "Column::ApprovalId", to = "super::approval::Column::Id")]
    Approval,
}

impl ActiveModelBehavior for ActiveModel {}
