//! The legacy dialects: tables of endpoints, and the one pipeline that serves them all.
//!
//! A dialect is a folder: its rows, the operations they run, what its faults say, its gate and its envelope. Everything else is here:
//! a call is routed to its [`row`], admitted by the dialect, its [`input`] read from strict [`json`] into variables as its
//! [`field`]s say, answered by a stored operation or a native function ([`run`]), and what comes back is a [`payload`] whose [`shape`]
//! is read off the operation. The documentation is read off the same tables: [`openapi`] for clients as they are, [`guide`] for those
//! that move to GraphQL.

use axum::{Router, response::Response};

use crate::graphql::Door;
use run::Dialect;

pub mod asset_platform;
pub mod attendance;
pub mod body;
pub mod feishu_app;
pub mod field;
pub mod files;
pub mod guide;
pub mod head;
pub mod input;
pub mod json;
pub mod laravel_template;
pub mod openapi;
pub mod payload;
pub mod refused;
pub mod row;
pub mod run;
pub mod shape;
pub mod values;

/// The dialects.
pub const DIALECTS: &[&dyn Dialect] = &[
    &asset_platform::AssetPlatform,
    &feishu_app::FeishuApp,
    &attendance::Attendance,
    &laravel_template::LaravelTemplate,
];

/// The reply to a path where nothing is, if it lies below one that a dialect knows.
pub fn nothing_here(path: &str) -> Option<Response> {
    DIALECTS.iter().find_map(|dialect| dialect.nothing_here(path))
}

/// Every dialect's endpoints, and their documentation.
pub fn router(door: Door) -> Router {
    DIALECTS.iter().fold(openapi::router(), |router, dialect| router.merge(run::router(*dialect, door.clone())))
}
