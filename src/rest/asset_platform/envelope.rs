//! The outside of every reply: HTTP 200, `code` and `message`, and on success the payload's members behind them.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::rest::{
    openapi::{errors, schema::Members},
    payload::{self, Payload},
    row::{Number, Says},
};

#[derive(Serialize)]
struct Head<'a> {
    code: Number,
    message: &'a str,
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
    let allow = HeaderValue::from_str(allowed).unwrap_or(HeaderValue::from_static("POST"));
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, allow)]).into_response()
}

fn head(says: &Says, message: &str) -> Vec<u8> {
    let mut head = Vec::new();
    payload::write_json(&mut head, &Head { code: says.code, message });
    head
}

fn reply(status: u16, body: Body) -> Response {
    const HEADERS: [(HeaderName, &str); 2] =
        [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    (status, HEADERS, body).into_response()
}

/// The schema of the head.
pub(super) fn schema(says: &Says, message: serde_json::Value) -> Members {
    Members::default().with("code", errors::number(says.code)).with("message", message)
}
