//! The doors of Feishu itself: what happened there, and taps on cards (contract: feishu-app §1.5, §4.4).

use async_graphql::Variables;
use axum::{
    http::{HeaderMap, request::Parts},
    response::Response,
};
use serde_json::{Value, json};

use super::{envelope, faults, gate::bytes};
use crate::{
    domain::{
        Context,
        directory::feishu::{self, Received, Stamp},
    },
    rest::{
        field::{Field, Kind, field},
        openapi::Subject,
        payload::Payload,
        row::{Exchanging, Row, Verb},
        run::Call,
    },
};

/// Largest push in bytes.
const LARGEST: usize = 4 * 1024 * 1024;

/// What an event looks like; which keys there are depends on the event.
const EVENT: &[Field] = &[
    field("schema", Kind::Text(16)).if_sent(),
    field("header", Kind::Members(&[])).if_sent(),
    field("event", Kind::Members(&[])).if_sent(),
    field("encrypt", Kind::Text(LARGEST)).if_sent(),
];

pub(super) const ROWS: &[Row] = &[Row::new(Verb::Post, "/api/feishu_get_event")
    .about(
        Subject::Platforms,
        "Takes what happened at Feishu: people and departments that came, changed or went, and punches.",
    )
    .open()
    .reads(EVENT)
    .unread()
    .exchange(push)
    .replies(taken)
    .says(faults::SUCCESS)];

fn push(call: &mut Call, context: Context, _: Variables) -> Exchanging<'_> {
    Box::pin(async move {
        let bytes = bytes(std::mem::take(&mut call.body), LARGEST).await?;
        let payload = match feishu::receive(&context.app, stamp(&call.head), &bytes).await? {
            Received::Challenge(challenge) => Payload::Reply(exactly(&json!({ "challenge": challenge }))),
            Received::Event => Payload::Members(async_graphql::Value::Object(Default::default())),
            Received::Card(_) => Payload::Reply(exactly(&json!({}))),
        };
        Ok(payload.into())
    })
}

/// The schema of what a push is answered: nothing but success. What only Feishu asks, whether we are here, is answered by its challenge alone.
fn taken() -> Value {
    json!({ "type": "object" })
}

/// A reply without the envelope, as Feishu wants it.
fn exactly(value: &Value) -> Response {
    envelope::reply(200, value.to_string().into())
}

/// What the headers say to prove a push.
fn stamp(head: &Parts) -> Stamp<'_> {
    let header = |name| text(&head.headers, name);
    Stamp {
        signature: header("x-lark-signature"),
        timestamp: header("x-lark-request-timestamp"),
        nonce: header("x-lark-request-nonce"),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
