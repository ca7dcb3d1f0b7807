//! Staff: who there is, what is known about them, and who may log in (contract: asset-platform §7.3–7.9).

use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel, Set};

use crate::entity::staff;

use super::{Code, Context, Key, Outcome, Permission};

mod create;
mod delete;
mod group;
mod list;
pub mod listing;
mod lock;
mod named;
mod password;
mod roles;
mod update;

pub use create::{Create, create};
pub use delete::delete;
pub use group::set_group;
pub use list::{Filter, Order, count, count_each, list, list_each, numbered};
pub use lock::{lock, lock_in, unlock, unlock_in};
pub use named::{Named, all_named, by_username, named};
pub use password::{Hashed, set_password, set_password_in};
pub use roles::{roles_of, set_roles};
pub use update::{Update, update};

/// A person.
pub type Staff = staff::Model;

/// The person with this key. Everybody logged in may look people up.
pub async fn get(ctx: &Context, key: &Key) -> Outcome<Option<Staff>> {
    ctx.known()?;
    key.find::<staff::Entity>(ctx.db().read()).await
}

/// Whether the actor sees the mobile number and the mail address of the person with this key: who keeps staff, and everybody
/// their own. Name, username, group, department and lock are for everybody logged in.
pub fn sees_contacts(ctx: &Context, staff: i64) -> bool {
    ctx.holds(Permission::Users) || ctx.is(staff)
}

/// Whether the actor sees the roles of the person with this key: who keeps staff or roles, and everybody their own.
pub fn sees_roles(ctx: &Context, staff: i64) -> bool {
    ctx.holds(Permission::Users) || ctx.holds(Permission::Rbac) || ctx.is(staff)
}

/// The person with this key, for an operation on them.
async fn find(db: &impl ConnectionTrait, key: &Key) -> Outcome<Staff> {
    key.find::<staff::Entity>(db).await?.ok_or_else(|| Code::StaffNotFound.on("id"))
}

/// Refuses what nobody may do to themselves.
fn somebody_else(ctx: &Context, staff: &Staff) -> Outcome<()> {
    if ctx.is(staff.id) { Err(Code::NotYourself.on("id")) } else { Ok(()) }
}

/// Stores what `set` changes in the row of a person, as its next version.
async fn change(
    db: &impl ConnectionTrait,
    ctx: &Context,
    staff: Staff,
    set: impl FnOnce(&mut staff::ActiveModel),
) -> Outcome<Staff> {
    let version = staff.version;
    let mut row = staff.into_active_model();
    set(&mut row);
    row.version = Set(version + 1);
    row.updated_at = Set(ctx.now());
    Ok(row.update(db).await?)
}
