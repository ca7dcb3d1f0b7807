//! Values that this dialect spells differently than GraphQL does (contract: laravel-template §1.8, §4.1).

use async_graphql::{InputType, Name, Value, indexmap::IndexMap};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::json;

use crate::{domain::Permission, rest::shape::Rewrite};

/// A moment in local time, without a zone.
pub(super) fn local(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// Lists that become objects: display names by name.
pub(super) const LIMITS: &[Rewrite] = &[
    Rewrite { key: "roles", spell: |value, _| by_name(value, role), schema: names },
    Rewrite { key: "perms", spell: |value, _| by_name(value, permission), schema: names },
];

fn names() -> serde_json::Value {
    json!({ "type": "object", "additionalProperties": { "type": "string" } })
}

fn by_name(value: &Value, pair: fn(&Value) -> Option<(String, String)>) -> Value {
    let Value::List(items) = value else { return Value::Object(IndexMap::new()) };
    let pairs = items.iter().filter_map(pair);
    Value::Object(pairs.map(|(name, display)| (Name::new(name), Value::String(display))).collect())
}

fn role(role: &Value) -> Option<(String, String)> {
    let Value::Object(role) = role else { return None };
    let text = |key| match role.get(key) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    let name = text("name")?;
    let display = text("displayName").unwrap_or_else(|| name.clone());
    Some((name, display))
}

/// A permission is displayed by its name.
fn permission(permission: &Value) -> Option<(String, String)> {
    let name = <Permission as InputType>::parse(Some(permission.clone())).ok()?.name().to_owned();
    Some((name.clone(), name))
}
