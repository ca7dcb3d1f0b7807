//! People by login name, as old systems compared it.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, Func},
};

use crate::{
    domain::{Context, Outcome},
    entity::staff,
};

use super::Staff;

/// The person with this login name. Everybody logged in may look people up.
pub async fn by_username(ctx: &Context, username: &str) -> Outcome<Option<Staff>> {
    ctx.known()?;
    named(ctx.db().read(), username).await
}

/// The person whose login name is `username` exactly, or else without regard to the case of ASCII letters if one person alone is
/// called so (contract: laravel-template §1.8).
pub async fn named(db: &impl ConnectionTrait, username: &str) -> Outcome<Option<Staff>> {
    // The databases take no U+0000, so nobody is called by it.
    if username.contains('\0') {
        return Ok(None);
    }
    let exactly = staff::Entity::find().filter(staff::Column::Username.eq(username)).one(db).await?;
    if exactly.is_some() {
        return Ok(exactly);
    }
    let folded = Expr::expr(Func::lower(Expr::col(staff::Column::Username))).eq(username.to_ascii_lowercase());
    let mut found = staff::Entity::find().filter(folded).limit(2).all(db).await?;
    Ok(if found.len() == 1 { found.pop() } else { None })
}
