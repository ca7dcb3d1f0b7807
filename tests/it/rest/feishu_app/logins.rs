//! §1.2: logging in with a code of Feishu.

use std::net::SocketAddr;

use assetry::settings::FeishuOauth;
use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, StatusCode, header},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    NO_FEISHU, NOT_CONFIGURED, REFUSED, TENANT, UNBOUND, USER_INFO, V1, V2, bindings, both, both_with, call, comes,
    known, lock, log_in, pair, pairs, person, profile, refuses, session,
};
use crate::harness::{FEISHU_SECRET, Feishu, FeishuFault, World};

#[tokio::test]
async fn whoever_is_bound_gets_a_session_and_their_number() {
    let (world, feishu) = both().await;
    for (unique_id, character) in [("demo", 1), ("lwk4j5lk234", 2), ("29384uieweretr", 3), ("admin", 4)] {
        let open_id = format!("ou_{unique_id}");
        known(&world, Some(unique_id), &open_id, None).await;
        comes(&feishu, &profile(&open_id, &json!({ "name": format!("名 {unique_id}") })));
        let older = session(&log_in(&world, &json!({ "code": "older" })).await);
        let reply = log_in(&world, &json!({ "code": "a-code" })).await;
        let session = session(&reply);
        assert!(session.len() == 32 && session.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{session}");
        let expected = json!({ "code": 0, "info": "Success", "data": { "session": session, "character": character } });
        super::says(&reply, 200, &expected);
        for session in [older, session] {
            let viewer = world.graphql("{ viewer { uniqueId } }", json!({}), Some(&session)).await;
            assert_eq!(viewer["data"]["viewer"]["uniqueId"], unique_id);
        }
    }
    let names: Vec<_> = bindings(&world).await.into_iter().map(|row| row.name.unwrap()).collect();
    assert_eq!(names, ["名 demo", "名 lwk4j5lk234", "名 29384uieweretr", "名 admin"]);
    assert_eq!(feishu.calls(V2).len(), 8);
}

#[tokio::test]
async fn the_tokens_of_the_person_are_kept_sealed() {
    let (world, feishu) = both().await;
    let row = known(&world, Some("demo"), "ou_demo", None).await;
    comes(&feishu, &profile("ou_demo", &json!({})));
    log_in(&world, &json!({ "code": "a-code" })).await;
    let kept = pairs(&world).await;
    assert_eq!((kept.len(), kept[0].binding_id), (1, row.id));
    assert_eq!(kept[0].ends_at, world.app.now() + TimeDelta::hours(2));
    assert!(!kept[0].sealed.contains("first"));
    let opened = world.app.vault.open(&format!("feishu user tokens {}", row.id), &kept[0].sealed).unwrap();
    assert!(opened.contains("u-first") && opened.contains("ur-first"));
}

#[tokio::test]
async fn what_is_wrong_with_a_body_is_told_before_anything_is_asked() {
    let (world, feishu) = both_with(|settings| settings.redirect_uris.0 = vec!["https://a.test/in".to_owned()]).await;
    comes(&feishu, &profile("ou_demo", &json!({})));
    let (json, code) = ("请求体不是合法的JSON", "缺少code信息或code类型不正确");
    let deep = format!("{{\"code\":{}1{}}}", "[".repeat(64), "]".repeat(64));
    let long = json!({ "code": "x".repeat(4097) }).to_string();
    for (body, info) in [
        ("", json),
        ("{\"code\":\"x\",}", json),
        ("[]", json),
        ("\"code\"", json),
        (deep.as_str(), json),
        ("{}", code),
        ("{\"code\":\"\"}", code),
        ("{\"code\":null}", code),
        ("{\"code\":true}", code),
        ("{\"code\":1.5}", code),
        ("{\"code\":[\"x\"]}", code),
        ("{\"code\":{}}", code),
        ("{\"code\":\"\\u0000\"}", code),
        (long.as_str(), code),
        ("{\"code\":\"x\",\"redirect_uri\":[]}", "缺少redirect_uri信息或redirect_uri类型不正确"),
        ("{\"code\":\"x\",\"state\":{}}", "缺少state信息或state类型不正确"),
        ("{\"code\":\"x\",\"redirect_uri\":\"https://a.test/in/\"}", "redirect_uri不在允许范围内"),
        ("{\"code\":\"x\",\"redirect_uri\":\"\"}", "redirect_uri不在允许范围内"),
        ("{\"code\":\"x\",\"redirect_uri\":\"https://b.test\",\"state\":\"x\"}", "redirect_uri不在允许范围内"),
        ("{\"code\":\"x\",\"redirect_uri\":\"https://a.test/in\",\"state\":\"x\"}", "state不正确"),
        ("{\"code\":\"x\",\"state\":\"\"}", "state不正确"),
    ] {
        let reply = call(&world, Method::POST, "/api/qrLogin", &[], body.to_owned()).await;
        refuses(&reply, -2, info);
    }
    let bytes = call(&world, Method::POST, "/api/qrLogin", &[], vec![b'"', 0xff, b'"']).await;
    refuses(&bytes, -2, json);
    assert!(feishu.calls(V2).is_empty());
    // An integer is its decimal text, null is nothing, and other keys are nobody's business.
    let fine = json!({ "code": 42, "redirect_uri": null, "state": null, "more": [1] });
    refuses(&log_in(&world, &fine).await, 2, UNBOUND);
    assert_eq!(feishu.calls(V2)[0].sent["code"], "42");
}

#[tokio::test]
async fn without_an_app_nothing_is_asked() {
    let bare = World::demo().await;
    refuses(&log_in(&bare, &json!({ "code": "" })).await, -2, "缺少code信息或code类型不正确");
    refuses(&log_in(&bare, &json!({ "code": "x", "state": "x" })).await, -2, NOT_CONFIGURED);
    for half in [true, false] {
        let (world, feishu) =
            both_with(|settings| if half { settings.app_secret = None } else { settings.app_id = None }).await;
        refuses(&log_in(&world, &json!({ "code": "x" })).await, -2, NOT_CONFIGURED);
        assert_eq!((feishu.calls(V2).len(), feishu.tokens()), (0, 0));
    }
}

#[tokio::test]
async fn what_feishu_says_to_a_code_is_told_in_our_words_and_no_code_is_sent_twice() {
    let (world, feishu) = both_with(|settings| settings.oauth = FeishuOauth::V2).await;
    known(&world, Some("demo"), "ou_demo", None).await;
    comes(&feishu, &profile("ou_demo", &json!({})));
    let code = |code| FeishuFault::Code(400, code);
    let mut cases: Vec<(FeishuFault, i32, &str)> = Vec::new();
    for number in [20003, 20004, 20007, 20008, 20021, 20022, 20023, 20024, 20065, 20066, 20071] {
        cases.push((code(number), 2, UNBOUND));
    }
    for number in [20002, 20048, 20009, 20027, 20029, 99_991_401, 99_991_403, 99_991_672, 99_991_671] {
        cases.push((code(number), -2, REFUSED));
    }
    for number in [2200, 20050, 20072, 1] {
        cases.push((code(number), -2, NO_FEISHU));
    }
    cases.push((FeishuFault::Code(200, 20004), 2, UNBOUND));
    for fault in [
        FeishuFault::Status(500),
        FeishuFault::Status(302),
        FeishuFault::TooOften("1"),
        FeishuFault::Broken,
        FeishuFault::Cut,
        FeishuFault::Long,
    ] {
        cases.push((fault, -2, NO_FEISHU));
    }
    for (fault, number, info) in cases {
        let before = feishu.calls(V2).len();
        feishu.fail(V2, [fault]);
        // Each from an address of its own: they are many.
        let reply = from(&world, [10, 0, u8::try_from(before).unwrap(), 1], &json!({ "code": "a-code" })).await;
        refuses(&reply, number, info);
        assert_eq!(feishu.calls(V2).len(), before + 1, "sent once: {info}");
    }
    // The profile may be asked for again: that uses up nothing.
    feishu.fail(USER_INFO, [FeishuFault::Status(502)]);
    session(&log_in(&world, &json!({ "code": "a-code" })).await);
    for (number, said, info) in [(20021, 2, UNBOUND), (20005, -2, NO_FEISHU), (99_991_672, -2, REFUSED)] {
        feishu.fail(USER_INFO, [code(number)]);
        refuses(&log_in(&world, &json!({ "code": "a-code" })).await, said, info);
    }
    feishu.answer(USER_INFO, [json!({ "code": 0, "data": { "name": "nobody" } })]);
    refuses(&log_in(&world, &json!({ "code": "a-code" })).await, -2, NO_FEISHU);
}

#[tokio::test]
async fn nobody_is_known_by_name_and_no_account_is_made() {
    let (world, feishu) = both().await;
    known(&world, Some("demo"), "ou_demo", Some("on_demo")).await;
    for stranger in [
        json!({ "name": "旧名", "union_id": "on_other" }),
        json!({ "name": "测试姓名", "union_id": null }),
        json!({ "name": "demo", "email": "demo", "mobile": "13800000000" }),
    ] {
        comes(&feishu, &profile("ou_stranger", &stranger));
        refuses(&log_in(&world, &json!({ "code": "a-code" })).await, 2, UNBOUND);
    }
    assert_eq!((bindings(&world).await.len(), pairs(&world).await.len()), (1, 0));
}

#[tokio::test]
async fn only_people_of_our_tenant_come_in() {
    let (world, feishu) = both_with(|settings| settings.tenant_key = Some(TENANT.to_owned())).await;
    known(&world, Some("demo"), "ou_demo", None).await;
    for foreign in [json!({ "tenant_key": "another" }), json!({ "tenant_key": null }), json!({ "tenant_key": "" })] {
        comes(&feishu, &profile("ou_demo", &foreign));
        refuses(&log_in(&world, &json!({ "code": "a-code" })).await, 2, UNBOUND);
    }
    comes(&feishu, &profile("ou_demo", &json!({})));
    session(&log_in(&world, &json!({ "code": "a-code" })).await);
}

#[tokio::test]
async fn the_first_login_pins_the_tenant_and_a_refused_one_does_not() {
    let (world, feishu) = both().await;
    known(&world, Some("demo"), "ou_demo", None).await;
    known(&world, Some("admin"), "ou_admin", None).await;
    let come = async |open_id: &str, tenant: &str| {
        comes(&feishu, &profile(open_id, &json!({ "tenant_key": tenant })));
        log_in(&world, &json!({ "code": "a-code" })).await
    };
    refuses(&come("ou_stranger", "strangers").await, 2, UNBOUND);
    session(&come("ou_demo", TENANT).await);
    refuses(&come("ou_admin", "strangers").await, 2, UNBOUND);
    session(&come("ou_admin", TENANT).await);
}

#[tokio::test]
async fn who_has_a_new_open_id_is_known_by_union_id() {
    let (world, feishu) = both().await;
    let old = known(&world, Some("demo"), "ou_old", Some("on_demo")).await;
    world.clock.advance(TimeDelta::seconds(9));
    let left = known(&world, None, "ou_new", None).await;
    comes(&feishu, &profile("ou_new", &json!({ "union_id": "on_demo" })));
    session(&log_in(&world, &json!({ "code": "a-code" })).await);
    let rows = bindings(&world).await;
    assert_eq!(rows.len(), 1, "what was remembered of the new open_id is one with it: {rows:?}");
    assert_eq!((rows[0].id, rows[0].external_id.as_str(), rows[0].news_at), (old.id, "ou_new", left.news_at));
    // From now on the open_id alone is enough.
    comes(&feishu, &profile("ou_new", &json!({ "union_id": null })));
    session(&log_in(&world, &json!({ "code": "a-code" })).await);
    assert_eq!(bindings(&world).await[0].union_id.as_deref(), Some("on_demo"));
    // And where only the union_id is told, that is.
    comes(&feishu, &profile("ou_new", &json!({ "open_id": null, "union_id": "on_demo" })));
    session(&log_in(&world, &json!({ "code": "a-code" })).await);
    assert_eq!(bindings(&world).await[0].external_id, "ou_new");
    // The open_id comes first where both lead to somebody.
    known(&world, Some("admin"), "ou_admin", None).await;
    comes(&feishu, &profile("ou_admin", &json!({ "union_id": "on_demo" })));
    let reply = log_in(&world, &json!({ "code": "a-code" })).await;
    assert_eq!(reply.json()["data"]["character"], 4);
}

#[tokio::test]
async fn leavers_and_the_locked_stay_outside() {
    let (world, feishu) = both().await;
    known(&world, None, "ou_left", Some("on_left")).await;
    comes(&feishu, &profile("ou_left", &json!({ "union_id": "on_left" })));
    refuses(&log_in(&world, &json!({ "code": "a-code" })).await, 2, UNBOUND);
    known(&world, Some("demo"), "ou_demo", None).await;
    comes(&feishu, &profile("ou_demo", &json!({})));
    lock(&world, "demo", true).await;
    refuses(&log_in(&world, &json!({ "code": "a-code" })).await, 5, "您已被锁定");
    assert_eq!(pairs(&world).await, []);
    assert_eq!(bindings(&world).await[1].name.as_deref(), Some("旧名"), "nothing was changed");
    lock(&world, "demo", false).await;
    session(&log_in(&world, &json!({ "code": "a-code" })).await);
}

#[tokio::test]
async fn a_code_that_v2_does_not_know_is_tried_the_old_way_once() {
    let (world, feishu) = both().await;
    known(&world, Some("demo"), "ou_demo", None).await;
    let mut data = profile("ou_demo", &json!({}));
    data["access_token"] = json!("u-old");
    data["refresh_token"] = json!("ur-old");
    data["expires_in"] = json!(6900);
    for fault in [
        FeishuFault::Code(400, 20003),
        FeishuFault::Code(400, 20024),
        FeishuFault::Code(200, 20063),
        FeishuFault::Code(400, 20071),
        FeishuFault::Status(404),
        FeishuFault::Status(405),
    ] {
        let before = (feishu.calls(V2).len(), feishu.calls(V1).len(), feishu.calls(USER_INFO).len());
        feishu.fail(V2, [fault.clone()]);
        feishu.answer(V1, [json!({ "code": 0, "data": data })]);
        session(&log_in(&world, &json!({ "code": "a-code" })).await);
        let after = (feishu.calls(V2).len(), feishu.calls(V1).len(), feishu.calls(USER_INFO).len());
        assert_eq!(after, (before.0 + 1, before.1 + 1, before.2), "{fault:?}");
        let call = feishu.calls(V1).pop().unwrap();
        assert_eq!(call.sent, json!({ "grant_type": "authorization_code", "code": "a-code" }));
        assert_eq!(call.authorization, "Bearer token-1");
        // What the old way refuses is refused.
        feishu.fail(V2, [fault]);
        feishu.fail(V1, [FeishuFault::Code(200, 20003)]);
        refuses(&log_in(&world, &json!({ "code": "a-code" })).await, 2, UNBOUND);
    }
    let before = feishu.calls(V1).len();
    for code in [20004, 20065] {
        feishu.fail(V2, [FeishuFault::Code(400, code)]);
        refuses(&log_in(&world, &json!({ "code": "a-code" })).await, 2, UNBOUND);
    }
    feishu.fail(V2, [FeishuFault::Status(500)]);
    refuses(&log_in(&world, &json!({ "code": "a-code" })).await, -2, NO_FEISHU);
    assert_eq!(feishu.calls(V1).len(), before, "these are final");
}

#[tokio::test]
async fn each_flow_makes_its_own_calls() {
    let asked = "https://a.test/in";
    let body = json!({ "code": "a-code", "redirect_uri": asked });
    let (world, feishu) = both_with(|settings| settings.oauth = FeishuOauth::V2).await;
    known(&world, Some("demo"), "ou_demo", None).await;
    comes(&feishu, &profile("ou_demo", &json!({})));
    session(&log_in(&world, &body).await);
    let expected = json!({
        "grant_type": "authorization_code", "client_id": "cli_invented", "client_secret": FEISHU_SECRET, "code": "a-code",
        "redirect_uri": asked,
    });
    let sent = feishu.calls(V2);
    assert_eq!((sent.len(), &sent[0].sent, sent[0].authorization.as_str()), (1, &expected, ""));
    assert_eq!(feishu.calls(USER_INFO)[0].authorization, "Bearer u-first");
    feishu.fail(V2, [FeishuFault::Code(400, 20003)]);
    refuses(&log_in(&world, &body).await, 2, UNBOUND);
    assert!(feishu.calls(V1).is_empty(), "only `auto` knows the old way");

    let (world, feishu) = both_with(|settings| settings.oauth = FeishuOauth::V1).await;
    known(&world, Some("demo"), "ou_demo", None).await;
    let mut data = profile("ou_demo", &json!({}));
    data["access_token"] = json!("u-old");
    feishu.answer(V1, [json!({ "code": 0, "data": data })]);
    session(&log_in(&world, &body).await);
    assert_eq!((feishu.calls(V1).len(), feishu.calls(V2).len(), feishu.calls(USER_INFO).len()), (1, 0, 0));

    let (world, feishu) = both_with(|settings| settings.oauth = FeishuOauth::Passport).await;
    known(&world, Some("demo"), "ou_demo", None).await;
    let (token, info) = ("/suite/passport/oauth/token", "/suite/passport/oauth/userinfo");
    feishu.answer(token, [json!({ "access_token": "u-pass", "expires_in": 7140, "refresh_token": "ur-pass" })]);
    feishu.answer(info, [profile("ou_demo", &json!({}))]);
    refuses(&log_in(&world, &json!({ "code": "x" })).await, -2, "缺少redirect_uri信息或redirect_uri类型不正确");
    assert!(feishu.calls(token).is_empty());
    session(&log_in(&world, &body).await);
    let form = feishu.calls(token)[0].sent.as_str().unwrap().to_owned();
    assert!(form.contains("code=a-code") && form.contains("redirect_uri=https%3A%2F%2Fa.test%2Fin"), "{form}");
    assert_eq!(feishu.calls(info)[0].authorization, "Bearer u-pass");
}

/// A login from this address.
async fn from(world: &World, address: [u8; 4], body: &Value) -> crate::harness::Reply {
    let request = Request::post("/api/qrLogin").extension(ConnectInfo(SocketAddr::from((address, 9))));
    world.send(request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn more_than_sixty_a_minute_from_one_address_are_too_many() {
    let (world, feishu) = both().await;
    comes(&feishu, &profile("ou_stranger", &json!({})));
    for _ in 0..60 {
        refuses(&from(&world, [192, 0, 2, 1], &json!({})).await, -2, "缺少code信息或code类型不正确");
    }
    let reply = from(&world, [192, 0, 2, 1], &json!({})).await;
    super::says(&reply, 429, &json!({ "code": -2, "info": "请求过于频繁，请稍后再试" }));
    let wait: u64 = reply.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    refuses(&from(&world, [192, 0, 2, 2], &json!({ "code": "x" })).await, 2, UNBOUND);
    let laravel = Request::post("/api/qrlogin").extension(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 9))));
    let laravel = world.send(laravel.body(Body::from("{}")).unwrap()).await;
    assert_ne!(laravel.status, StatusCode::TOO_MANY_REQUESTS, "the laravel dialect's path is another");
}

