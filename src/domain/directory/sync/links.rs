//! Which department of ours is which of WeCom's.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::super::PLATFORM;
use crate::entity::department_binding;

/// The links of departments, by WeCom's id.
pub(super) type Places = HashMap<i64, department_binding::Model>;

/// The links of all departments that came from WeCom.
pub(super) async fn of_departments(db: &impl ConnectionTrait, corp: &str) -> Result<Places, DbErr> {
    let rows = department_binding::Entity::find()
        .filter(department_binding::Column::Platform.eq(PLATFORM))
        .filter(department_binding::Column::Tenant.eq(corp))
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.external_id.parse().ok()?, row))).collect())
}
