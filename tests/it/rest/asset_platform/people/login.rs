//! 7.1, 7.2 and §5: login, the caller, what a token is.

use assetry::domain::{Actor, Context, Key, staff};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::super::{ASSETS, STAFF, ask, call, keys, login, says};
use crate::harness::World;

#[tokio::test]
async fn login_says() {
    let world = World::demo().await;
    lock(&world, "lwk4j5lk234").await;
    let long = "x".repeat(1024);
    for (username, password, answer) in [
        (json!("myusername"), json!("wrong"), says(-4, "用户名或密码错误")),
        (json!("nobody"), json!("mypassword"), says(-4, "用户名或密码错误")),
        (json!("Myusername"), json!("mypassword"), says(-4, "用户名或密码错误")),
        (json!("myusername"), json!("mypassword "), says(-4, "用户名或密码错误")),
        (json!(""), json!(""), says(-4, "用户名或密码错误")),
        (json!(123), json!(456), says(-4, "用户名或密码错误")),
        (json!("myusername"), json!(long), says(-4, "用户名或密码错误")),
        (json!("asdf"), json!("asdfpass"), says(-4, "用户已被锁定")),
        (json!("asdf"), json!("wrong"), says(-4, "用户名或密码错误")),
    ] {
        let body = json!({ "username": username, "password": password });
        assert_eq!(ask(&world, "/api/login/", &body).await, answer, "{body}");
    }
    for body in [
        json!(null),
        json!([]),
        json!("x"),
        json!({}),
        json!({ "username": "myusername" }),
        json!({ "password": "mypassword" }),
        json!({ "username": null, "password": "x" }),
        json!({ "username": ["myusername"], "password": "x" }),
        json!({ "username": "myusername", "password": true }),
        json!({ "username": 1.5, "password": "x" }),
        json!({ "username": "x".repeat(256), "password": "x" }),
        json!({ "username": "myusername", "password": format!("{long}x") }),
        json!({ "username": "a\0", "password": "x" }),
        json!({ "username": "myusername", "password": "a\0" }),
    ] {
        assert_eq!(ask(&world, "/api/login/", &body).await, says(-2, "JSON参数错误"), "{body}");
    }
}

#[tokio::test]
async fn a_login_gives_a_token_and_leaves_older_ones_alive() {
    let world = World::demo().await;
    let answer = ask(&world, "/api/login/", &json!({ "token": [], "username": STAFF.0, "password": STAFF.1 })).await;
    assert_eq!(keys(&answer), ["code", "message", "token"]);
    assert_eq!((&answer["code"], &answer["message"]), (&json!(0), &json!("Login successful")));
    let first = answer["token"].as_str().unwrap().to_owned();
    let (seconds, letters) = first.split_at(10);
    assert_eq!(seconds, "1604455200");
    assert!(letters.len() >= 23 && letters.bytes().all(|byte| byte.is_ascii_alphabetic()), "{first}");
    let second = login(&world, STAFF).await;
    assert_ne!(first, second);
    for token in [&first, &second] {
        assert_eq!(call(&world, token, "/api/staff_info/", json!({})).await["code"], 0);
    }
}

#[tokio::test]
async fn a_token_dies_unused_and_with_a_lock() {
    let world = World::demo().await;
    let token = login(&world, STAFF).await;
    let alive = || async { call(&world, &token, "/api/staff_info/", json!({})).await["code"] == 0 };
    world.clock.advance(TimeDelta::days(6));
    assert!(alive().await);
    world.clock.advance(TimeDelta::days(6));
    assert!(alive().await);
    lock(&world, "samplestaff").await;
    assert!(!alive().await);
    let other = login(&world, ASSETS).await;
    world.clock.advance(TimeDelta::days(8));
    let answer = call(&world, &other, "/api/staff_info/", json!({})).await;
    assert_eq!(answer, says(-4, "令牌失效，请重新登录"));
}

#[tokio::test]
async fn the_faces_of_a_session_open_both_doors() {
    const LOGIN: &str = "mutation($name: String!, $password: String!) { \
        sessionCreate(input: { username: $name, password: $password }) { token userErrors { code } } }";
    const VIEWER: &str = "{ viewer { uniqueId } }";
    let world = World::demo().await;
    let answer = world.graphql(LOGIN, json!({ "name": STAFF.0, "password": STAFF.1 }), None).await;
    let jwt = answer["data"]["sessionCreate"]["token"].as_str().unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(call(&world, jwt, "/api/staff_info/", json!({})).await["user"]["unique_id"], "samplestaff");
    let token = login(&world, STAFF).await;
    assert_eq!(world.graphql(VIEWER, Value::Null, Some(&token)).await["data"]["viewer"]["uniqueId"], "samplestaff");
}

#[tokio::test]
async fn staff_info_shows_the_caller_and_what_they_hold() {
    let world = World::demo().await;
    let token = login(&world, STAFF).await;
    let answer = call(&world, &token, "/api/staff_info/", json!({})).await;
    let expected = json!({
        "code": 0,
        "message": "Get user info success",
        "user": {
            "unique_id": "samplestaff",
            "display_name": "测试员工",
            "department": "测试部门",
            "locked": false,
            "group": "企业普通员工",
            "username": "myusername",
            "asset": [
                { "display_name": "test_asset1", "unique_id": "1603786083cjxyxHTB" },
                { "display_name": "test_asset2", "unique_id": "1603786083EzlAqBbc" },
                { "display_name": "test_asset3", "unique_id": "1603786083MWxAHSEX" },
                { "display_name": "测试资产 转移中", "unique_id": "test_asset_transfering" },
            ],
        },
    });
    assert_eq!(answer, expected);
    let token = login(&world, ("leaver", "leaverpass")).await;
    let answer = call(&world, &token, "/api/staff_info", json!({})).await;
    assert_eq!((&answer["user"]["department"], &answer["user"]["asset"]), (&json!("子部门"), &json!([])));
}

async fn lock(world: &World, unique_id: &str) {
    let context = Context::new(world.app.clone(), Actor::System, assetry::entity::words::Door::System);
    staff::lock(&context, &Key::UniqueId(unique_id.to_owned())).await.unwrap();
}
