//! Assetry: one asset management server, many doors.
//!
//! A request comes in at the top of this list and sinks to the bottom; each room uses only what stands below it.
//!
//! - [`commands`]: the command line: serve, migrate, make the first administrator, fill with demo or generated data.
//! - [`serve`]: the listener: doors merged, request ids, access lines, metrics, health, graceful stop.
//! - [`rest`]: the legacy dialects: endpoints as rows of a table, each answered by a stored GraphQL operation; their documentation.
//! - [`delivery`]: background work: acting on what came in, sending what goes out, bringing the directory up to date.
//! - [`graphql`]: the GraphQL door: checks, transports, and the schema with one file a subject.
//! - [`pages`]: pages for people, whose files are part of the program.
//! - [`domain`]: what the system can do, one function a thing, the same for every door; permissions and the error catalogue.
//! - [`entity`]: the rows of the database as types; no rules.
//! - [`app`]: everything a request can reach: database, clock, randomness, and the rules that settings fix.
//! - [`feishu`]: the protocol of Feishu: API client, logins, cards, proof and reading of pushes; knows no entity.
//! - [`wecom`]: the protocol of WeCom: calls, token, callbacks; knows no entity.
//! - [`db`]: the only place that knows there are two databases.
//! - [`settings`]: what the operator may set: defaults, under a file, under the environment.

pub mod app;
pub mod commands;
pub mod db;
pub mod delivery;
pub mod domain;
pub mod entity;
pub mod feishu;
pub mod graphql;
pub mod pages;
pub mod rest;
pub mod serve;
pub mod settings;
pub mod wecom;
