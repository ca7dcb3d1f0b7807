//! Assetry: one asset management server, many doors. A request comes in at the top of this list and sinks to the bottom.

/// The command line: serve, migrate, make the first administrator, fill with demo or generated data.
pub mod commands;

/// The listener: doors merged, request ids, access lines, metrics, health, graceful stop.
pub mod serve;

/// The legacy dialects: endpoints as rows of a table, each answered by a stored GraphQL operation.
pub mod rest;

/// The GraphQL door: checks, transports, and the schema with one file a subject.
pub mod graphql;

/// What the system can do, one function a thing, the same for every door; permissions and the error catalogue.
pub mod domain;

/// The rows of the database as types; no rules.
pub mod entity;

/// Everything a request can reach: database, clock, randomness, and the rules that settings fix.
pub mod app;

/// The only place that knows there are two databases.
pub mod db;

/// What the operator may set: defaults, under a file, under the environment.
pub mod settings;
