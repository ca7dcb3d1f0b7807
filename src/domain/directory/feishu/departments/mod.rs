//! Departments from Feishu: found again by Feishu's id, never by name; below the root that they are given
//! (contract: feishu-app §1.4, §4.5).

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Set,
    sea_query::{Expr, OnConflict},
};

use super::{PLATFORM, learn, recall};
use crate::{
    app::App,
    domain::{Context, Key, Outcome, directory::rows, text},
    entity::{department, department_binding},
    feishu::Department,
};

mod forest;
mod remove;

pub(super) use remove::{forget, remove};

use forest::Forest;

/// Rows written by one statement, and keys asked for in one.
const CHUNK: usize = 500;
/// The name of the root department among what was learned.
const ROOT_DEPARTMENT: &str = "feishu_root";

/// What is told of departments, and as of when.
pub(super) struct Told<'a> {
    /// The tenant, empty while none is known.
    pub(super) tenant: &'a str,
    /// Our department below which those of the first level are put.
    pub(super) root: Option<i64>,
    /// When it was so.
    pub(super) at: DateTime<Utc>,
    /// Whether these are all there are, read one after the other from that moment on; else one event told of them.
    pub(super) whole: bool,
    /// The departments.
    pub(super) delivered: &'a [Department],
}

impl Told<'_> {
    /// Whether what is known is newer than this.
    fn is_old(&self, known: DateTime<Utc>) -> bool {
        if self.whole { known > self.at } else { known >= self.at }
    }
}

/// The department under which people and departments from events are put: the setting, else the one that was learned by a sync.
pub(super) async fn root(app: &App, db: &impl ConnectionTrait) -> Outcome<Option<i64>> {
    let named = match &app.feishu.root_department {
        Some(named) => Some(named.clone()),
        None => recall(db, ROOT_DEPARTMENT).await?,
    };
    let Some(named) = named else { return Ok(None) };
    Ok(Key::UniqueId(named).find::<department::Entity>(db).await?.map(|row| row.id))
}

/// Remembers this department as the root, unless a setting names one.
pub(super) async fn learn_root(app: &App, db: &impl ConnectionTrait, root: &department::Model) -> Outcome<()> {
    if app.feishu.root_department.is_some() || recall(db, ROOT_DEPARTMENT).await?.as_ref() == Some(&root.unique_id) {
        return Ok(());
    }
    learn(app, db, ROOT_DEPARTMENT, &root.unique_id, true).await
}

/// Our departments for Feishu's ids.
pub(super) async fn places(db: &impl ConnectionTrait, mut ids: Vec<&str>) -> Outcome<HashMap<String, i64>> {
    ids.retain(|id| is_id(id));
    ids.sort_unstable();
    ids.dedup();
    let mut places = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let links = department_binding::Entity::find()
            .filter(department_binding::Column::Platform.eq(PLATFORM))
            .filter(department_binding::Column::ExternalId.is_in(chunk.iter().copied()))
            .all(db)
            .await?;
        places.extend(links.into_iter().map(|link| (link.external_id, link.department_id)));
    }
    Ok(places)
}

/// Whether a text can be an id that is kept.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= text::SHORT && !text.contains('\0')
}

/// A name as it is kept: none if nothing of it can be seen.
pub(super) fn name(text: &str) -> Option<String> {
    let name: String = text.chars().filter(|letter| !letter.is_control()).take(text::SHORT).collect();
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// Brings these departments up to date; says whether any of it was news. Departments that are not delivered any more are kept.
pub(super) async fn apply(db: &impl ConnectionTrait, ctx: &Context, told: &Told<'_>) -> Outcome<bool> {
    let links = department_binding::Entity::find().filter(department_binding::Column::Platform.eq(PLATFORM));
    let links: HashMap<String, department_binding::Model> =
        links.all(db).await?.into_iter().map(|link| (link.external_id.clone(), link)).collect();
    let there: HashSet<&str> = told.delivered.iter().map(|it| it.open_department_id.as_str()).collect();
    let unknown: Vec<&str> = there.iter().copied().filter(|id| !links.contains_key(*id)).collect();
    let gone = remove::gone(db, &unknown).await?;
    let mut seen = HashSet::new();
    let mut news = Vec::with_capacity(told.delivered.len());
    for it in told.delivered {
        let id = it.open_department_id.as_str();
        let known = links.get(id).map(|link| link.news_at).or_else(|| gone.get(id).copied());
        if is_id(id) && seen.insert(id) && !known.is_some_and(|known| told.is_old(known)) {
            news.push(it);
        }
    }
    if !news.is_empty() {
        let rows = department::Entity::find().all(db).await?;
        let linked = links.values().map(|link| (link.external_id.as_str(), link.department_id));
        let mut forest = Forest::new(rows, linked, told.root);
        forest.plant(db, ctx, &news).await?;
        let changed = forest.arrange(ctx, &news);
        rows::store_departments(db, &changed).await?;
        let changed: HashSet<i64> = changed.iter().map(|row| row.id).collect();
        link(db, told, &links, &forest, &news, &changed).await?;
    }
    if told.whole {
        let vanished = links
            .values()
            .filter(|link| link.delivered && !there.contains(link.external_id.as_str()) && !told.is_old(link.news_at));
        vanish(db, vanished.map(|link| link.id).collect()).await?;
    }
    Ok(!news.is_empty())
}

/// Stores which department is which, and how new that is. A sync that brings nothing new writes nothing.
async fn link(
    db: &impl ConnectionTrait,
    told: &Told<'_>,
    links: &HashMap<String, department_binding::Model>,
    forest: &Forest,
    news: &[&Department],
    changed: &HashSet<i64>,
) -> Outcome<()> {
    use department_binding::Column::{Delivered, Id, NewsAt, Tenant};
    let (mut made, mut known) = (Vec::new(), Vec::new());
    for it in news {
        let Some(ours) = forest.ours(&it.open_department_id) else { continue };
        let Some(link) = links.get(&it.open_department_id) else {
            made.push(department_binding::ActiveModel {
                platform: Set(PLATFORM.to_owned()),
                department_id: Set(ours),
                tenant: Set(told.tenant.to_owned()),
                external_id: Set(it.open_department_id.clone()),
                position: Set(0),
                delivered: Set(true),
                news_at: Set(told.at),
                ..Default::default()
            });
            continue;
        };
        let mut now = department_binding::Model { delivered: true, ..link.clone() };
        if now.tenant.is_empty() {
            told.tenant.clone_into(&mut now.tenant);
        }
        if !told.whole || changed.contains(&ours) || now != *link {
            now.news_at = told.at;
            known.push(now.into_active_model().reset_all());
        }
    }
    for chunk in made.chunks(CHUNK) {
        department_binding::Entity::insert_many(chunk.to_vec()).exec_without_returning(db).await?;
    }
    for chunk in known.chunks(CHUNK) {
        let again = OnConflict::column(Id).update_columns([Tenant, Delivered, NewsAt]).to_owned();
        department_binding::Entity::insert_many(chunk.to_vec()).on_conflict(again).exec_without_returning(db).await?;
    }
    Ok(())
}

async fn vanish(db: &impl ConnectionTrait, links: Vec<i64>) -> Outcome<()> {
    for chunk in links.chunks(CHUNK) {
        department_binding::Entity::update_many()
            .col_expr(department_binding::Column::Delivered, Expr::value(false))
            .filter(department_binding::Column::Id.is_in(chunk.iter().copied()))
            .exec(db)
            .await?;
    }
    Ok(())
}
