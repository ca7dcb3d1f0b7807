//! Assets in GraphQL.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    db::Page,
    domain::{self, Code, Key, assets, assets::state::Action},
    entity::words::{AssetKind, AssetStatus},
};

use super::{
    ahead::{self, Ahead},
    approvals::{Approval, ApprovalConnection},
    asset_groups::AssetGroup,
    departments::Department,
    history::{HistoryConnection, HistoryEntry},
    kit::{Caller, Connection, NodeKind, PageArgs, RowBy, connection, global_id, items, key, payload, settle},
    staff::{Staff, person},
};

mod catalogue;
mod inputs;

pub(super) use catalogue::{AssetCard, CatalogueQuery};
use inputs::{AssetCreateInput, AssetFilter, AssetOrder, AssetRegisterInput, AssetUpdateInput, filter};

/// An asset: one thing, or a holding of like things with one holder and one status.
#[derive(Clone, Debug)]
pub(super) struct Asset(pub(super) assets::Asset);

/// An asset: one thing, or a holding of like things with one holder and one status.
#[Object]
impl Asset {
    /// The id, opaque.
    pub(super) async fn id(&self) -> ID {
        global_id(NodeKind::Asset, self.0.id)
    }

    /// The legacy key.
    async fn unique_id(&self) -> &str {
        &self.0.unique_id
    }

    /// What people call it; names may repeat.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// One thing, or a number of like things.
    async fn kind(&self) -> AssetKind {
        self.0.kind
    }

    /// Pieces in this holding; 1 for an item.
    async fn quantity(&self) -> i64 {
        self.0.quantity
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

    /// The asset it is part of, as the catalogue shows it.
    async fn under(&self, ctx: &Context<'_>) -> Result<Option<AssetCard>> {
        Ok(match self.0.under_id {
            Some(id) => ctx.loaders()?.assets.one(id).await?.map(AssetCard),
            None => None,
        })
    }

    /// Who has it; nobody once retired.
    async fn holder(&self, ctx: &Context<'_>) -> Result<Option<Staff>> {
        Ok(person(ctx, self.0.holder_id).await?)
    }

    /// The holder's department.
    async fn department(&self, ctx: &Context<'_>) -> Result<Option<Department>> {
        let holder = person(ctx, self.0.holder_id).await?;
        Ok(match holder.and_then(|holder| holder.0.department_id) {
            Some(id) => ctx.loaders()?.departments.one(id).await?.map(Department),
            None => None,
        })
    }

    /// Who claims it, while a claim of the whole asset waits.
    async fn applicant(&self, ctx: &Context<'_>) -> Result<Option<Staff>> {
        Ok(person(ctx, self.0.applicant_id).await?)
    }

    /// Who is to receive it, while a transfer of the whole asset waits.
    async fn target(&self, ctx: &Context<'_>) -> Result<Option<Staff>> {
        Ok(person(ctx, self.0.target_id).await?)
    }

    /// The local day of entry, from which depreciation counts.
    async fn entered_on(&self) -> NaiveDate {
        self.0.entered_on
    }

    /// What one piece cost, in whole currency units.
    async fn value_origin(&self) -> i64 {
        self.0.value_origin
    }

    /// Years over which it loses its value.
    async fn use_year(&self) -> i64 {
        self.0.use_year
    }

    /// What one piece is worth on a day: straight line by day, rounded up, never below 0.
    async fn net_value(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today when omitted.")] on: Option<NaiveDate>,
    ) -> Result<i64> {
        let on = match on {
            Some(day) => day,
            None => ctx.domain()?.app.today(),
        };
        Ok(assets::net_value(self.0.value_origin, self.0.use_year, self.0.entered_on, on))
    }

    /// The maker.
    async fn brand(&self) -> &str {
        &self.0.brand
    }

    /// The maker's model.
    async fn model(&self) -> &str {
        &self.0.model
    }

    /// The maker's serial number.
    async fn serial_number(&self) -> &str {
        &self.0.serial_number
    }

    /// Free text.
    async fn remarks(&self) -> &str {
        &self.0.remarks
    }

    /// What the viewer may do to it now, and if not, the code the mutation would answer.
    async fn available_actions(&self, ctx: &Context<'_>) -> Result<Vec<AvailableAction>> {
        let domain = ctx.domain()?;
        let loaders = ctx.loaders()?;
        let requested = loaders.requested.one(self.0.id).await?.unwrap_or_default();
        let standing = loaders.standing(domain).await?;
        let available = assets::available(domain, &standing, requested, &self.0).into_iter();
        Ok(available
            .map(|it| AvailableAction { action: it.action, allowed: it.refusal.is_none(), reason: it.refusal })
            .collect())
    }

    /// What happened to it, oldest first. Permission `/assets/*`.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, up to 200.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
    ) -> Result<HistoryConnection> {
        let args = PageArgs::first(first, after);
        let lists = &ctx.loaders()?.history_of_asset;
        Ok(HistoryConnection(Connection::nested(lists, self.0.id, "history", &args, HistoryEntry).await?))
    }

