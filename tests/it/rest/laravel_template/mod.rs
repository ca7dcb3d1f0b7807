//! The laravel-template dialect (contract: laravel-template).

mod callback;
mod documented;
mod files;
mod lists;
mod login;
mod odd;
mod qr;
mod roles;
mod wecom;

use assetry::domain::directory;
use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use serde_json::{Value, json};

use crate::harness::{Reply, World};

/// Does what was left for later.
async fn work(world: &World) {
    while directory::wecom::act_on_next(&world.app).await.unwrap() {}
    while directory::wecom::send_next(&world.app).await.unwrap() {}
    directory::wecom::sync_next(&world.app, std::future::pending()).await.unwrap();
}

/// A call; `token` goes into the header and `body`, if there is one, is sent as JSON.
async fn call(world: &World, method: Method, path: &str, token: Option<&str>, body: Option<Value>) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    world.send(request.body(body).unwrap()).await
}

/// A GET.
async fn get(world: &World, path: &str, token: Option<&str>) -> Reply {
    call(world, Method::GET, path, token, None).await
}

/// A POST.
async fn post(world: &World, path: &str, token: Option<&str>, body: Value) -> Reply {
    call(world, Method::POST, path, token, Some(body)).await
}

/// The envelope of a success.
fn ok(message: &str, data: Value) -> Value {
    json!({ "status": "ok", "message": message, "data": data, "errors": null, "code": 0 })
}

/// The envelope of a refusal with status 200.
fn error(message: &str) -> Value {
    json!({ "status": "error", "message": message, "data": null, "errors": null, "code": 0 })
}

/// The envelope of a refusal with a status of its own.
fn refusal(status: u16, message: &str) -> Value {
    json!({
        "status": "error", "message": message, "data": null, "errors": null, "code": status, "status_code": status,
    })
}

/// The keys of an object in order.
fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

/// The fresh token of a reply.
fn fresh(headers: &HeaderMap) -> &str {
    headers[header::AUTHORIZATION].to_str().unwrap().strip_prefix("Bearer ").unwrap()
}

/// Logs in and gives the token.
async fn login(world: &World, username: &str, password: &str) -> String {
    let reply = post(world, "/api/login", None, json!({ "username": username, "password": password })).await;
    assert_eq!(reply.status, StatusCode::OK);
    reply.json()["data"]["token"].as_str().unwrap().to_owned()
}
