//! The roles that somebody has beside the staff group.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait, Set,
};

use crate::{
    domain::{
        Code, Context, Key, Outcome, Permission,
        rbac::{self, Administrators, Role, RoleKey},
        transact,
    },
    entity::{role, staff_role},
};

use super::{Staff, change, find};

/// Gives a person exactly these roles; duplicates collapse, none at all clears. All or nothing, under the rank rule, and an
/// administrator always remains. Permission `/rbac/*` (contract: laravel-template §3.4, §4.15).
pub async fn set_roles(ctx: &Context, key: &Key, roles: &[RoleKey]) -> Outcome<Staff> {
    ctx.may(Permission::Rbac)?;
    transact!(ctx, |tx| set_roles_in(&tx, ctx, key, roles))
}

async fn set_roles_in(db: &impl ConnectionTrait, ctx: &Context, key: &Key, roles: &[RoleKey]) -> Outcome<Staff> {
    let staff = find(db, key).await?;
    let found = rbac::find_all(db, roles).await?;
    let mut wanted = BTreeMap::new();
    for (at, key) in roles.iter().enumerate() {
        let role = found.get(key).ok_or_else(|| Code::RoleNotFound.on("roleIds").at_item(at))?;
        wanted.insert(role.id, role);
    }
    let held: Vec<i64> = staff_role::Entity::find()
        .filter(staff_role::Column::StaffId.eq(staff.id))
        .all(db)
        .await?
        .into_iter()
        .map(|row| row.role_id)
        .collect();
    let taken: Vec<i64> = held.iter().copied().filter(|id| !wanted.contains_key(id)).collect();
    let given: Vec<i64> = wanted.keys().copied().filter(|id| !held.contains(id)).collect();
    if taken.is_empty() && given.is_empty() {
        return Ok(staff);
    }
    let changing: Vec<i64> = taken.iter().chain(&given).copied().collect();
    rbac::within_rank(db, ctx, &changing).await.map_err(|fault| fault.on("roleIds"))?;

    let administrators = Administrators::before(db).await?;
    if !taken.is_empty() {
        staff_role::Entity::delete_many()
            .filter(staff_role::Column::StaffId.eq(staff.id))
            .filter(staff_role::Column::RoleId.is_in(taken))
            .exec(db)
            .await?;
    }
    if !given.is_empty() {
        let rows = given.into_iter().map(|id| staff_role::ActiveModel { staff_id: Set(staff.id), role_id: Set(id) });
        staff_role::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    administrators.remain_and_superior(db).await.map_err(|fault| fault.on("roleIds"))?;
    change(db, ctx, staff, |_| {}).await
}

/// People asked for in one statement; the databases bound the number of parameters.
const CHUNK: usize = 1000;

/// The roles of many people, each in order of key; for loaders.
pub async fn roles_of(db: &impl ConnectionTrait, staff: &[i64]) -> Outcome<HashMap<i64, Vec<Role>>> {
    let mut roles: HashMap<i64, Vec<Role>> = HashMap::new();
    for chunk in staff.chunks(CHUNK) {
        let rows = staff_role::Entity::find()
            .join(JoinType::InnerJoin, staff_role::Relation::Role.def())
            .select_also(role::Entity)
            .filter(staff_role::Column::StaffId.is_in(chunk.iter().copied()))
            .order_by_asc(staff_role::Column::RoleId)
            .all(db)
            .await?;
        for (row, role) in rows {
            roles.entry(row.staff_id).or_default().extend(role);
        }
    }
    Ok(roles)
}
