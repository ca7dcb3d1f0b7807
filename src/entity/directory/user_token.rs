//! The tokens by which a person of Feishu is asked for in their own name. Never leave the domain.

use sea_orm::entity::prelude::*;

/// One row of `user_token`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_token")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub binding_id: i64,
    /// The tokens and the flow they are of, sealed.
    pub sealed: String,
    /// When the access token ends.
    pub ends_at: DateTimeUtc,
    /// Until when somebody is believed to be renewing them.
    pub renewing_until: Option<DateTimeUtc>,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
