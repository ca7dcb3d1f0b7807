//! Changing what a role is called and what it grants.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};

use super::{
    Administrators, Role, RoleKey, SUPERIOR,
    create::{check_words, grant},
    find, permissions_of_roles,
    rank::standing,
};
use crate::{
    domain::{Code, Context, Outcome, Permission, Permissions, transact},
    entity::role_permission,
};

/// What to change; what is not given stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// What people call it.
    pub display_name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// What it grants.
    pub permissions: Option<Permissions>,
    /// The version the caller saw; refused when it is another by now.
    pub expected_version: Option<i64>,
}

/// Changes a role. Its grants change only if the actor holds all that it granted and all that it will; those of `suadmin` never.
/// Permission `/rbac/*`.
pub async fn update(ctx: &Context, key: &RoleKey, input: &Update) -> Outcome<Role> {
    ctx.may(Permission::Rbac)?;
    check_words(input.display_name.as_deref(), input.description.as_deref())?;
    transact!(ctx, |tx| update_in(&tx, ctx, key, input))
}

async fn update_in(db: &impl ConnectionTrait, ctx: &Context, key: &RoleKey, input: &Update) -> Outcome<Role> {
    let role = find(db, key).await?;
    if input.expected_version.is_some_and(|version| version != role.version) {
        return Err(Code::VersionConflict.on("expectedVersion"));
    }
    if let Some(permissions) = input.permissions {
        change_grants(db, ctx, &role, permissions).await.map_err(|fault| fault.on("permissions"))?;
    }
    let version = role.version;
    let mut row = role.into_active_model();
    if let Some(display_name) = &input.display_name {
        row.display_name = Set(display_name.clone());
    }
    if let Some(description) = &input.description {
        row.description = Set(description.clone());
    }
    row.version = Set(version + 1);
    row.updated_at = Set(ctx.now());
    Ok(row.update(db).await?)
}

async fn change_grants(db: &impl ConnectionTrait, ctx: &Context, role: &Role, permissions: Permissions) -> Outcome<()> {
    let granted = permissions_of_roles(db, &[role.id]).await?.remove(&role.id).unwrap_or_default();
    if granted == permissions {
        return Ok(());
    }
    if role.name == SUPERIOR {
        return Err(Code::RoleProtected.into());
    }
    let standing = standing(db, ctx).await?;
    if !standing.covers(granted) || !standing.covers(permissions) {
        return Err(Code::RankExceeded.into());
    }
    let administrators = Administrators::before(db).await?;
    role_permission::Entity::delete_many().filter(role_permission::Column::RoleId.eq(role.id)).exec(db).await?;
    grant(db, role.id, permissions).await?;
    administrators.remain(db).await
}
