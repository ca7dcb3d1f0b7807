//! Asset groups in GraphQL.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use chrono::{DateTime, Utc};

use crate::domain::{Change, Code, Key, asset_groups as groups};

use super::ahead::{self, Ahead};
use super::kit::{
    Caller, Connection, NodeKind, PageArgs, RowBy, change, connection, given, global_id, key, payload, searchable,
    settle,
};

/// An asset group: a node of the one tree whose root is `0`.
#[derive(Clone, Debug)]
pub(super) struct AssetGroup(pub(super) groups::AssetGroup);

/// An asset group: a node of the one tree whose root is `0`.
#[Object]
impl AssetGroup {
    /// The id, opaque.
    pub(super) async fn id(&self) -> ID {
        global_id(NodeKind::AssetGroup, self.0.id)
    }

    /// The legacy key.
    async fn unique_id(&self) -> &str {
        &self.0.unique_id
    }

    /// What people call it, unique.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The group above; none at the root only.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<AssetGroup>> {
        Ok(match self.0.parent_id {
            Some(id) => ctx.loaders()?.groups.one(id).await?.map(AssetGroup),
            None => None,
        })
    }

    /// The groups right below, oldest first.
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, up to 200.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
    ) -> Result<AssetGroupConnection> {
        let args = PageArgs::first(first, after);
        let lists = &ctx.loaders()?.groups_below;
        Ok(AssetGroupConnection(Connection::nested(lists, self.0.id, "assetGroup", &args, AssetGroup).await?))
    }

    /// Counts the changes of this group, from 1.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

connection! {
    /// A page of asset groups.
    AssetGroupConnection, AssetGroupEdge of AssetGroup
}

async fn page(ctx: &Context<'_>, filter: groups::Filter, args: &PageArgs) -> Result<AssetGroupConnection> {
    let domain = ctx.domain()?;
    let page = groups::list(domain, &filter, &args.window("assetGroup")?).await?;
    ahead::groups(ctx, Ahead::of(ctx).rows(), page.models().cloned().collect()).await?;
    let domain = domain.clone();
    Ok(AssetGroupConnection(Connection::new(page, AssetGroup, move || {
        let (domain, filter) = (domain.clone(), filter.clone());
        async move { groups::count(&domain, &filter).await }
    })))
}

#[derive(Debug, Default)]
pub(super) struct AssetGroupQuery;

#[Object]
impl AssetGroupQuery {
    /// One asset group; null when there is none.
    async fn asset_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Names the group.")] by: RowBy,
    ) -> Result<Option<AssetGroup>> {
        let domain = ctx.domain()?;
        let group = groups::get(domain, &by.key(domain, NodeKind::AssetGroup)).await?;
        ahead::groups(ctx, Ahead::of(ctx), group.iter().cloned().collect()).await?;
        Ok(group.map(AssetGroup))
    }

    /// All asset groups, oldest first.
    async fn asset_groups(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only groups whose name contains this; ASCII letters compare without case.")] search: Option<
            String,
        >,
        #[graphql(desc = "The first so many rows, up to 200.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, up to 200.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> Result<AssetGroupConnection> {
        searchable(search.as_deref())?;
        page(ctx, groups::Filter { search }, &PageArgs { first, after, last, before }).await
    }
}

/// An asset group to be made.
#[derive(Debug, InputObject)]
pub(super) struct AssetGroupCreateInput {
    /// Its legacy key; one is made when none is given.
    unique_id: Option<String>,
    /// Its name, unique.
    name: String,
    /// The group above; the root when none is given.
    parent_id: Option<ID>,
    /// Makes a repetition of the call give the same group.
    idempotency_key: Option<String>,
}

/// What to change about an asset group; what is not given stays.
#[derive(Debug, InputObject)]
pub(super) struct AssetGroupUpdateInput {
    /// The group.
    id: ID,
    /// Its new name, unique.
    name: MaybeUndefined<String>,
    /// The version the caller saw.
    expected_version: Option<i64>,
}

