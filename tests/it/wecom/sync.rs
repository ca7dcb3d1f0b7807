//! §9: departments and people follow WeCom, and what it does not say stays.

use assetry::{
    domain::{
        Code, Key, departments,
        directory::{self, places, profiles},
        sessions, staff as people,
    },
    entity::{credential, department, words::LockedBy},
};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use super::{person, system};
use crate::harness::{Fault, Wecom, World};

async fn sync(world: &World) {
    directory::sync_soon(&system(world)).await.unwrap();
    world.work().await;
}

fn tree() -> serde_json::Value {
    json!([
        { "id": 1, "name": "公司", "parentid": 0, "order": 100 },
        { "id": 20, "name": "研发", "parentid": 1, "order": 4_294_967_295_u64 },
        { "id": 21, "name": "小组", "parentid": 20 },
    ])
}

async fn beside() -> (Wecom, World) {
    let wecom = Wecom::start().await;
    wecom.departments(tree());
    wecom.people(
        20,
        json!([{
            "userid": "ZhangSan", "name": "张三", "department": [20, 21], "main_department": 21, "position": "工程师",
            "mobile": "555-0100", "gender": "1", "email": "zhang@example.com", "status": 1, "avatar": "x",
        }]),
    );
    let world = World::beside(&wecom).await;
    (wecom, world)
}

async fn named(world: &World, name: &str) -> department::Model {
    let found = department::Entity::find().filter(department::Column::Name.eq(name)).one(world.db().read()).await;
    found.unwrap().unwrap()
}

#[tokio::test]
async fn departments_take_wecoms_ids_where_they_are_free() {
    let (wecom, world) = beside().await;
    sync(&world).await;
    // 1 is taken by a department that was there before, and behind 21 comes 22.
    let (root, below, lowest) = (named(&world, "公司").await, named(&world, "研发").await, named(&world, "小组").await);
    assert_eq!((root.id, below.id, lowest.id), (22, 20, 21));
    assert_eq!((root.parent_id, below.parent_id, lowest.parent_id), (None, Some(22), Some(20)));
    let found = places(&system(&world), &[root.id, below.id, lowest.id, 1]).await.unwrap();
    let shown = |id| found.get(&id).map(|place| (place.position, place.delivered));
    assert_eq!(
        (shown(22), shown(20), shown(21), shown(1)),
        (Some((100, true)), Some((4_294_967_295, true)), Some((0, true)), None)
    );
    // What is not delivered any more stays, and what was renamed or moved follows.
    wecom.departments(json!([{ "id": 1, "name": "公司" }, { "id": 21, "name": "组", "parentid": 1 }]));
    sync(&world).await;
    let found = places(&system(&world), &[20]).await.unwrap();
    assert!(!found[&20].delivered);
    let moved = named(&world, "组").await;
    assert_eq!((moved.id, moved.parent_id), (21, Some(22)));
    // Whoever is made next gets a key of its own.
    let next = departments::Create { name: "新".to_owned(), ..Default::default() };
    assert_eq!(departments::create(&system(&world), next).await.unwrap().id, 23);
}

#[tokio::test]
async fn circles_and_odd_departments_do_no_harm() {
    let (wecom, world) = beside().await;
    wecom.departments(json!([
        { "id": 30, "name": "a", "parentid": 31 }, { "id": 31, "name": "b", "parentid": 30 }, { "id": 32, "name": "c", "parentid": 32 },
        { "id": "x" }, { "id": -5, "name": "n" }, { "id": 33, "name": "", "parentid": 999, "order": -1 },
    ]));
    sync(&world).await;
    let (a, b, c, d) =
        (named(&world, "a").await, named(&world, "b").await, named(&world, "c").await, named(&world, "33").await);
    assert!(a.parent_id.is_none() != b.parent_id.is_none());
    assert_eq!((c.parent_id, d.parent_id), (None, None));
}

