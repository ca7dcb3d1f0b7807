//! Requests and decisions in GraphQL.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};

use crate::{
    domain::{
        self, Code, Outcome,
        approvals::{self, Decide, Item, Submit, Which},
    },
    entity::words::{ApprovalKind, ApprovalState, Door},
};

use super::{
    ahead::{self, Ahead},
    assets::AssetCard,
    kit::{
        Caller, Connection, NodeKind, PageArgs, UserError, connection, global_id, items, key, own_key, payload, settle,
        user_errors,
    },
    staff::{Staff, person},
};

/// A request for an asset to change hands or be repaired, and what was decided.
#[derive(Clone, Debug)]
pub(super) struct Approval(pub(super) approvals::Approval);

/// A request for an asset to change hands or be repaired, and what was decided.
#[Object]
impl Approval {
    /// The id, opaque.
    pub(super) async fn id(&self) -> ID {
        global_id(NodeKind::Approval, self.0.id)
    }

    /// What is asked for.
    #[graphql(name = "type")]
    async fn kind(&self) -> ApprovalKind {
        self.0.kind
    }

    /// Whether it was decided, and how.
    async fn state(&self) -> ApprovalState {
        self.0.state
    }

    /// Pieces asked for; 1 for an item.
    async fn quantity(&self) -> i64 {
        self.0.quantity
    }

    /// Whether the row itself changes hands, rather than pieces of it.
    async fn whole(&self) -> bool {
        self.0.whole
    }

    /// The asset asked for.
    async fn asset(&self, ctx: &Context<'_>) -> Result<AssetCard> {
        let asset = ctx.loaders()?.assets.one(self.0.asset_id).await?;
        Ok(asset.map(AssetCard).ok_or_else(|| domain::Fault::from(Code::AssetNotFound))?)
    }

    /// Who asks; null once that person is deleted.
    async fn applicant(&self, ctx: &Context<'_>) -> Result<Option<Staff>> {
        Ok(person(ctx, self.0.applicant_id).await?)
    }

    /// Who asks, by the name of that moment.
    async fn applicant_name(&self) -> &str {
        &self.0.applicant_name
    }

    /// Who is to receive it (transfer).
    async fn target(&self, ctx: &Context<'_>) -> Result<Option<Staff>> {
        Ok(person(ctx, self.0.target_id).await?)
    }

    /// The asset admins it is addressed to.
    async fn managers(&self, ctx: &Context<'_>) -> Result<Vec<Staff>> {
        let loaders = ctx.loaders()?;
        let managers = loaders.managers.one(self.0.id).await?.unwrap_or_default();
        Ok(loaders.people(&managers).await?.into_iter().map(Staff).collect())
    }

    /// The door the request came through.
    async fn submitted_via(&self) -> Door {
        self.0.submitted_via
    }

    /// When it was submitted.
    async fn submitted_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Who decided; null while it waits and once that person is deleted.
    async fn decided_by(&self, ctx: &Context<'_>) -> Result<Option<Staff>> {
        Ok(person(ctx, self.0.decided_by_id).await?)
    }

    /// The door the decision came through.
    async fn decided_via(&self) -> Option<Door> {
        self.0.decided_via
    }

    /// When it was decided or closed.
    async fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.0.decided_at
    }

    /// What the decider wrote.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
}

connection! {
    /// A page of requests.
    ApprovalConnection, ApprovalEdge of Approval
}

/// Which requests are wanted.
#[derive(Debug, Default, InputObject)]
pub(super) struct ApprovalFilter {
    /// Only in one of these states.
    state: Option<Vec<ApprovalState>>,
    /// Only of these types.
    types: Option<Vec<ApprovalKind>>,
    /// Only for this asset.
    asset_id: Option<ID>,
    /// Only by this applicant.
    applicant_id: Option<ID>,
    /// Only addressed to this asset admin.
    manager_id: Option<ID>,
}

#[derive(Debug, Default)]
pub(super) struct ApprovalQuery;