    /// The requests for it that the viewer sees, oldest first.
    async fn approvals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, up to 200.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
    ) -> Result<ApprovalConnection> {
        let args = PageArgs::first(first, after);
        let lists = &ctx.loaders()?.approvals_of_asset;
        Ok(ApprovalConnection(Connection::nested(lists, self.0.id, "approval", &args, Approval).await?))
    }

    /// Counts the changes of this asset, from 1.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// When it was entered.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

/// One action on an asset and whether the viewer may take it now.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct AvailableAction {
    /// The action.
    action: Action,
    /// Whether it would be taken.
    allowed: bool,
    /// The code that the mutation would answer; none when allowed.
    reason: Option<Code>,
}

connection! {
    /// A page of assets.
    AssetConnection, AssetEdge of Asset
}
#[derive(Debug, Default)]
pub(super) struct AssetQuery;

#[Object]
impl AssetQuery {
    /// One asset; null when there is none, `FORBIDDEN` when the viewer may not see it.
    async fn asset(&self, ctx: &Context<'_>, #[graphql(desc = "Names the asset.")] by: RowBy) -> Result<Option<Asset>> {
        let domain = ctx.domain()?;
        let asset = assets::get(domain, &by.key(domain, NodeKind::Asset)).await?;
        ahead::assets(ctx, Ahead::of(ctx), asset.iter().cloned().collect()).await?;
        Ok(asset.map(Asset))
    }

    /// The assets that the viewer sees in full: all of them with permission `/assets/*` or `/approvals/*`, else one's own.
    #[expect(clippy::too_many_arguments, reason = "they are the field's arguments")]
    async fn assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which assets are wanted.", name = "filter")] wanted: Option<AssetFilter>,
        #[graphql(desc = "Only whose name or remarks contain this; ASCII letters compare without case.")]
        search: Option<String>,
        #[graphql(desc = "How they are ordered.", default, name = "orderBy")] order: AssetOrder,
        #[graphql(desc = "The first so many rows, up to 200.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, up to 200.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> Result<AssetConnection> {
        let domain = ctx.domain()?;
        let filter = filter(domain, wanted.unwrap_or_default(), search).await?;
        page(ctx, filter, &order, &PageArgs { first, after, last, before }).await
    }
}

/// A page of the assets that `filter` wants; none wants nothing.
async fn page(
    ctx: &Context<'_>,
    filter: Option<assets::Filter>,
    order: &AssetOrder,
    args: &PageArgs,
) -> Result<AssetConnection> {
    let domain = ctx.domain()?;
    let window = args.window(order.by.name())?;
    let page = match &filter {
        Some(filter) => assets::list(domain, filter, order.by, order.descending, &window).await?,
        None => {
            domain.known()?;
            Page::empty()
        }
    };
    ahead::assets(ctx, Ahead::of(ctx).rows(), page.models().cloned().collect()).await?;
    let domain = domain.clone();
    Ok(AssetConnection(Connection::new(page, Asset, move || {
        let (domain, filter) = (domain.clone(), filter.clone());
        async move {
            match filter {
                Some(filter) => assets::count(&domain, &filter).await,
                None => Ok(0),
            }
        }
    })))
}

/// Which assets are retired, all or none.
#[derive(Debug, InputObject)]
pub(super) struct AssetRetireInput {
    /// The assets; one named twice counts once.
    asset_ids: Vec<ID>,
}