#[tokio::test]
async fn a_new_member_becomes_a_person() {
    let (_wecom, world) = beside().await;
    sync(&world).await;
    let made = person(&world, "ZhangSan").await.unwrap();
    assert_eq!(
        (made.name.as_str(), made.mobile.as_deref(), made.email.as_deref()),
        ("张三", Some("555-0100"), Some("zhang@example.com"))
    );
    assert_eq!(made.department_id, Some(21));
    let roles = people::roles_of(world.db().read(), &[made.id]).await.unwrap();
    assert_eq!(roles[&made.id].iter().map(|role| role.name.as_str()).collect::<Vec<_>>(), ["user"]);
    assert_eq!(credential::Entity::find_by_id(made.id).count(world.db().read()).await.unwrap(), 0);
    let found = profiles(&system(&world), &[made.id, 9]).await.unwrap();
    assert_eq!(
        found[&made.id].info.to_string(),
        r#"{"userid":"ZhangSan","position":"工程师","gender":"1","main_department":21,"status":1}"#
    );
    assert_eq!(
        found[&made.id].departments.to_string(),
        r#"[{"20":{"id":20,"name":"研发"}},{"21":{"id":21,"name":"小组"}}]"#
    );
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn twice_in_a_row_changes_nothing() {
    let (_wecom, world) = beside().await;
    sync(&world).await;
    let before = world.directory().await;
    world.clock.advance(TimeDelta::hours(1));
    sync(&world).await;
    assert_eq!(world.directory().await, before);
}

#[tokio::test]
async fn what_is_absent_or_empty_never_overwrites() {
    let (wecom, world) = beside().await;
    sync(&world).await;
    for partly in [
        json!({ "userid": "zhangsan" }),
        json!({ "userid": "ZHANGSAN", "name": "", "mobile": null, "email": " ", "position": "" }),
    ] {
        wecom.people(20, json!([partly]));
        sync(&world).await;
        let kept = person(&world, "ZhangSan").await.unwrap();
        assert_eq!(
            (kept.name.as_str(), kept.mobile.as_deref(), kept.department_id),
            ("张三", Some("555-0100"), Some(21))
        );
    }
    wecom.people(20, json!([{ "userid": "ZhangSan", "name": "张三丰", "department": [1], "main_department": 1 }]));
    sync(&world).await;
    let changed = person(&world, "ZhangSan").await.unwrap();
    assert_eq!((changed.name.as_str(), changed.department_id), ("张三丰", Some(22)));
    let found = profiles(&system(&world), &[changed.id]).await.unwrap();
    assert_eq!(found[&changed.id].departments, json!([{ "22": { "id": 22, "name": "公司" } }]));
    assert_eq!(found[&changed.id].info["position"], "工程师");
}

#[tokio::test]
async fn somebody_who_was_there_is_matched_by_login_name_and_keeps_what_is_ours() {
    let (wecom, world) = beside().await;
    wecom.people(20, json!([{ "userid": "ASDF", "name": "新名", "department": [20], "status": 1 }]));
    let before = person(&world, "asdf").await.unwrap();
    sync(&world).await;
    let matched = person(&world, "asdf").await.unwrap();
    assert_eq!((matched.id, matched.name.as_str()), (before.id, "新名"));
    assert_eq!((matched.department_id, matched.staff_group), (before.department_id, before.staff_group));
    assert!(person(&world, "ASDF").await.is_none());
    // The link holds when the login name changes.
    let update = people::Update { username: Some("other".to_owned()), ..Default::default() };
    people::update(&system(&world), &Key::Id(before.id), &update).await.unwrap();
    wecom.people(20, json!([{ "userid": "asdf", "name": "再改" }]));
    sync(&world).await;
    assert_eq!(person(&world, "other").await.unwrap().name, "再改");
    assert!(person(&world, "asdf").await.is_none());
}

#[tokio::test]
async fn the_status_locks_and_unlocks_but_never_against_a_hand() {
    let (wecom, world) = beside().await;
    let status = async |userid: &str, status: i64| {
        wecom.people(20, json!([{ "userid": userid, "status": status }]));
        sync(&world).await;
        person(&world, userid).await.map(|person| person.locked_by)
    };
    let token = world.token("demo").await;
    assert_eq!(status("demo", 2).await, Some(Some(LockedBy::Wecom)));
    assert!(sessions::authenticate(&world.app, &token).await.is_err());
    assert_eq!(status("demo", 4).await, Some(None));
    assert!(sessions::authenticate(&world.app, &token).await.is_err(), "an old session does not revive");
    assert_eq!(status("demo", 5).await, Some(Some(LockedBy::Wecom)));
    assert_eq!(status("demo", 1).await, Some(None));
    people::lock(&system(&world), &Key::UniqueId("demo".to_owned())).await.unwrap();
    assert_eq!(status("demo", 1).await, Some(Some(LockedBy::Person)));
    assert_eq!(status("demo", 5).await, Some(Some(LockedBy::Person)));
    assert_eq!(status("suadmin", 5).await, Some(None), "the last holder of suadmin stays");
    assert_eq!(status("admin", 5).await, Some(Some(LockedBy::Wecom)));
}

#[tokio::test]
async fn a_bad_member_keeps_nobody_out() {
    let (wecom, world) = beside().await;
    wecom.people(
        20,
        json!([{ "userid": "坏" }, { "name": "no userid" }, { "userid": "_x" }, 5, { "userid": "good", "name": "a\u{0}b" }, { "userid": "GOOD2" }]),
    );
    sync(&world).await;
    assert_eq!(person(&world, "good").await.unwrap().name, "good");
    assert!(person(&world, "GOOD2").await.is_some() && person(&world, "_x").await.is_none());
}

#[tokio::test]
async fn failures_change_nothing_or_keep_what_was_committed() {
    let (wecom, world) = beside().await;
    let before = world.directory().await;
    for fault in [Fault::Status(500), Fault::Broken, Fault::Cut, Fault::Code(50001)] {
        wecom.fail("department/list", [fault.clone()]);
        directory::sync_soon(&system(&world)).await.unwrap();
        assert!(directory::run_if_asked(&world.app).await.is_err(), "{fault:?}");
        assert_eq!(world.directory().await, before, "{fault:?}");
    }
    wecom.departments(json!([]));
    sync(&world).await;
    assert_eq!(world.directory().await, before);
    // A department whose people we may not see is skipped; any other failure ends the run.
    wecom.departments(tree());
    wecom.fail("user/list", [Fault::Code(60011)]);
    sync(&world).await;
    assert!(person(&world, "ZhangSan").await.is_some());
    wecom.people(20, json!([{ "userid": "later" }]));
    wecom.fail("user/list", [Fault::Code(99)]);
    directory::sync_soon(&system(&world)).await.unwrap();
    assert!(directory::run_if_asked(&world.app).await.is_err());
    assert!(person(&world, "later").await.is_none());
    sync(&world).await;
    assert!(person(&world, "later").await.is_some());
}

#[tokio::test]
async fn one_run_is_under_way_at_a_time() {
    let (wecom, world) = beside().await;
    assert!(!directory::run_if_asked(&world.app).await.unwrap());
    for _ in 0..3 {
        directory::sync_soon(&system(&world)).await.unwrap();
    }
    let runs = futures_util::future::join_all((0..8).map(|_| directory::run_if_asked(&world.app))).await;
    assert_eq!(runs.into_iter().filter(|run| *run.as_ref().unwrap()).count(), 1);
    assert_eq!(wecom.calls("department/list").len(), 1);
}

#[tokio::test]
async fn who_may_not_or_cannot_is_refused() {
    let world = World::demo().await;
    let fault = directory::sync_soon(&system(&world)).await.unwrap_err();
    assert_eq!(fault.code, Code::WecomNotConfigured);
    assert_eq!(directory::person_of_code(&world.app, "x").await.unwrap_err().code, Code::WecomNotConfigured);
}
