//! What every answer has, health, metrics, and the graceful stop.

use std::{sync::Arc, time::Duration};

use assetry::{serve, settings::Settings};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::Path,
    http::{Request, StatusCode},
    routing::{get, post},
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
};
use tokio_util::sync::CancellationToken;

use crate::harness::World;

/// The world's server with these doors instead of its own.
fn with_doors(world: &mut World, doors: Router) {
    let settings = Settings::default();
    world.router = serve::router(&world.app, doors, &settings.http, &CancellationToken::new());
}

#[tokio::test]
async fn it_lives_and_is_ready() {
    let world = World::empty().await;
    for path in ["/healthz", "/readyz"] {
        let reply = world.get(path).await;
        assert_eq!((reply.status, reply.text()), (StatusCode::OK, "ok\n"), "{path}");
    }
}

#[tokio::test]
async fn readiness_asks_the_database_once_a_second() {
    let world = World::empty().await;
    let (_, first) = world.statements(world.get("/readyz")).await;
    let (_, second) = world.statements(world.get("/readyz")).await;
    assert!(!first.is_empty());
    assert!(second.is_empty(), "{second:?}");
    let (_, healthy) = world.statements(world.get("/healthz")).await;
    assert!(healthy.is_empty(), "{healthy:?}");
}

#[tokio::test]
async fn it_is_not_ready_with_old_tables_or_while_stopping() {
    let world = World::empty().await;
    world.db().unmigrate(None).await.unwrap();
    assert_eq!(world.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(world.get("/healthz").await.status, StatusCode::OK);

    let world = World::empty().await;
    assert_eq!(world.get("/readyz").await.status, StatusCode::OK);
    world.stop();
    let reply = world.get("/readyz").await;
    assert_eq!((reply.status, reply.text()), (StatusCode::SERVICE_UNAVAILABLE, "stopping\n"));
}

#[tokio::test]
async fn every_answer_carries_a_request_id() {
    let world = World::empty().await;
    let ask = async |id: &str| {
        let request = Request::get("/nothing").header("x-request-id", id).body(Body::empty()).unwrap();
        let reply = world.send(request).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND);
        reply.headers["x-request-id"].to_str().unwrap().to_owned()
    };
    assert_eq!(ask("from-the-proxy.1").await, "from-the-proxy.1");
    assert_ne!(ask("<script>").await, "<script>");
}

#[tokio::test]
async fn a_panic_is_an_answer_without_detail() {
    let mut world = World::empty().await;
    let doors = Router::new().route("/panics", get(async || -> &'static str { panic!("the secret is 42") }));
    with_doors(&mut world, doors);
    let reply = world.get("/panics").await;
    assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(reply.json()["code"], "INTERNAL");
    assert!(!reply.text().contains("42"));
    assert!(reply.headers.contains_key("x-request-id"));
    assert_eq!(world.get("/healthz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let mut world = World::empty().await;
    with_doors(&mut world, Router::new().route("/take", post(async |body: Bytes| body.len().to_string())));
    let send = async |bytes: usize| {
        let request = Request::post("/take").body(Body::from(vec![b' '; bytes])).unwrap();
        world.send(request).await.status
    };
    assert_eq!(send(1024 * 1024).await, StatusCode::OK);
    assert_eq!(send(1024 * 1024 + 1).await, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn metrics_name_routes_and_never_paths() {
    let mut world = World::empty().await;
    let doors = Router::new().route("/names/{session}", get(async |Path(_): Path<String>| "hello"));
    with_doors(&mut world, doors);
    world.get("/names/SESSIONSECRET?token=QUERYSECRET").await;
    world.get("/elsewhere/SESSIONSECRET").await;
    let odd = Request::builder().method("BREW").uri("/names/x").body(Body::empty()).unwrap();
    world.send(odd).await;
    let metrics = world.get("/metrics").await;
    assert!(metrics.headers["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    let text = metrics.text();
    for line in [
        r#"assetry_http_requests_total{route="/names/{session}",method="GET",status="200"} 1"#,
        r#"assetry_http_requests_total{route="other",method="GET",status="404"} 1"#,
        r#"assetry_http_requests_total{route="/names/{session}",method="other",status="405"} 1"#,
        r#"assetry_http_request_duration_seconds_count{route="/names/{session}",method="GET"} 1"#,
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("SECRET"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_under_way_finishes_before_the_stop() {
    let mut world = World::empty().await;
    let (entered, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let doors = Router::new().route(
        "/slow",
        get({
            let (entered, go_on) = (Arc::clone(&entered), Arc::clone(&go_on));
            async move || {
                entered.notify_one();
                go_on.notified().await;
                "done"
            }
        }),
    );
    with_doors(&mut world, doors);
    let listening = world.listen().await;
    let mut under_way = TcpStream::connect(listening.address).await.unwrap();
    under_way.write_all(b"GET /slow HTTP/1.1\r\nHost: assetry\r\n\r\n").await.unwrap();
    entered.notified().await;

    world.stop();
    // The listener is gone as soon as the server has noticed.
    while TcpStream::connect(listening.address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    go_on.notify_one();
    let mut answer = String::new();
    under_way.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"), "{answer}");
    tokio::time::timeout(Duration::from_secs(3), listening.task).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_never_finishes_does_not_hold_the_stop_up() {
    let mut world = World::empty().await;
    let entered = Arc::new(Notify::new());
    let doors = Router::new().route(
        "/stuck",
        get({
            let entered = Arc::clone(&entered);
            async move || {
                entered.notify_one();
                std::future::pending::<()>().await;
            }
        }),
    );
    with_doors(&mut world, doors);
    let stopping = CancellationToken::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = serve::run(listener, world.router.clone(), stopping.clone(), Duration::from_millis(50));
    let serving = tokio::spawn(serving);
    let mut stuck = TcpStream::connect(address).await.unwrap();
    stuck.write_all(b"GET /stuck HTTP/1.1\r\nHost: assetry\r\n\r\n").await.unwrap();
    entered.notified().await;
    stopping.cancel();
    tokio::time::timeout(Duration::from_secs(3), serving).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_login_through_one_door_opens_the_other() {
    let world = World::demo().await;
    let login = world.post("/api/login/", &json!({ "username": "asdf", "password": "asdfpass" })).await.json();
    let token = login["token"].as_str().unwrap();
    let answer = world.graphql("{ viewer { uniqueId } }", json!({}), Some(token)).await;
    assert_eq!(answer["data"]["viewer"]["uniqueId"], "lwk4j5lk234", "{answer}");

    let login = "mutation { sessionCreate(input: {username: \"asdf\", password: \"asdfpass\"}) { token } }";
    let answer = world.graphql(login, json!({}), None).await;
    let token = &answer["data"]["sessionCreate"]["token"];
    let list = world.post("/api/asset_list/", &json!({ "token": token })).await.json();
    assert_eq!(list["code"], 0, "{list}");
}
