//! Events about people, each by its own time: every row of §4.5 about people who come and change.

use assetry::{
    domain::staff as domain_staff,
    entity::{
        person_binding, staff,
        words::{LockedBy, StaffGroup},
    },
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use super::company::{ADMIN, both, both_with, department, person, with};
use crate::harness::{Content, FeishuFault as Fault, World};

const CREATED: &str = "contact.user.created_v3";
const UPDATED: &str = "contact.user.updated_v3";
const DELETED: &str = "contact.user.deleted_v3";

async fn accounts(world: &World) -> u64 {
    staff::Entity::find().count(world.db().read()).await.unwrap()
}

#[tokio::test]
async fn who_comes_gets_an_account() {
    let (world, feishu) = both().await;
    feishu.people("0", &[person(ADMIN, "a")]);
    feishu.departments(&[department("od-1", "0", "甲")]);
    world.brought().await.unwrap();
    let zhang = json!({
        "open_id": "ou_1", "union_id": "on_1", "user_id": "u1", "name": "张三", "mobile": "+8613800000000",
        "department_ids": ["od-1"],
    });
    world.news(CREATED, 1, zhang).await;
    let made = world.who_is("ou_1").await.unwrap();
    assert_eq!((made.name.as_str(), made.username.as_str(), made.locked), ("张三", "张三", false));
    assert_eq!(made.staff_group, StaffGroup::GeneralStaff);
    assert_eq!(made.department_id, world.place_of("od-1").await.map(|it| it.id));
    let roles = domain_staff::roles_of(world.db().read(), &[made.id]).await.unwrap();
    assert_eq!(roles[&made.id][0].name, "user");
    let link = world.binding_of("ou_1").await.unwrap();
    assert_eq!([link.user_id.as_deref(), link.phone.as_deref()], [Some("u1"), Some("13800000000")]);
    // Nobody had to be asked.
    assert!(feishu.calls("/open-apis/contact/v3/users/ou_1").is_empty());
}

#[tokio::test]
async fn the_department_of_a_newcomer_is_asked_for_with_what_is_above_it() {
    let (world, feishu) = both_with(|settings| "subdepartment1".clone_into(&mut settings.root_department)).await;
    let root = world.department_called("subdepartment1").await.unwrap().id;
    feishu.tells_of("ou_1", with(person("ou_1", "x"), json!({ "department_ids": ["od-2"] })));
    feishu.tells_of_department(department("od-2", "od-1", "二级"));
    feishu.tells_of_department(department("od-1", "0", "一级"));
    world.news(CREATED, 1, json!({ "open_id": "ou_1", "name": "张三", "department_ids": ["od-unseen"] })).await;
    let made = world.who_is("ou_1").await.unwrap();
    let (first, second) = (world.place_of("od-1").await.unwrap(), world.place_of("od-2").await.unwrap());
    assert_eq!((made.name.as_str(), made.department_id), ("张三", Some(second.id)));
    assert_eq!((second.parent_id, first.parent_id, first.name.as_str()), (Some(first.id), Some(root), "一级"));

    // A refusal, and an answer that says nothing, leave the root; so does a circle of departments.
    feishu.fail("/open-apis/contact/v3/users/ou_2", [Fault::Code(400, 41050)]);
    feishu.fail("/open-apis/contact/v3/users/ou_4", [Fault::Status(404)]);
    for open_id in ["ou_2", "ou_3", "ou_4"] {
        world.news(CREATED, 2, json!({ "open_id": open_id, "name": "李四" })).await;
        assert_eq!(world.who_is(open_id).await.unwrap().department_id, Some(root), "{open_id}");
    }
    feishu.tells_of("ou_5", with(person("ou_5", "x"), json!({ "department_ids": ["od-a"] })));
    feishu.tells_of_department(department("od-a", "od-b", "a"));
    feishu.tells_of_department(department("od-b", "od-a", "b"));
    world.news(CREATED, 3, json!({ "open_id": "ou_5", "name": "王五" })).await;
    assert_eq!(world.who_is("ou_5").await.unwrap().department_id, world.place_of("od-a").await.map(|it| it.id));
}

#[tokio::test]
async fn without_an_app_newcomers_are_put_where_the_setting_or_the_last_sync_says() {
    for (setting, place) in [("subdepartment1", Some("subdepartment1")), ("", None), ("nowhere", None)] {
        let settings = assetry::settings::Feishu {
            allow_unsigned: Some(true),
            root_department: setting.to_owned(),
            ..assetry::settings::Feishu::default()
        };
        let world = World::on_feishu(Content::Demo, settings).await;
        world.news(CREATED, 1, json!({ "open_id": "ou_1", "name": "张三", "department_ids": ["od-1"] })).await;
        let expected = match place {
            Some(place) => world.department_called(place).await.map(|it| it.id),
            None => None,
        };
        assert_eq!(world.who_is("ou_1").await.unwrap().department_id, expected, "{setting}");
    }
    let (world, feishu) = both().await;
    feishu.people("0", &[person(ADMIN, "a")]);
    world.brought().await.unwrap();
    world.news(CREATED, 1, json!({ "open_id": "ou_1", "name": "张三" })).await;
    let root = world.department_called("sampledepartment").await.map(|it| it.id);
    assert_eq!(world.who_is("ou_1").await.unwrap().department_id, root);
}

#[tokio::test]
async fn accounts_from_feishu_follow_and_others_keep_what_they_have() {
    let (world, feishu) = both().await;
    feishu.people("0", &[person(ADMIN, "a"), person("ou_1", "张三")]);
    feishu.departments(&[department("od-1", "0", "甲")]);
    world.brought().await.unwrap();
    let admin = world.who_is(ADMIN).await.unwrap();
    for id in [ADMIN, "ou_1"] {
        let told = json!({ "open_id": id, "user_id": format!("u-{id}"), "name": "新名", "mobile": "1", "department_ids": ["od-1"] });
        world.news(UPDATED, 1, told).await;
        let link = world.binding_of(id).await.unwrap();
        assert_eq!((link.name.as_deref(), link.phone.as_deref()), (Some("新名"), Some("1")));
        assert_eq!(link.user_id, Some(format!("u-{id}")));
    }
    let made = world.who_is("ou_1").await.unwrap();
    assert_eq!(world.who_is(ADMIN).await.unwrap(), admin);
    assert_eq!((made.name.as_str(), made.username.as_str()), ("新名", "张三"));
    assert_eq!(made.department_id, world.place_of("od-1").await.map(|it| it.id));

    // A department that is not known here is asked for; what is not told stays.
    feishu.tells_of_department(department("od-2", "od-1", "乙"));
    world.news(UPDATED, 2, json!({ "open_id": "ou_1", "department_ids": ["od-2"] })).await;
    let moved = world.who_is("ou_1").await.unwrap();
    assert_eq!((moved.name.as_str(), moved.department_id), ("新名", world.place_of("od-2").await.map(|it| it.id)));
    world.news(CREATED, 3, json!({ "open_id": "ou_1", "union_id": "on_1", "name": "又一名" })).await;
    let again = world.who_is("ou_1").await.unwrap();
    assert_eq!((again.name.as_str(), again.department_id), ("又一名", moved.department_id));
    world.news(UPDATED, 4, json!({ "open_id": "ou_other_app", "union_id": "on_1", "name": "按union" })).await;
    assert_eq!(world.who_is("ou_other_app").await.unwrap().id, made.id);
}

#[tokio::test]
async fn older_news_is_dropped_whatever_the_order() {
    let object = |name: &str| json!({ "open_id": "ou_1", "name": name });
    let events = [(CREATED, 10, "first"), (UPDATED, 20, "second"), (UPDATED, 30, "third")];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let (world, _feishu) = both().await;
        for at in order {
            let (kind, second, name) = events[at];
            world.news(kind, second, object(name)).await;
        }
        let made = world.who_is("ou_1").await.unwrap();
        assert_eq!(made.name, "third", "{order:?}");
        // The same news under other ids changes nothing.
        let known = world.everything_known().await;
        for (kind, second, name) in events {
            let mut again = world.envelope(kind, second, json!({ "object": object(name) }));
            again["header"]["event_id"] = json!(format!("again {second}"));
            world.told(&again).await;
        }
        assert!(world.everything_known().await == known, "{order:?}");
    }
}

