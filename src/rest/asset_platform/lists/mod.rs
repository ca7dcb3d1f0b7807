//! Replies without bound: lists that are written as they are read (contract: asset-platform §6, §10), one file a subject.

use async_graphql::{Value, Variables};
use futures_util::future::BoxFuture;
use serde::Serialize;

use crate::{
    domain::{
        Key, Outcome,
        listing::{Listing, Titled},
    },
    rest::payload::{Payload, Streamed, write_json},
};

pub(super) mod asset_groups;
pub(super) mod assets;
pub(super) mod departments;
pub(super) mod history;
pub(super) mod staff;

type Answer = BoxFuture<'static, Outcome<Payload>>;

/// A text that the row has read.
fn text<'a>(variables: &'a Variables, name: &str) -> &'a str {
    match variables.get(name) {
        Some(Value::String(text)) => text,
        _ => "",
    }
}

/// A reference that the row has read.
fn key(variables: &Variables, name: &str) -> Key {
    Key::UniqueId(text(variables, name).to_owned())
}

/// The reply that is the list `key` of `rows`, each written by `write`.
async fn list<T: Send + 'static>(key: &'static str, rows: Listing<T>, write: fn(&T, &mut Vec<u8>)) -> Outcome<Payload> {
    Ok(Payload::Streamed(Streamed::list(key, rows, write).await?))
}

/// The reply that is the list `data` of `rows` by name and id.
async fn titles(rows: Listing<Titled>) -> Outcome<Payload> {
    list("data", rows, |row, into| write_json(into, &Choosable { title: &row.name, value: &row.unique_id })).await
}

/// TV: name and id as options of a form take them.
#[derive(Serialize)]
struct Choosable<'a> {
    title: &'a str,
    value: &'a str,
}

/// Name and id of something that belongs to what is shown.
#[derive(Serialize)]
struct Named<'a> {
    unique_id: &'a str,
    display_name: &'a str,
}

impl<'a> Named<'a> {
    fn of(row: &'a Titled) -> Self {
        Self { unique_id: &row.unique_id, display_name: &row.name }
    }
}
