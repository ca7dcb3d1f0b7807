//! People who leave, and come again (§4.5).

use assetry::{
    domain::sessions,
    entity::{asset, person_binding, staff, words::LockedBy},
};
use axum::http::StatusCode;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use super::company::{both, person, with};

const CREATED: &str = "contact.user.created_v3";
const DELETED: &str = "contact.user.deleted_v3";

#[tokio::test]
async fn a_leaver_is_locked_and_what_they_hold_stays() {
    let (world, _feishu) = both().await;
    world.bind_on_feishu("samplestaff", "ou_1").await;
    let session = world.feishu_session("samplestaff").await;
    let jwt = world.token("samplestaff").await;
    world.news("contact.user.updated_v3", 1, json!({ "open_id": "ou_1", "user_id": "u1", "name": "测试" })).await;
    let before = world.who_is("ou_1").await.unwrap();
    let held = asset::Entity::find().filter(asset::Column::HolderId.eq(before.id));
    let holding = held.clone().count(world.db().read()).await.unwrap();
    assert!(holding > 0);

    let gone = json!({ "open_id": "ou_1", "union_id": "on_1", "user_id": "u1", "name": "改名" });
    world.news(DELETED, 2, gone.clone()).await;
    let leaver = world.who_is("ou_1").await.unwrap();
    assert_eq!((leaver.locked_by, leaver.name.as_str()), (Some(LockedBy::Feishu), before.name.as_str()));
    assert_eq!(world.live_sessions(leaver.id).await, 0);
    for token in [&session, &jwt] {
        assert!(sessions::authenticate(&world.app, token).await.is_err());
    }
    let link = world.binding_of("ou_1").await.unwrap();
    assert_eq!((link.user_id, link.union_id.as_deref(), link.staff_id), (None, Some("on_1"), Some(leaver.id)));
    assert_eq!(held.count(world.db().read()).await.unwrap(), holding);
    let token = world.token("suadmin").await;
    let asked =
        "{ asset(by: {uniqueId: \"test_asset_transfering\"}) { holder { uniqueId } approvals { nodes { state } } } }";
    let seen = world.graphql(asked, json!({}), Some(&token)).await;
    assert_eq!(seen["data"]["asset"]["holder"]["uniqueId"], "samplestaff");
    assert_eq!(seen["data"]["asset"]["approvals"]["nodes"][0]["state"], "PENDING");

    // Whoever is given the user_id is somebody else.
    world.news(CREATED, 3, json!({ "open_id": "ou_2", "user_id": "u1", "name": "新人" })).await;
    assert_ne!(world.who_is("ou_2").await.unwrap().id, leaver.id);
    // Older news does not bring them back, newer does.
    world.news(CREATED, 1, json!({ "open_id": "ou_1", "name": "旧" })).await;
    assert!(world.who_is("ou_1").await.unwrap().locked);
    world.news(CREATED, 4, json!({ "open_id": "ou_1", "user_id": "u9" })).await;
    let back = world.who_is("ou_1").await.unwrap();
    assert_eq!((back.locked, back.id), (false, leaver.id));
    assert_eq!(world.binding_of("ou_1").await.unwrap().user_id.as_deref(), Some("u9"));
}

#[tokio::test]
async fn news_of_a_leaver_who_never_came_is_remembered() {
    let (world, feishu) = both().await;
    let accounts = async || staff::Entity::find().count(world.db().read()).await.unwrap();
    let before = accounts().await;
    let told = json!({ "open_id": "ou_1", "user_id": "u1", "name": "张三" });
    world.news(DELETED, 10, told.clone()).await;
    world.news(CREATED, 5, told.clone()).await;
    world.news("contact.user.updated_v3", 7, told.clone()).await;
    assert_eq!((accounts().await, world.who_is("ou_1").await), (before, None));
    let known = world.everything_known().await;
    world.news(DELETED, 10, with(told.clone(), json!({ "name": "again" }))).await;
    assert!(world.everything_known().await == known);

    world.news(CREATED, 20, told.clone()).await;
    let made = world.who_is("ou_1").await.unwrap();
    assert_eq!((made.locked, accounts().await), (false, before + 1));
    // A change that nobody knows of makes nobody.
    world.news("contact.user.updated_v3", 1, json!({ "open_id": "ou_2", "name": "李四" })).await;
    assert_eq!(accounts().await, before + 1);
    // A sync brings who was only remembered.
    feishu.people("0", &[person("ou_2", "李四"), person(super::company::ADMIN, "a")]);
    world.brought().await.unwrap();
    assert_eq!(world.who_is("ou_2").await.unwrap().name, "李四");
}

#[tokio::test]
async fn a_leaver_of_whom_only_the_user_id_is_known_leaves_it_to_others() {
    let (world, _feishu) = both().await;
    let told = json!({ "user_id": "u1", "name": "张三" });
    world.news(CREATED, 1, told.clone()).await;
    world.news(DELETED, 2, told.clone()).await;
    let links = person_binding::Entity::find().filter(person_binding::Column::Platform.eq("feishu"));
    let links = links.filter(person_binding::Column::MadeAccount.eq(true)).all(world.db().read()).await.unwrap();
    let first = links[0].staff_id.unwrap();
    let known = world.everything_known().await;
    world.news(DELETED, 2, with(told.clone(), json!({ "again": true }))).await;
    world.news(CREATED, 1, with(told.clone(), json!({ "again": true }))).await;
    assert!(world.everything_known().await == known);
    world.news(CREATED, 3, json!({ "open_id": "ou_2", "user_id": "u1", "name": "李四" })).await;
    let second = world.who_is("ou_2").await.unwrap();
    assert_ne!(second.id, first);
    let leaver = staff::Entity::find_by_id(first).one(world.db().read()).await.unwrap().unwrap();
    assert_eq!(leaver.locked_by, Some(LockedBy::Feishu));
    let reply = world.pushed(&[], json!({ "event": { "object": { "user_id": "u1", "name": "x" } } }).to_string()).await;
    assert_eq!(reply.status, StatusCode::OK);
}