#[tokio::test]
async fn frozen_and_exited_people_are_locked_until_they_are_not() {
    let (world, _feishu) = both().await;
    world.bind_on_feishu("samplestaff", "ou_1").await;
    let told = |status: Value| json!({ "open_id": "ou_1", "status": status });
    let mut second = 0;
    for (status, locked) in [
        (json!({ "is_frozen": true }), true),
        (json!({}), true),
        (json!({ "is_frozen": false }), false),
        (json!({ "is_exited": true, "is_frozen": false }), true),
        (json!({ "is_exited": false }), false),
        (json!({ "is_resigned": true }), true),
    ] {
        second += 1;
        let person = world.who_is("ou_1").await.unwrap();
        if !person.locked {
            world.feishu_session("samplestaff").await;
        }
        world.news(UPDATED, second, told(status.clone())).await;
        let person = world.who_is("ou_1").await.unwrap();
        assert_eq!(person.locked_by, locked.then_some(LockedBy::Feishu), "{status}");
        assert_eq!(world.live_sessions(person.id).await, 0);
        if !locked {
            world.feishu_session("samplestaff").await;
            assert_eq!(world.live_sessions(person.id).await, 1);
            world.news(UPDATED, second, told(json!({ "is_frozen": true }))).await;
            assert_eq!(world.live_sessions(person.id).await, 1, "the same moment is no news");
            domain_staff::lock(&world.server_itself(), &assetry::domain::Key::Id(person.id)).await.unwrap();
            domain_staff::unlock(&world.server_itself(), &assetry::domain::Key::Id(person.id)).await.unwrap();
        }
    }
    // A lock by hand is not Feishu's to lift.
    let hand = world.who_is(ADMIN).await.unwrap();
    world.bind_on_feishu("demo", "ou_2").await;
    let demo = world.who_is("ou_2").await.unwrap();
    domain_staff::lock(&world.server_itself(), &assetry::domain::Key::Id(demo.id)).await.unwrap();
    for (kind, second) in [(UPDATED, 1), (CREATED, 2)] {
        world.news(kind, second, json!({ "open_id": "ou_2", "status": { "is_frozen": false } })).await;
    }
    assert_eq!(world.who_is("ou_2").await.unwrap().locked_by, Some(LockedBy::Person));
    // Nor does Feishu lock the last administrator.
    world.news(DELETED, 1, json!({ "open_id": ADMIN })).await;
    assert_eq!(world.who_is(ADMIN).await.unwrap(), hand);
}

