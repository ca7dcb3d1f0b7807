//! Reading history: only who keeps assets may.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, Select};

use crate::{
    db::{self, Children, CursorKey, Page, PageKey, Window},
    domain::{Context, Key, Outcome, Permission},
    entity::{history, words::HistoryKind},
};

/// A line of history.
pub type History = history::Model;

/// Which lines are wanted; an empty filter wants all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only of this asset.
    pub asset: Option<Key>,
    /// Only about this person.
    pub related: Option<Key>,
    /// Only of these kinds.
    pub kinds: Option<Vec<HistoryKind>>,
    /// Only from this time on.
    pub from: Option<DateTime<Utc>>,
    /// Only before this time.
    pub to: Option<DateTime<Utc>>,
    /// Only lines that contain this text.
    pub search: Option<String>,
}

/// How lines are ordered.
const fn by_time(descending: bool) -> PageKey<history::Entity> {
    PageKey {
        name: "history",
        column: None,
        id: history::Column::Id,
        descending,
        read: |row| (CursorKey::None(()), row.id),
    }
}

/// The line with this key. Permission `/assets/*`.
pub async fn get(ctx: &Context, id: i64) -> Outcome<Option<History>> {
    ctx.may(Permission::Assets)?;
    Ok(history::Entity::find_by_id(id).one(ctx.db().read()).await?)
}

/// A window of the lines that `filter` wants, in the order they were written, or the newest first.
pub async fn list(ctx: &Context, filter: &Filter, newest_first: bool, window: &Window) -> Outcome<Page<History>> {
    ctx.may(Permission::Assets)?;
    Ok(db::page(ctx.db().read(), select(filter), &by_time(newest_first), window).await?)
}

/// How many lines `filter` wants.
pub async fn count(ctx: &Context, filter: &Filter) -> Outcome<u64> {
    ctx.may(Permission::Assets)?;
    Ok(db::count(ctx.db().read(), select(filter)).await?)
}

/// The history of assets, by the asset's key.
const OF_ASSET: Children<history::Entity> = Children {
    name: "history",
    parent: history::Column::AssetId,
    id: history::Column::Id,
    read: |row| (Some(row.asset_id), row.id),
};

/// Of each asset, the first `limit` lines behind key `after`, oldest first. Permission `/assets/*`.
pub async fn list_each(
    ctx: &Context,
    assets: &[i64],
    limit: u64,
    after: Option<i64>,
) -> Outcome<HashMap<i64, Page<History>>> {
    ctx.may(Permission::Assets)?;
    Ok(db::page_each(ctx.db().read(), history::Entity::find(), &OF_ASSET, assets, limit, after).await?)
}

/// How many lines each asset has. Permission `/assets/*`.
pub async fn count_each(ctx: &Context, assets: &[i64]) -> Outcome<HashMap<i64, u64>> {
    ctx.may(Permission::Assets)?;
    Ok(db::count_each(ctx.db().read(), history::Entity::find(), OF_ASSET.parent, assets).await?)
}

/// A legacy key as the database may be asked for it: PostgreSQL takes no U+0000, and nothing is called by the empty text.
fn possible(id: &str) -> &str {
    if id.contains('\0') { "" } else { id }
}

/// The condition that type, sentence, asset or person of a line contain `text` (contract: asset-platform §7.34); none for the empty text.
pub(super) fn containing(text: &str) -> Option<Condition> {
    use history::Column::{AssetName, AssetUniqueId, Description, Kind, RelatedName, RelatedUniqueId};
    let columns = [Kind, Description, AssetUniqueId, AssetName, RelatedUniqueId, RelatedName];
    let any = || columns.into_iter().fold(Condition::any(), |any, column| any.add(db::contains(column, text)));
    (!text.is_empty()).then(any)
}

fn select(filter: &Filter) -> Select<history::Entity> {
    let mut wanted = Condition::all();
    match &filter.asset {
        Some(Key::Id(id)) => wanted = wanted.add(history::Column::AssetId.eq(*id)),
        Some(Key::UniqueId(id)) => wanted = wanted.add(history::Column::AssetUniqueId.eq(possible(id))),
        None => {}
    }
    match &filter.related {
        Some(Key::Id(id)) => wanted = wanted.add(history::Column::RelatedId.eq(*id)),
        Some(Key::UniqueId(id)) => wanted = wanted.add(history::Column::RelatedUniqueId.eq(possible(id))),
        None => {}
    }
    let kinds = filter.kinds.as_ref().map(|kinds| history::Column::Kind.is_in(kinds.iter().copied()));
    let search = filter.search.as_deref().and_then(containing);
    history::Entity::find().filter(
        wanted
            .add_option(kinds)
            .add_option(search)
            .add_option(filter.from.map(|from| history::Column::At.gte(from)))
            .add_option(filter.to.map(|to| history::Column::At.lt(to))),
    )
}
