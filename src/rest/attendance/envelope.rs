//! The outside of every reply: `code` and `msg`, on success `data`, and of a refusal by Feishu what it means (contract: feishu-app §6.2).

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::faults;
use crate::{
    domain::attendance::{Problem, Refused},
    rest::{
        openapi::{errors, schema::Members},
        payload::{self, Payload},
        row::{Number, Says},
    },
};

/// What was asked of us and not of Feishu.
pub(super) fn success(says: &Says, payload: Payload) -> Response {
    let mut head = Vec::new();
    payload::write_json(&mut head, &json!({ "code": says.code, "msg": says.text }));
    head.pop();
    let kind = [(header::CONTENT_TYPE, JSON)];
    (StatusCode::OK, kind, payload::body(head, payload, "}")).into_response()
}

/// What we refuse. What is refused in Feishu's words also says what they mean.
pub(super) fn refusal(says: &Says, text: &str) -> Response {
    let mut reply = Map::new();
    reply.insert("code".to_owned(), json!(says.code));
    reply.insert("msg".to_owned(), text.into());
    if says.code == faults::wrong("").code {
        reply.insert("problem".to_owned(), problem(&Refused::about("").problem));
    }
    json_reply(says.status, &reply.into())
}

/// What Feishu refuses.
pub(super) fn refused(refused: &Refused) -> Response {
    let reply = json!({ "code": refused.code, "msg": refused.msg, "problem": problem(&refused.problem) });
    let mut reply = json_reply(refused.status, &reply);
    if let Some(wait) = refused.wait {
        // Whole seconds, and not too few.
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        reply.headers_mut().insert(header::RETRY_AFTER, seconds.max(1).into());
    }
    reply
}

/// The answer to a method that the path does not have.
pub(super) fn wrong_method(allowed: &str) -> Response {
    let mut reply = finish(refusal(&faults::WRONG_METHOD, faults::WRONG_METHOD.text));
    if let Ok(allowed) = HeaderValue::from_str(allowed) {
        reply.headers_mut().insert(header::ALLOW, allowed);
    }
    reply
}

/// Sets what every reply has, whatever it says.
pub(super) fn finish(mut reply: Response) -> Response {
    let unauthenticated = reply.status() == StatusCode::UNAUTHORIZED;
    let headers = reply.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if unauthenticated {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    reply
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A reply of this JSON.
pub(super) fn json_reply(status: u16, value: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    (status, [(header::CONTENT_TYPE, JSON)], value.to_string()).into_response()
}

fn problem(problem: &Problem) -> Value {
    json!({
        "type": problem.kind,
        "meaning": problem.meaning,
        "advice": problem.advice,
        "retryable": problem.retryable,
    })
}

/// The schema of a success with this payload.
pub(super) fn success_schema(says: &Says, payload: Members) -> Value {
    let head = Members::default().with("code", errors::number(says.code)).with("msg", json!({ "type": "string" }));
    head.and(payload).schema()
}

/// The schema of a refusal whose text has the schema `text`. With the statuses that Feishu uses too comes any code of Feishu's.
pub(super) fn refusal_schema(says: &Says, text: Value) -> Value {
    let Number::Integer(_) = says.code else { return json!({ "type": "object" }) };
    if ![400, 429, 500].contains(&says.status) {
        return Members::default().with("code", errors::number(says.code)).with("msg", text).schema();
    }
    let text = || json!({ "type": ["string", "null"] });
    let problem = Members::default()
        .with("type", json!({ "type": "string" }))
        .with("meaning", text())
        .with("advice", text())
        .with("retryable", json!({ "type": "boolean" }));
    let members =
        Members::default().with("code", json!({ "type": "integer" })).with("msg", json!({ "type": "string" }));
    members.perhaps("problem", problem.schema()).schema()
}
