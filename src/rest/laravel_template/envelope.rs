//! The outside of every reply: five keys with status 200, six with any other, and the headers (contract: laravel-template §1.1 to §1.3).

use async_graphql::Value;
use axum::{
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::json;

use super::faults;
use crate::{
    pages,
    rest::{
        openapi::schema::Members,
        payload::{self, Payload},
        row::Says,
        run::Call,
    },
};

#[derive(Serialize)]
struct Success<'a> {
    status: &'static str,
    message: &'a str,
    data: Value,
    errors: Value,
    code: i32,
}

#[derive(Serialize)]
struct Refusal<'a> {
    status: &'static str,
    message: &'a str,
    data: (),
    errors: Value,
    code: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_code: Option<u16>,
}

/// A success. Of the payload's keys `data` and `errors` are those of the envelope; any other stands behind it.
pub(super) fn success(says: &Says, payload: Payload) -> Response {
    let Payload::Members(payload) = payload else {
        tracing::error!("this dialect has no lists without bound");
        return refusal(&faults::FAILURE, faults::FAILURE.text);
    };
    let mut members = match payload {
        Value::Object(members) => members,
        _ => Default::default(),
    };
    let mut take = |key| members.shift_remove(key).unwrap_or(Value::Null);
    let (data, errors) = (take("data"), take("errors"));
    let mut body = Vec::new();
    payload::write_json(&mut body, &Success { status: "ok", message: says.text, data, errors, code: 0 });
    if !members.is_empty() {
        let mut more = Vec::new();
        payload::write_json(&mut more, &members);
        body.pop();
        body.push(b',');
        body.extend_from_slice(&more[1..]);
    }
    let tag = format!("\"{}\"", pages::digest(&body));
    let mut reply = json_reply(StatusCode::OK, body);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        reply.headers_mut().insert(header::ETAG, tag);
    }
    reply
}

/// A refusal that says `text`.
pub(super) fn refusal(says: &Says, text: &str) -> Response {
    let errors = match says.field {
        Some((key, about)) => Value::from_json(json!({ key: [about] })).unwrap_or_default(),
        None => Value::Null,
    };
    let status = StatusCode::from_u16(says.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let other = (status != StatusCode::OK).then_some(says.status);
    let refusal = Refusal {
        status: "error",
        message: text,
        data: (),
        errors,
        code: other.unwrap_or_default(),
        status_code: other,
    };
    let mut body = Vec::new();
    payload::write_json(&mut body, &refusal);
    let mut reply = json_reply(status, body);
    let headers = reply.headers_mut();
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("JWTAuth"));
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if other.is_some() {
        headers.insert(header::CACHE_CONTROL, NO_STORE);
    }
    reply
}

/// The answer to a method that the path does not have.
pub(super) fn wrong_method(allowed: &str) -> Response {
    let mut reply = refusal(&faults::WRONG_METHOD, faults::WRONG_METHOD.text);
    if let Ok(allowed) = HeaderValue::from_str(allowed) {
        reply.headers_mut().insert(header::ALLOW, allowed);
    }
    reply
}

/// The answer to a path that is no route.
pub(super) fn no_route() -> Response {
    refusal(&faults::NO_ROUTE, faults::NO_ROUTE.text)
}

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");

fn json_reply(status: StatusCode, body: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::X_CONTENT_TYPE_OPTIONS, NOSNIFF),
    ];
    (status, headers, body).into_response()
}

/// Where no reply may be kept: most hold a token or a nonce.
const SECRET: &[&str] =
    &["/api/login", "/api/qrcode", "/api/qrlogin", "/api/codelogin", "/api/confirmqrlogin", "/api/file/upload"];

/// Sets the headers that depend on the call, and answers who has the same bytes already.
pub(super) fn finish(call: &Call, mut reply: Response) -> Response {
    let reads = matches!(call.head.method, Method::GET | Method::HEAD);
    let kept = reads && !SECRET.contains(&call.row.path);
    let status = reply.status();
    let not_modified = status == StatusCode::NOT_MODIFIED;
    let headers = reply.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    if (status.as_u16() >= 300 && !not_modified) || !kept {
        headers.insert(header::CACHE_CONTROL, NO_STORE);
        headers.remove(header::ETAG);
        return reply;
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    match headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()) {
        Some(tag) if status == StatusCode::OK && pages::is_known(&call.head.headers, tag) => unchanged(headers),
        _ => reply,
    }
}

/// The reply to who has what `headers` belong to.
fn unchanged(headers: &HeaderMap) -> Response {
    let mut reply = StatusCode::NOT_MODIFIED.into_response();
    for (name, value) in headers {
        if ![header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name) {
            reply.headers_mut().append(name.clone(), value.clone());
        }
    }
    reply
}

/// The schema of a success with this payload.
pub(super) fn success_schema(says: &Says, payload: Members) -> serde_json::Value {
    let schema = payload.schema();
    let keys = &schema["properties"];
    let key = |name: &str| keys.get(name).cloned().unwrap_or(json!({ "type": "null" }));
    let mut members = Members::default()
        .with("status", json!({ "const": "ok" }))
        .with("message", json!({ "const": says.text }))
        .with("data", key("data"))
        .with("errors", key("errors"))
        .with("code", json!({ "const": 0 }));
    for (name, schema) in keys.as_object().into_iter().flatten() {
        if !["data", "errors"].contains(&name.as_str()) {
            members = members.perhaps(name, schema.clone());
        }
    }
    members.schema()
}

/// The schema of a refusal whose text has the schema `text`.
pub(super) fn refusal_schema(says: &Says, text: serde_json::Value) -> serde_json::Value {
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    let errors = json!({ "type": ["object", "null"], "additionalProperties": texts });
    let plain = says.status == 200;
    let members = Members::default()
        .with("status", json!({ "const": "error" }))
        .with("message", text)
        .with("data", json!({ "type": "null" }))
        .with("errors", errors)
        .with("code", json!({ "const": if plain { 0 } else { says.status } }));
    let members = if plain { members } else { members.with("status_code", json!({ "const": says.status })) };
    members.schema()
}
