//! What people hold: the grants of their group, of their roles, and what everybody has.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationDef};

use crate::{
    domain::{Outcome, Permission, Permissions},
    entity::{role_permission, staff, staff_role},
};

/// Keys asked for in one statement; the databases bound the number of parameters.
const CHUNK: usize = 1000;

/// What `staff` holds whose roles grant `granted`: nothing while locked, else that and what the group and everybody have.
pub fn held(staff: &staff::Model, granted: Permissions) -> Permissions {
    if staff.locked {
        return Permissions::default();
    }
    granted.iter().fold(Permissions::of_group(staff.staff_group), Permissions::with)
}

/// Everything `staff` holds; nothing while locked.
pub async fn permissions_of(db: &impl ConnectionTrait, staff: &staff::Model) -> Outcome<Permissions> {
    let mut held = permissions_of_many(db, std::slice::from_ref(staff)).await?;
    Ok(held.remove(&staff.id).unwrap_or_default())
}

/// Everything that each of `staff` holds; nothing for who is locked.
pub async fn permissions_of_many(
    db: &impl ConnectionTrait,
    staff: &[staff::Model],
) -> Outcome<HashMap<i64, Permissions>> {
    let free: Vec<&staff::Model> = staff.iter().filter(|person| !person.locked).collect();
    let mut held: HashMap<i64, Permissions> =
        free.iter().map(|person| (person.id, self::held(person, Permissions::default()))).collect();
    for chunk in free.chunks(CHUNK) {
        let granted: Vec<(i64, String)> = staff_role::Entity::find()
            .select_only()
            .column(staff_role::Column::StaffId)
            .column(role_permission::Column::Permission)
            .join(JoinType::InnerJoin, grants())
            .filter(staff_role::Column::StaffId.is_in(chunk.iter().map(|person| person.id)))
            .into_tuple()
            .all(db)
            .await?;
        for (person, name) in granted {
            if let (Some(permissions), Some(permission)) = (held.get_mut(&person), Permission::parse(&name)) {
                *permissions = permissions.with(permission);
            }
        }
    }
    Ok(held)
}

/// From a person's role to what it grants.
fn grants() -> RelationDef {
    staff_role::Entity::belongs_to(role_permission::Entity)
        .from(staff_role::Column::RoleId)
        .to(role_permission::Column::RoleId)
        .into()
}

/// What each of these roles grants; for loaders.
pub async fn permissions_of_roles(db: &impl ConnectionTrait, roles: &[i64]) -> Outcome<HashMap<i64, Permissions>> {
    let mut granted: HashMap<i64, Permissions> = HashMap::new();
    for chunk in roles.chunks(CHUNK) {
        let rows = role_permission::Entity::find()
            .filter(role_permission::Column::RoleId.is_in(chunk.iter().copied()))
            .all(db)
            .await?;
        for row in rows {
            if let Some(permission) = Permission::parse(&row.permission) {
                let permissions = granted.entry(row.role_id).or_default();
                *permissions = permissions.with(permission);
            }
        }
    }
    Ok(granted)
}
