//! §1: methods, paths, bodies, sizes, nesting, headers.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use futures_util::stream;
use serde_json::{Value, json};

use super::{STAFF, ask, login, paths, says, send};
use crate::harness::World;

const NOT_JSON: (i32, &str) = (-1, "请求体不是合法的json");

#[tokio::test]
async fn only_post_is_taken() {
    let world = World::demo().await;
    for path in paths() {
        for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
            let request = Request::builder().method(&method).uri(&path).body(Body::from("{}")).unwrap();
            let reply = world.send(request).await;
            assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert!(reply.headers[header::ALLOW].to_str().unwrap().contains("POST"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn paths_answer_with_and_without_slash() {
    let world = World::demo().await;
    for path in paths() {
        assert_ne!(ask(&world, &path, &json!([])).await["code"], 0, "{path}");
    }
    assert!(paths().any(|path| path == "/api/asset_list") && paths().any(|path| path == "/api/asset_list/"));
    assert!(!paths().any(|path| path == "/api/login"), "that path is the laravel dialect's");
    for path in ["/api/asset_list//", "/api//asset_list/", "/api/Asset_list/", "/api/assets_apply/confirm/x"] {
        let reply = world.send(Request::post(path).body(Body::from("{}")).unwrap()).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn what_is_not_json_is_said_to_be_so() {
    let world = World::demo().await;
    for body in [
        &b""[..],
        b" ",
        b"{",
        b"{\"token\":\"a\"",
        b"{\"token\":\"a\",}",
        b"{\"data\":[1,2,],\"token\":1}",
        b"{'token':'a'}",
        "{“token”:“a”}".as_bytes(),
        b"{\"token\":\"a\"} // note",
        b"{\"a\":NaN}",
        b"{\"a\":\"\\ud800\"}",
        b"{\"a\":\"\\udc00\\ud800\"}",
        b"{\"a\":\"\xff\"}",
        b"\xef\xbb\xbf{}",
        b"{\"a\":\"\n\"}",
        b"{}{}",
        b"username=a&password=b",
    ] {
        for path in paths() {
            let reply = send(&world, &path, body.to_vec()).await;
            assert_eq!(reply.json(), says(NOT_JSON.0, NOT_JSON.1), "{path} {}", String::from_utf8_lossy(body));
        }
    }
}

#[tokio::test]
async fn any_content_type_and_a_chunked_body_will_do() {
    let world = World::demo().await;
    let token = login(&world, STAFF).await;
    let body = json!({ "token": token }).to_string();
    for content in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "no type"] {
        let request = Request::post("/api/staff_info/?token=other").header(header::CONTENT_TYPE, content);
        assert_eq!(world.send(request.body(Body::from(body.clone())).unwrap()).await.json()["code"], 0, "{content}");
    }
    let pieces: Vec<_> = body.bytes().map(|byte| Ok::<_, std::io::Error>(vec![byte])).collect();
    let request = Request::post("/api/staff_info/").body(Body::from_stream(stream::iter(pieces))).unwrap();
    assert_eq!(world.send(request).await.json()["code"], 0);
    let request = Request::post("/api/staff_info/").header(header::AUTHORIZATION, format!("Bearer {token}"));
    let reply = world.send(request.body(Body::from("{}")).unwrap()).await;
    assert_eq!(reply.json(), says(-2, "JSON参数错误"), "the token is read from the body only");
}

#[tokio::test]
async fn bodies_of_8_mib_are_processed_and_larger_ones_refused() {
    const MOST: usize = 8 * 1024 * 1024;
    let world = World::demo().await;
    let token = login(&world, STAFF).await;
    let body = |length: usize| {
        let start = format!("{{\"token\":\"{token}\",\"x\":\"");
        let filling = "x".repeat(length - start.len() - 2);
        format!("{start}{filling}\"}}")
    };
    let reply = send(&world, "/api/staff_info/", body(MOST)).await;
    assert_eq!((reply.status, &reply.json()["code"]), (StatusCode::OK, &json!(0)));
    for path in paths() {
        let reply = send(&world, &path, body(MOST + 1)).await;
        assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        assert_eq!(reply.json(), says(NOT_JSON.0, NOT_JSON.1), "{path}");
    }
}

#[tokio::test]
async fn who_sends_too_much_is_answered_and_not_cut_off() {
    let world = World::empty().await;
    let listening = world.listen().await;
    let client = reqwest::Client::builder().build().unwrap();
    for length in [9, 40] {
        let body = vec![b' '; length * 1024 * 1024];
        let reply =
            client.post(format!("http://{}/api/asset_list/", listening.address)).body(body).send().await.unwrap();
        assert_eq!(reply.status().as_u16(), 413, "{length} MiB");
        let answer: Value = serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap();
        assert_eq!(answer, says(NOT_JSON.0, NOT_JSON.1), "{length} MiB");
    }
}

#[tokio::test]
async fn nesting_of_64_is_read_and_no_depth_does_harm() {
    let world = World::demo().await;
    let token = login(&world, STAFF).await;
    let nested = |open: &str, close: &str, depth: usize| {
        format!("{{\"token\":\"{token}\",\"x\":{}1{}}}", open.repeat(depth), close.repeat(depth))
    };
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let reply = send(&world, "/api/staff_info/", nested(open, close, 63)).await;
        assert_eq!(reply.json()["code"], 0, "{open}");
        for depth in [128, 10_000, 1_000_000] {
            let reply = send(&world, "/api/staff_info/", nested(open, close, depth)).await;
            assert_eq!(reply.json(), says(NOT_JSON.0, NOT_JSON.1), "{open} {depth}");
        }
    }
}

#[tokio::test]
async fn unknown_keys_are_ignored_and_of_a_repeated_key_the_last_counts() {
    let world = World::demo().await;
    let token = login(&world, STAFF).await;
    let body = format!("{{\"token\":null,\"constructor\":{{\"a\":[1e400]}},\"\":0,\"t\\u006fken\":\"{token}\"}}");
    let answer: Value = send(&world, "/api/staff_info/", body).await.json();
    assert_eq!(answer["code"], 0);
    let body = format!("{{\"token\":\"{token}\",\"token\":null}}");
    assert_eq!(send(&world, "/api/staff_info/", body).await.json()["code"], -4);
}

#[tokio::test]
async fn a_call_takes_the_time_it_needs() {
    use std::{sync::Arc, time::Duration};
    use tower::ServiceExt;
    let world = World::demo().await;
    // GraphQL would be cut off at once; a call has no words for that.
    let limits = assetry::graphql::Limits { time: Duration::ZERO, ..Default::default() };
    let router = assetry::rest::router(assetry::graphql::Door::new(Arc::clone(&world.app), limits));
    let body = json!({"username": STAFF.0, "password": STAFF.1}).to_string();
    let reply = router.oneshot(Request::post("/api/login/").body(Body::from(body)).unwrap()).await.unwrap();
    let bytes = axum::body::to_bytes(reply.into_body(), usize::MAX).await.unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap()["code"], 0);
}
