//! `GET /api/attendance/v1/events` (contract: feishu-app §6.4).

use async_graphql::Value;
use chrono::DateTime;
use serde_json::{Map, json};

use crate::{
    domain::Code,
    rest::{
        field::{Field, Kind, field, number, text},
        json::Document,
        refused::Refused,
        shape::Rewrite,
    },
};

/// Most rows of a page.
const MOST: i32 = 50;
/// Most characters of what brings the next page.
const LONGEST_PLACE: usize = 1024;

/// What may stand in the query.
pub(super) const INPUT: &[Field] = &[
    text("type").optional(),
    text("employee_id").optional().to("employeeId"),
    text("from").optional(),
    text("to").optional(),
    number("page_size").or_number(MOST).to("first"),
    field("page_token", Kind::Bytes(LONGEST_PLACE)).optional().to("after"),
];

/// The values that Feishu spells in its own way.
pub(super) const REWRITES: &[Rewrite] = &[
    Rewrite {
        key: "time",
        spell: |value, _| seconds(value),
        schema: || json!({ "type": "string", "pattern": "^-?[0-9]+$" }),
    },
    Rewrite { key: "event", spell: |value, _| value.clone(), schema: || json!({ "type": ["object", "null"] }) },
    Rewrite {
        key: "page_token",
        spell: |value, around| match around.object.get("has_more") {
            Some(Value::Boolean(true)) => value.clone(),
            _ => "".into(),
        },
        schema: || json!({ "type": "string" }),
    },
];

/// A moment in seconds since 1970, as text.
fn seconds(value: &Value) -> Value {
    let Value::String(text) = value else { return Value::Null };
    DateTime::parse_from_rfc3339(text).map_or(Value::Null, |at| at.timestamp().to_string().into())
}

/// What a query asks for; an empty value is none, and of a repeated key the last counts.
pub(super) fn sent(query: impl Iterator<Item = (String, String)>) -> Result<Document, Refused> {
    let mut keys = Map::new();
    for (key, value) in query.filter(|(_, value)| !value.is_empty()) {
        let wrong = || Refused::from(Code::RequestInvalid.about(&key));
        let value = match key.as_str() {
            "from" | "to" => moment(&value).ok_or_else(wrong)?.into(),
            "page_size" => value.parse().ok().filter(|size| (1..=MOST).contains(size)).ok_or_else(wrong)?.into(),
            _ => serde_json::Value::from(value),
        };
        keys.insert(key, value);
    }
    Document::read(serde_json::Value::from(keys).to_string().into_bytes()).ok_or_else(|| Code::Internal.into())
}

/// A moment that is written in seconds since 1970, as GraphQL writes it.
fn moment(seconds: &str) -> Option<String> {
    let plain = seconds.bytes().all(|digit| digit.is_ascii_digit());
    // Later times than the databases know are nobody's.
    let seconds = seconds.parse().ok().filter(|seconds| plain && *seconds <= 253_402_300_799)?;
    Some(DateTime::from_timestamp(seconds, 0)?.to_rfc3339())
}
