//! The catalogue: what everybody logged in may know of every asset, in order to ask for it.

use async_graphql::{Context, ID, Object, Result};

use crate::{
    domain::{self, Code, asset_groups, assets},
    entity::words::{AssetKind, AssetStatus},
};

use super::super::{
    ahead::{self, Ahead},
    asset_groups::AssetGroup,
    kit::{Caller, Connection, InSubtreeOf, NodeKind, PageArgs, connection, global_id, key, searchable},
};
use super::Asset;

/// What everybody logged in may know of an asset, in order to ask for it.
#[derive(Clone, Debug)]
pub(in crate::graphql::api) struct AssetCard(pub(in crate::graphql::api) assets::Asset);

/// What everybody logged in may know of an asset, in order to ask for it.
#[Object]
impl AssetCard {
    /// The asset's id.
    async fn id(&self) -> ID {
        global_id(NodeKind::Asset, self.0.id)
    }

    /// The asset's legacy key.
    async fn unique_id(&self) -> &str {
        &self.0.unique_id
    }

    /// What people call it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// One thing, or a number of like things.
    async fn kind(&self) -> AssetKind {
        self.0.kind
    }

    /// Pieces in this holding.
    async fn quantity(&self) -> i64 {
        self.0.quantity
    }

    /// Everything about it; null when the viewer may not see that.
    async fn full(&self, ctx: &Context<'_>) -> Result<Option<Asset>> {
        Ok(assets::may_see(ctx.domain()?, &self.0).then(|| Asset(self.0.clone())))
    }

    /// Where it stands in its life.
    async fn status(&self) -> AssetStatus {
        self.0.status
    }

    /// The asset group it belongs to.
    async fn group(&self, ctx: &Context<'_>) -> Result<AssetGroup> {
        let group = ctx.loaders()?.groups.one(self.0.group_id).await?;
        Ok(group.map(AssetGroup).ok_or_else(|| domain::Fault::from(Code::AssetGroupNotFound))?)
    }
}

connection! {
    /// A page of the catalogue.
    AssetCardConnection, AssetCardEdge of AssetCard
}

#[derive(Debug, Default)]
pub(in crate::graphql::api) struct CatalogueQuery;

#[Object]
impl CatalogueQuery {
    /// Every asset by name, group, status and quantity, oldest first: what anybody may ask for.
    #[expect(clippy::too_many_arguments, reason = "they are the field's arguments")]
    async fn asset_catalogue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only with one of these statuses.")] status: Option<Vec<AssetStatus>>,
        #[graphql(desc = "Only of this asset group or one below it.")] group: Option<InSubtreeOf>,
        #[graphql(desc = "Only whose name contains this; ASCII letters compare without case.")] search: Option<String>,
        #[graphql(desc = "The first so many rows, up to 200.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, up to 200.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> Result<AssetCardConnection> {
        let domain = ctx.domain()?;
        let group_subtree = match group {
            Some(place) => {
                let group = key(domain, NodeKind::AssetGroup, &place.in_subtree_of);
                Some(asset_groups::get(domain, &group).await?.map_or(0, |group| group.id))
            }
            None => None,
        };
        searchable(search.as_deref())?;
        let filter = assets::CatalogueFilter { statuses: status, group_subtree, name: search };
        let window = PageArgs { first, after, last, before }.window("entry")?;
        let page = assets::catalogue(domain, &filter, &window).await?;
        ahead::cards(ctx, Ahead::of(ctx).rows(), page.models().cloned().collect()).await?;
        let domain = domain.clone();
        Ok(AssetCardConnection(Connection::new(page, AssetCard, move || {
            let (domain, filter) = (domain.clone(), filter.clone());
            async move { assets::catalogue_count(&domain, &filter).await }
        })))
    }
}