/// Which repair is finished.
#[derive(Debug, InputObject)]
pub(super) struct AssetRepairFinishInput {
    /// The asset in repair.
    asset_id: ID,
}

payload! {
    /// What came of entering an asset.
    AssetCreatePayload {
        /// The asset.
        asset: Option<Asset>,
    }
}
payload! {
    /// What came of entering assets.
    AssetRegisterPayload {
        /// The assets, in the order given.
        assets: Option<Vec<Asset>>,
    }
}
payload! {
    /// What came of changing an asset.
    AssetUpdatePayload {
        /// The asset as it is now.
        asset: Option<Asset>,
    }
}
payload! {
    /// What came of retiring assets.
    AssetRetirePayload {
        /// The assets as they are now.
        assets: Option<Vec<Asset>>,
    }
}
payload! {
    /// What came of finishing a repair.
    AssetRepairFinishPayload {
        /// The asset as it is now.
        asset: Option<Asset>,
    }
}

#[derive(Debug, Default)]
pub(super) struct AssetMutation;

#[Object]
impl AssetMutation {
    /// Enters one asset. Permission `/assets/*`.
    async fn asset_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The asset.")] input: AssetCreateInput,
    ) -> Result<AssetCreatePayload> {
        let domain = ctx.domain()?;
        let (asset, user_errors) = settle(ctx, assets::create(domain, input.into_domain(domain)).await).await?;
        Ok(AssetCreatePayload { asset: asset.map(Asset), user_errors })
    }

    /// Enters many assets, all or none. Permission `/assets/*`.
    async fn asset_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assets.")] mut input: AssetRegisterInput,
    ) -> Result<AssetRegisterPayload> {
        let domain = ctx.domain()?;
        let once = input.idempotency_key.take();
        let new = input.into_domain(domain);
        let outcome = match items(domain, "items", &new) {
            Ok(()) => assets::register(domain, &new, once.as_deref()).await,
            Err(fault) => Err(fault),
        };
        let (made, user_errors) = settle(ctx, outcome).await?;
        ahead::assets(ctx, Ahead::of(ctx).field("assets"), made.clone().unwrap_or_default()).await?;
        Ok(AssetRegisterPayload { assets: made.map(|rows| rows.into_iter().map(Asset).collect()), user_errors })
    }

    /// Changes what is recorded about an asset; never its status or holder. Permission `/assets/*`.
    async fn asset_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: AssetUpdateInput,
    ) -> Result<AssetUpdatePayload> {
        let domain = ctx.domain()?;
        let asset = key(domain, NodeKind::Asset, &input.id);
        let outcome = match input.into_domain(domain) {
            Ok(update) => assets::update(domain, &asset, &update).await,
            Err(fault) => Err(fault),
        };
        let (asset, user_errors) = settle(ctx, outcome).await?;
        Ok(AssetUpdatePayload { asset: asset.map(Asset), user_errors })
    }

    /// Clears assets out for good (清退), all or none. Permission `/assets/*`.
    async fn asset_retire(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assets.")] input: AssetRetireInput,
    ) -> Result<AssetRetirePayload> {
        let domain = ctx.domain()?;
        let keys: Vec<Key> = input.asset_ids.iter().map(|id| key(domain, NodeKind::Asset, id)).collect();
        let outcome = match items(domain, "assetIds", &keys) {
            Ok(()) => assets::retire(domain, &keys).await,
            Err(fault) => Err(fault),
        };
        let (retired, user_errors) = settle(ctx, outcome).await?;
        ahead::assets(ctx, Ahead::of(ctx).field("assets"), retired.clone().unwrap_or_default()).await?;
        Ok(AssetRetirePayload { assets: retired.map(|rows| rows.into_iter().map(Asset).collect()), user_errors })
    }

    /// Says that a repair (维保) is finished. Permission `/approvals/*`.
    async fn asset_repair_finish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The repair.")] input: AssetRepairFinishInput,
    ) -> Result<AssetRepairFinishPayload> {
        let domain = ctx.domain()?;
        let asset = key(domain, NodeKind::Asset, &input.asset_id);
        let (asset, user_errors) = settle(ctx, assets::finish_repair(domain, &asset).await).await?;
        Ok(AssetRepairFinishPayload { asset: asset.map(Asset), user_errors })
    }
}
