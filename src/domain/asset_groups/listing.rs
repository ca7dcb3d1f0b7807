//! Asset groups as long lists for the legacy dialects.

use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    domain::{
        Code, Context, Key, Outcome,
        listing::{Listing, Titled, faults},
    },
    entity::asset_group,
};

use super::AssetGroup;

/// A group and its place in the tree.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Placed {
    /// The key.
    pub id: i64,
    /// The key of the group above; none at the root only.
    pub parent_id: Option<i64>,
    /// The legacy key.
    pub unique_id: String,
    /// The name.
    pub name: String,
}

/// A group and those right below it.
pub struct Opened {
    /// The group.
    pub group: AssetGroup,
    /// The groups right below, the oldest first.
    pub children: Listing<Titled>,
}

/// Every group, the oldest first. Anybody logged in may.
pub async fn all(ctx: &Context) -> Outcome<Vec<Placed>> {
    use asset_group::Column::{Id, Name, ParentId, UniqueId};
    ctx.known()?;
    let groups = asset_group::Entity::find().select_only().columns([Id, ParentId, UniqueId, Name]).order_by_asc(Id);
    Ok(groups.into_model().all(ctx.db().read()).await?)
}

/// The group with this key, as of one moment. Anybody logged in may.
pub async fn opened(ctx: &Context, key: &Key) -> Outcome<Opened> {
    ctx.known()?;
    let snapshot = ctx.db().long_snapshot().await?;
    let group = key.find::<asset_group::Entity>(snapshot.tx()).await?.ok_or(Code::AssetGroupNotFound)?;
    let children = asset_group::Entity::find()
        .select_only()
        .columns([asset_group::Column::UniqueId, asset_group::Column::Name])
        .filter(asset_group::Column::ParentId.eq(group.id))
        .order_by_asc(asset_group::Column::Id);
    Ok(Opened { group, children: faults(snapshot.rows(children)) })
}
