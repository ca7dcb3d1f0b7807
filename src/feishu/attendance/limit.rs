//! What is refused before it is sent (contract: feishu-app §6.1).

use chrono::NaiveDate;
use serde_json::Value;

use super::Problem;

/// Most flows of one call.
const FLOWS: usize = 50;
/// Most items of a page.
const PAGE: u8 = 50;

/// Feishu's code for what is refused here.
const CODE: i64 = 1_220_001;

/// Why a call is not passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// Feishu's code for it.
    pub code: i64,
    /// What Feishu would say.
    pub msg: String,
    /// The row of the table.
    pub problem: Problem,
}

impl Invalid {
    /// `what` of a call is wrong.
    pub fn about(what: &str) -> Self {
        said(format!("param invalid: {what}"))
    }
}

/// What a call must keep to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Limit {
    /// A list of the body with 1 to so many items.
    Items(&'static str, usize),
    /// `flow_records`: 1 to 50.
    Flows,
    /// `check_date_from`, `check_date_to`: whole numbers yyyyMMdd.
    Dates,
    /// `check_time_from`, `check_time_to`: texts of seconds.
    Seconds,
    /// `page_size` of the query, if it is given: 1 to 50.
    Page,
}

impl Limit {
    pub(super) fn check(self, query: &[(String, String)], body: &Value) -> Result<(), Invalid> {
        match self {
            Self::Items(key, most) if !(1..=most).contains(&length(body, key)) => Err(Invalid::about(key)),
            Self::Flows if length(body, "flow_records") == 0 => Err(Invalid::about("flow_records")),
            Self::Flows if length(body, "flow_records") > FLOWS => Err(said("operate too much flow".to_owned())),
            Self::Dates => all(body, ["check_date_from", "check_date_to"], is_date),
            Self::Seconds => all(body, ["check_time_from", "check_time_to"], is_seconds),
            Self::Page => {
                let mut sizes = query.iter().filter(|(key, _)| key == "page_size");
                let fits = |size: &str| size.parse().is_ok_and(|size: u8| (1..=PAGE).contains(&size));
                if sizes.all(|(_, size)| fits(size)) { Ok(()) } else { Err(Invalid::about("page_size")) }
            }
            Self::Items(..) | Self::Flows => Ok(()),
        }
    }
}

fn said(msg: String) -> Invalid {
    Invalid { code: CODE, problem: Problem::said(&msg), msg }
}

fn length(body: &Value, key: &str) -> usize {
    body[key].as_array().map_or(0, Vec::len)
}

fn all(body: &Value, keys: [&'static str; 2], fits: fn(&Value) -> bool) -> Result<(), Invalid> {
    keys.into_iter().find(|key| !fits(&body[*key])).map_or(Ok(()), |key| Err(Invalid::about(key)))
}

fn is_date(value: &Value) -> bool {
    value.as_u64().is_some_and(|date| {
        let text = date.to_string();
        text.len() == 8 && NaiveDate::parse_from_str(&text, "%Y%m%d").is_ok()
    })
}

fn is_seconds(value: &Value) -> bool {
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    value.as_str().is_some_and(|text| plain(text) && text.parse::<i64>().is_ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bodies_keep_to_their_limits() {
        let users = Limit::Items("user_ids", 50);
        for (limit, body, refused) in [
            (users, json!({ "user_ids": ["u"] }), None),
            (users, json!({ "user_ids": vec!["u"; 50] }), None),
            (users, json!({ "user_ids": vec!["u"; 51] }), Some("param invalid: user_ids")),
            (users, json!({ "user_ids": [] }), Some("param invalid: user_ids")),
            (users, json!({ "user_ids": "u" }), Some("param invalid: user_ids")),
            (users, Value::Null, Some("param invalid: user_ids")),
            (Limit::Flows, json!({ "flow_records": [{}] }), None),
            (Limit::Flows, json!({ "flow_records": vec![1; 51] }), Some("operate too much flow")),
            (Limit::Flows, json!({}), Some("param invalid: flow_records")),
            (Limit::Dates, json!({ "check_date_from": 20_261_101, "check_date_to": 20_261_130 }), None),
            (Limit::Dates, json!({ "check_date_from": 20_261_101 }), Some("param invalid: check_date_to")),
            (Limit::Dates, json!({ "check_date_from": 20_261_131 }), Some("param invalid: check_date_from")),
            (Limit::Dates, json!({ "check_date_from": "20261101" }), Some("param invalid: check_date_from")),
            (Limit::Seconds, json!({ "check_time_from": "1", "check_time_to": "2" }), None),
            (Limit::Seconds, json!({ "check_time_from": 1 }), Some("param invalid: check_time_from")),
            (
                Limit::Seconds,
                json!({ "check_time_from": "1", "check_time_to": "+2" }),
                Some("param invalid: check_time_to"),
            ),
        ] {
            let seen = limit.check(&[], &body).map_err(|invalid| invalid.msg).err();
            assert_eq!(seen.as_deref(), refused, "{limit:?} {body}");
        }
    }

    #[test]
    fn pages_have_one_to_fifty_items() {
        for (size, fits) in
            [("1", true), ("50", true), ("0", false), ("51", false), ("x", false), ("", false), ("-1", false)]
        {
            let query = [("page_size".to_owned(), size.to_owned())];
            assert_eq!(Limit::Page.check(&query, &Value::Null).is_ok(), fits, "{size}");
        }
        assert!(Limit::Page.check(&[], &Value::Null).is_ok());
    }

    #[test]
    fn refusals_are_rows_of_the_table() {
        assert_eq!((Invalid::about("x").code, Invalid::about("x").problem.kind), (1_220_001, "PARAM_INVALID"));
        assert_eq!(said("operate too much flow".to_owned()).problem.kind, "TOO_MANY_FLOWS");
    }
}