/// Where an asset group moves.
#[derive(Debug, InputObject)]
pub(super) struct AssetGroupMoveInput {
    /// The group.
    id: ID,
    /// The group above from now on.
    parent_id: MaybeUndefined<ID>,
    /// The version the caller saw.
    expected_version: Option<i64>,
}

/// Which asset group is deleted.
#[derive(Debug, InputObject)]
pub(super) struct AssetGroupDeleteInput {
    /// The group.
    id: ID,
}

payload! {
    /// What came of making an asset group.
    AssetGroupCreatePayload {
        /// The group.
        asset_group: Option<AssetGroup>,
    }
}
payload! {
    /// What came of changing an asset group.
    AssetGroupUpdatePayload {
        /// The group as it is now.
        asset_group: Option<AssetGroup>,
    }
}
payload! {
    /// What came of moving an asset group.
    AssetGroupMovePayload {
        /// The group as it is now.
        asset_group: Option<AssetGroup>,
    }
}
payload! {
    /// What came of deleting an asset group.
    AssetGroupDeletePayload {
        /// The id it had.
        deleted_id: Option<ID>,
    }
}

#[derive(Debug, Default)]
pub(super) struct AssetGroupMutation;

#[Object]
impl AssetGroupMutation {
    /// Makes an asset group. Permission `/assetgroups/*`.
    async fn asset_group_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The group.")] input: AssetGroupCreateInput,
    ) -> Result<AssetGroupCreatePayload> {
        let domain = ctx.domain()?;
        let create = groups::Create {
            unique_id: input.unique_id,
            name: input.name,
            parent: input.parent_id.map(|id| key(domain, NodeKind::AssetGroup, &id)),
            idempotency_key: input.idempotency_key,
        };
        let (group, user_errors) = settle(ctx, groups::create(domain, &create).await).await?;
        Ok(AssetGroupCreatePayload { asset_group: group.map(AssetGroup), user_errors })
    }

    /// Renames an asset group. Permission `/assetgroups/*`.
    async fn asset_group_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: AssetGroupUpdateInput,
    ) -> Result<AssetGroupUpdatePayload> {
        let domain = ctx.domain()?;
        let group = key(domain, NodeKind::AssetGroup, &input.id);
        let update = given("name", input.name).map(|name| groups::Update {
            name,
            expected_version: input.expected_version,
            ..groups::Update::default()
        });
        let (group, user_errors) = settle(ctx, edit(domain, &group, update).await).await?;
        Ok(AssetGroupUpdatePayload { asset_group: group, user_errors })
    }

    /// Moves an asset group below another, with everything below it. Permission `/assetgroups/*`.
    async fn asset_group_move(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The move.")] input: AssetGroupMoveInput,
    ) -> Result<AssetGroupMovePayload> {
        let domain = ctx.domain()?;
        let group = key(domain, NodeKind::AssetGroup, &input.id);
        let parent = change(domain, NodeKind::AssetGroup, &input.parent_id);
        let update = match parent {
            Change::Keep => Err(Code::Required.on("parentId")),
            parent => {
                Ok(groups::Update { parent, expected_version: input.expected_version, ..groups::Update::default() })
            }
        };
        let (group, user_errors) = settle(ctx, edit(domain, &group, update).await).await?;
        Ok(AssetGroupMovePayload { asset_group: group, user_errors })
    }

    /// Deletes an asset group; its children and its assets move to the root. Permission `/assetgroups/*`.
    async fn asset_group_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The group.")] input: AssetGroupDeleteInput,
    ) -> Result<AssetGroupDeletePayload> {
        let domain = ctx.domain()?;
        let group = key(domain, NodeKind::AssetGroup, &input.id);
        let (id, user_errors) = settle(ctx, groups::delete(domain, &group).await).await?;
        Ok(AssetGroupDeletePayload { deleted_id: id.map(|id| global_id(NodeKind::AssetGroup, id)), user_errors })
    }
}

async fn edit(
    domain: &crate::domain::Context,
    group: &Key,
    update: crate::domain::Outcome<groups::Update>,
) -> crate::domain::Outcome<AssetGroup> {
    Ok(AssetGroup(groups::update(domain, group, &update?).await?))
}
