//! §6.4: what Feishu told of punches and results, through its own door and back.

use assetry::domain::directory::feishu;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{begin, send};
use crate::harness::World;

/// Has Feishu tell this, as of that millisecond.
async fn tell(world: &World, id: &str, kind: &str, created: &str, event: &Value) {
    let header =
        json!({ "event_id": id, "event_type": kind, "create_time": created, "tenant_key": "t", "app_id": "a" });
    let push = json!({ "schema": "2.0", "header": header, "event": event });
    assert_eq!(world.post("/api/feishu_get_event", &push).await.status, StatusCode::OK);
    while feishu::act_on_next(&world.app).await.unwrap() {}
}

const FLOW: &str = "attendance.user_flow.created_v1";
const TASK: &str = "attendance.user_task.updated_v1";

/// Three punches and two results; the results say their `index` in two ways, as Feishu does.
async fn told(world: &World) -> [Value; 5] {
    let punch = |at: &str, who: &str| json!({ "employee_id": who, "employee_no": "n1", "check_time": at, "record_id": "r", "z": [1.5, null] });
    let result = |index: Value| {
        let change = json!({ "index": index, "before_status": "Todo", "current_status": "Late", "work_type": "on" });
        json!({ "employee_id": "u1", "employee_no": "n1", "date": 20_261_101, "status_changes": [change], "task_id": "7" })
    };
    let events = [
        punch("1700000000", "u1"),
        punch("1700000300", "u2"),
        result(json!("0")),
        result(json!(1)),
        punch("1700000300", "u1"),
    ];
    tell(world, "e0", FLOW, "1700000001000", &events[0]).await;
    tell(world, "e1", FLOW, "1700000301000", &events[1]).await;
    tell(world, "e2", TASK, "1700000100500", &events[2]).await;
    tell(world, "e3", TASK, "1700000200000", &events[3]).await;
    // One that was told twice is one.
    tell(world, "e4", FLOW, "1700000301000", &events[4]).await;
    tell(world, "e4", FLOW, "1700000301000", &events[4]).await;
    events
}

async fn ask(world: &World, token: &str, query: &str) -> Value {
    let reply = send(world, "GET", &format!("/events?{query}"), Some(token), "").await;
    assert_eq!(reply.status, StatusCode::OK, "{query}: {}", reply.text());
    reply.json()
}

