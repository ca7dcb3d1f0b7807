//! Who a person is on Feishu or WeCom.

use sea_orm::entity::prelude::*;

/// One row of `person_binding`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person_binding")]
pub struct Model {
    /// The key; never given out twice.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// `feishu` or `wecom`.
    pub platform: String,
    /// The account; none when only the news of a leaver is remembered.
    pub staff_id: Option<i64>,
    /// The tenant key or corp id.
    pub tenant: String,
    /// Feishu: open_id; WeCom: userid in lower case.
    pub external_id: String,
    /// Feishu: union_id.
    pub union_id: Option<String>,
    /// Feishu: user_id, which Feishu may give to others later; WeCom: the userid as it is spelt there.
    pub user_id: Option<String>,
    /// The name over there.
    pub name: Option<String>,
    /// The number over there, normalised.
    pub phone: Option<String>,
    /// Further delivered fields, a JSON object.
    pub info: String,
    /// Whether the account was made from there.
    pub made_account: bool,
    /// The time of the latest news about the person.
    pub news_at: DateTimeUtc,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