#[tokio::test]
async fn the_shape_of_the_document_is_matched_by_user_id() {
    let (world, feishu) = both().await;
    let printed = json!({ "event": { "object": { "user_id": "e33ggbyz", "name": "张三", "mobile": "12345678910" } } });
    world.told(&printed).await;
    let link = person_binding::Entity::find().filter(person_binding::Column::UserId.eq("e33ggbyz"));
    let link = link.one(world.db().read()).await.unwrap().unwrap();
    let made = staff::Entity::find_by_id(link.staff_id.unwrap()).one(world.db().read()).await.unwrap().unwrap();
    assert_eq!((made.name.as_str(), made.username.as_str()), ("张三", "张三"));
    assert_eq!(link.phone.as_deref(), Some("12345678910"));
    world.clock.advance(chrono::TimeDelta::seconds(1));
    world.told(&json!({ "event": { "object": { "user_id": "e33ggbyz", "name": "张三丰" } } })).await;
    assert_eq!(accounts(&world).await, 12);

    // Whoever tells of the open_id later tells of the same person.
    world.news(UPDATED, 5, json!({ "open_id": "ou_1", "user_id": "e33ggbyz", "name": "李四" })).await;
    let known = world.who_is("ou_1").await.unwrap();
    assert_eq!((known.id, known.name.as_str(), accounts(&world).await), (made.id, "李四", 12));
    world.clock.advance(chrono::TimeDelta::seconds(10));
    world.told(&json!({ "event": { "object": { "user_id": "e33ggbyz", "name": "王五" } } })).await;
    assert_eq!(world.who_is("ou_1").await.unwrap().name, "王五");

    // A sync takes over as well; and where Feishu can be asked, the open_id is known at once. Numbers are their digits.
    world.told(&json!({ "event": { "object": { "user_id": 7, "name": 12 } } })).await;
    feishu.people("0", &[person(ADMIN, "a"), with(person("ou_7", "七"), json!({ "user_id": "7" }))]);
    world.brought().await.unwrap();
    assert_eq!(world.who_is("ou_7").await.unwrap().username, "12");
    feishu.tells_of("u8", with(person("ou_8", "八"), json!({ "user_id": "u8", "department_ids": ["0"] })));
    world.told(&json!({ "event": { "object": { "user_id": "u8", "name": "捌" } } })).await;
    assert_eq!(world.who_is("ou_8").await.unwrap().name, "捌");
    assert!(feishu.calls("/open-apis/contact/v3/users/u8")[0].query.contains("user_id_type=user_id"));
    assert_eq!(accounts(&world).await, 14);
}

#[tokio::test]
async fn what_comes_into_scope_comes() {
    let (world, feishu) = both().await;
    feishu.people("0", &[person(ADMIN, "a")]);
    feishu.departments(&[department("od-1", "0", "甲")]);
    world.brought().await.unwrap();
    let known = world.everything_known().await;
    let removed = json!({ "departments": [department("od-1", "0", "甲")], "users": [{ "open_id": ADMIN }] });
    world.happened("contact.scope.updated_v3", 1, json!({ "removed": removed })).await;
    assert!(world.everything_known().await == known);
    feishu.tells_of_department(department("od-2", "od-1", "乙"));
    let added = json!({
        "departments": [department("od-3", "od-2", "丙"), {}],
        "users": [{ "open_id": "ou_1", "name": "张三", "department_ids": ["od-1"] }, { "name": "nobody" }],
    });
    world.happened("contact.scope.updated_v3", 2, json!({ "added": added })).await;
    assert_eq!(world.who_is("ou_1").await.unwrap().name, "张三");
    let two = world.place_of("od-2").await.unwrap();
    assert_eq!(world.place_of("od-3").await.unwrap().parent_id, Some(two.id));
}

#[tokio::test]
async fn an_answer_about_somebody_else_is_none() {
    let (world, feishu) = both().await;
    let somebody = json!({ "open_id": ADMIN, "user_id": "another", "name": "somebody else" });
    feishu.answer("/open-apis/contact/v3/users/e33ggbyz", [json!({ "code": 0, "data": { "user": somebody } })]);
    let before = world.binding_of(ADMIN).await;
    world.told(&json!({ "event": { "object": { "user_id": "e33ggbyz", "name": "张三" } } })).await;
    assert_eq!(world.binding_of(ADMIN).await, before);
    assert_eq!(world.who_is("user:e33ggbyz").await.unwrap().name, "张三");
}
