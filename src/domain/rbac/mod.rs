//! Roles beside the four staff groups, and what they grant (contract: laravel-template §3).

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::entity::role;

use super::{Code, Context, Outcome};

mod create;
mod delete;
mod held;
mod rank;
mod update;

pub use create::{Create, create};
pub use delete::delete;
pub use held::{permissions_of, permissions_of_many, permissions_of_roles};
pub use rank::{Administrators, SUPERIOR, within_rank};
pub use update::{Update, update};

/// A role.
pub type Role = role::Model;

/// How somebody names a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleKey {
    /// By our key.
    Id(i64),
    /// By name, without regard to case: two names never differ by case alone.
    Name(String),
}

/// All roles in order of key. Everybody logged in may read their names.
pub async fn list(ctx: &Context) -> Outcome<Vec<Role>> {
    ctx.known()?;
    Ok(role::Entity::find().order_by_asc(role::Column::Id).all(ctx.db().read()).await?)
}

/// The role with this key, if there is one.
pub async fn get(ctx: &Context, key: &RoleKey) -> Outcome<Option<Role>> {
    ctx.known()?;
    look_up(ctx.db().read(), key).await
}

/// The role with this key, for an operation on it.
pub async fn find(db: &impl ConnectionTrait, key: &RoleKey) -> Outcome<Role> {
    look_up(db, key).await?.ok_or_else(|| Code::RoleNotFound.on("id"))
}

async fn look_up(db: &impl ConnectionTrait, key: &RoleKey) -> Outcome<Option<Role>> {
    let role = match key {
        RoleKey::Id(id) => role::Entity::find_by_id(*id),
        RoleKey::Name(name) if name.contains('\0') => return Ok(None),
        RoleKey::Name(name) => role::Entity::find().filter(role::Column::NameFolded.eq(name.to_lowercase())),
    };
    Ok(role.one(db).await?)
}
