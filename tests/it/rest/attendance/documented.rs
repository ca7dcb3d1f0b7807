//! The OpenAPI document of this dialect, held against live replies of every row.

use assetry::rest::{attendance::ROWS, row::Verb};
use serde_json::{Value, json};

use super::{THERE, begin, send};
use crate::{harness::FeishuFault as Fault, rest::openapi::Documented};

#[tokio::test]
async fn live_replies_are_what_the_document_says() {
    let documented = Documented::read();
    for row in ROWS {
        // A Feishu of its own: how often a call is repeated depends on the row.
        let (feishu, world, token) = begin().await;
        let nobody = world.token("samplestaff").await;
        let path = row.path.strip_prefix("/api/attendance/v1").unwrap().replace("{id}", "x");
        let endpoint = documented.endpoint(row);
        let body = json!({
            "user_ids": ["u"], "check_date_from": 20_261_101, "check_date_to": 20_261_101, "check_time_from": "1",
            "check_time_to": "2", "flow_records": [{}], "record_ids": ["r"], "user_daily_shifts": [{}], "group": {},
            "group_name": "g", "shift_name": "s", "punch_times": 1, "punch_time_rule": [{}],
        });
        if row.path.ends_with("user_flows/query") {
            assert!(endpoint.takes(&body), "{path}");
        }
        let hold = async |token: Option<&str>, body: &Value, what: &str, status: u16| {
            let body = if row.verb == Verb::Post { body.to_string() } else { String::new() };
            let reply = send(&world, row.verb.name(), &path, token, body).await;
            assert_eq!(reply.status.as_u16(), status, "{path} {what}: {}", reply.text());
            assert_eq!(endpoint.wrong(reply.status, &reply.json()), None, "{path} {what}: {}", reply.text());
        };
        hold(Some(&token), &body, "a success", 200).await;
        hold(None, &body, "nobody", 401).await;
        hold(Some(&nobody), &body, "somebody else", 403).await;
        if row.verb == Verb::Post {
            hold(Some(&token), &json!([]), "no object", 400).await;
        }
        if !row.path.ends_with("/events") {
            let there = format!("{THERE}{path}");
            feishu.fail(&there, [Fault::Refused(400, 1_226_001, "other"), Fault::TooOften("60")]);
            hold(Some(&token), &body, "refused", 400).await;
            hold(Some(&token), &body, "too often", 429).await;
            feishu.fail(&there, std::iter::repeat_n(Fault::Status(502), 9));
            hold(Some(&token), &body, "down", 503).await;
        }
    }
}
