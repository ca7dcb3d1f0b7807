//! Which department of ours is which of WeCom's.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::super::PLATFORM;
use crate::entity::department_binding;

/// The links of departments, by WeCom's id.
pub(super) type Places = HashMap<i64, department_binding::Model>;

/// Keys asked for in one statement; beyond that all are read.
const MOST: usize = 1000;

/// The links of all departments that came from WeCom.
pub(super) async fn of_departments(db: &impl ConnectionTrait, corp: &str) -> Result<Places, DbErr> {
    of_those(db, corp, None).await
}

/// The links of the departments with these ids of WeCom, and perhaps of others.
pub(super) async fn of_some(db: &impl ConnectionTrait, corp: &str, ids: HashSet<i64>) -> Result<Places, DbErr> {
    of_those(db, corp, Some(ids).filter(|ids| ids.len() <= MOST)).await
}

async fn of_those(db: &impl ConnectionTrait, corp: &str, ids: Option<HashSet<i64>>) -> Result<Places, DbErr> {
    let only = ids.map(|ids| department_binding::Column::ExternalId.is_in(ids.iter().map(i64::to_string)));
    let rows = department_binding::Entity::find()
        .filter(department_binding::Column::Platform.eq(PLATFORM))
        .filter(department_binding::Column::Tenant.eq(corp))
        .filter(Condition::all().add_option(only))
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.external_id.parse().ok()?, row))).collect())
}
