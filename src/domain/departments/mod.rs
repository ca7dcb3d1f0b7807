//! Departments: the tree that staff belong to (contract: asset-platform §7.27–7.31).

use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use crate::{db::first_of_each, entity::department};

use super::{Code, Context, Key, Outcome};

mod create;
mod delete;
mod list;
mod update;

pub use create::{Create, create};
pub use delete::delete;
pub use list::{Filter, Order, count, first_page, list};
pub use update::{Update, update};

/// A department.
pub type Department = department::Model;

/// The department with this key. Everybody logged in may look departments up.
pub async fn get(ctx: &Context, key: &Key) -> Outcome<Option<Department>> {
    ctx.known()?;
    key.find::<department::Entity>(ctx.db().read()).await
}

/// The first `limit` departments directly below each of `parents`, oldest first; for loaders.
pub async fn children_of(
    db: &impl ConnectionTrait,
    parents: &[i64],
    limit: u64,
) -> Outcome<HashMap<i64, Vec<Department>>> {
    use department::Column::{Id, ParentId};
    let rows = first_of_each::<department::Entity>(db, ParentId, Id, parents, limit).await?;
    let mut children: HashMap<i64, Vec<Department>> = HashMap::new();
    for row in rows {
        if let Some(parent) = row.parent_id {
            children.entry(parent).or_default().push(row);
        }
    }
    Ok(children)
}

/// The department with this key, for an operation on it.
async fn find(db: &impl ConnectionTrait, key: &Key) -> Outcome<Department> {
    key.find::<department::Entity>(db).await?.ok_or_else(|| Code::DepartmentNotFound.on("id"))
}

/// The department under which another is put.
async fn find_parent(db: &impl ConnectionTrait, key: &Key) -> Outcome<Department> {
    key.find::<department::Entity>(db).await?.ok_or_else(|| Code::DepartmentParentNotFound.on("parentId"))
}
