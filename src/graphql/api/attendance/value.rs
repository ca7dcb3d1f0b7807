//! Reading what Feishu says: it may leave a key out, and write a number as text or text as a number.

use async_graphql::Enum;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

/// Which ids of people are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(name = "AttendanceEmployeeType")]
pub(super) enum EmployeeType {
    /// The user ids of Feishu, which it also calls employee ids.
    #[default]
    EmployeeId,
    /// The employee numbers.
    EmployeeNo,
}

impl EmployeeType {
    /// As Feishu calls it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::EmployeeId => "employee_id",
            Self::EmployeeNo => "employee_no",
        }
    }
}

/// The text at `key` that is not empty.
pub(super) fn text(object: &Value, key: &str) -> Option<String> {
    match &object[key] {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The whole number at `key`.
pub(super) fn number(object: &Value, key: &str) -> Option<i64> {
    object[key].as_i64().or_else(|| object[key].as_str()?.parse().ok())
}

/// The number at `key`.
pub(super) fn fraction(object: &Value, key: &str) -> Option<f64> {
    object[key].as_f64().or_else(|| object[key].as_str()?.parse().ok())
}

/// The truth at `key`.
pub(super) fn truth(object: &Value, key: &str) -> Option<bool> {
    object[key].as_bool()
}

/// The texts of the list at `key`.
pub(super) fn texts(object: &Value, key: &str) -> Vec<String> {
    object[key].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The objects of the list at `key`.
pub(super) fn objects(object: &Value, key: &str) -> impl Iterator<Item = Value> {
    object[key].as_array().into_iter().flatten().filter(|item| item.is_object()).cloned()
}

/// The object at `key`.
pub(super) fn object(object: &Value, key: &str) -> Option<Value> {
    Some(&object[key]).filter(|inner| inner.is_object()).cloned()
}

/// The moment at `key`, in seconds since 1970.
pub(super) fn moment(object: &Value, key: &str) -> Option<DateTime<Utc>> {
    number(object, key).filter(|seconds| *seconds > 0).and_then(|seconds| DateTime::from_timestamp(seconds, 0))
}

/// The day that is written yyyyMMdd.
pub(super) fn day(number: i64) -> Option<NaiveDate> {
    let part = |part: i64| u32::try_from(part).ok();
    NaiveDate::from_ymd_opt(i32::try_from(number / 10_000).ok()?, part(number / 100 % 100)?, part(number % 100)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_and_texts_may_stand_for_one_another() {
        let object = json!({ "a": "7", "b": 7, "c": "", "d": null, "e": "1.5", "f": ["x", 1], "g": [{}, 1] });
        assert_eq!((text(&object, "a"), text(&object, "b")), (Some("7".to_owned()), Some("7".to_owned())));
        assert_eq!((text(&object, "c"), text(&object, "d"), text(&object, "z")), (None, None, None));
        assert_eq!((number(&object, "a"), number(&object, "b"), number(&object, "e")), (Some(7), Some(7), None));
        assert_eq!((fraction(&object, "e"), fraction(&object, "b")), (Some(1.5), Some(7.0)));
        assert_eq!((texts(&object, "f"), objects(&object, "g").count()), (vec!["x".to_owned()], 1));
        assert_eq!((moment(&object, "b").map(|at| at.timestamp()), moment(&json!({ "b": "0" }), "b")), (Some(7), None));
        assert_eq!((day(20_261_101), day(20_261_131), day(0)), (NaiveDate::from_ymd_opt(2026, 11, 1), None, None));
    }
}