const GRAPHQL: &str = "mutation($input: FeishuLoginInput!) { feishuLogin(input: $input) {
    token viewer { uniqueId roles { name } } userErrors { code field message } } }";

async fn by_graphql(world: &World, feishu: &Feishu, input: Value) -> Value {
    let reply = world.graphql(GRAPHQL, json!({ "input": input }), None).await;
    for secret in ["u-first", "ur-first", FEISHU_SECRET, "token-1", "a-code"] {
        assert!(!reply.to_string().contains(secret), "{reply}");
    }
    assert!(reply["errors"].is_null(), "{reply} {feishu:?}", feishu = feishu.calls(V2).len());
    reply["data"]["feishuLogin"].clone()
}

#[tokio::test]
async fn graphql_logs_in_likewise() {
    let (world, feishu) = both().await;
    known(&world, Some("demo"), "ou_demo", None).await;
    comes(&feishu, &profile("ou_demo", &json!({})));
    let answer = by_graphql(&world, &feishu, json!({ "code": "a-code" })).await;
    assert_eq!(answer["viewer"], json!({ "uniqueId": "demo", "roles": [{ "name": "user" }] }));
    let token = answer["token"].as_str().unwrap();
    let viewer = world.graphql("{ viewer { uniqueId } }", json!({}), Some(token)).await;
    assert_eq!(viewer["data"]["viewer"]["uniqueId"], "demo");
    for (input, code, field) in [
        (json!({ "code": "" }), "REQUIRED", json!("code")),
        (json!({ "code": "a-code", "state": "x" }), "LOGIN_STATE_INVALID", json!("state")),
        (json!({ "code": "a-code", "state": "x", "keptState": "x" }), "LOGIN_STATE_INVALID", json!("state")),
    ] {
        let answer = by_graphql(&world, &feishu, input).await;
        assert_eq!((&answer["token"], &answer["viewer"]), (&Value::Null, &Value::Null));
        assert_eq!((&answer["userErrors"][0]["code"], &answer["userErrors"][0]["field"]), (&json!(code), &field));
    }
    feishu.answer(V2, [pair("first")]);
    feishu.fail(USER_INFO, [FeishuFault::Code(400, 20021)]);
    let answer = by_graphql(&world, &feishu, json!({ "code": "a-code" })).await;
    assert_eq!(answer["userErrors"][0], json!({ "code": "FEISHU_UNBOUND", "field": null, "message": UNBOUND }));
    assert_eq!(person(&world, "demo").await.username, "demo");
}

