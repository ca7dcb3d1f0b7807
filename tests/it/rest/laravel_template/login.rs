//! §4.1, §4.2 and §2: logging in, what a token is, what one may do.

use axum::http::{Method, StatusCode, header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{call, error, fresh, get, keys, login, ok, post, refusal};
use crate::harness::World;

fn part(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn login_gives_a_token_with_the_documented_claims() {
    let world = World::demo().await;
    let reply = post(&world, "/api/login", None, json!({ "username": " demo ", "password": "testpw" })).await;
    assert_eq!(reply.headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(reply.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(!reply.headers.contains_key(header::AUTHORIZATION) && !reply.headers.contains_key(header::ETAG));
    let body = reply.json();
    let token = body["data"]["token"].as_str().unwrap();
    let holder = json!({ "token": token, "user": { "name": "测试姓名", "username": "demo" } });
    assert_eq!(reply.text(), ok("登录成功", holder).to_string());
    assert_eq!(part(token, 0).to_string(), r#"{"typ":"JWT","alg":"HS256"}"#);
    let claims = part(token, 1);
    assert_eq!(keys(&claims)[..7], ["iss", "iat", "exp", "nbf", "jti", "sub", "user"]);
    let now = world.app.now().timestamp();
    assert_eq!(claims["iss"], "http://assetry.test/api/login");
    assert_eq!((&claims["iat"], &claims["nbf"], &claims["exp"]), (&json!(now), &json!(now), &json!(now + 3600)));
    assert_eq!((&claims["sub"], &claims["user"]), (&json!(9), &json!({ "id": 9 })));
    let jti = claims["jti"].as_str().unwrap();
    assert!(jti.len() == 16 && jti.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{jti}");
}

#[tokio::test]
async fn login_refuses() {
    let world = World::demo().await;
    for body in [
        json!({}),
        json!([]),
        json!({ "username": "demo" }),
        json!({ "password": "testpw" }),
        json!({ "username": 1, "password": "testpw" }),
        json!({ "username": "demo", "password": true }),
        json!({ "username": "demo", "password": " testpw" }),
        json!({ "username": "nobody", "password": "testpw" }),
        json!({ "username": "demo", "password": "x".repeat(1025) }),
    ] {
        let reply = post(&world, "/api/login", None, body.clone()).await;
        assert_eq!((reply.status, reply.text()), (StatusCode::OK, &*error("账号或者密码有误").to_string()), "{body}");
        assert!(!reply.headers.contains_key(header::ETAG));
    }
}

#[tokio::test]
async fn names_are_compared_exactly_first_and_then_without_case() {
    let world = World::demo().await;
    login(&world, "DEMO", "testpw").await;
    let admin = world.token("29384uieweretr").await;
    let made = json!({ "input": {
        "uniqueId": null, "username": "DEMO", "name": "另一个", "password": "otherpw", "group": "GENERAL_STAFF",
        "departmentId": "sampledepartment",
    } });
    let made = {
        let mut made = made;
        made["input"].as_object_mut().unwrap().remove("uniqueId");
        made
    };
    let create = "mutation ($input: StaffCreateInput!) { staffCreate(input: $input) { userErrors { code } } }";
    let answer = world.graphql(create, made, Some(&admin)).await;
    assert_eq!(answer["data"]["staffCreate"]["userErrors"], json!([]), "{answer}");
    login(&world, "DEMO", "otherpw").await;
    login(&world, "demo", "testpw").await;
    let body = json!({ "username": "Demo", "password": "testpw" });
    assert_eq!(post(&world, "/api/login", None, body).await.json(), error("账号或者密码有误"));
}

#[tokio::test]
async fn a_hash_of_an_old_system_still_opens() {
    use sea_orm::{ActiveModelTrait, ActiveValue::Set};
    let world = World::demo().await;
    for prefix in ["$2y$", "$2a$", "$2b$"] {
        let hash = bcrypt_hash("an old password").replacen("$2b$", prefix, 1);
        let row = assetry::entity::credential::ActiveModel {
            staff_id: Set(9),
            password_hash: Set(hash),
            ..Default::default()
        };
        let tx = world.db().begin().await.unwrap();
        row.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        login(&world, "demo", "an old password").await;
        let body = json!({ "username": "demo", "password": "testpw" });
        assert_eq!(post(&world, "/api/login", None, body).await.json(), error("账号或者密码有误"));
    }
}

fn bcrypt_hash(password: &str) -> String {
    bcrypt::hash_with_salt(password, 4, *b"0123456789abcdef").unwrap().to_string()
}

#[tokio::test]
async fn limits_are_what_one_holds() {
    let world = World::demo().await;
    let all = [
        "/users/*",
        "/departments/*",
        "/rbac/*",
        "/qrlogin/*",
        "/assets/*",
        "/assetgroups/*",
        "/approvals/*",
        "/attendance/*",
        "/files/*",
    ];
    let admin = ["/users/*", "/departments/*", "/rbac/*", "/qrlogin/*", "/attendance/*"];
    let asset = ["/departments/*", "/qrlogin/*", "/assets/*", "/assetgroups/*", "/approvals/*"];
    let user = json!({ "user": "普通用户" });
    for (key, roles, perms) in [
        ("suadmin", json!({ "suadmin": "超级管理员" }), &all[..]),
        ("admin", json!({ "admin": "管理员" }), &admin),
        ("demo", user.clone(), &["/qrlogin/*"]),
        ("lwk4j5lk234", user.clone(), &asset),
        ("29384uieweretr", user, &["/users/*", "/qrlogin/*", "/attendance/*"]),
        ("1602554050TBuCGtE", json!({}), &["/qrlogin/*"]),
        ("1602554682pJpNnlfJ", json!({}), &asset),
    ] {
        let token = world.token(key).await;
        let reply = get(&world, "/api/limits/", Some(&token)).await;
        let perms: serde_json::Map<_, _> = perms.iter().map(|name| ((*name).to_owned(), json!(name))).collect();
        assert_eq!(reply.text(), ok("获取成功", json!({ "roles": roles, "perms": perms })).to_string(), "{key}");
        assert_eq!(reply.headers[header::CACHE_CONTROL], "private, no-cache");
        assert_eq!(part(fresh(&reply.headers), 1)["iss"], "http://assetry.test/api/limits");
        let tag = reply.headers[header::ETAG].clone();
        let again = axum::http::Request::get("/api/limits")
            .header(header::AUTHORIZATION, format!("bearer  {token}"))
            .header(header::IF_NONE_MATCH, tag)
            .body(axum::body::Body::empty())
            .unwrap();
        let again = world.send(again).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
        fresh(&again.headers);
    }
}

#[tokio::test]
async fn a_token_is_refreshed_with_every_reply_and_keeps_its_beginning() {
    let world = World::demo().await;
    let first = login(&world, "demo", "testpw").await;
    world.clock.advance(TimeDelta::minutes(50));
    let reply = get(&world, "/api/limits", Some(&first)).await;
    let second = fresh(&reply.headers).to_owned();
    assert_eq!(part(&second, 1)["iat"], part(&first, 1)["iat"]);
    assert_eq!(part(&second, 1)["exp"], json!(world.app.now().timestamp() + 3600));
    world.clock.advance(TimeDelta::minutes(20));
    let stale = get(&world, "/api/limits", Some(&first)).await;
    assert_eq!(stale.text(), refusal(401, "Token has expired").to_string());
    assert_eq!(stale.headers[header::WWW_AUTHENTICATE], "JWTAuth");
    assert_eq!(stale.headers[header::CACHE_CONTROL], "no-store");
    assert!(!stale.headers.contains_key(header::AUTHORIZATION));
    assert_eq!(get(&world, &format!("/api/limits?token={second}"), None).await.status, StatusCode::OK);
    // Also what is refused carries one.
    fresh(&get(&world, "/api/users", Some(&second)).await.headers);
}

#[tokio::test]
async fn tokens_that_open_nothing_say_why() {
    let world = World::demo().await;
    let token = login(&world, "demo", "testpw").await;
    let [head, body, _] = token.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let encode = |json: &str| URL_SAFE_NO_PAD.encode(json);
    let forged = format!("{head}.{body}.{}", encode("x"));
    let none = format!("{}.{body}.", encode(r#"{"typ":"JWT","alg":"none"}"#));
    let wrong = "Failed to authenticate because of bad credentials or an invalid authorization header.";
    for (header, message) in [
        (None, wrong),
        (Some("Basic eA=="), wrong),
        (Some("Bearer"), wrong),
        (Some("Bearer x"), "Wrong number of segments"),
        (Some("Bearer a.b"), "Wrong number of segments"),
        (Some("Bearer a.b.c"), "Could not decode token"),
        (Some(&*format!("Bearer {forged}")), "Token Signature could not be verified."),
        (Some(&*format!("Bearer {none}")), "Token Signature could not be verified."),
    ] {
        for path in ["/api/limits", "/api/users", "/api/file?id=x"] {
            let mut request = axum::http::Request::get(path);
            if let Some(header) = header {
                request = request.header(header::AUTHORIZATION, header);
            }
            let reply = world.send(request.body(axum::body::Body::empty()).unwrap()).await;
            if path == "/api/file?id=x" && reply.status == StatusCode::NOT_FOUND {
                continue;
            }
            assert_eq!((reply.status.as_u16(), reply.text()), (401, &*refusal(401, message).to_string()), "{header:?}");
        }
    }
    // A token of another door opens this one, and is answered with a JWT.
    let answer = world.post("/api/login/", &json!({ "username": "demo", "password": "testpw" })).await.json();
    let reply = get(&world, "/api/limits", answer["token"].as_str()).await;
    assert_eq!(fresh(&reply.headers).split('.').count(), 3);
}

#[tokio::test]
async fn paths_and_methods_come_before_the_token() {
    let world = World::demo().await;
    let reply = call(&world, Method::PUT, "/api/limits", None, None).await;
    assert_eq!((reply.status.as_u16(), reply.text()), (405, &*refusal(405, "405 Method Not Allowed").to_string()));
    assert_eq!(reply.headers[header::ALLOW], "GET");
    for path in ["/api/users/list", "/api/rbac", "/api/limits/x", "/api/qrlogin/x/y", "/api/rbac/roles/%ff"] {
        let reply = get(&world, path, None).await;
        assert_eq!((reply.status.as_u16(), reply.text()), (404, &*refusal(404, "404 Not Found").to_string()), "{path}");
        assert_eq!(reply.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
    assert_ne!(get(&world, "/api/limitsx", None).await.json()["message"], "404 Not Found");
}

#[tokio::test]
async fn failed_logins_are_limited_and_a_success_clears_them() {
    let world = World::demo().await;
    let attempt = async |password: &str| {
        let reply = post(&world, "/api/login", None, json!({ "username": "demo", "password": password })).await;
        (reply.status.as_u16(), reply)
    };
    for _ in 0..9 {
        assert_eq!(attempt("wrong").await.0, 200);
    }
    assert_eq!(attempt("testpw").await.1.json()["status"], "ok");
    for _ in 0..10 {
        assert_eq!(attempt("wrong").await.0, 200);
    }
    for password in ["wrong", "testpw"] {
        let (status, reply) = attempt(password).await;
        assert_eq!((status, reply.json()), (429, refusal(429, "请求过于频繁，请稍后再试")));
        let seconds: u64 = reply.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
        assert!((1..=61).contains(&seconds), "{seconds}");
    }
    login(&world, "admin", "adminpass").await;
    world.clock.advance(TimeDelta::seconds(61));
    assert_eq!(attempt("testpw").await.1.json()["status"], "ok");
}

#[tokio::test]
async fn many_right_logins_at_once_all_pass() {
    let world = World::demo().await;
    let logins = (0..40).map(|_| login(&world, "demo", "testpw"));
    assert_eq!(futures_util::future::join_all(logins).await.len(), 40);
}
