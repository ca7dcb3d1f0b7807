//! The feishu-app dialect (contract: feishu-app).

mod binding;
mod directory;
mod logins;
mod pages;
mod pushes;
mod quiet;
mod tokens;
mod transport;

use assetry::{
    entity::{person_binding, staff, user_token},
    settings,
};
use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use serde_json::{Value, json};

use crate::harness::{Content, Feishu, Reply, World};

/// The tenant whose people we take.
const TENANT: &str = "tenant-of-ours";
const V2: &str = "/open-apis/authen/v2/oauth/token";
const V1: &str = "/open-apis/authen/v1/access_token";
const USER_INFO: &str = "/open-apis/authen/v1/user_info";
const UNBOUND: &str = "提供的飞书用户未绑定用户";
const NO_FEISHU: &str = "飞书服务暂时不可用，请稍后再试";
const REFUSED: &str = "飞书拒绝了请求，请联系管理员";
const NOT_CONFIGURED: &str = "未配置飞书应用";
const NO_RIGHT: &str = "你无此权限";
const NO_SESSION: &str = "用户的会话标识符信息不正确";
const LOCKED: &str = "你已被锁定，无法进行该操作";

/// The demo data, and a Feishu.
async fn both() -> (World, Feishu) {
    both_with(|_| {}).await
}

/// The same with other settings.
async fn both_with(change: impl FnOnce(&mut settings::Feishu)) -> (World, Feishu) {
    let feishu = Feishu::start().await;
    let mut settings = feishu.settings();
    change(&mut settings);
    (World::on_feishu(Content::Demo, settings).await, feishu)
}

/// A profile as Feishu tells it.
fn profile(open_id: &str, more: &Value) -> Value {
    let mut profile = json!({
        "name": "张三", "en_name": "Zhang San", "avatar_url": "https://feishu.test/a.png", "email": "z@feishu.test",
        "mobile": "+8613800000000", "open_id": open_id, "union_id": format!("on_{open_id}"), "user_id": format!("u_{open_id}"),
        "tenant_key": TENANT,
    });
    for (key, value) in more.as_object().unwrap() {
        profile[key] = value.clone();
    }
    profile
}

/// The pair that a login by v2 gives.
fn pair(name: &str) -> Value {
    json!({
        "code": 0, "access_token": format!("u-{name}"), "expires_in": 7200, "refresh_token": format!("ur-{name}"),
        "refresh_token_expires_in": 604_800, "token_type": "Bearer", "scope": "offline_access",
    })
}

/// Whoever comes with a code from now on is this person.
fn comes(feishu: &Feishu, profile: &Value) {
    feishu.answer(V2, [pair("first")]);
    feishu.answer(USER_INFO, [json!({ "code": 0, "msg": "success", "data": profile })]);
}

/// A call with these headers; `body` goes as it is.
async fn call(world: &World, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
    let request = Request::builder().method(method).uri(path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    world.send(request.body(body.into()).unwrap()).await
}

/// A login with this body.
async fn log_in(world: &World, body: &Value) -> Reply {
    call(world, Method::POST, "/api/qrLogin", &[], body.to_string()).await
}

/// A binding by the form.
async fn bind(world: &World, session: &str, name: &str, phone: &str) -> Reply {
    let body = json!({ "feishu_name": name, "feishu_phone": phone });
    call(world, Method::PUT, &format!("/api/feishu_name/{session}"), &[], body.to_string()).await
}

/// Checks that an answer says exactly this.
#[track_caller]
fn says(reply: &Reply, status: u16, expected: &Value) {
    assert_eq!((reply.status.as_u16(), reply.json()), (status, expected.clone()));
    assert_eq!(reply.headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
}

/// Checks that an answer refuses so.
#[track_caller]
fn refuses(reply: &Reply, code: i32, info: &str) {
    says(reply, 400, &json!({ "code": code, "info": info }));
}

/// Checks that an answer is a success without a payload.
#[track_caller]
fn succeeds(reply: &Reply) {
    says(reply, 200, &json!({ "code": 0, "info": "Success" }));
}

/// The session that a login gave.
#[track_caller]
fn session(reply: &Reply) -> String {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    reply.json()["data"]["session"].as_str().unwrap().to_owned()
}

/// The person with this legacy key.
async fn person(world: &World, unique_id: &str) -> staff::Model {
    let person = staff::Entity::find().filter(staff::Column::UniqueId.eq(unique_id)).one(world.db().read()).await;
    person.unwrap().unwrap()
}

/// Every binding to Feishu.
async fn bindings(world: &World) -> Vec<person_binding::Model> {
    person_binding::Entity::find().order_by_asc(person_binding::Column::Id).all(world.db().read()).await.unwrap()
}

/// Every kept pair of tokens.
async fn pairs(world: &World) -> Vec<user_token::Model> {
    user_token::Entity::find().all(world.db().read()).await.unwrap()
}

/// A row that knows a person of Feishu, and whose account they have.
async fn known(world: &World, unique_id: Option<&str>, open_id: &str, union_id: Option<&str>) -> person_binding::Model {
    let (union_id, now) = (union_id.map(str::to_owned), world.app.now());
    let more = |row: &mut person_binding::ActiveModel| {
        row.tenant = Set(TENANT.to_owned());
        row.union_id = Set(union_id);
        row.name = Set(Some("旧名".to_owned()));
        row.news_at = Set(now);
    };
    world.bound(unique_id, open_id, more).await
}

/// Locks or unlocks a person.
async fn lock(world: &World, unique_id: &str, is_locked: bool) {
    let admin = world.token("admin").await;
    let field = if is_locked { "staffLock" } else { "staffUnlock" };
    let change = format!("mutation {{ {field}(input: {{id: \"{unique_id}\"}}) {{ userErrors {{ code }} }} }}");
    let reply = world.graphql(&change, json!({}), Some(&admin)).await;
    assert_eq!(reply["data"][field]["userErrors"], json!([]), "{reply}");
}

/// The state in the cookie that a reply sets.
fn state_of(headers: &HeaderMap) -> &str {
    let cookie = headers[header::SET_COOKIE].to_str().unwrap();
    cookie.strip_prefix("feishu_state=").unwrap().split(';').next().unwrap()
}