fn ids(body: &Value) -> String {
    let ids = body["data"]["items"].as_array().unwrap().iter().map(|item| item["event_id"].as_str().unwrap());
    ids.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn events_come_back_as_they_came_in() {
    let (_feishu, world, token) = begin().await;
    let none = json!({ "code": 0, "msg": "success", "data": { "items": [], "has_more": false, "page_token": "" } });
    assert_eq!(ask(&world, &token, "").await, none);
    let events = told(&world).await;
    let item = |id: &str, kind: &str, who: &str, time: &str, event: &Value| json!({ "event_id": id, "type": kind, "employee_id": who, "employee_no": "n1", "time": time, "event": event });
    let items = json!([
        item("e4", FLOW, "u1", "1700000300", &events[4]),
        item("e1", FLOW, "u2", "1700000300", &events[1]),
        item("e3", TASK, "u1", "1700000200", &events[3]),
        item("e2", TASK, "u1", "1700000100", &events[2]),
        item("e0", FLOW, "u1", "1700000000", &events[0]),
    ]);
    let whole = json!({ "code": 0, "msg": "success", "data": { "items": items, "has_more": false, "page_token": "" } });
    let reply = send(&world, "GET", "/events", Some(&token), "").await;
    assert_eq!(reply.text(), whole.to_string(), "also in the order of keys");
}

#[tokio::test]
async fn events_are_chosen_by_type_person_and_time() {
    let (_feishu, world, token) = begin().await;
    told(&world).await;
    for (query, found) in [
        ("type=user_flow", "e4 e1 e0"),
        ("type=user_task", "e3 e2"),
        (&format!("type={TASK}"), "e3 e2"),
        ("type=other", ""),
        ("employee_id=u2", "e1"),
        ("employee_id=U2", ""),
        ("type=user_flow&employee_id=u1", "e4 e0"),
        ("from=1700000100", "e4 e1 e3 e2"),
        ("from=1700000101", "e4 e1 e3"),
        ("to=1700000300", "e3 e2 e0"),
        ("from=1700000000&to=1700000001", "e0"),
        ("from=5&to=4", ""),
        ("from=0&to=253402300799", "e4 e1 e3 e2 e0"),
        ("type=&employee_id=&from=&to=&page_size=&page_token=", "e4 e1 e3 e2 e0"),
        ("unknown=1", "e4 e1 e3 e2 e0"),
    ] {
        assert_eq!(ids(&ask(&world, &token, query).await), found, "{query}");
    }
}

#[tokio::test]
async fn pages_go_on_where_the_last_ended_whatever_came_since() {
    let (_feishu, world, token) = begin().await;
    told(&world).await;
    for size in 1..=5 {
        let (mut place, mut found) = (String::new(), Vec::new());
        loop {
            let body = ask(&world, &token, &format!("page_size={size}&page_token={place}")).await;
            found.push(ids(&body));
            let data = &body["data"];
            place = data["page_token"].as_str().unwrap().to_owned();
            assert_eq!(data["has_more"] == true, !place.is_empty());
            if place.is_empty() {
                break;
            }
        }
        assert_eq!(found.join(" "), "e4 e1 e3 e2 e0", "{size}");
        assert_eq!(found.len(), 5_usize.div_ceil(size));
    }
    let first = ask(&world, &token, "page_size=2&type=user_flow").await;
    tell(&world, "e5", FLOW, "1700000400000", &json!({ "employee_id": "u1", "check_time": "1700000400" })).await;
    let place = first["data"]["page_token"].as_str().unwrap();
    assert_eq!(ids(&ask(&world, &token, &format!("page_token={place}&type=user_flow")).await), "e0");
}

#[tokio::test]
async fn queries_that_mean_nothing_are_refused_in_feishus_words() {
    let (_feishu, world, token) = begin().await;
    told(&world).await;
    for (query, about) in [
        ("page_size=0", "page_size"),
        ("page_size=51", "page_size"),
        ("page_size=-1", "page_size"),
        ("page_size=1.5", "page_size"),
        ("page_size=x", "page_size"),
        ("from=x", "from"),
        ("from=-1", "from"),
        ("from=%2B1", "from"),
        ("to=1.5", "to"),
        ("to=253402300800", "to"),
        ("to=99999999999999999999", "to"),
        ("type=%00", "type"),
        ("employee_id=u%00", "employee_id"),
        ("page_token=x", "page_token"),
        // A place in another list.
        ("page_token=eyJvIjoicm9sZSIsImsiOm51bGwsImkiOjF9", "page_token"),
    ] {
        let reply = send(&world, "GET", &format!("/events?{query}"), Some(&token), "").await;
        let body = reply.json();
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!((&body["code"], &body["msg"]), (&json!(1_220_001), &json!(format!("param invalid: {about}"))));
        assert_eq!(body["problem"]["type"], "PARAM_INVALID");
    }
    for size in [1, 50] {
        ask(&world, &token, &format!("page_size={size}")).await;
    }
}

#[tokio::test]
async fn graphql_has_the_same_events() {
    let (_feishu, world, token) = begin().await;
    let events = told(&world).await;
    let query = "query($after: String) {
        attendanceEvents(type: \"user_flow\", employeeId: \"u1\", from: \"2023-11-14T22:13:20Z\", first: 1, after: $after) {
            totalCount nodes { eventId type employeeId employeeNo at event } pageInfo { hasNextPage endCursor } } }";
    let reply = world.graphql(query, json!({}), Some(&token)).await;
    let found = &reply["data"]["attendanceEvents"];
    assert_eq!(found["totalCount"], 2, "{reply}");
    let expected = json!([{
        "eventId": "e4", "type": FLOW, "employeeId": "u1", "employeeNo": "n1", "at": "2023-11-14T22:18:20+00:00",
        "event": events[4],
    }]);
    assert_eq!(found["nodes"], expected);
    let nothing = "{ attendanceEvents(type: \"\\u0000\", employeeId: \"\\u0000\") { totalCount nodes { at } } }";
    let none = world.graphql(nothing, json!({}), Some(&token)).await;
    assert_eq!(none["data"]["attendanceEvents"], json!({ "totalCount": 0, "nodes": [] }), "{none}");
    let reply = world.graphql(query, json!({ "after": found["pageInfo"]["endCursor"] }), Some(&token)).await;
    let found = &reply["data"]["attendanceEvents"];
    assert_eq!((&found["nodes"][0]["eventId"], &found["pageInfo"]["hasNextPage"]), (&json!("e0"), &json!(false)));
}
