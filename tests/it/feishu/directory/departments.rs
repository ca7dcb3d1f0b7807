//! Events about departments (§4.5).

use assetry::entity::department_binding;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use super::company::{both, both_with, department, person, with};

const CREATED: &str = "contact.department.created_v3";
const UPDATED: &str = "contact.department.updated_v3";
const DELETED: &str = "contact.department.deleted_v3";

#[tokio::test]
async fn departments_come_and_change_below_the_root() {
    let (world, feishu) = both_with(|settings| "subdepartment1".clone_into(&mut settings.root_department)).await;
    let root = world.department_called("subdepartment1").await.unwrap().id;
    world.news(CREATED, 1, department("od-1", "0", "一级")).await;
    let first = world.place_of("od-1").await.unwrap();
    assert_eq!((first.unique_id.as_str(), first.name.as_str(), first.parent_id), ("od-1", "一级", Some(root)));
    // A parent that we do not know is fetched first, and those above it.
    feishu.tells_of_department(department("od-3", "od-2", "三级"));
    feishu.tells_of_department(department("od-2", "od-1", "二级"));
    world.news(CREATED, 1, department("od-4", "od-3", "四级")).await;
    let (two, three) = (world.place_of("od-2").await.unwrap(), world.place_of("od-3").await.unwrap());
    assert_eq!((two.parent_id, three.parent_id), (Some(first.id), Some(two.id)));
    assert_eq!(world.place_of("od-4").await.unwrap().parent_id, Some(three.id));
    // One whose parent nobody tells of is put below the root.
    world.news(CREATED, 1, department("od-5", "od-hidden", "孤儿")).await;
    assert_eq!(world.place_of("od-5").await.unwrap().parent_id, Some(root));

    world.news(UPDATED, 9, with(department("od-4", "od-1", "改名"), json!({ "extra": [] }))).await;
    let four = world.place_of("od-4").await.unwrap();
    assert_eq!((four.name.as_str(), four.parent_id, four.version), ("改名", Some(first.id), 2));
    world.news(UPDATED, 8, department("od-4", "od-3", "旧名")).await;
    assert_eq!(world.place_of("od-4").await.unwrap(), four);
    // Never a circle.
    world.news(UPDATED, 9, department("od-1", "od-3", "一级")).await;
    let first = world.place_of("od-1").await.unwrap();
    assert_eq!((first.parent_id, first.name.as_str()), (Some(root), "一级"));
    world.news(UPDATED, 10, department("od-1", "od-1", "自己")).await;
    let first = world.place_of("od-1").await.unwrap();
    assert_eq!((first.parent_id, first.name.as_str()), (Some(root), "自己"));
}

#[tokio::test]
async fn without_a_root_events_about_departments_do_nothing() {
    let (world, feishu) = both().await;
    world.news(CREATED, 1, department("od-1", "0", "一级")).await;
    assert_eq!(world.place_of("od-1").await, None);
    assert_eq!(world.inbox_states().await, ["ignored"]);
    // A sync tells the root.
    feishu.people("0", &[person(super::company::ADMIN, "a")]);
    world.brought().await.unwrap();
    world.news(CREATED, 2, department("od-1", "0", "一级")).await;
    let root = world.department_called("sampledepartment").await.map(|it| it.id);
    assert_eq!(world.place_of("od-1").await.unwrap().parent_id, root);
}

#[tokio::test]
async fn a_deleted_department_goes_when_it_is_empty() {
    let (world, _feishu) = both_with(|settings| "subdepartment1".clone_into(&mut settings.root_department)).await;
    for (id, parent) in [("od-1", "0"), ("od-2", "od-1"), ("od-3", "0")] {
        world.news(CREATED, 1, department(id, parent, id)).await;
    }
    world
        .news("contact.user.created_v3", 1, json!({ "open_id": "ou_1", "name": "x", "department_ids": ["od-3"] }))
        .await;
    // Older news, then one with a department in it, one with a person in it, and an empty one.
    world.news(DELETED, 1, json!({ "open_department_id": "od-2" })).await;
    assert!(world.place_of("od-2").await.is_some());
    for id in ["od-1", "od-3"] {
        world.news(DELETED, 5, json!({ "open_department_id": id })).await;
        assert!(world.department_called(id).await.is_some() && world.place_of(id).await.is_none(), "{id}");
    }
    world.news(DELETED, 5, json!({ "open_department_id": "od-2" })).await;
    assert!(world.department_called("od-2").await.is_none());
    assert_eq!(department_binding::Entity::find().count(world.db().read()).await.unwrap(), 0);

    // Older news makes none of them, newer does, under the same keys.
    let known = world.everything_known().await;
    world.news(DELETED, 5, json!({ "open_department_id": "od-2", "again": true })).await;
    for id in ["od-1", "od-2"] {
        world.news(UPDATED, 4, department(id, "0", "旧")).await;
    }
    assert!(world.everything_known().await == known);
    for id in ["od-1", "od-2"] {
        let before = world.department_called(id).await;
        world.news(CREATED, 6, department(id, "0", "新")).await;
        let made = world.place_of(id).await.unwrap();
        assert_eq!((made.name.as_str(), made.unique_id.as_str()), ("新", id));
        assert!(before.is_none_or(|before| before.id == made.id));
    }
    // One that we never knew is remembered as gone.
    world.news(DELETED, 9, json!({ "open_department_id": "od-9" })).await;
    world.news(CREATED, 8, department("od-9", "0", "旧")).await;
    assert_eq!(world.place_of("od-9").await, None);
}
