//! The GraphQL door and the schema behind it.

pub mod api;
pub mod loaders;
