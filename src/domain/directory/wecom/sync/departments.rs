//! Departments from WeCom: found again by WeCom's id, made under that id where it is free (contract: laravel-template §6.4, §9).

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Set,
    sea_query::{Expr, OnConflict},
};

use super::{
    super::PLATFORM,
    links::{self, Places},
};
use crate::{
    db::continue_keys,
    domain::{Context, Outcome, directory::rows, text},
    entity::{department, department_binding},
    wecom::Department,
};

/// Rows written by one statement.
const CHUNK: usize = 500;

/// Brings these departments up to date. Those from WeCom that are not among them are no longer delivered when `whole` says that these
/// are all.
pub(crate) async fn apply(
    db: &impl ConnectionTrait,
    ctx: &Context,
    corp: &str,
    delivered: &[Department],
    whole: bool,
) -> Outcome<()> {
    let links = links::of_departments(db, corp).await?;
    let rows = department::Entity::find().all(db).await?;
    let mut forest = Forest::new(rows, links.values().map(|link| (link.external_id.as_str(), link.department_id)));
    let fits = |name: &str| text::name("name", name).is_ok() && !name.contains(char::is_control);
    let usable = |department: &&Department| department.name.as_deref().is_none_or(fits);
    // What is told of one may be of no use, but it is there.
    let there: HashSet<i64> = delivered.iter().map(|department| department.id).collect();
    // Of several with one id the last counts.
    let delivered: HashMap<i64, &Department> = delivered.iter().filter(usable).map(|it| (it.id, it)).collect();
    let mut delivered: Vec<&Department> = delivered.into_values().collect();
    delivered.sort_unstable_by_key(|department| department.id);

    forest.plant(db, ctx, &delivered).await?;
    rows::store_departments(db, &forest.arrange(ctx, &delivered)).await?;
    link(db, ctx, corp, &links, &forest, &delivered).await?;
    if whole {
        let gone = links.iter().filter(|(id, link)| link.delivered && !there.contains(id));
        vanish(db, ctx, gone.map(|(_, link)| link.id).collect()).await?;
    }
    Ok(())
}

/// WeCom does not deliver this department any more.
pub(crate) async fn delete(db: &impl ConnectionTrait, ctx: &Context, corp: &str, id: i64) -> Outcome<()> {
    let links = links::of_departments(db, corp).await?;
    let gone = links.get(&id).filter(|link| link.delivered).map(|link| link.id);
    vanish(db, ctx, gone.into_iter().collect()).await
}

/// All departments, and which of them are WeCom's.
struct Forest {
    rows: HashMap<i64, department::Model>,
    /// Our keys by WeCom's ids.
    ours: HashMap<i64, i64>,
    /// Made in this transaction.
    made: HashSet<i64>,
}

