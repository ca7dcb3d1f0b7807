//! The OpenAPI document of this dialect, held against live replies: of every row a success, and refusals of every kind.

use std::collections::BTreeSet;

use assetry::rest::{
    laravel_template::ROWS,
    row::{Row, Verb},
};
use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::{Value, json};

use super::work;
use crate::{
    harness::{Content, Reply, WecomStandIn, World, sealed},
    rest::openapi::Documented,
};

fn row(verb: Verb, path: &str) -> &'static Row {
    ROWS.iter().find(|row| row.verb == verb && row.path == path).unwrap_or_else(|| panic!("no row {path}"))
}

/// Everything that was answered with success.
#[derive(Default)]
struct Seen(BTreeSet<(&'static str, &'static str)>);

impl Seen {
    /// Holds `reply` against what the document says of the row.
    fn hold(&mut self, documented: &Documented, row: &'static Row, reply: &Reply, what: &str) {
        let status = reply.status;
        if status.is_success() || status.is_redirection() {
            let json = reply.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
            if !json || reply.json()["status"] == "ok" {
                self.0.insert((row.verb.name(), row.path));
            }
            if !json {
                return;
            }
        }
        let wrong = documented.endpoint(row).wrong(status, &reply.json());
        assert_eq!(wrong, None, "{} {} {what}: {}", row.verb.name(), row.path, reply.text());
    }
}

