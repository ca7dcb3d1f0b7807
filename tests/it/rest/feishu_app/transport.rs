//! §1.1: what the endpoints share: methods, slashes, sizes, and the session in the path.

use assetry::{
    domain::{
        Actor, Context,
        sessions::{self, Face},
    },
    entity::words::Door,
};
use axum::http::{Method, StatusCode, header};
use chrono::TimeDelta;
use serde_json::json;

use super::{LOCKED, NO_RIGHT, NO_SESSION, bind, both, call, lock, person, refuses, says, succeeds};
use crate::harness::World;

/// A session of the person, in all its forms.
async fn forms(world: &World, unique_id: &str) -> [String; 3] {
    let ctx = Context::new(world.app.clone(), Actor::System, Door::System);
    let opened = sessions::open_for(&ctx, person(world, unique_id).await.id).await.unwrap();
    [Face::Session, Face::Token, Face::Jwt { issuer: "x" }].map(|face| opened.token(&world.app, face).unwrap())
}

#[tokio::test]
async fn another_method_is_refused_before_anything_else() {
    let (world, _feishu) = both().await;
    for (path, allowed) in [
        ("/api/qrLogin", Method::POST),
        ("/api/qrLogin/", Method::POST),
        ("/api/feishu_name/nonsense", Method::PUT),
        ("/api/feishu_name/nonsense/", Method::PUT),
        ("/api/feishu/authorize", Method::GET),
        ("/api/feishu/authorize/", Method::GET),
    ] {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
            if method == allowed {
                continue;
            }
            let reply = call(&world, method.clone(), path, &[], "x".repeat(2 * 1024 * 1024)).await;
            says(&reply, 405, &json!({ "code": -3, "info": "Bad method" }));
            assert_eq!(reply.headers[header::ALLOW], allowed.as_str(), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_slash_at_the_end_makes_no_difference_and_no_redirect() {
    let (world, _feishu) = both().await;
    let [session, ..] = forms(&world, "demo").await;
    let nobody = "{\"feishu_name\":\"\",\"feishu_phone\":\"\"}";
    for slash in ["", "/"] {
        let reply = call(&world, Method::POST, &format!("/api/qrLogin{slash}"), &[], "{}").await;
        refuses(&reply, -2, "缺少code信息或code类型不正确");
        succeeds(&call(&world, Method::PUT, &format!("/api/feishu_name/{session}{slash}"), &[], nobody).await);
    }
}

#[tokio::test]
async fn large_bodies_are_refused_by_their_size_alone() {
    let (world, _feishu) = both().await;
    let [session, ..] = forms(&world, "demo").await;
    let body = |bytes: usize| format!("{{\"code\":\"\",\"more\":\"{}\"}}", "x".repeat(bytes - 21));
    for (method, path) in
        [(Method::POST, "/api/qrLogin".to_owned()), (Method::PUT, format!("/api/feishu_name/{session}"))]
    {
        let most = call(&world, method.clone(), &path, &[], body(1024 * 1024)).await;
        assert_eq!(most.status, StatusCode::BAD_REQUEST, "{path}");
        let more = call(&world, method, &path, &[], body(1024 * 1024 + 1)).await;
        says(&more, 413, &json!({ "code": -2, "info": "请求内容过大" }));
    }
}

#[tokio::test]
async fn any_content_type_is_json() {
    let (world, _feishu) = both().await;
    let [session, ..] = forms(&world, "demo").await;
    let (path, body) = (format!("/api/feishu_name/{session}"), "{\"feishu_name\":\"\",\"feishu_phone\":\"\"}");
    for kind in ["application/json", "text/plain", "application/x-www-form-urlencoded", "nonsense"] {
        succeeds(&call(&world, Method::PUT, &path, &[("content-type", kind)], body).await);
    }
}

#[tokio::test]
async fn sessions_are_judged_before_the_body() {
    let (world, _feishu) = both().await;
    for malformed in
        ["x", "a.b", &"中".repeat(32), &"a".repeat(31), &"a".repeat(33), "%20", "160319115aaaaaaaaaaaaaaaaaaaaaaaaa"]
    {
        let path = format!(
            "/api/feishu_name/{}",
            percent_encoding::utf8_percent_encode(malformed, percent_encoding::NON_ALPHANUMERIC)
        );
        refuses(&call(&world, Method::PUT, &path, &[], "no json").await, 2, NO_SESSION);
    }
    for unknown in ["a".repeat(32), format!("1603191152{}", "a".repeat(23)), "a.b.c".to_owned()] {
        refuses(&bind(&world, &unknown, "", "").await, 1, NO_RIGHT);
    }
    for session in forms(&world, "demo").await {
        succeeds(&bind(&world, &session, "", "").await);
    }
    let ended = forms(&world, "demo").await;
    let logout = "mutation { sessionDelete(input: {everywhere: true}) { ended } }";
    world.graphql(logout, json!({}), Some(&ended[2])).await;
    let gone = forms(&world, "1602554050TBuCGtE").await;
    let admin = world.token("admin").await;
    let delete = "mutation { staffDelete(input: {id: \"1602554050TBuCGtE\"}) { userErrors { code } } }";
    let deleted = world.graphql(delete, json!({}), Some(&admin)).await;
    assert_eq!(deleted["data"]["staffDelete"]["userErrors"], json!([]), "{deleted}");
    for session in ended.iter().chain(&gone) {
        refuses(&call(&world, Method::PUT, &format!("/api/feishu_name/{session}"), &[], "no json").await, 1, NO_RIGHT);
    }
    let locked = forms(&world, "demo").await;
    lock(&world, "demo", true).await;
    for session in &locked {
        refuses(&call(&world, Method::PUT, &format!("/api/feishu_name/{session}"), &[], "no json").await, 4, LOCKED);
    }
    lock(&world, "demo", false).await;
    refuses(&bind(&world, &locked[0], "", "").await, 1, NO_RIGHT);
    let old = forms(&world, "demo").await;
    world.clock.advance(TimeDelta::days(15));
    refuses(&bind(&world, &old[0], "", "").await, 1, NO_RIGHT);
}
