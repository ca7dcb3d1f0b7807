//! One binary with all tests of the whole program: each against a database of its own, on SQLite, and on PostgreSQL when
//! `ASSETRY_TEST_POSTGRES_URL` names a server.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world should stop at once")]

mod commands;
mod domain;
mod door;
mod feishu;
mod graphql;
mod harness;
mod layers;
mod rest;
mod schema;
mod serve;
mod settings;
mod store;
mod wecom;

/// A run that leaves something out says so, once, past the capture of test output.
#[test]
fn says_what_was_left_out() {
    use std::io::Write;
    if harness::postgres_url().is_none() {
        let line = "left out: PostgreSQL. Set ASSETRY_TEST_POSTGRES_URL=postgres://… to run every test on it as well.";
        writeln!(std::io::stderr(), "{line}").unwrap();
    }
}