#[tokio::test]
async fn live_replies_are_what_the_document_says() {
    let documented = Documented::read();
    let wecom = WecomStandIn::start().await;
    wecom.departments(&[json!({ "id": 1, "name": "公司" })]);
    wecom.members(1, &[json!({ "userid": "demo", "department": [1], "position": "x", "status": 1 })]);
    let world = World::on_wecom(Content::Demo, wecom.settings()).await;
    let (superior, nobody) = (world.token("suadmin").await, world.token("testuser").await);
    let mut seen = Seen::default();
    let send = async |verb: Verb, path: &str, token: Option<&str>, body: Option<Value>| {
        let mut request = Request::builder().method(verb.name()).uri(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        if !body.is_empty() {
            request = request.header(header::CONTENT_LENGTH, body.len());
        }
        world.send(request.body(Body::from(body)).unwrap()).await
    };
    let nonce = send(Verb::Get, "/api/qrcode", None, None).await.json()["data"]["nonce"].clone();
    let other = send(Verb::Get, "/api/qrcode", None, None).await.json()["data"]["nonce"].clone();
    let file = send(Verb::Post, "/api/file/upload", Some(&superior), Some(json!({ "file": "x" }))).await.json();
    let file = file["data"]["id"].as_str().unwrap().to_owned();
    let (get, post) = (Verb::Get, Verb::Post);
    let message = json!({ "username": "asdf", "message": "x" });
    let calls = [
        (get, "/api/limits", "/api/limits", None),
        (post, "/api/login", "/api/login", Some(json!({ "username": "demo", "password": "testpw" }))),
        (post, "/api/login", "/api/login", Some(json!({}))),
        (get, "/api/qrcode", "/api/qrcode", None),
        (post, "/api/qrlogin", "/api/qrlogin", Some(json!({ "nonce": nonce }))),
        (post, "/api/confirmqrlogin", "/api/confirmqrlogin", Some(json!({ "nonce": nonce, "login": "x" }))),
        (post, "/api/confirmqrlogin", "/api/confirmqrlogin", Some(json!({ "nonce": nonce }))),
        (post, "/api/qrlogin", "/api/qrlogin", Some(json!({ "nonce": nonce }))),
        (post, "/api/confirmqrlogin", "/api/confirmqrlogin", Some(json!({ "nonce": nonce, "login": true }))),
        (post, "/api/qrlogin", "/api/qrlogin", Some(json!({ "nonce": nonce }))),
        (post, "/api/qrlogin", "/api/qrlogin", Some(json!({ "nonce": nonce }))),
        (post, "/api/confirmqrlogin", "/api/confirmqrlogin", Some(json!({ "nonce": other, "cancel": true }))),
        (post, "/api/codelogin", "/api/codelogin", Some(json!({ "code": "code-of-demo" }))),
        (post, "/api/codelogin", "/api/codelogin", Some(json!({ "code": "bad" }))),
        (get, "/api/file", &format!("/api/file?id={file}"), None),
        (get, "/api/file", "/api/file?id=x", None),
        (get, "/api/file/{id}", &format!("/api/file/{file}"), None),
        (post, "/api/file/upload", "/api/file/upload", Some(json!({ "file": "x", "tag": "t" }))),
        (post, "/api/file/upload", "/api/file/upload", Some(json!({}))),
        (get, "/api/file/upload", "/api/file/upload", Some(json!({ "file": "x" }))),
        (post, "/api/users/sync", "/api/users/sync", Some(json!({}))),
        (get, "/api/users", "/api/users?search=demo", None),
        (post, "/api/users/sendmessage", "/api/users/sendmessage", Some(message.clone())),
        (post, "/api/users/sendmessage", "/api/users/sendmessage", Some(json!({}))),
        (post, "/api/users/sendmessage/{username}", "/api/users/sendmessage/asdf", Some(message)),
        (get, "/api/rbac/roles", "/api/rbac/roles", None),
        (post, "/api/rbac/roles", "/api/rbac/roles", Some(json!({ "name": "new" }))),
        (post, "/api/rbac/roles", "/api/rbac/roles", Some(json!({ "name": "new" }))),
        (Verb::Delete, "/api/rbac/roles/{key}", "/api/rbac/roles/new", None),
        (Verb::Delete, "/api/rbac/roles/{key}", "/api/rbac/roles/new", None),
        (
            post,
            "/api/rbac/roles/attch",
            "/api/rbac/roles/attach",
            Some(json!({ "username": "demo", "rolenames": ["user"] })),
        ),
        (post, "/api/rbac/roles/attch", "/api/rbac/roles/attch", Some(json!({ "username": "demo" }))),
        (get, "/api/rbac/roles/{key}", "/api/rbac/roles/demo", None),
        (get, "/api/rbac/roles/users/{rolename}", "/api/rbac/roles/users/user", None),
        (post, "/api/departments/sync", "/api/departments/sync", Some(json!({}))),
        (get, "/api/departments", "/api/departments", None),
        (get, "/api/wxcode", "/api/wxcode", None),
        (get, "/api/wxcode", "/api/wxcode?code=x&state=y", None),
        (get, "/api/wechat/callback", "/api/wechat/callback", None),
        (post, "/api/wechat/callback", "/api/wechat/callback", Some(json!({}))),
    ];
    for (verb, printed, path, body) in calls {
        let row = row(verb, printed);
        let reply = send(verb, path, Some(&superior), body.clone()).await;
        work(&world).await;
        seen.hold(&documented, row, &reply, "as suadmin");
        for token in [None, Some("nonsense"), Some(&*nobody)] {
            let reply = send(verb, path, token, body.clone()).await;
            seen.hold(&documented, row, &reply, "as others");
        }
        let large = Body::from(vec![b'x'; 1024 * 1024 + 1]);
        let request = Request::builder()
            .method(verb.name())
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {superior}"));
        let reply = world.send(request.body(large).unwrap()).await;
        seen.hold(&documented, row, &reply, "too large");
    }
    let (stamp, message) = sealed("echo", b"0123456789abcdef", world.app.now().timestamp());
    let encoded: String = form_urlencoded::byte_serialize(message.as_bytes()).collect();
    let query = format!("msg_signature={}&timestamp={}&nonce={}", stamp.signature, stamp.timestamp, stamp.nonce);
    let reply = send(get, &format!("/api/wechat/callback?{query}&echostr={encoded}"), None, None).await;
    seen.hold(&documented, row(get, "/api/wechat/callback"), &reply, "echo");
    let request = Request::post(format!("/api/wechat/callback?{query}"));
    let body = format!("<xml><Encrypt>{message}</Encrypt></xml>");
    let reply = world.send(request.body(Body::from(body)).unwrap()).await;
    seen.hold(&documented, row(post, "/api/wechat/callback"), &reply, "event");

    let all: BTreeSet<_> = ROWS.iter().map(|row| (row.verb.name(), row.path)).collect();
    assert_eq!(seen.0, all);
}
