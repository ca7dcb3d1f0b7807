//! §4.3, §4.4, §4.6 and §5: logging in on a PC by a code that a phone confirms.

use axum::http::{Request, StatusCode, header};
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{call, error, fresh, get, keys, login, ok, post};
use crate::harness::World;

const EXPIRED: &str = "二维码已失效，请刷新页面";

/// A nonce as a PC gets it.
async fn nonce(world: &World) -> String {
    let request = Request::get("/api/qrcode").header(header::USER_AGENT, "Browser/1").body(axum::body::Body::empty());
    let body = world.send(request.unwrap()).await.json();
    body["data"]["nonce"].as_str().unwrap().to_owned()
}

/// What a poll says, and the state in its header.
async fn poll(world: &World, nonce: &str) -> (String, Value) {
    let reply = post(world, "/api/qrlogin", None, json!({ "nonce": nonce })).await;
    assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
    (reply.headers["x-qr-state"].to_str().unwrap().to_owned(), reply.json())
}

async fn confirm(world: &World, token: &str, body: Value) -> Value {
    post(world, "/api/confirmqrlogin", Some(token), body).await.json()
}

#[tokio::test]
async fn a_code_leads_from_the_pc_over_the_phone_to_a_session_once() {
    let world = World::demo().await;
    let reply = get(&world, "/api/qrcode", None).await;
    let body = reply.json();
    let nonce = body["data"]["nonce"].as_str().unwrap();
    assert!(nonce.len() == 32 && nonce.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{nonce}");
    let url = format!("http://assetry.test/mobile.html#/qrlogin?nonce={nonce}");
    assert_eq!(reply.text(), ok("获取成功", json!({ "expires": "60", "nonce": nonce, "url": url })).to_string());

    let phone = login(&world, "demo", "testpw").await;
    let state = |state: &str, message: &str| (state.to_owned(), error(message));
    assert_eq!(poll(&world, nonce).await, state("pending", "请扫码"));
    let scanned = confirm(&world, &phone, json!({ "nonce": nonce, "login": false })).await;
    assert_eq!(keys(&scanned), ["status", "message", "data", "errors", "code", "client"]);
    assert_eq!(scanned["message"], "确认登录成功");
    assert_eq!(keys(&scanned["client"]), ["ip", "agent", "at"]);
    assert_eq!(scanned["client"]["at"], "2020-11-04 10:00:00");
    assert_eq!(poll(&world, nonce).await, state("scanned", "请确认登录"));

    let confirmed = post(&world, "/api/confirmqrlogin", Some(&phone), json!({ "nonce": nonce, "login": true })).await;
    let own = json!({ "token": fresh(&confirmed.headers), "user": { "name": "测试姓名", "username": "demo" } });
    assert_eq!(confirmed.text(), ok("确认登录成功", own).to_string());

    let (reached, answer) = poll(&world, nonce).await;
    assert_eq!((reached.as_str(), &answer["message"]), ("confirmed", &json!("登录成功")));
    assert_eq!(answer["data"], answer["errors"]);
    assert_eq!(keys(&answer), ["status", "message", "data", "errors", "code"]);
    let token = answer["data"]["token"].as_str().unwrap();
    assert_ne!(token, fresh(&confirmed.headers));
    assert_eq!(get(&world, "/api/limits", Some(token)).await.status, StatusCode::OK);
    assert_eq!(poll(&world, nonce).await, state("expired", EXPIRED));
    assert_eq!(confirm(&world, &phone, json!({ "nonce": nonce, "login": true })).await, error(EXPIRED));
}

#[tokio::test]
async fn of_64_polls_at_once_one_gets_the_token() {
    let world = World::demo().await;
    let phone = login(&world, "demo", "testpw").await;
    let nonce = nonce(&world).await;
    confirm(&world, &phone, json!({ "nonce": nonce, "login": true })).await;
    let polls = join_all((0..64).map(|_| poll(&world, &nonce))).await;
    let count = |wanted: &str| polls.iter().filter(|(state, _)| state == wanted).count();
    assert_eq!((count("confirmed"), count("expired")), (1, 63));
}

#[tokio::test]
async fn the_first_who_scans_owns_the_code() {
    let world = World::demo().await;
    let (owner, other) = (login(&world, "demo", "testpw").await, login(&world, "testuser", "testuserpass").await);
    let nonce = nonce(&world).await;
    confirm(&world, &owner, json!({ "nonce": nonce })).await;
    for body in
        [json!({ "nonce": nonce, "login": true }), json!({ "nonce": nonce }), json!({ "nonce": nonce, "cancel": true })]
    {
        assert_eq!(confirm(&world, &other, body).await, error(EXPIRED));
    }
    assert_eq!(poll(&world, &nonce).await.0, "scanned");
    // The owner may take a confirmation back, and give the code up.
    confirm(&world, &owner, json!({ "nonce": nonce, "login": 1 })).await;
    confirm(&world, &owner, json!({ "nonce": nonce, "login": "0" })).await;
    assert_eq!(poll(&world, &nonce).await.0, "scanned");
    assert_eq!(confirm(&world, &owner, json!({ "nonce": nonce, "cancel": "1" })).await, ok("已取消登录", Value::Null));
    assert_eq!(poll(&world, &nonce).await.0, "expired");
}

#[tokio::test]
async fn anybody_logged_in_may_give_up_a_code_that_nobody_scanned() {
    let world = World::demo().await;
    let somebody = login(&world, "demo", "testpw").await;
    let nonce = nonce(&world).await;
    assert_eq!(
        confirm(&world, &somebody, json!({ "nonce": nonce, "cancel": true })).await,
        ok("已取消登录", Value::Null)
    );
    assert_eq!(poll(&world, &nonce).await.0, "expired");
}

#[tokio::test]
async fn a_code_lives_a_minute_from_each_confirmation_and_three_at_most() {
    let world = World::demo().await;
    let phone = login(&world, "demo", "testpw").await;
    let unseen = nonce(&world).await;
    let seen = nonce(&world).await;
    for (seconds, alive) in [(59, true), (59, true), (59, true), (4, false)] {
        world.clock.advance(TimeDelta::seconds(seconds));
        let answer = confirm(&world, &phone, json!({ "nonce": seen })).await;
        assert_eq!(answer["status"] == "ok", alive, "{answer}");
    }
    assert_eq!(poll(&world, &unseen).await.0, "expired");
}

#[tokio::test]
async fn a_locked_owner_gets_no_token() {
    let world = World::demo().await;
    let phone = login(&world, "demo", "testpw").await;
    let nonce = nonce(&world).await;
    confirm(&world, &phone, json!({ "nonce": nonce, "login": true })).await;
    let admin = world.token("29384uieweretr").await;
    let lock = "mutation { staffLock(input: {id: \"demo\"}) { userErrors { code } } }";
    assert_eq!(world.graphql(lock, json!({}), Some(&admin)).await["data"]["staffLock"]["userErrors"], json!([]));
    assert_eq!(poll(&world, &nonce).await, ("expired".to_owned(), error(EXPIRED)));
}

#[tokio::test]
async fn what_is_wrong_with_a_confirmation_is_said_in_order() {
    let world = World::demo().await;
    let phone = login(&world, "demo", "testpw").await;
    let nonce = nonce(&world).await;
    for body in [json!({}), json!({ "nonce": "" }), json!({ "nonce": null }), json!({ "nonce": [], "login": "x" })] {
        assert_eq!(confirm(&world, &phone, body.clone()).await, error("未提供nonce"), "{body}");
    }
    for (key, value) in [("login", json!("x")), ("login", json!(2)), ("cancel", json!("yes")), ("login", json!([]))] {
        let answer = confirm(&world, &phone, json!({ "nonce": "unknown", key: value })).await;
        assert_eq!(answer["message"], "请求参数不正确");
        assert!(answer["errors"][key][0].is_string(), "{answer}");
    }
    assert_eq!(confirm(&world, &phone, json!({ "nonce": "unknown" })).await, error(EXPIRED));
    for body in [json!({}), json!({ "nonce": 5 }), json!({ "nonce": {} }), json!({ "nonce": "x\0" })] {
        let reply = post(&world, "/api/qrlogin", None, body.clone()).await;
        assert_eq!(
            (reply.json(), &reply.headers["x-qr-state"]),
            (error(EXPIRED), &"expired".parse().unwrap()),
            "{body}"
        );
    }
    assert_eq!(poll(&world, &nonce).await.0, "pending");
    assert_eq!(call(&world, axum::http::Method::GET, "/api/qrlogin", None, None).await.status.as_u16(), 405);
}

#[tokio::test]
async fn asking_for_codes_is_limited() {
    let world = World::demo().await;
    let replies = join_all((0..144).map(|_| get(&world, "/api/qrcode", None))).await;
    let (passed, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == StatusCode::OK);
    assert!(passed.len() >= 120 && !refused.is_empty(), "{}", passed.len());
    assert!(
        refused.iter().all(|reply| reply.status.as_u16() == 429 && reply.headers.contains_key(header::RETRY_AFTER))
    );
}
