//! Deleting a department.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ModelTrait, QueryFilter, QuerySelect};

use super::{Department, find};
use crate::{
    domain::{Code, Context, Key, Outcome, Permission, transact},
    entity::{department, staff},
};

/// Deletes a department that has neither departments below it nor staff, locked ones included. Gives the row as it was.
/// Permission `/departments/*` (contract: asset-platform §7.28).
pub async fn delete(ctx: &Context, key: &Key) -> Outcome<Department> {
    ctx.may(Permission::Departments)?;
    transact!(ctx, |tx| delete_in(&tx, key))
}

async fn delete_in(db: &impl ConnectionTrait, key: &Key) -> Outcome<Department> {
    let department = find(db, key).await?;
    let child: Option<i64> = department::Entity::find()
        .select_only()
        .column(department::Column::Id)
        .filter(department::Column::ParentId.eq(department.id))
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    if child.is_some() {
        return Err(Code::DepartmentHasChildren.on("id"));
    }
    let member: Option<i64> = staff::Entity::find()
        .select_only()
        .column(staff::Column::Id)
        .filter(staff::Column::DepartmentId.eq(department.id))
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    if member.is_some() {
        return Err(Code::DepartmentHasStaff.on("id"));
    }
    department.clone().delete(db).await?;
    Ok(department)
}
