//! Departments as WeCom delivers them (contract: laravel-template §6.4, §9).

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};

use crate::{
    db::continue_keys,
    domain::{Context, Outcome, text},
    entity::{department, department_binding},
    wecom::Department,
};

use super::WECOM;

/// The largest place among siblings.
const LAST: i64 = u32::MAX as i64;

/// The links of the company `corp`, by WeCom's id.
pub(super) async fn bindings(
    db: &impl ConnectionTrait,
    corp: &str,
) -> Outcome<HashMap<i64, department_binding::Model>> {
    let rows = department_binding::Entity::find()
        .filter(department_binding::Column::Platform.eq(WECOM))
        .filter(department_binding::Column::Tenant.eq(corp))
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.external_id.parse().ok()?, row))).collect())
}

/// Makes our departments those that were delivered. Where that is all there are, `whole`, the others are no longer delivered; they stay.
pub(super) async fn take_in(
    db: &impl ConnectionTrait,
    ctx: &Context,
    corp: &str,
    delivered: &[Department],
    whole: bool,
) -> Outcome<()> {
    let delivered: Vec<&Department> = delivered.iter().filter(|department| department.id > 0).collect();
    if delivered.is_empty() {
        return Ok(());
    }
    let mut bindings = bindings(db, corp).await?;
    let taken = taken_keys(db, &delivered).await?;
    let new = delivered.iter().filter(|department| !bindings.contains_key(&department.id));
    let (others, own): (Vec<_>, Vec<_>) = new.copied().partition(|department| taken.contains(&department.id));
    for department in &own {
        let made = make(db, ctx, corp, department, Some(department.id)).await?;
        bindings.insert(department.id, made);
    }
    // Those whose id is taken get the keys behind all of them.
    continue_keys(db, &["department"]).await?;
    for department in &others {
        let made = make(db, ctx, corp, department, None).await?;
        bindings.insert(department.id, made);
    }
    update(db, ctx, &delivered, &mut bindings).await?;
    if whole {
        let seen: HashSet<i64> = delivered.iter().map(|department| department.id).collect();
        for (_, gone) in bindings.into_iter().filter(|(id, row)| !seen.contains(id) && row.delivered) {
            mark_gone(db, ctx, gone).await?;
        }
    }
    Ok(())
}

/// Says that a department is no longer delivered.
pub(super) async fn mark_gone(
    db: &impl ConnectionTrait,
    ctx: &Context,
    binding: department_binding::Model,
) -> Outcome<()> {
    let mut row = binding.into_active_model();
    row.delivered = Set(false);
    row.news_at = Set(ctx.now());
    row.update(db).await?;
    Ok(())
}

/// Which of WeCom's ids our departments have as keys.
async fn taken_keys(db: &impl ConnectionTrait, delivered: &[&Department]) -> Outcome<HashSet<i64>> {
    let mut taken = HashSet::new();
    for chunk in delivered.chunks(1000) {
        let keys: Vec<i64> = department::Entity::find()
            .select_only()
            .column(department::Column::Id)
            .filter(department::Column::Id.is_in(chunk.iter().map(|department| department.id)))
            .into_tuple()
            .all(db)
            .await?;
        taken.extend(keys);
    }
    Ok(taken)
}

fn name(department: &Department) -> Option<&str> {
    department.name.as_deref().map(str::trim).filter(|name| text::name("name", name).is_ok())
}

fn position(department: &Department) -> Option<i64> {
    department.order.map(|order| order.clamp(0, LAST))
}

async fn make(
    db: &impl ConnectionTrait,
    ctx: &Context,
    corp: &str,
    from: &Department,
    key: Option<i64>,
) -> Outcome<department_binding::Model> {
    let now = ctx.now();
    let mut row = department::ActiveModel {
        unique_id: Set(ctx.app.unique_id()),
        name: Set(name(from).map_or_else(|| from.id.to_string(), str::to_owned)),
        location: Set(String::new()),
        parent_id: Set(None),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    if let Some(key) = key {
        row.id = Set(key);
    }
    let made = row.insert(db).await?;
    let binding = department_binding::ActiveModel {
        platform: Set(WECOM.to_owned()),
        department_id: Set(made.id),
        tenant: Set(corp.to_owned()),
        external_id: Set(from.id.to_string()),
        position: Set(position(from).unwrap_or_default()),
        delivered: Set(true),
        news_at: Set(now),
        ..Default::default()
    };
    Ok(binding.insert(db).await?)
}

/// Stores what has changed: names, places, parents.
async fn update(
    db: &impl ConnectionTrait,
    ctx: &Context,
    delivered: &[&Department],
    bindings: &mut HashMap<i64, department_binding::Model>,
) -> Outcome<()> {
    let rows = department::Entity::find().all(db).await?;
    let mut parents: HashMap<i64, Option<i64>> = rows.iter().map(|row| (row.id, row.parent_id)).collect();
    let mut rows: HashMap<i64, department::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
    for from in delivered {
        let Some(binding) = bindings.get(&from.id) else { continue };
        let own = binding.department_id;
        if let Some(wanted) = from.parentid {
            let parent = bindings.get(&wanted).map(|above| above.department_id);
            let parent = parent.filter(|parent| !is_above(&parents, own, *parent));
            parents.insert(own, parent);
        }
    }
    for from in delivered {
        let Some(binding) = bindings.remove(&from.id) else { continue };
        if let Some(row) = rows.remove(&binding.department_id) {
            let parent = parents.get(&row.id).copied().flatten();
            let name = name(from).unwrap_or(&row.name).to_owned();
            if row.name != name || row.parent_id != parent {
                let version = row.version;
                let mut row = row.into_active_model();
                row.name = Set(name);
                row.parent_id = Set(parent);
                row.version = Set(version + 1);
                row.updated_at = Set(ctx.now());
                row.update(db).await?;
            }
        }
        let position = position(from).unwrap_or(binding.position);
        if !binding.delivered || binding.position != position {
            let mut row = binding.into_active_model();
            row.delivered = Set(true);
            row.position = Set(position);
            row.news_at = Set(ctx.now());
            row.update(db).await?;
        }
    }
    Ok(())
}

/// Whether `own` is `of` or above it: a department that were put below itself would be lost.
fn is_above(parents: &HashMap<i64, Option<i64>>, own: i64, of: i64) -> bool {
    let mut at = Some(of);
    for _ in 0..=parents.len() {
        match at {
            Some(key) if key == own => return true,
            Some(key) => at = parents.get(&key).copied().flatten(),
            None => return false,
        }
    }
    true
}
