//! Roles beside the four staff groups, and what they grant (contract: laravel-template §3).

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Select};

use crate::{
    db::{self, CursorKey, Page, PageKey, Window},
    entity::role,
};

use super::{Code, Context, Outcome, Permission};

mod create;
mod delete;
mod held;
mod rank;
mod update;

pub use create::{Create, create};
pub use delete::delete;
pub use held::{held, permissions_of, permissions_of_many, permissions_of_roles};
pub use rank::{Administrators, Keepers, SUPERIOR, within_rank};
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

/// Roles in order of key.
const BY_ENTRY: PageKey<role::Entity> = PageKey {
    name: "role",
    column: None,
    id: role::Column::Id,
    descending: false,
    read: |row| (CursorKey::None(()), row.id),
};

/// Passes for who gives roles and for who keeps the people that have them.
fn may_read(ctx: &Context) -> Outcome<()> {
    if ctx.holds(Permission::Users) { Ok(()) } else { ctx.may(Permission::Rbac) }
}

/// A window of the roles whose name or display name contains `search`, oldest first. Permission `/rbac/*` or `/users/*`.
pub async fn list(ctx: &Context, search: Option<&str>, window: &Window) -> Outcome<Page<Role>> {
    may_read(ctx)?;
    Ok(db::page(ctx.db().read(), select(search), &BY_ENTRY, window).await?)
}

/// Every role, oldest first. Permission `/rbac/*` or `/users/*`.
pub async fn all(ctx: &Context) -> Outcome<Vec<Role>> {
    may_read(ctx)?;
    Ok(role::Entity::find().order_by_asc(role::Column::Id).all(ctx.db().read()).await?)
}

/// How many roles there are whose name or display name contains `search`.
pub async fn count(ctx: &Context, search: Option<&str>) -> Outcome<u64> {
    may_read(ctx)?;
    Ok(select(search).count(ctx.db().read()).await?)
}

fn select(search: Option<&str>) -> Select<role::Entity> {
    use role::Column::{DisplayName, Name};
    let search = search.filter(|text| !text.is_empty());
    let search = search.map(|text| Condition::any().add(db::contains(Name, text)).add(db::contains(DisplayName, text)));
    role::Entity::find().filter(Condition::all().add_option(search))
}

/// The role with this key, if there is one.
pub async fn get(ctx: &Context, key: &RoleKey) -> Outcome<Option<Role>> {
    may_read(ctx)?;
    look_up(ctx.db().read(), key).await
}

/// The role with this key, for an operation on it.
pub async fn find(db: &impl ConnectionTrait, key: &RoleKey) -> Outcome<Role> {
    look_up(db, key).await?.ok_or_else(|| Code::RoleNotFound.on("id"))
}

/// Roles found by many keys at once.
pub struct Found {
    by_id: HashMap<i64, Role>,
    by_name: HashMap<String, i64>,
}

impl Found {
    /// The role with this key.
    pub fn get(&self, key: &RoleKey) -> Option<&Role> {
        match key {
            RoleKey::Id(id) => self.by_id.get(id),
            RoleKey::Name(name) => self.by_id.get(self.by_name.get(&name.to_lowercase())?),
        }
    }
}

/// The roles with these keys, in one statement a thousand keys.
pub async fn find_all(db: &impl ConnectionTrait, keys: &[RoleKey]) -> Outcome<Found> {
    let mut found = Found { by_id: HashMap::new(), by_name: HashMap::new() };
    for chunk in keys.chunks(1000) {
        let ids = chunk.iter().filter_map(|key| match key {
            RoleKey::Id(id) => Some(*id),
            RoleKey::Name(_) => None,
        });
        let names = chunk.iter().filter_map(|key| match key {
            RoleKey::Name(name) if !name.contains('\0') => Some(name.to_lowercase()),
            RoleKey::Id(_) | RoleKey::Name(_) => None,
        });
        let wanted = Condition::any().add(role::Column::Id.is_in(ids)).add(role::Column::NameFolded.is_in(names));
        for role in role::Entity::find().filter(wanted).all(db).await? {
            found.by_name.insert(role.name_folded.clone(), role.id);
            found.by_id.insert(role.id, role);
        }
    }
    Ok(found)
}

async fn look_up(db: &impl ConnectionTrait, key: &RoleKey) -> Outcome<Option<Role>> {
    let role = match key {
        RoleKey::Id(id) => role::Entity::find_by_id(*id),
        RoleKey::Name(name) if name.contains('\0') => return Ok(None),
        RoleKey::Name(name) => role::Entity::find().filter(role::Column::NameFolded.eq(name.to_lowercase())),
    };
    Ok(role.one(db).await?)
}
