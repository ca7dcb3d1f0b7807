//! Streams belong to the session that began them.

use std::time::Duration;

use assetry::graphql::{Door, Limits, http::router};
use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::socket::Talk;
use crate::harness::World;

async fn log_in(world: &World) -> String {
    let document = "mutation { sessionCreate(input: {username: \"asdf\", password: \"asdfpass\"}) { token } }";
    let answer = world.graphql(document, json!({}), None).await;
    answer["data"]["sessionCreate"]["token"].as_str().unwrap().to_owned()
}

async fn log_out(world: &World, token: &str) {
    let answer = world.graphql("mutation { sessionDelete { ended } }", json!({}), Some(token)).await;
    assert_eq!(answer["data"]["sessionDelete"]["ended"], true, "{answer}");
}

fn quick(world: &World) -> Door {
    // A peer that is silent for a heartbeat is given up, and on a slow machine logging out takes a while.
    let limits = Limits { heartbeat: Duration::from_millis(400), ..Limits::default() };
    Door::new(world.app.clone(), limits)
}

#[tokio::test]
async fn a_socket_speaks_for_its_session_and_ends_with_it() {
    let world = World::demo().await;
    let url = super::socket::listen(router(quick(&world))).await;
    let token = log_in(&world).await;
    let bearer = format!("Bearer {token}");
    for (headers, payload) in [
        (vec![], json!({"Authorization": bearer})),
        (vec![], json!({"authorization": bearer})),
        (vec![], json!({"token": token})),
        (vec![("authorization", bearer.as_str())], Value::Null),
    ] {
        let mut talk = Talk::open(&url, &headers).await.unwrap();
        talk.say(json!({"type": "connection_init", "payload": payload})).await;
        assert_eq!(talk.hear().await["type"], "connection_ack");
        talk.subscribe("1", "{viewer{username}}").await;
        assert_eq!(talk.hear().await["payload"]["data"]["viewer"]["username"], "asdf");
    }
    let mut talk = Talk::open(&url, &[("authorization", &bearer)]).await.unwrap();
    talk.say(json!({"type": "connection_init"})).await;
    assert_eq!(talk.hear().await["type"], "connection_ack");
    talk.subscribe("1", "subscription{assetEvents{cursor}}").await;
    log_out(&world, &token).await;
    assert_eq!(talk.closed().await, 4403);
}

#[tokio::test]
async fn an_event_stream_ends_with_its_session() {
    let world = World::demo().await;
    let token = log_in(&world).await;
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("accept", "text/event-stream")
        .header("authorization", format!("Bearer {token}"))
        .body(Body::from(json!({"query": "subscription{assetEvents{cursor}}"}).to_string()))
        .unwrap();
    let stream = router(quick(&world)).oneshot(request).await.unwrap();
    let told = tokio::spawn(to_bytes(stream.into_body(), usize::MAX));
    tokio::time::sleep(Duration::from_millis(80)).await;
    assert!(!told.is_finished());
    log_out(&world, &token).await;
    let told = String::from_utf8(told.await.unwrap().unwrap().to_vec()).unwrap();
    assert!(told.contains("UNAUTHENTICATED") && told.ends_with("event: complete\ndata:\n\n"), "{told}");
}
