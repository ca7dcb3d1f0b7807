//! The attendance dialect (contract: feishu-app §6).

mod documented;
mod events;
mod passed;

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::Value;

use crate::harness::{Content, Feishu, Reply, World};

/// Where Feishu has what is here below `/api/attendance/v1`.
const THERE: &str = "/open-apis/attendance/v1";

/// A world on a Feishu, and the token of a system administrator.
async fn begin() -> (Feishu, World, String) {
    let feishu = Feishu::start().await;
    let world = World::on_feishu(Content::Demo, feishu.settings()).await;
    let token = world.token("29384uieweretr").await;
    (feishu, world, token)
}

/// A call of `path` below `/api/attendance/v1`, with this body.
async fn send(world: &World, method: &str, path: &str, token: Option<&str>, body: impl Into<Body>) -> Reply {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = Request::builder().method(method).uri(format!("/api/attendance/v1{path}"));
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    world.send(request.body(body.into()).unwrap()).await
}

/// A call with this JSON.
async fn call(world: &World, method: &str, path: &str, token: &str, body: &Value) -> Reply {
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    send(world, method, path, Some(token), body).await
}
