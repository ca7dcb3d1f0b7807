//! What WeCom tells of people and departments beside what is known to all of us, for many at once (contract: laravel-template §6.2, §6.4).

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
};
use serde_json::{Map, Value, json};

use super::PLATFORM;
use crate::{
    domain::{Context, Outcome, staff::sees_contacts},
    entity::{department, department_binding, membership, person_binding},
};

/// What WeCom tells of a person. It is personal: see [`sees_contacts`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The delivered fields, a JSON object.
    pub info: String,
    /// The memberships, a JSON list of objects with one member each, named by the department's key; `{}` for who has none.
    pub departments: String,
}

impl Default for Profile {
    fn default() -> Self {
        Self { info: NOTHING.to_owned(), departments: NOTHING.to_owned() }
    }
}

const NOTHING: &str = "{}";

/// Where a department stands on WeCom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Its place among others, 0 … 4294967295.
    pub position: i64,
    /// Whether WeCom still delivers it.
    pub delivered: bool,
}

/// Keys asked for in one statement; the databases bound the number of parameters.
const CHUNK: usize = 1000;

/// The profiles of those people whom WeCom knows and whose contacts the actor sees, in one statement a thousand.
pub async fn profiles(ctx: &Context, staff: &[i64]) -> Outcome<HashMap<i64, Profile>> {
    ctx.known()?;
    let seen: Vec<i64> = staff.iter().copied().filter(|id| sees_contacts(ctx, *id)).collect();
    let mut profiles: HashMap<i64, (String, Vec<Value>)> = HashMap::with_capacity(seen.len());
    for chunk in seen.chunks(CHUNK) {
        let rows: Vec<(i64, String, Option<i64>, Option<String>)> = person_binding::Entity::find()
            .select_only()
            .column(person_binding::Column::StaffId)
            .column(person_binding::Column::Info)
            .column(department::Column::Id)
            .column(department::Column::Name)
            .join(JoinType::LeftJoin, membership::Relation::Binding.def().rev())
            .join(JoinType::LeftJoin, membership::Relation::Department.def())
            .filter(person_binding::Column::Platform.eq(PLATFORM))
            .filter(person_binding::Column::StaffId.is_in(chunk.iter().copied()))
            .order_by_asc(person_binding::Column::StaffId)
            .order_by_asc(membership::Column::Place)
            .into_tuple()
            .all(ctx.db().read())
            .await?;
        for (person, info, department, name) in rows {
            let (_, memberships) = profiles.entry(person).or_insert_with(|| (info, Vec::new()));
            if let Some(id) = department {
                let belongs = Map::from_iter([(id.to_string(), json!({ "id": id, "name": name }))]);
                memberships.push(belongs.into());
            }
        }
    }
    let told = profiles.into_iter().map(|(person, (info, memberships))| {
        let departments =
            if memberships.is_empty() { NOTHING.to_owned() } else { Value::from(memberships).to_string() };
        (person, Profile { info, departments })
    });
    Ok(told.collect())
}

/// Where those departments stand that came from WeCom, in one statement a thousand; for loaders, since who sees a department sees this.
pub async fn placements(db: &impl ConnectionTrait, departments: &[i64]) -> Outcome<HashMap<i64, Placement>> {
    let mut placements = HashMap::with_capacity(departments.len());
    for chunk in departments.chunks(CHUNK) {
        let rows = department_binding::Entity::find()
            .filter(department_binding::Column::Platform.eq(PLATFORM))
            .filter(department_binding::Column::DepartmentId.is_in(chunk.iter().copied()))
            .all(db)
            .await?;
        let told = rows
            .into_iter()
            .map(|row| (row.department_id, Placement { position: row.position, delivered: row.delivered }));
        placements.extend(told);
    }
    Ok(placements)
}
