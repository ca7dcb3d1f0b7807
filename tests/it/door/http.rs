//! HTTP: methods, media types, statuses, headers. The audit in `tests/http_audit` asks for more.

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use assetry::graphql::{Limits, http::router};

use super::{Little, door};

async fn send(door: &Little, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
    let response = router(door.door.clone()).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
}

fn post(accept: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::post("/graphql").header("content-type", "application/json").header("accept", accept);
    request.body(body.into()).unwrap()
}

async fn posted(door: &Little, accept: &str, body: Value) -> (StatusCode, HeaderMap, String) {
    send(door, post(accept, body.to_string())).await
}

fn of(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn answers_are_not_kept_or_guessed_at_and_have_an_id() {
    let door = door(Limits::default()).await;
    let (status, headers, body) = posted(&door, "*/*", json!({"query": "{said}"})).await;
    assert_eq!((status, of(&body)), (StatusCode::OK, json!({"data": {"said": "omitted"}})));
    assert_eq!(headers["content-type"], "application/json; charset=utf-8");
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["x-request-id"].len(), 20);

    for (given, kept) in [("abc-1.2:3_4", true), ("has space", false), (&"x".repeat(129), false)] {
        let mut request = post("*/*", "{\"query\":\"{viewer}\"}");
        request.headers_mut().insert("x-request-id", given.parse().unwrap());
        let (_, headers, body) = send(&door, request).await;
        assert_eq!(headers["x-request-id"] == given, kept);
        assert_eq!(of(&body)["errors"][0]["extensions"]["requestId"], headers["x-request-id"].to_str().unwrap());
    }
}

#[tokio::test]
async fn the_status_tells_request_errors_only_in_the_new_media_type() {
    let door = door(Limits::default()).await;
    let new = "application/graphql-response+json";
    for (query, status) in [
        ("{", StatusCode::BAD_REQUEST),
        ("{nope}", StatusCode::BAD_REQUEST),
        ("query($n:Int!){things(first:$n){totalCount}}", StatusCode::BAD_REQUEST),
        ("{viewer}", StatusCode::OK),
        ("{broken}", StatusCode::OK),
        ("{said viewer}", StatusCode::OK),
    ] {
        let (answered, _, body) = posted(&door, new, json!({"query": query})).await;
        assert_eq!(answered, status, "{query} {body}");
        assert_eq!(of(&body).get("data").is_some(), status == StatusCode::OK, "{query}");
        assert_eq!(posted(&door, "application/json", json!({"query": query})).await.0, StatusCode::OK, "{query}");
    }
}