#[Object]
impl ApprovalQuery {
    /// One request; null when there is none, `FORBIDDEN` when the viewer may not see it.
    async fn approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request's id.")] id: ID,
    ) -> Result<Option<Approval>> {
        let domain = ctx.domain()?;
        domain.known()?;
        let Some(id) = own_key(NodeKind::Approval, &id) else { return Ok(None) };
        let approval = approvals::get(domain, id).await?;
        ahead::approvals(ctx, Ahead::of(ctx), approval.iter().cloned().collect()).await?;
        Ok(approval.map(Approval))
    }

    /// The requests that the viewer sees: all of them with permission `/approvals/*`, else one's own.
    #[expect(clippy::too_many_arguments, reason = "they are the field's arguments")]
    async fn approvals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which requests are wanted.")] filter: Option<ApprovalFilter>,
        #[graphql(desc = "Whether the newest comes first.", default)] newest_first: bool,
        #[graphql(desc = "The first so many rows, up to 200.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, up to 200.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> Result<ApprovalConnection> {
        let domain = ctx.domain()?;
        domain.known()?;
        let filter = filter.unwrap_or_default();
        let filter = approvals::Filter {
            states: filter.state,
            kinds: filter.types,
            asset: row_id::<crate::entity::asset::Entity>(domain, NodeKind::Asset, filter.asset_id).await?,
            applicant: row_id::<crate::entity::staff::Entity>(domain, NodeKind::Staff, filter.applicant_id).await?,
            manager: row_id::<crate::entity::staff::Entity>(domain, NodeKind::Staff, filter.manager_id).await?,
        };
        page(ctx, filter, newest_first, &PageArgs { first, after, last, before }).await
    }
}

/// Our key of the row a filter names; a key that no row has when it names nothing.
async fn row_id<E: domain::Keyed>(domain: &domain::Context, kind: NodeKind, id: Option<ID>) -> Outcome<Option<i64>> {
    let Some(id) = id else { return Ok(None) };
    let row = key(domain, kind, &id).find::<E>(domain.db().read()).await?;
    Ok(Some(row.map_or(0, |row| E::keys(&row).0)))
}

/// A page of the requests that `filter` wants.
pub(super) async fn page(
    ctx: &Context<'_>,
    filter: approvals::Filter,
    newest_first: bool,
    args: &PageArgs,
) -> Result<ApprovalConnection> {
    let domain = ctx.domain()?;
    let page = approvals::list(domain, &filter, newest_first, &args.window("approval")?).await?;
    ahead::approvals(ctx, Ahead::of(ctx).rows(), page.models().cloned().collect()).await?;
    let domain = domain.clone();
    Ok(ApprovalConnection(Connection::new(page, Approval, move || {
        let (domain, filter) = (domain.clone(), filter.clone());
        async move { approvals::count(&domain, &filter).await }
    })))
}

/// A request.
#[derive(Debug, InputObject)]
pub(super) struct ApprovalSubmitInput {
    /// What is asked for.
    #[graphql(name = "type")]
    kind: ApprovalKind,
    /// The asset.
    asset_id: ID,
    /// Pieces of a quantity asset; 1 for an item.
    #[graphql(default = 1)]
    quantity: i64,
    /// The asset admin it is addressed to, instead of those the rules find.
    manager_id: Option<ID>,
    /// Who is to receive it (transfer).
    target_id: Option<ID>,
    /// The asset group of the receiver's holding (transfer of pieces).
    category_id: Option<ID>,
    /// Whether to store a request that could not be agreed to as things stand.
    #[graphql(default)]
    accept_warnings: bool,
    /// Makes a repetition of the call give the same request.
    idempotency_key: Option<String>,
}

/// Requests of one type for many assets, all or none.
#[derive(Debug, InputObject)]
pub(super) struct ApprovalSubmitManyInput {
    /// What is asked for.
    #[graphql(name = "type")]
    kind: ApprovalKind,
    /// The assets, checked in this order; one named twice counts once.
    asset_ids: Vec<ID>,
    /// Who is to receive them (transfer).
    target_id: Option<ID>,
    /// Whether holdings of quantity assets are asked for as a whole, rather than one piece of each.
    #[graphql(default)]
    whole: bool,
    /// Whether to store requests that could not be agreed to as things stand.
    #[graphql(default)]
    accept_warnings: bool,
    /// Makes a repetition of the call give the same requests.
    idempotency_key: Option<String>,
}

/// Whether a request is agreed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "ApprovalDecision")]
pub(super) enum Decision {
    /// Agree to it.
    Approve,
    /// Refuse it.
    Reject,
}

/// A decision on one request: named by its id, or by the asset and type of the request that waits for the whole asset.
#[derive(Debug, InputObject)]
pub(super) struct ApprovalDecideInput {
    /// The request.
    approval_id: Option<ID>,
    /// The asset of the waiting request.
    asset_id: Option<ID>,
    /// The type of the waiting request.
    #[graphql(name = "type")]
    kind: Option<ApprovalKind>,
    /// The decision.
    decision: Decision,
    /// Words for the applicant.
    reason: Option<String>,
}

