//! What an operation may ask for: limits on the text, on the parsed document, on bytes and on time.

use std::{fmt, time::Duration};

use async_graphql::ServerError;
use serde::Deserialize;

use crate::domain::Code;

mod shape;
mod text;
mod weight;

pub(super) use shape::Shape;
pub(super) use text::scan;
pub(super) use weight::weigh;

/// Who may ask for the schema itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Introspection {
    /// People with a live session.
    #[default]
    SignedIn,
    /// Everybody.
    Everybody,
    /// Nobody.
    Nobody,
}

/// What an operation may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Brackets of any kind open at once in the text of a document.
    pub nesting: usize,
    /// Fields inside one another; introspection is bounded by itself.
    pub depth: u64,
    /// Selections of all operations and fragments of a document with every fragment written out.
    pub selections: u64,
    /// Weight of the operation: fields times the sizes of the lists they are in.
    pub weight: u64,
    /// Largest page; a larger `first` or `last` is refused by the field and weighs no more.
    pub page: u64,
    /// Page size assumed of a field that neither got one nor has a default.
    pub page_unasked: u64,
    /// Elements assumed of a list whose size the operation does not give.
    pub list: u64,
    /// Fields at the root of an operation.
    pub root_fields: u64,
    /// Aliases written in a document.
    pub aliases: u64,
    /// Bytes of a request body or of a WebSocket message.
    pub body: usize,
    /// Time for reading a body, and for answering an operation.
    pub time: Duration,
    /// Time for a WebSocket to introduce itself.
    pub introduction: Duration,
    /// How often a silent peer of a stream is called, and the session of a stream checked.
    pub heartbeat: Duration,
    /// Operations running on one WebSocket.
    pub subscriptions: usize,
    /// WebSockets and event streams open at once.
    pub streams: usize,
    /// Who may ask for the schema itself.
    pub introspection: Introspection,
    /// Origins besides our own whose pages may open a WebSocket, such as `https://front.example`.
    pub origins: Vec<String>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            nesting: 64,
            depth: 15,
            selections: 10_000,
            weight: 20_000,
            page: 200,
            page_unasked: 50,
            list: 10,
            root_fields: 20,
            aliases: 100,
            body: 1024 * 1024,
            time: Duration::from_secs(30),
            introduction: Duration::from_secs(10),
            heartbeat: Duration::from_secs(30),
            subscriptions: 50,
            streams: 4096,
            introspection: Introspection::SignedIn,
            origins: Vec::new(),
        }
    }
}

/// The refusal of what is over the limit `name`.
fn over(name: &'static str, most: impl fmt::Display) -> ServerError {
    let message = format!("The request is over the limit of {most} for {name}.");
    let mut error = ServerError::new(message, None);
    error.source = Some(std::sync::Arc::new(Code::LimitExceeded.about(format!("{name}, {most}"))));
    error.extensions.get_or_insert_default().set("limit", name);
    error
}
