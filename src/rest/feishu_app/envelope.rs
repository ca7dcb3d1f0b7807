//! The outside of every reply: `code` and `info`, and on success the payload's members behind them (contract: feishu-app §1.1).

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::faults;
use crate::rest::{
    openapi::{errors, schema::Members},
    payload::{self, Payload},
    row::{Number, Says},
};

#[derive(Serialize)]
struct Head<'a> {
    code: Number,
    info: &'a str,
}

pub(super) fn success(says: &Says, payload: Payload) -> Response {
    let mut head = head(says, says.text);
    head.pop();
    reply(says.status, payload::body(head, payload, "}"))
}

pub(super) fn refusal(says: &Says, text: &str) -> Response {
    reply(says.status, head(says, text).into())
}

pub(super) fn wrong_method(allowed: &str) -> Response {
    let mut reply = finish(refusal(&faults::WRONG_METHOD, faults::WRONG_METHOD.text));
    if let Ok(allowed) = HeaderValue::from_str(allowed) {
        reply.headers_mut().insert(header::ALLOW, allowed);
    }
    reply
}

/// Sets what every reply has, whatever it says.
pub(super) fn finish(mut reply: Response) -> Response {
    reply.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}

fn head(says: &Says, info: &str) -> Vec<u8> {
    let mut head = Vec::new();
    payload::write_json(&mut head, &Head { code: says.code, info });
    head
}

/// A reply of JSON.
pub(super) fn reply(status: u16, body: Body) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}

/// The schema of the head.
pub(super) fn schema(says: &Says, info: serde_json::Value) -> Members {
    Members::default().with("code", errors::number(says.code)).with("info", info)
}
