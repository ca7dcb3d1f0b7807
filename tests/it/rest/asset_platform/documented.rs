//! The OpenAPI document against live calls: what is sent and answered is what it says, success by success and refusal by refusal.

use assetry::domain::{Code, Permission};
use assetry::rest::{
    asset_platform::{AssetPlatform, ROWS},
    row::{Answer, Gate, Row, find},
    run::Dialect,
};
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use super::{
    ASSETS, STAFF, SYSTEM, login, send,
    types::{right, spoiled},
};
use crate::{
    harness::World,
    rest::openapi::{Documented, Endpoint},
};

/// Calls that succeed one after the other on the demo data: the path, who asks, and what they send.
const SUCCEED: &[(&str, (&str, &str), &str)] = &[
    ("/api/login/", STAFF, r#"{"username":"myusername","password":"mypassword"}"#),
    ("/api/staff_info/", STAFF, "{}"),
    ("/api/staff_info/", ("leaver", "leaverpass"), r#"{"unknown":[1.5]}"#),
    (
        "/api/user_manage/create_new_staff/",
        SYSTEM,
        r#"{"group":"itadmin","department":"subdepartment1","display_name":7,"username":"new","password":1234}"#,
    ),
    ("/api/user_manage/delete_staff/", SYSTEM, r#"{"unique_id":"1602554050TBuCGtE"}"#),
    ("/api/user_manage/change_staff_password/", SYSTEM, r#"{"unique_id":"1602514534djDKboCE","new_password":"x"}"#),
    ("/api/user_manage/locked_staff/", SYSTEM, r#"{"unique_id":"1602514534djDKboCE","locked":"lock"}"#),
    ("/api/user_manage/locked_staff/", SYSTEM, r#"{"unique_id":"1602514534djDKboCE","locked":"unlock"}"#),
    ("/api/user_manage/set_character/", SYSTEM, r#"{"unique_id":"1602554682pJpNnlfJ","group":"generalstaff"}"#),
    ("/api/staff_list/", STAFF, "{}"),
    ("/api/staff_list_title_value/", STAFF, "{}"),
    ("/api/asset_list/", ASSETS, "{}"),
    ("/api/asset_list_title_value/", STAFF, "{}"),
    ("/api/add_assets/", ASSETS, r#"{"data":[]}"#),
    (
        "/api/add_assets/",
        ASSETS,
        r#"{"data":[
            {"group":0,"display_name":"a"},
            {"group":"0","display_name":" b","under":"","status":"tobeconfirmed","value_origin":" 007 ","use_year":3.0},
            {"group":"0","display_name":"😀","under":null,"status":null,"value_origin":null,"use_year":"0","brand":"","model":null,
             "serial_number":12,"remarks":null}
        ]}"#,
    ),
    ("/api/search_asset/", ASSETS, r#"{"search_string":""}"#),
    ("/api/search_asset/", ASSETS, r#"{"search_string":1}"#),
    ("/api/asset_info", ASSETS, r#"{"asset_id":"34k5jfkwertfwer"}"#),
    ("/api/asset_info", STAFF, r#"{"unique_id":"test_asset_transfering"}"#),
    ("/api/asset_info", STAFF, r#"{"asset_id":"test_asset_transfering","unique_id":"test_asset_transfering"}"#),
    ("/api/modify_asset", ASSETS, r#"{"asset_id":"34k5jfkwertfwer","data":{}}"#),
    (
        "/api/modify_asset",
        ASSETS,
        r#"{"unique_id":"1603191152cvwLfWvh","data":{"group":"others","under":null,"display_name":"n","remarks":"","use_year":"8"}}"#,
    ),
    ("/api/assets_of_staff_list/", STAFF, r#"{"unique_id":"samplestaff"}"#),
    ("/api/asset_group_tree/", STAFF, r#"{"unique_id":0,"option":"query"}"#),
    ("/api/asset_group_tree/", ASSETS, r#"{"unique_id":"0","option":"add","new_group_id":"n","new_group_name":"N"}"#),
    ("/api/asset_group_tree/", ASSETS, r#"{"unique_id":"n","option":"change_parent","new_parent_id":"others"}"#),
    ("/api/asset_group_tree/", ASSETS, r#"{"unique_id":"n","option":"change_name","new_group_name":"M"}"#),
    ("/api/get_all_asset_group/", STAFF, "{}"),
    ("/api/asset_group_tree/", ASSETS, r#"{"unique_id":"n","option":"delete"}"#),
    ("/api/assets_apply/", STAFF, r#"{"data":[]}"#),
    ("/api/assets_apply/", STAFF, r#"{"data":[{"asset_id":"1603191152ZrfbUKEi"}]}"#),
    ("/api/asset_pending_list/", ASSETS, "{}"),
    ("/api/asset_info", ASSETS, r#"{"asset_id":"1603191152ZrfbUKEi"}"#),
    ("/api/assets_apply/confirm/", ASSETS, r#"{"asset_id":"1603191152ZrfbUKEi","result":"yes"}"#),
    (
        "/api/assets_transfer_to_apply/",
        STAFF,
        r#"{"transfer_to_id":"lwk4j5lk234","data":[{"asset_id":"1603191152ZrfbUKEi","x":null}]}"#,
    ),
    ("/api/assets_transfer_to/confirm/", ASSETS, r#"{"asset_id":"1603191152ZrfbUKEi","result":"yes"}"#),
    ("/api/assets_return_apply/", ASSETS, r#"{"data":[{"asset_id":"1603191152ZrfbUKEi"}]}"#),
    ("/api/assets_return/confirm/", ASSETS, r#"{"asset_id":"1603191152ZrfbUKEi","result":"no"}"#),
    ("/api/assets_repair_apply/", ASSETS, r#"{"data":[{"asset_id":"1603191152ZrfbUKEi"}]}"#),
    ("/api/asset_repair_finish/", ASSETS, r#"{"asset_id":"1603191152ZrfbUKEi"}"#),
    ("/api/assets_delete/", ASSETS, r#"{"data":[{"asset_id":"1603191152ZrfbUKEi"}]}"#),
    ("/api/asset_list/", ASSETS, "{}"),
    ("/api/single_asset_history/", ASSETS, r#"{"unique_id":"1603191152ZrfbUKEi"}"#),
    ("/api/search_assets_history/", ASSETS, r#"{"search_string":""}"#),
    ("/api/department/create/", ASSETS, r#"{"parent_id":null,"new_id":"d","new_name":"D","location":""}"#),
    ("/api/department/info/", STAFF, r#"{"department_id":"d"}"#),
    ("/api/department/info/", STAFF, r#"{"department_id":"sampledepartment"}"#),
    ("/api/department/modify/", ASSETS, r#"{"department_id":"d"}"#),
    ("/api/department/modify/", ASSETS, r#"{"department_id":"d","new_name":"E","new_parent_id":"sampledepartment2"}"#),
    ("/api/department/all/", STAFF, "{}"),
    ("/api/department/delete/", ASSETS, r#"{"department_id":"d"}"#),
];

fn row(path: &str) -> &'static Row {
    ROWS.iter().find(|row| row.path == path).unwrap_or_else(|| panic!("{path}"))
}

/// A row's words, where one chooses what answers.
fn words(row: &Row) -> Vec<Option<&'static str>> {
    match row.answer {
        Answer::Choice(choice) => choice.words.iter().map(|(word, _)| Some(*word)).collect(),
        _ => vec![None],
    }
}

/// The answer to `body`, which must be documented.
async fn answer(world: &World, endpoint: &Endpoint, path: &str, body: &Value) -> Value {
    let reply = send(world, path, body.to_string()).await;
    let answer = reply.json();
    let wrong = endpoint.wrong(reply.status, &answer);
    assert_eq!(wrong, None, "{path} {body}: {answer}");
    answer
}

fn is_success(answer: &Value) -> bool {
    answer["code"] == 0 || answer["code"] == "0"
}

#[tokio::test]
async fn what_succeeds_is_documented() {
    let (world, document) = (World::demo().await, Documented::read());
    let mut left: Vec<_> = ROWS.iter().flat_map(|row| words(row).into_iter().map(|word| (row.path, word))).collect();
    for (path, who, body) in SUCCEED {
        let (row, mut body) = (row(path), serde_json::from_str::<Value>(body).unwrap());
        let endpoint = document.endpoint(row);
        if row.gate != Gate::Open {
            assert!(!endpoint.takes(&body), "{path}: the token is required");
            body["token"] = login(&world, *who).await.into();
        }
        assert!(endpoint.takes(&body), "{path}: {body}");
        let answer = answer(&world, &endpoint, path, &body).await;
        assert!(is_success(&answer), "{path} {body}: {answer}");
        for altered in altered(&answer) {
            assert!(endpoint.wrong(StatusCode::OK, &altered).is_some(), "{path}: {altered} is not told apart");
        }
        let word = |key: &str| body[key].as_str();
        left.retain(|(known, wanted)| {
            let Answer::Choice(choice) = row.answer else { return known != path };
            known != path || word(choice.key) != *wanted
        });
    }
    assert!(left.is_empty(), "no call succeeds that shows {left:?}");
}

/// Answers that are not quite `answer`.
fn altered(answer: &Value) -> Vec<Value> {
    let mut altered = Vec::new();
    for (key, value) in answer.as_object().unwrap() {
        let mut without = answer.clone();
        without.as_object_mut().unwrap().shift_remove(key);
        let mut other = answer.clone();
        other[key] = match value {
            Value::String(text) if key == "code" => json!(text.parse::<i32>().unwrap()),
            Value::String(text) if key == "message" => json!(format!("{text}!")),
            Value::Number(number) => json!(number.to_string()),
            Value::Array(items) if !items.is_empty() => {
                let mut items = items.clone();
                match &mut items[0] {
                    Value::Object(first) => first.insert("more".to_owned(), Value::Null),
                    other => Some(std::mem::replace(other, json!([]))),
                };
                items.into()
            }
            _ => Value::Null,
        };
        altered.extend([without, other]);
    }
    let mut more = answer.clone();
    more["more"] = json!(0);
    altered.push(more);
    altered
}

/// Somebody who passes `gate`, and somebody who does not.
fn people(gate: Gate) -> [(&'static str, &'static str); 2] {
    match gate {
        Gate::Holds(Permission::Users) => [SYSTEM, STAFF],
        Gate::Holds(_) => [ASSETS, STAFF],
        Gate::Open | Gate::Session => [ASSETS, SYSTEM],
    }
}

#[tokio::test]
async fn what_is_refused_is_documented() {
    let (world, document) = (World::demo().await, Documented::read());
    let long = Value::from("中".repeat(10_000));
    let wrong = [
        json!(null),
        json!(true),
        json!(1.5),
        json!(-1),
        json!(""),
        json!("a\0"),
        json!([]),
        json!({}),
        json!([[]]),
        long,
    ];
    for row in ROWS {
        let endpoint = document.endpoint(row);
        let refusals =
            || row.case(Code::RequestInvalid, None).or_else(|| find(AssetPlatform.cases(), Code::RequestInvalid, None));
        let malformed = refusals().unwrap().text;
        for text in ["", "{", "[1,]"] {
            let reply = send(&world, row.path, text).await;
            assert_eq!(endpoint.wrong(reply.status, &reply.json()), None, "{} {text}", row.path);
        }
        let [passes, fails] = people(row.gate);
        let (passes, fails) = (login(&world, passes).await, login(&world, fails).await);
        for word in words(row) {
            let body = choosing(row, word);
            for token in [json!(null), json!("nobody"), json!(fails)] {
                let mut body = body.clone();
                body["token"] = token;
                answer(&world, &endpoint, row.path, &body).await;
            }
            let without = answer(&world, &endpoint, row.path, &body).await;
            assert!(row.gate == Gate::Open || without["message"] == malformed, "{}: {without}", row.path);
            let keys: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
            let missing = keys.iter().map(|key| {
                let mut body = body.clone();
                body.as_object_mut().unwrap().shift_remove(key);
                body
            });
            let spoiled = wrong.iter().flat_map(|wrong| spoiled(&body, wrong)).filter(Value::is_object);
            for mut body in missing.chain(spoiled).chain([body.clone()]) {
                body["token"] = passes.clone().into();
                let answer = answer(&world, &endpoint, row.path, &body).await;
                if is_success(&answer) {
                    assert!(endpoint.takes(&body), "{} took {body}", row.path);
                }
                if answer["message"] == malformed {
                    assert!(!endpoint.takes(&body), "{} did not take {body}", row.path);
                }
            }
        }
        for body in [json!(null), json!([]), json!("x"), json!(1)] {
            answer(&world, &endpoint, row.path, &body).await;
            assert!(!endpoint.takes(&body), "{} {body}", row.path);
        }
    }
}

/// A body that is right as far as types go.
fn choosing(row: &Row, word: Option<&str>) -> Value {
    let mut body = right(row.input);
    if let (Answer::Choice(choice), Some(word)) = (row.answer, word) {
        let (_, chosen) = choice.words.iter().find(|(known, _)| *known == word).unwrap();
        body[choice.key] = word.into();
        for (key, value) in right(chosen.input).as_object().unwrap() {
            body[key] = value.clone();
        }
    }
    body
}

#[tokio::test]
async fn what_the_transport_refuses_is_documented() {
    let (world, document) = (World::empty().await, Documented::read());
    let endpoint = document.endpoint(row("/api/staff_info/"));
    let reply = send(&world, "/api/staff_info/", vec![b' '; 8 * 1024 * 1024 + 1]).await;
    assert_eq!((reply.status, endpoint.wrong(reply.status, &reply.json())), (StatusCode::PAYLOAD_TOO_LARGE, None));
    let reply = world.send(Request::get("/api/staff_info/").body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!((reply.status, endpoint.wrong(reply.status, &Value::Null)), (StatusCode::METHOD_NOT_ALLOWED, None));
    assert!(endpoint.wrong(StatusCode::CREATED, &Value::Null).is_some());
}