impl Forest {
    fn new<'a>(rows: Vec<department::Model>, links: impl Iterator<Item = (&'a str, i64)>) -> Self {
        Self {
            rows: rows.into_iter().map(|row| (row.id, row)).collect(),
            ours: links.filter_map(|(external, id)| Some((external.parse().ok()?, id))).collect(),
            made: HashSet::new(),
        }
    }

    /// Makes the departments that we do not know, as roots for now: under WeCom's id where it is free, else under the next of ours.
    async fn plant(&mut self, db: &impl ConnectionTrait, ctx: &Context, delivered: &[&Department]) -> Outcome<()> {
        let unknown = delivered.iter().filter(|department| !self.ours.contains_key(&department.id));
        let rows: Vec<department::Model> = unknown.map(|department| new(ctx, department)).collect();
        let theirs: HashMap<String, i64> = rows.iter().map(|row| (row.unique_id.clone(), row.id)).collect();
        let (taken, free): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| self.rows.contains_key(&row.id));
        let mut made = Vec::with_capacity(theirs.len());
        for chunk in free.chunks(CHUNK) {
            let rows = chunk.iter().map(|row| row.clone().into_active_model().reset_all());
            department::Entity::insert_many(rows).exec_without_returning(db).await?;
        }
        if !free.is_empty() {
            continue_keys(db, &["department"]).await?;
        }
        made.extend(free);
        for chunk in taken.chunks(CHUNK) {
            let rows = chunk.iter().map(|row| {
                let mut row = row.clone().into_active_model().reset_all();
                row.not_set(department::Column::Id);
                row
            });
            made.extend(department::Entity::insert_many(rows).exec_with_returning(db).await?);
        }
        for row in made {
            self.made.insert(row.id);
            self.ours.extend(theirs.get(&row.unique_id).map(|theirs| (*theirs, row.id)));
            self.rows.insert(row.id, row);
        }
        Ok(())
    }

    /// Names and places everything as delivered, and gives the rows to be written.
    fn arrange(&mut self, ctx: &Context, delivered: &[&Department]) -> Vec<department::Model> {
        let before = self.rows.clone();
        let mut touched = Vec::with_capacity(delivered.len());
        for department in delivered {
            let parent = department.parent.map(|parent| self.ours.get(&parent).copied());
            let Some(row) = self.ours.get(&department.id).and_then(|id| self.rows.get_mut(id)) else { continue };
            if let Some(name) = &department.name {
                row.name.clone_from(name);
            }
            if let Some(parent) = parent {
                row.parent_id = parent;
            }
            touched.push(row.id);
        }
        for id in &touched {
            if self.is_below_itself(*id) {
                tracing::warn!(department = id, "WeCom put a department below itself; it became a root");
                if let Some(row) = self.rows.get_mut(id) {
                    row.parent_id = None;
                }
            }
        }
        let made = &self.made;
        let now = ctx.now();
        let changed = touched.iter().filter_map(|id| {
            let row = self.rows.get(id)?;
            if before.get(id) == Some(row) {
                return None;
            }
            let version = row.version + i64::from(!made.contains(id));
            Some(department::Model { version, updated_at: now, ..row.clone() })
        });
        changed.collect()
    }

    fn is_below_itself(&self, id: i64) -> bool {
        let above = |id: i64| self.rows.get(&id).and_then(|row| row.parent_id);
        let mut seen = HashSet::new();
        let mut place = above(id);
        while let Some(at) = place {
            if at == id {
                return true;
            }
            if !seen.insert(at) {
                return false;
            }
            place = above(at);
        }
        false
    }
}

fn new(ctx: &Context, department: &Department) -> department::Model {
    department::Model {
        id: department.id,
        unique_id: ctx.app.unique_id(),
        name: department.name.clone().unwrap_or_else(|| department.id.to_string()),
        location: String::new(),
        parent_id: None,
        version: 1,
        created_at: ctx.now(),
        updated_at: ctx.now(),
    }
}

async fn link(
    db: &impl ConnectionTrait,
    ctx: &Context,
    corp: &str,
    links: &Places,
    forest: &Forest,
    delivered: &[&Department],
) -> Outcome<()> {
    use department_binding::Column::{Delivered, ExternalId, NewsAt, Platform, Position, Tenant};
    let mut rows = Vec::new();
    for department in delivered {
        let known = links.get(&department.id);
        let position = department.order.or(known.map(|link| link.position)).unwrap_or_default();
        let Some(ours) = forest.ours.get(&department.id) else { continue };
        if known.is_some_and(|link| link.delivered && link.position == position) {
            continue;
        }
        rows.push(department_binding::ActiveModel {
            platform: Set(PLATFORM.to_owned()),
            department_id: Set(*ours),
            tenant: Set(corp.to_owned()),
            external_id: Set(department.id.to_string()),
            position: Set(position),
            delivered: Set(true),
            news_at: Set(ctx.now()),
            ..Default::default()
        });
    }
    for chunk in rows.chunks(CHUNK) {
        let again = OnConflict::columns([Platform, Tenant, ExternalId])
            .update_columns([Position, Delivered, NewsAt])
            .to_owned();
        department_binding::Entity::insert_many(chunk.to_vec()).on_conflict(again).exec_without_returning(db).await?;
    }
    Ok(())
}

async fn vanish(db: &impl ConnectionTrait, ctx: &Context, links: Vec<i64>) -> Outcome<()> {
    for chunk in links.chunks(CHUNK) {
        department_binding::Entity::update_many()
            .col_expr(department_binding::Column::Delivered, Expr::value(false))
            .col_expr(department_binding::Column::NewsAt, Expr::value(ctx.now()))
            .filter(department_binding::Column::Id.is_in(chunk.iter().copied()))
            .exec(db)
            .await?;
    }
    Ok(())
}
