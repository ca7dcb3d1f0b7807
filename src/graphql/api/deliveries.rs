//! What comes in from other platforms and goes out to them, in GraphQL.

use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};

use crate::{
    domain::{
        Code, Outcome,
        deliveries::{self as exchange, Direction, Filter},
    },
    entity::words::{DeliveryState, Platform},
};

use super::{
    ahead::{self, Ahead},
    approvals::Approval,
    kit::{Caller, Connection, NodeKind, PageArgs, connection, global_id, own_key, parse_id, payload, settle},
    staff::{Staff, person},
};

/// Something that came in from another platform, to be acted on, or that goes out to it. What it says is not shown.
#[derive(Clone, Debug)]
pub(super) struct Delivery(pub(super) exchange::Delivery);

/// Something that came in from another platform, to be acted on, or that goes out to it. What it says is not shown.
#[Object]
impl Delivery {
    /// The id, opaque.
    pub(super) async fn id(&self) -> ID {
        global_id(node_kind(self.0.direction), self.0.id)
    }

    /// Which way it goes.
    async fn direction(&self) -> Direction {
        self.0.direction
    }

    /// From where it came or to where it goes.
    async fn platform(&self) -> Option<Platform> {
        self.0.platform
    }

    /// What it is: of what came in the platform's type of event, of what goes out `approval_card`, `interactive_card`,
    /// `approval_update`, `interactive_update`, `text`.
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// How far it has come.
    async fn state(&self) -> DeliveryState {
        self.0.state
    }

    /// How often it was tried, since somebody last had it tried again.
    async fn attempts(&self) -> i64 {
        self.0.attempts
    }

    /// When it is tried next; none unless it waits.
    async fn next_at(&self) -> Option<DateTime<Utc>> {
        Some(self.0.next_at).filter(|_| self.0.state == DeliveryState::Waiting)
    }

    /// When it came in or was written.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When the platform took it; none for what came in.
    async fn sent_at(&self) -> Option<DateTime<Utc>> {
        self.0.sent_at
    }

    /// Why the last try failed.
    async fn last_error(&self) -> Option<&str> {
        self.0.last_error.as_deref()
    }

    /// The person it is for.
    async fn recipient(&self, ctx: &Context<'_>) -> Result<Option<Staff>> {
        Ok(person(ctx, self.0.recipient_id).await?)
    }

    /// The id of the request it is about.
    async fn approval_id(&self) -> Option<ID> {
        self.0.approval_id.map(|id| global_id(NodeKind::Approval, id))
    }

    /// The request it is about; null also where the viewer may not see it.
    async fn approval(&self, ctx: &Context<'_>) -> Result<Option<Approval>> {
        let Some(id) = self.0.approval_id else { return Ok(None) };
        Ok(ctx.loaders()?.approvals.one(id).await?.flatten().map(Approval))
    }

    /// The platform's id of the message.
    async fn message_id(&self) -> Option<&str> {
        self.0.message_id.as_deref()
    }
}

connection! {
    /// A page of what came in or goes out.
    DeliveryConnection, DeliveryEdge of Delivery
}

const fn node_kind(direction: Direction) -> NodeKind {
    match direction {
        Direction::Inbox => NodeKind::Incoming,
        Direction::Outbox => NodeKind::Outgoing,
    }
}

#[derive(Debug, Default)]
pub(super) struct DeliveryQuery;

#[Object]
impl DeliveryQuery {
    /// What came in or goes out, the newest first: where it stands and why. What is done with is cleared away after some days. Permission
    /// `/users/*`.
    #[expect(clippy::too_many_arguments, reason = "they are the field's arguments")]
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which way it goes.", default)] direction: Direction,
        #[graphql(desc = "Only in one of these states.")] state: Option<Vec<DeliveryState>>,
        #[graphql(desc = "Only from or to this platform.")] platform: Option<Platform>,
        #[graphql(desc = "Only of this kind.")] kind: Option<String>,
        #[graphql(desc = "Only about this request; what comes in is about none.")] approval_id: Option<ID>,
        #[graphql(desc = "The first so many rows, up to 200.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
    ) -> Result<DeliveryConnection> {
        let domain = ctx.domain()?;
        let window = PageArgs::first(first, after).window(direction.order())?;
        let approval = approval_id.map(|id| own_key(NodeKind::Approval, &id));
        let filter = Filter { direction, states: state, platform, kind, approval };
        let page = exchange::list(domain, &filter, &window).await?;
        ahead::deliveries(ctx, Ahead::of(ctx).rows(), page.models().cloned().collect()).await?;
        let domain = domain.clone();
        Ok(DeliveryConnection(Connection::new(page, Delivery, move || {
            let (domain, filter) = (domain.clone(), filter.clone());
            async move { exchange::count(&domain, &filter).await }
        })))
    }
}

/// What is to be tried again.
#[derive(Debug, InputObject)]
pub(super) struct DeliveryRetryInput {
    /// What came in or goes out.
    id: ID,
    /// The state that the caller saw.
    expected_state: Option<DeliveryState>,
}

payload! {
    /// What came of having something tried again.
    DeliveryRetryPayload {
        /// What came in or goes out, as of now.
        delivery: Option<Delivery>,
    }
}

#[derive(Debug, Default)]
pub(super) struct DeliveryMutation;

#[Object]
impl DeliveryMutation {
    /// Has what waits or failed tried again at once, counting its tries from new. What was never tried is left as it is, since it may be on
    /// its way; what is older than 72 hours is tried once. A message that failed because its server stopped may arrive twice.
    /// Permission `/users/*`.
    async fn delivery_retry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be tried again.")] input: DeliveryRetryInput,
    ) -> Result<DeliveryRetryPayload> {
        let (delivery, user_errors) = settle(ctx, retry(ctx, &input).await).await?;
        Ok(DeliveryRetryPayload { delivery: delivery.map(Delivery), user_errors })
    }
}

async fn retry(ctx: &Context<'_>, input: &DeliveryRetryInput) -> Outcome<exchange::Delivery> {
    // What this server never gave is the key of nothing.
    let (direction, id) = match parse_id(&input.id) {
        Some((NodeKind::Incoming, id)) => (Direction::Inbox, id),
        Some((NodeKind::Outgoing, id)) => (Direction::Outbox, id),
        _ => (Direction::Outbox, 0),
    };
    let outcome = exchange::retry(ctx.domain()?, direction, id, input.expected_state).await;
    outcome.map_err(|fault| if fault.code == Code::DeliveryNotFound { fault.on("id") } else { fault })
}