#[tokio::test]
async fn a_token_of_no_session_is_refused() {
    let door = door(Limits::default()).await;
    for (authorization, accept, status) in [
        ("Bearer nonsense", "application/json", StatusCode::OK),
        ("Bearer nonsense", "application/graphql-response+json", StatusCode::UNAUTHORIZED),
        ("Basic bmFtZTpwYXNz", "application/graphql-response+json", StatusCode::UNAUTHORIZED),
        ("Bearer", "application/graphql-response+json", StatusCode::UNAUTHORIZED),
    ] {
        let mut request = post(accept, "{\"query\":\"{said}\"}");
        request.headers_mut().insert("authorization", authorization.parse().unwrap());
        let (answered, headers, body) = send(&door, request).await;
        assert_eq!(answered, status, "{authorization}");
        assert_eq!(headers["www-authenticate"], "Bearer");
        assert_eq!(of(&body)["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        assert_eq!(of(&body).get("data"), None);
    }
}

#[tokio::test]
async fn what_is_not_a_request_is_refused() {
    let door = door(Limits::default()).await;
    let kind = |kind: &str| {
        let request = Request::post("/graphql").header("content-type", kind);
        request.body(Body::from("{\"query\":\"mutation{forbidden}\"}")).unwrap()
    };
    let get = |query: &str| Request::get(format!("/graphql?query={query}")).body(Body::empty()).unwrap();
    for (request, status) in [
        (kind("text/plain"), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (kind("application/x-www-form-urlencoded"), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (kind("multipart/form-data; boundary=x"), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (post("image/png", "{}"), StatusCode::NOT_ACCEPTABLE),
        (post("text/html", "{}"), StatusCode::NOT_ACCEPTABLE),
        (post("*/*", "{"), StatusCode::BAD_REQUEST),
        (post("*/*", ""), StatusCode::BAD_REQUEST),
        (post("*/*", "{}"), StatusCode::BAD_REQUEST),
        (post("*/*", " [\"{said}\"]"), StatusCode::BAD_REQUEST),
        (post("*/*", "[{\"query\":\"{said}\"}]"), StatusCode::BAD_REQUEST),
        (post("*/*", "{\"query\":1}"), StatusCode::BAD_REQUEST),
        (post("*/*", "{\"query\":\"{said}\",\"variables\":[]}"), StatusCode::BAD_REQUEST),
        (post("*/*", "{\"query\":\"{said}\",\"operationName\":1}"), StatusCode::BAD_REQUEST),
        (post("*/*", "{\"query\":\"{said}\",\"extensions\":\"x\"}"), StatusCode::BAD_REQUEST),
        (post("*/*", b"{\"query\":\"{said} \xff\"}".to_vec()), StatusCode::BAD_REQUEST),
        (post("*/*", "{\"query\":\"subscription{count(to:1)}\"}"), StatusCode::NOT_ACCEPTABLE),
        (get("mutation%7Bforbidden%7D"), StatusCode::METHOD_NOT_ALLOWED),
        (get("%7Bsaid%7D&variables=x"), StatusCode::BAD_REQUEST),
        (Request::get("/graphql").body(Body::empty()).unwrap(), StatusCode::BAD_REQUEST),
        (Request::put("/graphql").body(Body::empty()).unwrap(), StatusCode::METHOD_NOT_ALLOWED),
        (Request::options("/graphql").body(Body::empty()).unwrap(), StatusCode::METHOD_NOT_ALLOWED),
        (get("%7Bsaid%7D"), StatusCode::OK),
        (get("query(%24t:String)%7Bsaid(text:%24t)%7D&variables=%7B%22t%22:null%7D&operationName="), StatusCode::OK),
    ] {
        let shown = format!("{request:?}");
        let (answered, headers, body) = send(&door, request).await;
        assert_eq!(answered, status, "{shown} {body}");
        assert_eq!(headers.contains_key("allow"), status == StatusCode::METHOD_NOT_ALLOWED, "{shown}");
        assert_eq!(of(&body).get("data").is_some(), status == StatusCode::OK, "{shown} {body}");
    }
}

#[tokio::test]
async fn bodies_are_bounded_in_size_and_time() {
    let door = door(Limits { body: 100, time: Duration::from_millis(50), ..Limits::default() }).await;
    let long = format!("{{\"query\":\"{{said}}{}\"}}", " ".repeat(100));
    let chunked = Body::from_stream(futures_util::stream::iter([Ok::<_, std::io::Error>(long.clone())]));
    for body in [Body::from(long), chunked] {
        assert_eq!(send(&door, post("*/*", body)).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    }
    let slow = Body::from_stream(futures_util::stream::pending::<Result<String, std::io::Error>>());
    assert_eq!(send(&door, post("*/*", slow)).await.0, StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn an_event_stream_ends_with_complete() {
    let door = door(Limits::default()).await;
    let (status, headers, body) =
        posted(&door, "text/event-stream", json!({"query": "subscription{count(to:2)}"})).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["content-type"], "text/event-stream; charset=utf-8");
    assert_eq!(
        body,
        "event: next\ndata: {\"data\":{\"count\":1}}\n\nevent: next\ndata: {\"data\":{\"count\":2}}\n\nevent: complete\ndata:\n\n"
    );
    for query in ["{said}", "{nope}", "subscription{nope}", "{"] {
        let (status, _, body) = posted(&door, "text/event-stream", json!({"query": query})).await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.starts_with("event: next\ndata: {") && body.ends_with("\n\nevent: complete\ndata:\n\n"), "{body}");
    }
}

#[tokio::test]
async fn event_streams_are_counted_kept_alive_and_ended() {
    let limits = Limits { streams: 1, heartbeat: Duration::from_millis(20), ..Limits::default() };
    let door = door(limits).await;
    let silence = || post("text/event-stream", json!({"query": "subscription{silence}"}).to_string());
    let first = router(door.door.clone()).oneshot(silence()).await.unwrap();
    let second = router(door.door.clone()).oneshot(silence()).await.unwrap();
    assert_eq!((first.status(), second.status()), (StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE));
    let told = tokio::spawn(to_bytes(first.into_body(), usize::MAX));
    tokio::time::sleep(Duration::from_millis(50)).await;
    door.close().await;
    let told = String::from_utf8(told.await.unwrap().unwrap().to_vec()).unwrap();
    assert!(told.starts_with(":\n\n") && told.ends_with("event: complete\ndata:\n\n"), "{told}");
}
