//! Departments: the tree that staff belong to (contract: asset-platform §7.27–7.31).

use sea_orm::ConnectionTrait;

use crate::entity::department;

use super::{Code, Context, Key, Outcome};

mod create;
mod delete;
mod list;
pub mod listing;
mod update;

pub use create::{Create, create};
pub use delete::delete;
pub use list::{Filter, Order, count, count_each, list, list_each, numbered};
pub use update::{Update, update};

/// A department.
pub type Department = department::Model;

/// The department with this key. Everybody logged in may look departments up.
pub async fn get(ctx: &Context, key: &Key) -> Outcome<Option<Department>> {
    ctx.known()?;
    key.find::<department::Entity>(ctx.db().read()).await
}

/// The department with this key, for an operation on it.
async fn find(db: &impl ConnectionTrait, key: &Key) -> Outcome<Department> {
    key.find::<department::Entity>(db).await?.ok_or_else(|| Code::DepartmentNotFound.on("id"))
}

/// The department under which another is put.
async fn find_parent(db: &impl ConnectionTrait, key: &Key) -> Outcome<Department> {
    key.find::<department::Entity>(db).await?.ok_or_else(|| Code::DepartmentParentNotFound.on("parentId"))
}
