//! The asset-platform dialect (contract: asset-platform).

mod assets;
mod documented;
mod endpoints;
mod fuzz;
mod order;
mod people;
mod replay;
mod scene;
mod settled;
mod transport;
mod trees;
mod types;
mod values;

use assetry::rest::asset_platform::ROWS;
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::{Value, json};

use crate::harness::{Reply, World};

/// What the caller holds: a general employee, an asset admin, a system admin, an IT admin.
const STAFF: (&str, &str) = ("myusername", "mypassword");
const ASSETS: (&str, &str) = ("asdf", "asdfpass");
const SYSTEM: (&str, &str) = ("sdfg", "sdfgpass");

/// An asset of the demo data that is in store.
const IN_STORE: &str = "1603191152ZrfbUKEi";

/// Every path that the rows answer at.
fn paths() -> impl Iterator<Item = String> {
    ROWS.iter().flat_map(assetry::rest::row::Row::paths)
}

/// The reply to these bytes.
async fn send(world: &World, path: &str, body: impl Into<Body>) -> Reply {
    let reply = world.send(Request::post(path).body(body.into()).unwrap()).await;
    has_headers(&reply, path);
    reply
}

/// What is answered to this body.
async fn ask(world: &World, path: &str, body: &Value) -> Value {
    let reply = world.post(path, body).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}");
    has_headers(&reply, path);
    reply.json()
}

/// Asserts the headers that every JSON answer has.
fn has_headers(reply: &Reply, path: &str) {
    assert_eq!(reply.headers[header::CONTENT_TYPE], "application/json", "{path}");
    assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store", "{path}");
}

/// What is answered to this body from the bearer of `token`.
async fn call(world: &World, token: &str, path: &str, mut body: Value) -> Value {
    body["token"] = token.into();
    ask(world, path, &body).await
}

/// A failure: nothing but code and message.
fn says(code: i32, message: &str) -> Value {
    json!({ "code": code, "message": message })
}

/// A token for this person.
async fn login(world: &World, (username, password): (&str, &str)) -> String {
    let answer = ask(world, "/api/login/", &json!({ "username": username, "password": password })).await;
    answer["token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// The keys of an object, in their order.
fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

/// The row of an asset in asset_list.
async fn listed(world: &World, token: &str, asset: &str) -> Value {
    let answer = call(world, token, "/api/asset_list/", json!({})).await;
    answer["data"].as_array().unwrap().iter().find(|row| row["unique_id"] == asset).unwrap().clone()
}
