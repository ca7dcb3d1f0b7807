//! Asset groups: one tree whose root `0` always exists.

use std::collections::HashMap;

use sea_orm::{EntityTrait, QueryFilter};

use crate::{
    db::{self, Children, CursorKey, Page, PageKey, Window},
    entity::asset_group,
};

use super::{Context, Key, Outcome};

mod edit;
pub mod listing;

pub use edit::{Create, Update, create, delete, update};

/// An asset group.
pub type AssetGroup = asset_group::Model;

/// The legacy key of the root.
pub const ROOT: &str = "0";

/// The group with this key. Anybody logged in may.
pub async fn get(ctx: &Context, key: &Key) -> Outcome<Option<AssetGroup>> {
    ctx.known()?;
    key.find::<asset_group::Entity>(ctx.db().read()).await
}

/// Which groups are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only whose name contains this text.
    pub search: Option<String>,
}

const BY_ENTRY: PageKey<asset_group::Entity> = PageKey {
    name: "assetGroup",
    column: None,
    id: asset_group::Column::Id,
    descending: false,
    read: |row| (CursorKey::None(()), row.id),
};

/// A window of the groups that `filter` wants, oldest first. Anybody logged in may.
pub async fn list(ctx: &Context, filter: &Filter, window: &Window) -> Outcome<Page<AssetGroup>> {
    ctx.known()?;
    Ok(db::page(ctx.db().read(), select(filter), &BY_ENTRY, window).await?)
}

/// How many groups `filter` wants.
pub async fn count(ctx: &Context, filter: &Filter) -> Outcome<u64> {
    ctx.known()?;
    Ok(db::count(ctx.db().read(), select(filter)).await?)
}

/// The groups right below a group.
const BELOW: Children<asset_group::Entity> = Children {
    name: BY_ENTRY.name,
    parent: asset_group::Column::ParentId,
    id: asset_group::Column::Id,
    read: |row| (row.parent_id, row.id),
};

/// Of each group, the first `limit` groups right below it behind key `after`, oldest first. Anybody logged in may.
pub async fn list_each(
    ctx: &Context,
    parents: &[i64],
    limit: u64,
    after: Option<i64>,
) -> Outcome<HashMap<i64, Page<AssetGroup>>> {
    ctx.known()?;
    Ok(db::page_each(ctx.db().read(), asset_group::Entity::find(), &BELOW, parents, limit, after).await?)
}

/// How many groups are right below each group.
pub async fn count_each(ctx: &Context, parents: &[i64]) -> Outcome<HashMap<i64, u64>> {
    ctx.known()?;
    Ok(db::count_each(ctx.db().read(), asset_group::Entity::find(), BELOW.parent, parents).await?)
}

fn select(filter: &Filter) -> sea_orm::Select<asset_group::Entity> {
    let search = filter.search.as_deref().filter(|text| !text.is_empty());
    asset_group::Entity::find()
        .filter(sea_orm::Condition::all().add_option(search.map(|text| db::contains(asset_group::Column::Name, text))))
}
