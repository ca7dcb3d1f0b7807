//! A login on its way through another platform's page.

use sea_orm::entity::prelude::*;

/// One row of `login_state`. It is deleted by the login that brings the state back.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "login_state")]
pub struct Model {
    /// The digest of the state.
    #[sea_orm(primary_key, auto_increment = false)]
    pub state_hash: String,
    /// Where the person comes back to.
    pub redirect_uri: String,
    /// The verifier of PKCE, sealed.
    pub verifier: Option<String>,
    /// The account that the login is to be bound to.
    pub staff_id: Option<i64>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