impl ApprovalDecideInput {
    fn into_domain(self, domain: &domain::Context) -> Outcome<Decide> {
        let which = match (&self.approval_id, &self.asset_id, self.kind) {
            (Some(id), None, None) => {
                Which::Request(own_key(NodeKind::Approval, id).ok_or(Code::ApprovalNotFound.on("approvalId"))?)
            }
            (None, Some(asset), Some(kind)) => Which::OpenFor { asset: key(domain, NodeKind::Asset, asset), kind },
            _ => return Err(Code::Required.on("approvalId")),
        };
        Ok(Decide { which, approve: self.decision == Decision::Approve, reason: self.reason })
    }
}

payload! {
    /// What came of submitting a request.
    ApprovalSubmitPayload {
        /// The request.
        approval: Option<Approval>,
        /// Why it could not be agreed to as things stand; only with `acceptWarnings`.
        warnings: Vec<UserError>,
    }
}
payload! {
    /// What came of submitting requests.
    ApprovalSubmitManyPayload {
        /// The requests, in the order of the assets.
        approvals: Option<Vec<Approval>>,
        /// Why they could not be agreed to as things stand; only with `acceptWarnings`.
        warnings: Vec<UserError>,
    }
}
payload! {
    /// What came of a decision.
    ApprovalDecidePayload {
        /// The request as it is now.
        approval: Option<Approval>,
    }
}

#[derive(Debug, Default)]
pub(super) struct ApprovalMutation;

#[Object]
impl ApprovalMutation {
    /// Submits a request; anybody logged in may, as applicant.
    async fn approval_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: ApprovalSubmitInput,
    ) -> Result<ApprovalSubmitPayload> {
        let domain = ctx.domain()?;
        let submit = Submit {
            kind: input.kind,
            items: vec![Item { asset: key(domain, NodeKind::Asset, &input.asset_id), quantity: input.quantity }],
            whole: false,
            manager: input.manager_id.map(|id| key(domain, NodeKind::Staff, &id)),
            target: input.target_id.map(|id| key(domain, NodeKind::Staff, &id)),
            target_group: input.category_id.map(|id| key(domain, NodeKind::AssetGroup, &id)),
            accept_warnings: input.accept_warnings,
            idempotency_key: input.idempotency_key,
        };
        let (done, refused) = settle(ctx, approvals::submit(domain, &submit).await).await?;
        let mut done = done.unwrap_or_default();
        Ok(ApprovalSubmitPayload {
            approval: done.approvals.pop().map(Approval),
            warnings: user_errors(ctx, &done.warnings),
            user_errors: refused,
        })
    }

    /// Submits requests of one type for many assets, all or none.
    async fn approval_submit_many(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The requests.")] input: ApprovalSubmitManyInput,
    ) -> Result<ApprovalSubmitManyPayload> {
        let domain = ctx.domain()?;
        let item = |id| Item { asset: key(domain, NodeKind::Asset, id), quantity: 1 };
        let submit = Submit {
            kind: input.kind,
            items: input.asset_ids.iter().map(item).collect(),
            whole: input.whole,
            manager: None,
            target: input.target_id.map(|id| key(domain, NodeKind::Staff, &id)),
            target_group: None,
            accept_warnings: input.accept_warnings,
            idempotency_key: input.idempotency_key,
        };
        let outcome = match items(domain, "assetIds", &submit.items) {
            Ok(()) => approvals::submit(domain, &submit).await,
            Err(fault) => Err(fault),
        };
        let (done, refused) = settle(ctx, outcome).await?;
        let made = done.as_ref().map(|done| done.approvals.clone()).unwrap_or_default();
        ahead::approvals(ctx, Ahead::of(ctx).field("approvals"), made).await?;
        let warnings = done.as_ref().map(|done| user_errors(ctx, &done.warnings)).unwrap_or_default();
        Ok(ApprovalSubmitManyPayload {
            approvals: done.map(|done| done.approvals.into_iter().map(Approval).collect()),
            warnings,
            user_errors: refused,
        })
    }

    /// Decides on a request and moves its asset. Permission `/approvals/*`.
    async fn approval_decide(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] input: ApprovalDecideInput,
    ) -> Result<ApprovalDecidePayload> {
        let domain = ctx.domain()?;
        domain.may(domain::Permission::Approvals)?;
        let outcome = match input.into_domain(domain) {
            Ok(decide) => approvals::decide(domain, &decide).await,
            Err(fault) => Err(fault),
        };
        let (approval, user_errors) = settle(ctx, outcome).await?;
        Ok(ApprovalDecidePayload { approval: approval.map(Approval), user_errors })
    }
}
