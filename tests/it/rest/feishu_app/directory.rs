//! `POST /api/feishu_users/{session}`: every row of §1.4, in order.

use assetry::{
    domain::{Key, staff as domain_staff},
    entity::{department, staff},
    settings,
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};
use serde_json::{Value, json};

use crate::harness::{Content, Feishu, FeishuFault as Fault, Reply, World};

const CHILDREN: &str = "/open-apis/contact/v3/departments/0/children";
const PEOPLE: &str = "/open-apis/contact/v3/users/find_by_department";

async fn both() -> (World, Feishu) {
    let feishu = Feishu::start().await;
    (World::on_feishu(Content::Demo, feishu.settings()).await, feishu)
}

async fn sync(world: &World, session: &str) -> Reply {
    let request = Request::post(format!("/api/feishu_users/{session}"));
    world.send(request.body(Body::empty()).unwrap()).await
}

fn says(code: i32, info: &str) -> (StatusCode, Value) {
    let status = if code == 0 { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    (status, json!({ "code": code, "info": info }))
}

fn said(reply: &Reply) -> (StatusCode, Value) {
    assert_eq!(reply.headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
    (reply.status, reply.json())
}

impl World {
    /// Takes a person out of their department.
    async fn place_nowhere(&self, unique_id: &str) {
        let tx = self.db().begin().await.unwrap();
        let person = staff::Entity::find().filter(staff::Column::UniqueId.eq(unique_id)).one(&tx).await.unwrap();
        let mut person = person.unwrap().into_active_model();
        person.department_id = Set(None);
        staff::Entity::update(person).exec(&tx).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn every_refusal_in_its_order() {
    let (world, feishu) = both().await;
    let plain = World::on_feishu(Content::Demo, settings::Feishu::default()).await;
    // 1: the session.
    for malformed in ["x", "0123456789012345678901234567890!", "%E4%BD%A0"] {
        assert_eq!(said(&sync(&world, malformed).await), says(2, "用户的会话标识符信息不正确"), "{malformed}");
    }
    assert_eq!(said(&sync(&world, &"a".repeat(32)).await), says(1, "你无此权限"));
    let session = world.feishu_session("1603162639kQsLBBHw").await;
    let person = staff::Entity::find().filter(staff::Column::UniqueId.eq("1603162639kQsLBBHw"));
    let person = person.one(world.db().read()).await.unwrap().unwrap();
    domain_staff::lock(&world.server_itself(), &Key::Id(person.id)).await.unwrap();
    assert_eq!(said(&sync(&world, &session).await), says(4, "你已被锁定，无法进行该操作"));
    // 2: the permission.
    for person in ["samplestaff", "lwk4j5lk234"] {
        world.place_nowhere(person).await;
        let session = world.feishu_session(person).await;
        assert_eq!(said(&sync(&world, &session).await), says(5, "你无此权限"), "{person}");
    }
    // 3, 4: the entity and the binding, also where nothing is set up.
    for world in [&world, &plain] {
        world.place_nowhere("29384uieweretr").await;
        let nowhere = world.feishu_session("29384uieweretr").await;
        assert_eq!(said(&sync(world, &nowhere).await), says(6, "找不到管理员的实体"));
        let unbound = world.feishu_session("suadmin").await;
        assert_eq!(said(&sync(world, &unbound).await), says(7, "管理员尚未绑定飞书用户"));
    }
    assert!(feishu.calls(CHILDREN).is_empty());
    // 5: Feishu.
    plain.bind_on_feishu("suadmin", "ou_admin").await;
    let session = plain.feishu_session("suadmin").await;
    assert_eq!(said(&sync(&plain, &session).await), says(-2, "未配置飞书应用"));
    world.bind_on_feishu("suadmin", "ou_admin").await;
    let session = world.feishu_session("suadmin").await;
    let before = world.everything_known().await;
    for (fault, info) in [
        (Fault::Status(500), "飞书服务暂时不可用，请稍后再试"),
        (Fault::Broken, "飞书服务暂时不可用，请稍后再试"),
        (Fault::Code(400, 99_991_672), "飞书拒绝了请求，请联系管理员"),
        (Fault::Code(403, 99_991_401), "飞书拒绝了请求，请联系管理员"),
    ] {
        feishu.forget();
        feishu.fail(PEOPLE, vec![fault.clone(); 3]);
        assert_eq!(said(&sync(&world, &session).await), says(-2, info), "{fault:?}");
        assert!(world.everything_known().await == before);
    }
    // 6: done, with and without the slash, whatever the body is.
    feishu.forget();
    assert_eq!(said(&sync(&world, &session).await), says(0, "Success"));
    let request = Request::post(format!("/api/feishu_users/{session}/")).body(Body::from("{\"not JSON")).unwrap();
    assert_eq!(said(&world.send(request).await), says(0, "Success"));
    let get = Request::builder().method(Method::GET).uri(format!("/api/feishu_users/{session}"));
    let reply = world.send(get.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (reply.status, &reply.headers[header::ALLOW]),
        (StatusCode::METHOD_NOT_ALLOWED, &"POST".parse().unwrap())
    );
    assert_eq!(reply.json(), json!({ "code": -3, "info": "Bad method" }));
}

#[tokio::test]
async fn the_sessions_of_other_dialects_are_taken() {
    let (world, _feishu) = both().await;
    world.bind_on_feishu("admin", "ou_admin").await;
    let jwt = world.token("admin").await;
    assert_eq!(said(&sync(&world, &jwt).await), says(0, "Success"));
    let login = json!({ "username": "admin", "password": "adminpass" });
    let token = world.post("/api/login/", &login).await.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(said(&sync(&world, &token).await), says(0, "Success"));
}

#[tokio::test]
async fn the_entity_is_the_root_of_the_tree_of_who_asks() {
    let (world, feishu) = both().await;
    let deep = department::Entity::find().filter(department::Column::UniqueId.eq("subdepartment1"));
    let deep = deep.one(world.db().read()).await.unwrap().unwrap();
    let update = domain_staff::Update {
        department: assetry::domain::Change::Set(Key::Id(deep.id)),
        ..domain_staff::Update::default()
    };
    domain_staff::update(&world.server_itself(), &Key::UniqueId("admin".to_owned()), &update).await.unwrap();
    world.bind_on_feishu("admin", "ou_admin").await;
    let item = json!({ "open_department_id": "od-1", "parent_department_id": "0", "name": "甲" });
    feishu.answer(CHILDREN, [json!({ "code": 0, "data": { "items": [item], "has_more": false } })]);
    let session = world.feishu_session("admin").await;
    assert_eq!(said(&sync(&world, &session).await), says(0, "Success"));
    let made = department::Entity::find().filter(department::Column::UniqueId.eq("od-1"));
    let made = made.one(world.db().read()).await.unwrap().unwrap();
    assert_eq!(made.parent_id, deep.parent_id);
}

#[tokio::test]
async fn graphql_says_how_many_there_are() {
    let (world, _feishu) = both().await;
    let token = world.token("suadmin").await;
    let sync = "mutation { feishuSync(input: { fresh: true }) { departments people userErrors { code } } }";
    let reply = world.graphql(sync, json!({}), Some(&token)).await;
    let refused = json!({ "departments": null, "people": null, "userErrors": [{ "code": "SYNCER_UNBOUND" }] });
    assert_eq!(reply["data"]["feishuSync"], refused);
    world.bind_on_feishu("suadmin", "ou_admin").await;
    let reply = world.graphql(sync, json!({}), Some(&token)).await;
    assert_eq!(reply["data"]["feishuSync"], json!({ "departments": 0, "people": 1, "userErrors": [] }));
}
