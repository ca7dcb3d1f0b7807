//! Departments that were deleted on Feishu.

use std::collections::HashMap;

use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

use super::{CHUNK, PLATFORM, root};
use crate::{
    app::App,
    db,
    domain::{Context, Outcome, directory::feishu::learn},
    entity::{department, department_binding, learned, membership, staff},
};

/// Begins the name of a deleted department among what was learned; the value is when it was deleted.
const GONE: &str = "feishu_department_gone:";

/// Feishu has deleted this department: ours goes if nothing and nobody is in it, else it is Feishu's no more. That is remembered, so that
/// older news of it makes nothing. Says whether it was news.
pub(in super::super) async fn remove(
    db: &impl ConnectionTrait,
    ctx: &Context,
    id: &str,
    at: DateTime<Utc>,
) -> Outcome<bool> {
    let link = department_binding::Entity::find()
        .filter(department_binding::Column::Platform.eq(PLATFORM))
        .filter(department_binding::Column::ExternalId.eq(id))
        .one(db)
        .await?;
    let known = match &link {
        Some(link) => Some(link.news_at),
        None => gone(db, &[id]).await?.get(id).copied(),
    };
    if known.is_some_and(|known| known >= at) {
        return Ok(false);
    }
    let when = at.to_rfc3339_opts(SecondsFormat::Micros, true);
    learn(&ctx.app, db, &format!("{GONE}{id}"), &when, true).await?;
    let Some(link) = link else { return Ok(true) };
    department_binding::Entity::delete_by_id(link.id).exec(db).await?;
    let ours = link.department_id;
    if root(&ctx.app, db).await? != Some(ours) && is_empty(db, ours).await? {
        department::Entity::delete_by_id(ours).exec(db).await?;
    }
    Ok(true)
}

/// When Feishu deleted departments, as far as it did.
pub(super) async fn gone(db: &impl ConnectionTrait, ids: &[&str]) -> Outcome<HashMap<String, DateTime<Utc>>> {
    let names: Vec<String> = ids.iter().filter(|id| super::is_id(id)).map(|id| format!("{GONE}{id}")).collect();
    let mut gone = HashMap::new();
    for chunk in names.chunks(CHUNK) {
        let names = chunk.iter().map(String::as_str);
        for row in learned::Entity::find().filter(learned::Column::Name.is_in(names)).all(db).await? {
            let when = DateTime::parse_from_rfc3339(&row.value).ok();
            gone.extend(row.name.strip_prefix(GONE).map(str::to_owned).zip(when.map(|when| when.to_utc())));
        }
    }
    Ok(gone)
}

/// Forgets departments that were deleted before then: older news of them comes no more. Gives their number.
pub(in super::super) async fn forget(app: &App, before: DateTime<Utc>) -> Outcome<u64> {
    let old = Condition::all().add(learned::Column::Name.starts_with(GONE)).add(learned::Column::LearnedAt.lt(before));
    Ok(db::sweep::<learned::Entity>(&app.db, learned::Column::Name, old).await?)
}

/// Whether there is neither a department nor a person in one, nor another platform that knows it.
async fn is_empty(db: &impl ConnectionTrait, id: i64) -> Result<bool, DbErr> {
    let child = department::Entity::find().filter(department::Column::ParentId.eq(id)).limit(1);
    if child.one(db).await?.is_some() {
        return Ok(false);
    }
    let person = staff::Entity::find().filter(staff::Column::DepartmentId.eq(id)).limit(1);
    if person.one(db).await?.is_some() {
        return Ok(false);
    }
    let elsewhere = department_binding::Entity::find().filter(department_binding::Column::DepartmentId.eq(id)).limit(1);
    let member = membership::Entity::find().filter(membership::Column::DepartmentId.eq(id)).limit(1);
    Ok(elsewhere.one(db).await?.is_none() && member.one(db).await?.is_none())
}
