//! What is shown of people and departments that WeCom keeps (contract: laravel-template §6.2, §6.4).

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Map, Value, json};

use crate::{
    domain::{Context, Outcome},
    entity::{department, department_binding, person_binding},
};

use super::WECOM;

/// What WeCom says of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// What was delivered: an object.
    pub info: Value,
    /// The departments over there that are ours: a list of objects, each with the department's key.
    pub departments: Value,
}

/// Of those of these people who are linked with WeCom, what it says. For lists whose readers were let in.
pub async fn profiles(ctx: &Context, people: &[i64]) -> Outcome<HashMap<i64, Profile>> {
    let db = ctx.db().read();
    let links = person_binding::Entity::find()
        .filter(person_binding::Column::Platform.eq(WECOM))
        .filter(person_binding::Column::StaffId.is_in(people.iter().copied()))
        .all(db)
        .await?;
    let ids = |link: &person_binding::Model| serde_json::from_str::<Vec<i64>>(&link.departments).unwrap_or_default();
    let mut wanted: Vec<String> = links.iter().flat_map(ids).map(|id| id.to_string()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let found = department_binding::Entity::find()
        .find_also_related(department::Entity)
        .filter(department_binding::Column::Platform.eq(WECOM))
        .filter(department_binding::Column::ExternalId.is_in(wanted))
        .all(db)
        .await?;
    let named: HashMap<(String, String), department::Model> = found
        .into_iter()
        .filter_map(|(link, department)| Some(((link.tenant, link.external_id), department?)))
        .collect();
    let profile = |link: person_binding::Model| {
        let departments = ids(&link).into_iter().filter_map(|id| named.get(&(link.tenant.clone(), id.to_string())));
        let departments = departments.map(|it| {
            let mut keyed = Map::new();
            keyed.insert(it.id.to_string(), json!({ "id": it.id, "name": it.name }));
            Value::Object(keyed)
        });
        let departments = departments.collect::<Vec<_>>().into();
        let info = serde_json::from_str(&link.info).unwrap_or_else(|_| json!({}));
        Some((link.staff_id?, Profile { info, departments }))
    };
    Ok(links.into_iter().filter_map(profile).collect())
}

/// What WeCom says of a department.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its place among its siblings.
    pub position: i64,
    /// Whether it was delivered last time.
    pub delivered: bool,
}

/// Of those of these departments that are linked with WeCom, what it says. For lists whose readers were let in.
pub async fn places(ctx: &Context, departments: &[i64]) -> Outcome<HashMap<i64, Place>> {
    let links = department_binding::Entity::find()
        .filter(department_binding::Column::Platform.eq(WECOM))
        .filter(department_binding::Column::DepartmentId.is_in(departments.iter().copied()))
        .all(ctx.db().read())
        .await?;
    let place = |link: department_binding::Model| {
        (link.department_id, Place { position: link.position, delivered: link.delivered })
    };
    Ok(links.into_iter().map(place).collect())
}
