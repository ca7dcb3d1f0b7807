//! §6: calls are passed on as they are, and repeated only where that does no harm.

use std::sync::Arc;

use assetry::feishu::{AttendanceCall, Client, Endpoint, Failure, Problem};
use serde_json::{Value, json};

use crate::harness::{Feishu, FeishuFault as Fault, TestClock};

async fn call(client: &Client, method: &str, path: &str, query: &str, body: Option<Value>) -> Result<Value, Failure> {
    let query: Vec<(String, String)> =
        query.split('&').filter_map(|pair| pair.split_once('=')).map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
    let endpoint = Endpoint::find(method, path).unwrap();
    let call = AttendanceCall::new(endpoint, path, &query, body.as_ref()).unwrap();
    client.attendance(&call).await
}

#[tokio::test]
async fn calls_are_passed_on_with_what_they_do_not_say() {
    let feishu = Feishu::start().await;
    let client = feishu.client(&Arc::new(TestClock::default()));
    let users = json!({ "user_ids": ["u"], "check_date_from": 20_261_101, "check_date_to": 20_261_102, "more": [1] });
    for (method, path, query, sent_query, body) in [
        ("POST", "/user_tasks/query", "", "employee_type=employee_id", Some(users)),
        ("GET", "/groups/g1", "dept_type=x", "dept_type=x&employee_type=employee_id", None),
        ("GET", "/groups", "page_size=50&other=1", "page_size=50&other=1", None),
        ("DELETE", "/shifts/s1", "", "", None),
    ] {
        let answer = json!({ "code": 0, "msg": "success", "data": { "unknown": [path] } });
        let full = format!("/open-apis/attendance/v1{path}");
        feishu.answer(&full, [answer.clone()]);
        assert_eq!(call(&client, method, path, query, body.clone()).await.unwrap(), answer);
        let sent = &feishu.calls(&full)[0];
        assert_eq!((sent.line.as_str(), sent.query.as_str()), (format!("{method} {full}").as_str(), sent_query));
        assert_eq!(sent.sent, body.unwrap_or(json!("")));
    }
}

#[tokio::test]
async fn writes_are_repeated_only_where_feishu_knows_them_again() {
    let known = json!({ "flow_records": [{ "idempotent_id": "a" }] });
    let unknown = json!({ "flow_records": [{}] });
    for (body, fault, calls) in [
        (&known, Fault::Cut, 2),
        (&unknown, Fault::Cut, 1),
        (&unknown, Fault::Status(500), 1),
        (&unknown, Fault::TooOften("0.001"), 2),
        (&unknown, Fault::Code(400, 99_991_663), 2),
    ] {
        let feishu = Feishu::start().await;
        let client = feishu.client(&Arc::new(TestClock::default()));
        let path = "/open-apis/attendance/v1/user_flows/batch_create";
        feishu.fail(path, [fault.clone()]);
        let seen = call(&client, "POST", "/user_flows/batch_create", "", Some(body.clone())).await;
        assert_eq!((seen.is_ok(), feishu.calls(path).len()), (calls == 2, calls), "{fault:?}");
    }
}

#[tokio::test]
async fn what_changed_no_row_is_repeated_three_times() {
    let busy = json!({ "code": 1_220_002, "msg": "No row affected" });
    for (busies, calls, outcome) in [(1, 2, None), (3, 4, None), (4, 4, Some("NO_ROW_AFFECTED"))] {
        let feishu = Feishu::start().await;
        let client = feishu.client(&Arc::new(TestClock::default()));
        let path = "/open-apis/attendance/v1/groups";
        feishu.answer(path, std::iter::repeat_n(busy.clone(), busies).chain([json!({ "code": 0 })]));
        let seen = call(&client, "POST", "/groups", "", Some(json!({}))).await;
        assert_eq!(seen.err().map(|failure| Problem::of(&failure).kind), outcome);
        assert_eq!(feishu.calls(path).len(), calls);
    }
}
