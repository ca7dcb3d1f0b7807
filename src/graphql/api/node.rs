//! Any object by its id.

use async_graphql::{Context, ID, Interface, Object, Result};

use crate::domain::{
    Key, approvals as requests, asset_groups as groups, assets as property,
    deliveries::{self as exchange, Direction},
    files as uploads, history as told,
    rbac::{self, RoleKey},
};

use super::{
    approvals::Approval,
    asset_groups::AssetGroup,
    assets::Asset,
    deliveries::Delivery,
    departments::Department,
    files::File,
    history::HistoryEntry,
    kit::{Caller, NodeKind, parse_id},
    roles::Role,
    staff::Staff,
};

/// An object with an id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The object's id, opaque."))]
pub(super) enum Node {
    /// An asset.
    Asset(Asset),
    /// An asset group.
    AssetGroup(AssetGroup),
    /// A request.
    Approval(Approval),
    /// A person.
    Staff(Staff),
    /// A department.
    Department(Department),
    /// A role.
    Role(Role),
    /// A line of history.
    History(HistoryEntry),
    /// An uploaded file.
    File(File),
    /// What came in from another platform, or goes out to it.
    Delivery(Delivery),
}

#[derive(Debug, Default)]
pub(super) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The object with this id; null when there is none.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "An id that this server gave.")] id: ID,
    ) -> Result<Option<Node>> {
        let domain = ctx.domain()?;
        domain.known()?;
        let Some((kind, id)) = parse_id(&id) else { return Ok(None) };
        let key = Key::Id(id);
        Ok(match kind {
            NodeKind::Asset => property::get(domain, &key).await?.map(Asset).map(Node::Asset),
            NodeKind::AssetGroup => groups::get(domain, &key).await?.map(AssetGroup).map(Node::AssetGroup),
            NodeKind::Approval => requests::get(domain, id).await?.map(Approval).map(Node::Approval),
            NodeKind::Staff => ctx.loaders()?.staff.one(id).await?.map(Staff).map(Node::Staff),
            NodeKind::Department => ctx.loaders()?.departments.one(id).await?.map(Department).map(Node::Department),
            NodeKind::History => told::get(domain, id).await?.map(HistoryEntry).map(Node::History),
            NodeKind::File => uploads::get(domain, &key).await?.map(File).map(Node::File),
            NodeKind::Incoming => exchange::get(domain, Direction::Inbox, id).await?.map(Delivery).map(Node::Delivery),
            NodeKind::Outgoing => exchange::get(domain, Direction::Outbox, id).await?.map(Delivery).map(Node::Delivery),
            NodeKind::Role => rbac::get(domain, &RoleKey::Id(id)).await?.map(Role).map(Node::Role),
        })
    }
}
