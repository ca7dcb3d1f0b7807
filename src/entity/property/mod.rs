//! What there is.

pub mod asset;
pub mod asset_group;
