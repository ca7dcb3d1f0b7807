//! Values that this dialect spells differently than GraphQL does (contract: asset-platform §6).

use async_graphql::{InputType, Value};
use chrono::{DateTime, Utc};
use serde_json::json;

use crate::{
    domain::history::listing::SHOWN,
    entity::words::{AssetStatus, HistoryKind, StaffGroup},
    rest::shape::{Around, Rewrite},
};

/// A moment in UTC, cut to milliseconds.
pub(super) const DATETIME: &str = "%Y-%m-%dT%H:%M:%S%.3fZ";

/// In replies about assets.
pub(super) const ASSETS: &[Rewrite] = &[
    Rewrite {
        key: "status_id",
        spell: |value, _| word(value, AssetStatus::word),
        schema: || json!({ "enum": AssetStatus::ALL.iter().map(|status| status.word()).collect::<Vec<_>>() }),
    },
    Rewrite {
        key: "status_name",
        spell: |value, _| word(value, AssetStatus::title),
        schema: || json!({ "enum": AssetStatus::ALL.iter().map(|status| status.title()).collect::<Vec<_>>() }),
    },
    Rewrite { key: "value_origin", spell: nothing_once_retired, schema: value },
    Rewrite { key: "value_worth", spell: nothing_once_retired, schema: value },
];

/// In replies about staff.
pub(super) const STAFF: &[Rewrite] = &[
    Rewrite {
        key: "group_id",
        spell: |value, _| word(value, StaffGroup::word),
        schema: || json!({ "enum": StaffGroup::ALL.iter().map(|group| group.word()).collect::<Vec<_>>() }),
    },
    Rewrite { key: "group_name", spell: group_title, schema: group_titles },
    Rewrite { key: "group", spell: group_title, schema: group_titles },
];

/// In replies about history.
pub(super) const HISTORY: &[Rewrite] = &[
    Rewrite {
        key: "type",
        spell: |value, _| word(value, HistoryKind::word),
        schema: || json!({ "enum": SHOWN.map(HistoryKind::word) }),
    },
    Rewrite {
        key: "datetime",
        spell: |value, _| parsed(value).map_or(Value::Null, |at: DateTime<Utc>| at.format(DATETIME).to_string().into()),
        schema: || json!({ "type": "string", "format": "date-time" }),
    },
];

/// GraphQL's value as one of ours; none for `null`.
fn parsed<T: InputType>(value: &Value) -> Option<T> {
    T::parse(Some(value.clone())).ok()
}

fn word<T: InputType>(value: &Value, spelled: fn(T) -> &'static str) -> Value {
    parsed(value).map_or(Value::Null, |word| spelled(word).into())
}

fn group_title(value: &Value, _: &Around<'_>) -> Value {
    word(value, StaffGroup::title)
}

fn group_titles() -> serde_json::Value {
    json!({ "enum": StaffGroup::ALL.iter().map(|group| group.title()).collect::<Vec<_>>() })
}

/// What an asset cost and is worth, unless it is cleared out (7.18).
fn nothing_once_retired(value: &Value, around: &Around<'_>) -> Value {
    let status = around.object.get("status_id").and_then(parsed::<AssetStatus>);
    if status == Some(AssetStatus::Retired) { 0.into() } else { value.clone() }
}

fn value() -> serde_json::Value {
    json!({ "type": "integer", "minimum": 0, "maximum": i32::MAX })
}
