//! The endpoints (contract: asset-platform §7), one file a subject. Each row reads like its table there: who may, what is read, what
//! answers, what is said.

use crate::rest::row::{Row, Verb, joined};

mod approvals;
mod asset_groups;
mod assets;
mod departments;
mod history;
mod staff;

/// The endpoints.
pub const ROWS: &[Row] =
    &joined::<35>(&[staff::ROWS, assets::ROWS, asset_groups::ROWS, approvals::ROWS, departments::ROWS, history::ROWS]);

const fn post(path: &'static str) -> Row {
    Row::new(Verb::Post, path)
}
