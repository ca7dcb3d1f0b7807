//! The schema: one file a subject; a resolver is one call into the domain.

use async_graphql::{MergedObject, MergedSubscription};

mod ahead;
mod approvals;
mod asset_groups;
mod assets;
mod attendance;
mod deliveries;
mod departments;
mod directory;
mod events;
mod feishu;
mod files;
mod history;
mod kit;
mod node;
mod roles;
mod sessions;
mod staff;

/// Reading.
#[derive(Debug, Default, MergedObject)]
pub struct Query(
    node::NodeQuery,
    assets::AssetQuery,
    assets::CatalogueQuery,
    asset_groups::AssetGroupQuery,
    approvals::ApprovalQuery,
    history::HistoryQuery,
    sessions::SessionQuery,
    staff::StaffQuery,
    departments::DepartmentQuery,
    roles::RoleQuery,
    files::FileQuery,
    attendance::AttendanceQuery,
    attendance::AttendanceEventQuery,
    deliveries::DeliveryQuery,
    feishu::FeishuStatusQuery,
);

/// Changing.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(
    assets::AssetMutation,
    asset_groups::AssetGroupMutation,
    approvals::ApprovalMutation,
    sessions::SessionMutation,
    staff::StaffMutation,
    departments::DepartmentMutation,
    directory::DirectoryMutation,
    feishu::NoticeMutation,
    feishu::FeishuMutation,
    roles::RoleMutation,
    feishu::FeishuSyncMutation,
    files::FileMutation,
    attendance::AttendanceMutation,
    deliveries::DeliveryMutation,
);

/// Listening.
#[derive(Debug, Default, MergedSubscription)]
pub struct Subscription(events::EventSubscription);

/// The schema with its roots.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// Builds the schema. Limits and checks are the door's, not the schema's.
pub fn schema() -> Schema {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .data(crate::domain::events::Feed::default())
        .finish()
}

/// The schema in its own language, as `schema.graphql` keeps it.
pub fn sdl() -> String {
    let sdl = schema().sdl();
    format!("{}\n", sdl.trim_end())
}
