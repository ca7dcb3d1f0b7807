//! A new role.

use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, Set};

use super::{Role, RoleKey, look_up, rank::standing};
use crate::{
    domain::{Code, Context, Outcome, Permission, Permissions, idempotency::Once, text, transact},
    entity::{role, role_permission, words::StaffGroup},
};

/// A role to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Create {
    /// Its name, unique without regard to case.
    pub name: String,
    /// What people call it; the name when none.
    pub display_name: Option<String>,
    /// What it is for; the name when none.
    pub description: Option<String>,
    /// What it grants.
    pub permissions: Permissions,
    /// Makes a repetition of the call give the same role.
    pub idempotency_key: Option<String>,
}

/// Makes a role that grants no more than the actor holds. Permission `/rbac/*` (contract: laravel-template §4.13).
pub async fn create(ctx: &Context, input: Create) -> Outcome<Role> {
    ctx.may(Permission::Rbac)?;
    check_name(&input.name)?;
    check_words(input.display_name.as_deref(), input.description.as_deref())?;
    let permissions: Vec<&str> = input.permissions.iter().map(Permission::name).collect();
    let asked = (&input.name, &input.display_name, &input.description, permissions);
    let once = &Once::new("roleCreate", input.idempotency_key.as_deref(), || asked)?;
    transact!(ctx, |tx| create_in(&tx, ctx, &input, once.as_ref()))
}

/// Passes a role name: not a number, because roles are also named by key, no staff group, and fit for a path.
fn check_name(name: &str) -> Outcome<()> {
    text::name("name", name)?;
    let number = name.bytes().all(|byte| byte.is_ascii_digit());
    let group = StaffGroup::ALL.iter().any(|group| group.word().eq_ignore_ascii_case(name));
    let unfit = name.contains('/') || name.chars().any(char::is_control);
    if number || group || unfit { Err(Code::RoleNameReserved.on("name")) } else { Ok(()) }
}

/// Passes what people read about a role.
pub(super) fn check_words(display_name: Option<&str>, description: Option<&str>) -> Outcome<()> {
    for (field, value) in [("displayName", display_name), ("description", description)] {
        value.map_or(Ok(()), |value| text::bounded(field, value, text::SHORT))?;
    }
    let unfit = display_name.is_some_and(|name| name.chars().any(char::is_control));
    if unfit { Err(Code::CharacterForbidden.on("displayName")) } else { Ok(()) }
}

async fn create_in(db: &impl ConnectionTrait, ctx: &Context, input: &Create, once: Option<&Once>) -> Outcome<Role> {
    if let Some(once) = once
        && let Some(made) = once.earlier(db, ctx).await?
    {
        return super::find(db, &RoleKey::Id(made.first().copied().unwrap_or_default())).await;
    }
    if look_up(db, &RoleKey::Name(input.name.clone())).await?.is_some() {
        return Err(Code::RoleNameTaken.on("name"));
    }
    if !standing(db, ctx).await?.covers(input.permissions) {
        return Err(Code::RankExceeded.on("permissions"));
    }
    let row = role::ActiveModel {
        name: Set(input.name.clone()),
        name_folded: Set(input.name.to_lowercase()),
        display_name: Set(input.display_name.clone().unwrap_or_else(|| input.name.clone())),
        description: Set(input.description.clone().unwrap_or_else(|| input.name.clone())),
        version: Set(1),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
        ..Default::default()
    };
    let role = row.insert(db).await?;
    grant(db, role.id, input.permissions).await?;
    if let Some(once) = once {
        once.remember(db, ctx, &[role.id]).await?;
    }
    Ok(role)
}

/// Writes what a role grants, which granted nothing before.
pub(super) async fn grant(db: &impl ConnectionTrait, role: i64, permissions: Permissions) -> Outcome<()> {
    let rows: Vec<_> = permissions
        .iter()
        .map(|permission| role_permission::ActiveModel {
            role_id: Set(role),
            permission: Set(permission.name().to_owned()),
        })
        .collect();
    if !rows.is_empty() {
        role_permission::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_mean_something_else_are_reserved() {
        for name in ["12", "itadmin", "ITadmin", "a/b", "a\tb", "generalstaff"] {
            assert_eq!(check_name(name).err().map(|fault| fault.code), Some(Code::RoleNameReserved), "{name}");
        }
        assert_eq!(check_name(" ").err().map(|fault| fault.code), Some(Code::Blank));
        assert_eq!(check_name(&"x".repeat(256)).err().map(|fault| fault.code), Some(Code::TooLong));
        for name in ["12a", "角色名", "suadmin2"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
    }
}
