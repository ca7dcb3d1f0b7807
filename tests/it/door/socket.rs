//! WebSockets: the `graphql-transport-ws` protocol and its closing codes.

use std::time::Duration;

use axum::Router;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::StatusCode},
};

use assetry::graphql::{Limits, http::router};

use super::{Little, door};

/// A client that speaks the subprotocol.
pub(crate) struct Talk(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// Serves `router` on a free port; the address of its WebSocket.
pub(crate) async fn listen(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("ws://{address}/graphql")
}

async fn serve(limits: Limits) -> (Little, String) {
    let door = door(limits).await;
    let url = listen(router(door.door.clone())).await;
    (door, url)
}

impl Talk {
    async fn begin(limits: Limits) -> (Little, Self) {
        let (door, url) = serve(limits).await;
        (door, Self::open(&url, &[]).await.unwrap())
    }

    async fn introduced(limits: Limits) -> (Little, Self) {
        let (door, mut talk) = Self::begin(limits).await;
        talk.say(json!({"type": "connection_init"})).await;
        assert_eq!(talk.hear().await, json!({"type": "connection_ack"}));
        (door, talk)
    }

    pub(crate) async fn open(url: &str, headers: &[(&'static str, &str)]) -> Result<Self, Box<Error>> {
        Self::open_as("graphql-transport-ws", url, headers).await
    }

    async fn open_as(protocol: &str, url: &str, headers: &[(&'static str, &str)]) -> Result<Self, Box<Error>> {
        let mut request = url.into_client_request().map_err(Box::new)?;
        if !protocol.is_empty() {
            request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
        }
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        Ok(Self(connect_async(request).await.map_err(Box::new)?.0))
    }

    pub(crate) async fn say(&mut self, message: Value) {
        self.0.send(Message::Text(message.to_string().into())).await.unwrap();
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({"type": "subscribe", "id": id, "payload": {"query": query}})).await;
    }

    pub(crate) async fn hear(&mut self) -> Value {
        loop {
            match self.0.next().await.unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    pub(crate) async fn closed(&mut self) -> u16 {
        loop {
            match self.0.next().await.unwrap().unwrap() {
                Message::Close(frame) => return frame.unwrap().code.into(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn operations_are_answered_side_by_side() {
    let (_, mut talk) = Talk::introduced(Limits::default()).await;
    talk.subscribe("silence", "subscription{silence}").await;
    talk.subscribe("count", "subscription{count(to:2)}").await;
    for number in [1, 2] {
        assert_eq!(talk.hear().await, json!({"type": "next", "id": "count", "payload": {"data": {"count": number}}}));
    }
    assert_eq!(talk.hear().await, json!({"type": "complete", "id": "count"}));
    // The name is free again, also for what is no subscription.
    talk.subscribe("count", "{said}").await;
    assert_eq!(talk.hear().await["payload"]["data"], json!({"said": "omitted"}));
    assert_eq!(talk.hear().await, json!({"type": "complete", "id": "count"}));
    talk.say(json!({"type": "complete", "id": "silence"})).await;
    talk.say(json!({"type": "complete", "id": "never begun"})).await;
    talk.subscribe("silence", "{viewer}").await;
    let answer = talk.hear().await;
    assert_eq!(
        (&answer["type"], &answer["payload"]["errors"][0]["extensions"]["code"]),
        (&json!("next"), &json!("UNAUTHENTICATED"))
    );
    assert_eq!(talk.hear().await, json!({"type": "complete", "id": "silence"}));
    talk.say(json!({"type": "ping"})).await;
    assert_eq!(talk.hear().await, json!({"type": "pong"}));
}

#[tokio::test]
async fn what_cannot_begin_is_an_error_and_no_end() {
    let (_, mut talk) = Talk::introduced(Limits { subscriptions: 1, ..Limits::default() }).await;
    for query in ["{", "subscription{nope}", "subscription{count(to:\"x\")}", &"{a".repeat(100)] {
        talk.subscribe("1", query).await;
        let answer = talk.hear().await;
        assert_eq!((&answer["type"], &answer["id"]), (&json!("error"), &json!("1")), "{answer}");
    }
    talk.subscribe("1", "subscription{silence}").await;
    talk.subscribe("2", "subscription{silence}").await;
    assert_eq!(talk.hear().await["payload"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
}

#[tokio::test]
async fn breaches_of_the_protocol_close_with_their_code() {
    let subscribe = json!({"type": "subscribe", "id": "1", "payload": {"query": "subscription{silence}"}});
    let init = json!({"type": "connection_init"});
    let bad = |payload: Value| json!({"type": "connection_init", "payload": payload});
    for (messages, code) in [
        (vec![subscribe.clone()], 4401),
        (vec![init.clone(), init.clone()], 4429),
        (vec![init.clone(), subscribe.clone(), subscribe.clone()], 4409),
        (vec![json!({"type": "nonsense"})], 4400),
        (vec![json!(["ping"])], 4400),
        (vec![json!("ping")], 4400),
        (vec![init.clone(), json!({"type": "subscribe", "payload": {"query": "{said}"}})], 4400),
        (vec![init.clone(), json!({"type": "subscribe", "id": "", "payload": {"query": "{said}"}})], 4400),
        (vec![init.clone(), json!({"type": "subscribe", "id": "x".repeat(129), "payload": {"query": "{said}"}})], 4400),
        (vec![init.clone(), json!({"type": "subscribe", "id": "1", "payload": {"query": 1}})], 4400),
        (vec![init.clone(), json!({"type": "ping", "payload": " ".repeat(3000)})], 1009),
        (vec![bad(json!({"Authorization": "Bearer nonsense"}))], 4403),
        (vec![bad(json!({"authorization": "nonsense"}))], 4403),
        (vec![bad(json!({"token": "nonsense"}))], 4403),
    ] {
        let (_, mut talk) = Talk::begin(Limits { body: 2000, ..Limits::default() }).await;
        for message in &messages {
            talk.say(message.clone()).await;
        }
        if messages[0] == init {
            assert_eq!(talk.hear().await["type"], "connection_ack");
        }
        assert_eq!(talk.closed().await, code, "{messages:?}");
    }
    let (_, mut talk) = Talk::begin(Limits::default()).await;
    talk.0.send(Message::Binary(b"{}".to_vec().into())).await.unwrap();
    assert_eq!(talk.closed().await, 4400);
}

#[tokio::test]
async fn silence_and_the_servers_end_close_too() {
    let quick = Duration::from_millis(30);
    let (_, mut talk) = Talk::begin(Limits { introduction: quick, ..Limits::default() }).await;
    assert_eq!(talk.closed().await, 4408);
    let (door, mut talk) =
        Talk::introduced(Limits { introduction: quick, heartbeat: quick, ..Limits::default() }).await;
    // Answers to the heartbeat keep the socket open.
    assert!(tokio::time::timeout(Duration::from_millis(200), talk.closed()).await.is_err());
    door.close().await;
    assert_eq!(talk.closed().await, 1001);
}

#[tokio::test]
async fn only_the_subprotocol_is_spoken() {
    let (_, url) = serve(Limits::default()).await;
    for protocol in ["", "graphql-ws"] {
        match Talk::open_as(protocol, &url, &[]).await {
            Ok(mut talk) => assert_eq!(talk.closed().await, 4406),
            // This client gives up by itself when its subprotocol is not taken.
            Err(error) => assert!(matches!(*error, Error::Protocol(_)), "{error}"),
        }
    }
}

#[tokio::test]
async fn pages_of_others_are_kept_out_and_sockets_are_counted() {
    let (_, url) = serve(Limits { streams: 1, ..Limits::default() }).await;
    let status = |error: Box<Error>| match *error {
        Error::Http(response) => response.status(),
        other => panic!("{other}"),
    };
    let error = Talk::open(&url, &[("origin", "https://evil.example")]).await.err().unwrap();
    assert_eq!(status(error), StatusCode::FORBIDDEN);
    let error = Talk::open(&url, &[("authorization", "Bearer nonsense")]).await;
    assert_eq!(error.unwrap().begin_and_close().await, 4403);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let _open = Talk::open(&url, &[("origin", "http://assetry.test")]).await.unwrap();
    let error = Talk::open(&url, &[]).await.err().unwrap();
    assert_eq!(status(error), StatusCode::SERVICE_UNAVAILABLE);
}

impl Talk {
    async fn begin_and_close(&mut self) -> u16 {
        self.say(json!({"type": "connection_init"})).await;
        self.closed().await
    }
}
