//! Assetry.
pub mod app;
pub mod db;
pub mod domain;
pub mod entity;
pub mod graphql;
