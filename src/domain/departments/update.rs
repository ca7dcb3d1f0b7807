//! Renaming a department, noting another place, and moving it within the tree.

use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel, Set};

use super::{Department, find, find_parent};
use crate::{
    db::{Tree, ancestors},
    domain::{Change, Code, Context, Key, Outcome, Permission, text, transact},
};

/// What to change; what is not given stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// What people call it.
    pub name: Option<String>,
    /// Where it is.
    pub location: Option<String>,
    /// The department above; cleared, it becomes a root.
    pub parent: Change<Key>,
    /// The version the caller saw; refused when it is another by now.
    pub expected_version: Option<i64>,
}

/// Changes a department, all or nothing; it never comes to be below itself. Permission `/departments/*`
/// (contract: asset-platform §7.31).
pub async fn update(ctx: &Context, key: &Key, input: &Update) -> Outcome<Department> {
    ctx.may(Permission::Departments)?;
    input.name.as_deref().map_or(Ok(()), |name| text::name("name", name))?;
    input.location.as_deref().map_or(Ok(()), |location| text::bounded("location", location, text::SHORT))?;
    transact!(ctx, |tx| update_in(&tx, ctx, key, input))
}

async fn update_in(db: &impl ConnectionTrait, ctx: &Context, key: &Key, input: &Update) -> Outcome<Department> {
    let department = find(db, key).await?;
    if input.expected_version.is_some_and(|version| version != department.version) {
        return Err(Code::VersionConflict.on("expectedVersion"));
    }
    let parent = match &input.parent {
        Change::Keep => department.parent_id,
        Change::Clear => None,
        Change::Set(key) => {
            let parent = find_parent(db, key).await?.id;
            if ancestors(db, Tree::Departments, parent).await?.contains(&department.id) {
                return Err(Code::DepartmentCycle.on("parentId"));
            }
            Some(parent)
        }
    };
    let version = department.version;
    let mut row = department.into_active_model();
    row.parent_id = Set(parent);
    if let Some(name) = &input.name {
        row.name = Set(name.clone());
    }
    if let Some(location) = &input.location {
        row.location = Set(location.clone());
    }
    row.version = Set(version + 1);
    row.updated_at = Set(ctx.now());
    Ok(row.update(db).await?)
}
