//! Writing people and departments that another platform brought, each table at once.

use std::collections::HashMap;

use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Set, sea_query::OnConflict};

use crate::{
    domain::{
        Code, Context, Outcome,
        rbac::{self, RoleKey},
        sessions,
    },
    entity::{department, staff, staff_role},
};

/// The role of everybody whom a platform brings.
const ROLE: &str = "user";
/// Departments written by one statement.
const CHUNK: usize = 500;

/// Makes these people, whose keys are not known yet, and gives the keys by username.
pub(super) async fn make_people(db: &impl ConnectionTrait, people: Vec<staff::Model>) -> Outcome<HashMap<String, i64>> {
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = people.into_iter().map(|row| {
        let mut row = row.into_active_model().reset_all();
        row.not_set(staff::Column::Id);
        row
    });
    let made = staff::Entity::insert_many(rows).exec_with_returning(db).await?;
    let made: HashMap<String, i64> = made.into_iter().map(|row| (row.username, row.id)).collect();
    match rbac::find(db, &RoleKey::Name(ROLE.to_owned())).await {
        Ok(role) => {
            let given = made.values().map(|id| staff_role::ActiveModel { staff_id: Set(*id), role_id: Set(role.id) });
            staff_role::Entity::insert_many(given).exec_without_returning(db).await?;
        }
        Err(fault) if fault.code == Code::RoleNotFound => {
            tracing::warn!(role = ROLE, "people from another platform get no role: it was deleted");
        }
        Err(fault) => return Err(fault),
    }
    Ok(made)
}

/// Stores these people as they are from now on, and ends all sessions of those with the keys `ended`.
pub(super) async fn store_people(
    db: &impl ConnectionTrait,
    ctx: &Context,
    people: Vec<staff::Model>,
    ended: &[i64],
) -> Outcome<()> {
    use staff::Column::{DepartmentId, Email, Id, Locked, LockedBy, Mobile, Name, UpdatedAt, Version};
    if people.is_empty() {
        return Ok(());
    }
    let rows = people.into_iter().map(|row| row.into_active_model().reset_all());
    let again = OnConflict::column(Id)
        .update_columns([Name, DepartmentId, Mobile, Email, Locked, LockedBy, Version, UpdatedAt])
        .to_owned();
    staff::Entity::insert_many(rows).on_conflict(again).exec_without_returning(db).await?;
    Ok(sessions::end_all_of(db, ended, ctx.now()).await?)
}

/// Stores departments that exist, as they are from now on.
pub(super) async fn store_departments(db: &impl ConnectionTrait, rows: &[department::Model]) -> Outcome<()> {
    use department::Column::{Id, Name, ParentId, UpdatedAt, Version};
    for chunk in rows.chunks(CHUNK) {
        let rows = chunk.iter().map(|row| row.clone().into_active_model().reset_all());
        let again = OnConflict::column(Id).update_columns([Name, ParentId, Version, UpdatedAt]).to_owned();
        department::Entity::insert_many(rows).on_conflict(again).exec_without_returning(db).await?;
    }
    Ok(())
}
