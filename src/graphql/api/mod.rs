//! The schema: one file a subject; a resolver is one call into the domain.

use async_graphql::{EmptySubscription, MergedObject};

/// The schema with its roots.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

mod approvals;
mod asset_groups;
mod asset_inputs;
mod assets;
mod departments;
mod history;
mod kit;
mod node;
mod staff;

/// Reading.
#[derive(Debug, Default, MergedObject)]
pub struct Query(
    node::NodeQuery,
    assets::AssetQuery,
    asset_groups::AssetGroupQuery,
    approvals::ApprovalQuery,
    history::HistoryQuery,
);

/// Changing.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(assets::AssetMutation, asset_groups::AssetGroupMutation, approvals::ApprovalMutation);

/// Builds the schema. Limits and checks are the door's, not the schema's.
pub fn schema() -> Schema {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription).finish()
}
