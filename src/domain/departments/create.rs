//! A new department.

use sea_orm::{ActiveModelTrait, ConnectionTrait, Set};

use super::{Department, find, find_parent};
use crate::{
    domain::{Code, Context, Key, Outcome, Permission, idempotency::Once, text, transact},
    entity::department,
};

/// A department to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Create {
    /// The legacy key; made by us when none.
    pub unique_id: Option<String>,
    /// What people call it; names may repeat.
    pub name: String,
    /// Where it is; may be empty.
    pub location: String,
    /// The department above; none makes a root.
    pub parent: Option<Key>,
    /// Makes a repetition of the call give the same department.
    pub idempotency_key: Option<String>,
}

/// Makes a department. Permission `/departments/*` (contract: asset-platform §7.27).
pub async fn create(ctx: &Context, input: Create) -> Outcome<Department> {
    ctx.may(Permission::Departments)?;
    input.unique_id.as_deref().map_or(Ok(()), |id| text::name("uniqueId", id))?;
    text::name("name", &input.name)?;
    text::bounded("location", &input.location, text::SHORT)?;
    let parent = format!("{:?}", input.parent);
    let asked = (&input.unique_id, &input.name, &input.location, parent);
    let once = &Once::new("departmentCreate", input.idempotency_key.as_deref(), || asked)?;
    transact!(ctx, |tx| create_in(&tx, ctx, &input, once.as_ref()))
}

async fn create_in(
    db: &impl ConnectionTrait,
    ctx: &Context,
    input: &Create,
    once: Option<&Once>,
) -> Outcome<Department> {
    if let Some(once) = once
        && let Some(made) = once.earlier(db, ctx).await?
    {
        return find(db, &Key::Id(made.first().copied().unwrap_or_default())).await;
    }
    let parent = match &input.parent {
        Some(key) => Some(find_parent(db, key).await?.id),
        None => None,
    };
    let unique_id = input.unique_id.clone().unwrap_or_else(|| ctx.app.unique_id());
    if Key::UniqueId(unique_id.clone()).find::<department::Entity>(db).await?.is_some() {
        return Err(Code::DepartmentIdTaken.on("uniqueId"));
    }
    let row = department::ActiveModel {
        unique_id: Set(unique_id),
        name: Set(input.name.clone()),
        location: Set(input.location.clone()),
        parent_id: Set(parent),
        version: Set(1),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
        ..Default::default()
    };
    let department = row.insert(db).await?;
    if let Some(once) = once {
        once.remember(db, ctx, &[department.id]).await?;
    }
    Ok(department)
}