#[tokio::test]
async fn who_was_known_by_user_id_alone_is_known_by_open_id_after_a_login() {
    let (world, feishu) = both().await;
    let told = json!({ "event": { "object": { "user_id": "e33ggbyz", "name": "张三", "mobile": "12345678910" } } });
    call(&world, Method::POST, "/api/feishu_get_event", &[], told.to_string()).await;
    while assetry::domain::directory::feishu::act_on_next(&world.app).await.unwrap() {}
    let made = bindings(&world).await.pop().unwrap();
    comes(&feishu, &profile("ou_new", &json!({ "user_id": "e33ggbyz" })));
    session(&log_in(&world, &json!({ "code": "c" })).await);
    let known = bindings(&world).await;
    let [link] = known.as_slice() else { panic!("{known:?}") };
    assert_eq!((link.id, link.staff_id, link.external_id.as_str()), (made.id, made.staff_id, "ou_new"));
    comes(&feishu, &profile("ou_other", &json!({ "user_id": "somebody else" })));
    refuses(&log_in(&world, &json!({ "code": "c" })).await, 2, UNBOUND);
}

#[tokio::test]
async fn logins_through_graphql_are_counted_with_those_of_this_door() {
    let (world, _feishu) = both().await;
    let log_in = "mutation { feishuLogin(input: { code: \"\" }) { userErrors { code } } }";
    for _ in 0..60 {
        let reply = world.graphql(log_in, json!({}), None).await;
        assert_eq!(reply["data"]["feishuLogin"]["userErrors"][0]["code"], json!("REQUIRED"), "{reply}");
    }
    let reply = world.graphql(log_in, json!({}), None).await;
    assert_eq!(reply["errors"][0]["extensions"]["code"], json!("LIMIT_EXCEEDED"), "{reply}");
}
