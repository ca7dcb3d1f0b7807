//! §5: the token, the error table, logins, lists, and what goes wrong on the way.

use std::{sync::Arc, time::Duration};

use assetry::feishu::{Brought, Failure, Flow, Meaning, Patience, ROOT};
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{ELSEWHERE, FEISHU_SECRET, Feishu, FeishuFault as Fault, TestClock, feishu_client};

const PERSON: &str = "/open-apis/contact/v3/users/ou1";
const SCOPES: &str = "/open-apis/contact/v3/scopes";
const V1: &str = "/open-apis/authen/v1/access_token";
const V2: &str = "/open-apis/authen/v2/oauth/token";
const USER_INFO: &str = "/open-apis/authen/v1/user_info";
const PASSPORT: &str = "/suite/passport/oauth/token";

async fn with_person() -> (Feishu, Arc<TestClock>) {
    let feishu = Feishu::start().await;
    feishu.answer(PERSON, [json!({ "code": 0, "data": { "user": { "open_id": "ou1", "name": "张三" } } })]);
    (feishu, Arc::new(TestClock::default()))
}

#[tokio::test]
async fn any_number_of_callers_fetch_one_token() {
    let (feishu, clock) = with_person().await;
    let client = feishu.client(&clock);
    let calls = join_all((0..20).map(|_| client.person("ou1", Patience::Person))).await;
    assert!(calls.iter().all(Result::is_ok));
    assert_eq!(feishu.tokens(), 1);
    assert!(feishu.calls(PERSON).iter().all(|call| call.authorization == "Bearer token-1"));
    clock.advance(TimeDelta::seconds(7200));
    client.person("ou1", Patience::Person).await.unwrap();
    assert_eq!(feishu.tokens(), 2);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends_and_the_old_one_serves_meanwhile() {
    let (feishu, clock) = with_person().await;
    let client = feishu.client(&clock);
    client.person("ou1", Patience::Person).await.unwrap();
    clock.advance(TimeDelta::seconds(6480));
    client.person("ou1", Patience::Person).await.unwrap();
    assert_eq!(feishu.calls(PERSON)[1].authorization, "Bearer token-1");
    let renewed = async {
        while feishu.calls(PERSON).last().unwrap().authorization != "Bearer token-2" {
            client.person("ou1", Patience::Person).await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(10), renewed).await.unwrap();
    assert_eq!(feishu.tokens(), 2);
}

#[tokio::test]
async fn callers_who_wait_share_the_failure_and_the_next_one_tries_anew() {
    let (feishu, clock) = with_person().await;
    let client = feishu.client(&clock);
    feishu.refuse_tokens([Fault::Status(500)]);
    let calls = join_all((0..5).map(|_| client.person("ou1", Patience::Person))).await;
    assert!(calls.iter().all(|failed| *failed == Err(Failure::Status(500))));
    assert_eq!(feishu.tokens(), 1);
    client.person("ou1", Patience::Person).await.unwrap();
    assert_eq!(feishu.tokens(), 2);
}

#[tokio::test]
async fn refused_credentials_are_not_tried_again_for_half_a_minute() {
    for code in [10003, 10014, 10015] {
        let (feishu, clock) = with_person().await;
        let client = feishu.client(&clock);
        feishu.refuse_tokens([Fault::Code(200, code)]);
        let failed = client.person("ou1", Patience::Person).await.unwrap_err();
        assert_eq!((failed.code(), failed.meaning()), (Some(code), Meaning::Configuration));
        clock.advance(TimeDelta::seconds(29));
        assert_eq!(client.person("ou1", Patience::Person).await, Err(Failure::LeftAlone));
        assert_eq!(feishu.tokens(), 1);
        clock.advance(TimeDelta::seconds(1));
        client.person("ou1", Patience::Person).await.unwrap();
    }
}

#[tokio::test]
async fn the_error_table_is_kept() {
    let (person, once) = (Patience::Person, Patience::Once);
    for (faults, patience, outcome, calls, tokens) in [
        (vec![Fault::Code(200, 2200)], person, Ok(()), 2, 1),
        (vec![Fault::Code(500, 1); 2], person, Ok(()), 3, 1),
        (vec![Fault::Status(502); 3], person, Err(Meaning::Passing), 3, 1),
        (vec![Fault::Status(502); 3], Patience::Sync, Err(Meaning::Passing), 3, 1),
        (vec![Fault::Status(500)], once, Err(Meaning::Passing), 1, 1),
        (vec![Fault::Broken], person, Ok(()), 2, 1),
        (vec![Fault::Cut], person, Ok(()), 2, 1),
        (vec![Fault::Broken; 3], person, Err(Meaning::Passing), 3, 1),
        (vec![Fault::Status(302); 3], person, Err(Meaning::Passing), 3, 1),
        (vec![Fault::TooOften("0.001")], person, Ok(()), 2, 1),
        (vec![Fault::TooOften("0.001"); 3], person, Err(Meaning::TooOften), 3, 1),
        (vec![Fault::TooOften("0.001"); 5], Patience::Sync, Ok(()), 6, 1),
        (vec![Fault::TooOften("30")], person, Err(Meaning::TooOften), 1, 1),
        (vec![Fault::TooOften("0.001")], once, Err(Meaning::TooOften), 1, 1),
        (vec![Fault::Code(400, 99_991_400)], person, Ok(()), 2, 1),
        (vec![Fault::Code(400, 99_991_663)], once, Ok(()), 2, 2),
        (vec![Fault::Code(200, 99_991_661)], person, Ok(()), 2, 2),
        (vec![Fault::Code(200, 20013)], person, Ok(()), 2, 2),
        (vec![Fault::Code(400, 99_991_663); 2], person, Err(Meaning::TenantToken), 2, 2),
        (vec![Fault::Code(400, 99_991_672)], person, Err(Meaning::Configuration), 1, 1),
        (vec![Fault::Code(200, 40004)], person, Err(Meaning::Department), 1, 1),
        (vec![Fault::Code(400, 1)], person, Err(Meaning::Other), 1, 1),
    ] {
        let (feishu, clock) = with_person().await;
        feishu.fail(PERSON, faults.clone());
        let seen = feishu.client(&clock).person("ou1", patience).await;
        assert_eq!(seen.map(drop).map_err(|failure| failure.meaning()), outcome, "{faults:?} {patience:?}");
        assert_eq!((feishu.calls(PERSON).len(), feishu.tokens()), (calls, tokens), "{faults:?} {patience:?}");
    }
}

#[tokio::test]
async fn answers_that_are_no_answers_are_not_believed() {
    for answer in [json!({}), json!([]), json!({ "code": "0" }), json!({ "code": 0 }), json!({ "code": 0, "data": 1 })]
    {
        let (feishu, clock) = with_person().await;
        feishu.answer(PERSON, [answer.clone()]);
        let failed = feishu.client(&clock).person("ou1", Patience::Once).await.unwrap_err();
        assert_eq!(failed.meaning(), Meaning::Passing, "{answer}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed_and_answers_without_end_are_not_read() {
    let (feishu, clock) = with_person().await;
    feishu.fail(PERSON, [Fault::Status(307), Fault::Long]);
    let client = feishu.client(&clock);
    assert_eq!(client.person("ou1", Patience::Once).await, Err(Failure::Status(307)));
    assert!(feishu.calls(ELSEWHERE).is_empty());
    let failed = client.person("ou1", Patience::Once).await;
    assert_eq!(failed, Err(Failure::NoAnswer("the answer is too long")));
}

#[tokio::test]
async fn what_was_sent_and_said_is_not_told() {
    let (feishu, clock) = with_person().await;
    let client = feishu.client(&clock);
    feishu.fail(PERSON, [Fault::Code(400, 99_991_672)]);
    let refused = client.person("ou1", Patience::Once).await.unwrap_err();
    let Failure::Refused(refusal) = &refused else { panic!() };
    assert_eq!((refusal.status, refusal.log_id.as_deref()), (400, Some("log-1")));
    let nobody = feishu_client("http://127.0.0.1:1", &clock);
    let unreached = nobody.person("ou1", Patience::Once).await.unwrap_err();
    assert_eq!(unreached, Failure::NoAnswer("the connection failed"));
    let printed = format!("{refused} {refused:?} {unreached} {unreached:?} {client:?}");
    assert!(!printed.contains(FEISHU_SECRET), "{printed}");
}

fn v2_answers(feishu: &Feishu) {
    feishu.answer(V2, [json!({ "code": 0, "access_token": "u-1", "expires_in": 7200, "refresh_token": "r-1" })]);
    feishu.answer(USER_INFO, [json!({ "code": 0, "data": { "open_id": "ou1", "tenant_key": "k" } })]);
}

fn v1_answers(feishu: &Feishu) {
    let data = json!({ "open_id": "ou1", "tenant_key": "k", "access_token": "u-1", "refresh_token": "r-1" });
    feishu.answer(V1, [json!({ "code": 0, "data": data })]);
}

const BROUGHT: Brought<'static> = Brought { code: "c", redirect_uri: Some("https://a.test/"), verifier: Some("v") };

#[tokio::test]
async fn every_flow_exchanges_its_code() {
    for flow in [Flow::Auto, Flow::V2, Flow::V1, Flow::Passport] {
        let (feishu, clock) = with_person().await;
        v2_answers(&feishu);
        v1_answers(&feishu);
        feishu.answer(PASSPORT, [json!({ "access_token": "u-1", "token_type": "Bearer" })]);
        feishu.answer("/suite/passport/oauth/userinfo", [json!({ "open_id": "ou1", "tenant_key": "k" })]);
        let (profile, tokens) = feishu.client(&clock).log_in(flow, BROUGHT).await.unwrap();
        assert_eq!((profile.open_id.as_deref(), profile.tenant_key.as_deref()), (Some("ou1"), Some("k")), "{flow:?}");
        assert_eq!(tokens.access, "u-1");
        let told = if flow == Flow::V1 {
            V1
        } else if flow == Flow::Passport {
            PASSPORT
        } else {
            V2
        };
        let call = &feishu.calls(told)[0];
        let (authorization, sent) = match flow {
            Flow::V1 => ("Bearer token-1", json!({ "grant_type": "authorization_code", "code": "c" })),
            Flow::Passport => ("", Value::Null),
            _ => (
                "",
                json!({
                    "grant_type": "authorization_code", "client_id": "cli_invented", "client_secret": FEISHU_SECRET,
                    "code": "c", "redirect_uri": "https://a.test/", "code_verifier": "v",
                }),
            ),
        };
        assert_eq!(call.authorization, authorization);
        match &call.sent {
            Value::String(form) => {
                assert!(form.ends_with("code=c&redirect_uri=https%3A%2F%2Fa.test%2F"), "{form}");
            }
            json => assert_eq!(*json, sent),
        }
    }
}

#[tokio::test]
async fn codes_are_sent_once_and_the_old_way_only_where_v2_does_not_know_them() {
    for (fault, old_way) in [
        (Fault::Code(400, 20003), true),
        (Fault::Code(400, 20024), true),
        (Fault::Code(400, 20063), true),
        (Fault::Code(400, 20071), true),
        (Fault::Status(404), true),
        (Fault::Status(405), true),
        (Fault::Code(400, 20004), false),
        (Fault::Code(400, 20065), false),
        (Fault::Code(400, 20002), false),
        (Fault::Code(400, 20050), false),
        (Fault::Status(500), false),
        (Fault::Cut, false),
        (Fault::TooOften("0.001"), false),
    ] {
        let (feishu, clock) = with_person().await;
        v2_answers(&feishu);
        v1_answers(&feishu);
        feishu.fail(V2, [fault.clone()]);
        let seen = feishu.client(&clock).log_in(Flow::Auto, BROUGHT).await;
        assert_eq!(seen.is_ok(), old_way, "{fault:?}");
        assert_eq!((feishu.calls(V2).len(), feishu.calls(V1).len()), (1, usize::from(old_way)), "{fault:?}");
    }
}

#[tokio::test]
async fn lists_are_read_to_their_end() {
    let (feishu, clock) = with_person().await;
    let client = feishu.client(&clock);
    let page = |item: &str, next: Option<&str>| {
        let data =
            json!({ "department_ids": [item], "user_ids": [item], "has_more": next.is_some(), "page_token": next });
        json!({ "code": 0, "data": data })
    };
    feishu.answer(SCOPES, [page("a", Some("1")), page("b", Some("2")), page("c", None)]);
    let scope = client.scope().await.unwrap();
    assert_eq!((scope.departments.len(), scope.people.len()), (3, 3));
    let ids = "user_id_type=open_id&department_id_type=open_department_id&page_size=50";
    let queries: Vec<_> = feishu.calls(SCOPES).into_iter().map(|call| call.query).collect();
    assert_eq!(queries, [ids.to_owned(), format!("{ids}&page_token=1"), format!("{ids}&page_token=2")]);
    feishu.answer(SCOPES, [page("a", Some("1"))]);
    assert_eq!(client.scope().await, Err(Failure::NoAnswer("the pages do not end")));
}

#[tokio::test]
async fn people_are_found_by_department_number_and_id() {
    let (feishu, clock) = with_person().await;
    let client = feishu.client(&clock);
    let people = json!({ "code": 0, "data": { "items": [{ "open_id": "ou1" }, { "name": "nobody" }] } });
    feishu.answer("/open-apis/contact/v3/users/find_by_department", [people.clone()]);
    feishu.answer("/open-apis/contact/v3/users/batch", [people]);
    assert_eq!(client.people_of("0").await.unwrap().len(), 1);
    let ids: Vec<String> = (0..51).map(|place| format!("ou{place}")).collect();
    assert_eq!(client.people(&ids).await.unwrap().len(), 2);
    assert_eq!(feishu.calls("/open-apis/contact/v3/users/batch").len(), 2);
    let found = json!({ "code": 0, "data": { "user_list": [{ "mobile": "1" }, { "user_id": "ou1", "mobile": "1" }] } });
    feishu.answer("/open-apis/contact/v3/users/batch_get_id", [found]);
    assert_eq!(client.open_id_of_mobile("1").await.unwrap().as_deref(), Some("ou1"));
    assert!(matches!(client.person("..", Patience::Once).await, Err(Failure::NotSent(_))));
}

#[tokio::test]
async fn departments_are_read_with_all_below_them() {
    let (feishu, clock) = with_person().await;
    let client = feishu.client(&clock);
    let path = "/open-apis/contact/v3/departments/0/children";
    let item = json!({ "open_department_id": "od_1", "parent_department_id": "0", "name": "n" });
    feishu.answer(path, [json!({ "code": 0, "data": { "items": [item, { "name": "no id" }], "has_more": false } })]);
    let departments = client.departments_below(ROOT, true).await.unwrap();
    assert_eq!((departments.len(), departments[0].parent.as_deref()), (1, Some("0")));
    assert!(feishu.calls(path)[0].query.contains("fetch_child=true"));
    let one = json!({ "code": 0, "data": { "department": item } });
    feishu.answer("/open-apis/contact/v3/departments/od_1", [one]);
    assert_eq!(client.department("od_1", Patience::Sync).await.unwrap(), departments[0]);
}

#[tokio::test]
async fn tokens_of_people_are_renewed_by_the_flow_that_made_them() {
    const V1_RENEWED: &str = "/open-apis/authen/v1/refresh_access_token";
    for (flow, path, authorization) in
        [(Flow::V1, V1_RENEWED, "Bearer token-1"), (Flow::V2, V2, ""), (Flow::Passport, PASSPORT, "")]
    {
        let (feishu, clock) = with_person().await;
        let pair = json!({ "access_token": "u-2", "expires_in": 60, "refresh_token": "r-2" });
        let answer = if flow == Flow::V1 { json!({ "code": 0, "data": pair }) } else { with_code(pair) };
        feishu.answer(path, [answer]);
        let client = feishu.client(&clock);
        let renewed = client.renew(flow, "r-1").await.unwrap();
        assert_eq!((renewed.flow, renewed.access.as_str(), renewed.refresh.as_deref()), (flow, "u-2", Some("r-2")));
        let call = &feishu.calls(path)[0];
        assert_eq!(call.authorization, authorization);
        assert!(call.sent.to_string().contains("r-1"));
        feishu.fail(path, [Fault::Cut]);
        client.renew(flow, "r-2").await.unwrap_err();
        assert_eq!(feishu.calls(path).len(), 2, "a refresh token is sent once");
    }
}

fn with_code(mut answer: Value) -> Value {
    answer["code"] = json!(0);
    answer
}
