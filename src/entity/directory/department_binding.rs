//! Which department of ours is which on Feishu or WeCom.

use sea_orm::entity::prelude::*;

/// One row of `department_binding`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "department_binding")]
pub struct Model {
    /// The key; never given out twice.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// `feishu` or `wecom`.
    pub platform: String,
    /// Our department.
    pub department_id: i64,
    /// The tenant key or corp id.
    pub tenant: String,
    /// The platform's id.
    pub external_id: String,
    /// The platform's order, 0 … 4294967295.
    pub position: i64,
    /// Whether the last sync delivered it.
    pub delivered: bool,
    /// The time of the latest news about it.
    pub news_at: DateTimeUtc,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
