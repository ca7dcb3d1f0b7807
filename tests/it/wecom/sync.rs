//! Syncs: what is delivered is taken, what is absent overwrites nothing (contract: laravel-template §4.9, §9).

use std::future;

use assetry::{
    domain::{
        Code, Key,
        directory::wecom::{self, Part},
        rbac::RoleKey,
        sessions, staff,
    },
    entity::words::{LockedBy, StaffGroup},
    entity::{job, role, staff_role},
};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use super::{both, code, department, member};
use crate::harness::{Content, Says, World};

#[tokio::test]
async fn departments_take_wecoms_ids_where_they_are_free() {
    let (world, wecom) = both(Content::Demo).await;
    // 1, 2 and 3 are taken by the demo data.
    wecom.departments(&[department(9, 2, "部门九"), department(2, 1, "部门二"), department(1, 0, "公司")]);
    world.sync().await;
    let (company, link) = world.place(1).await.unwrap();
    assert_eq!((company.name.as_str(), company.parent_id, link.position, link.delivered), ("公司", None, 101, true));
    let (two, _) = world.place(2).await.unwrap();
    assert_eq!((two.name.as_str(), two.parent_id), ("部门二", Some(company.id)));
    let (nine, _) = world.place(9).await.unwrap();
    assert_eq!((nine.id, nine.parent_id), (9, Some(two.id)));
    assert!(company.id > 3 && two.id > 3, "{} {}", company.id, two.id);

    // A department that is made afterwards gets a key of its own.
    let made = assetry::domain::departments::create(&world.server(), Default::default()).await;
    assert_eq!(code(made), Some(Code::Blank));
    let create = assetry::domain::departments::Create { name: "ours".to_owned(), ..Default::default() };
    let ours = assetry::domain::departments::create(&world.server(), create).await.unwrap();
    assert!(![1, 2, 3, 9, company.id, two.id].contains(&ours.id), "{}", ours.id);
}

#[tokio::test]
async fn a_department_follows_wecom_and_stays_when_it_is_gone() {
    let (world, wecom) = both(Content::Tables).await;
    wecom.departments(&[department(1, 0, "公司"), department(2, 1, "甲"), department(3, 1, "乙")]);
    world.sync().await;
    wecom.departments(&[department(1, 0, "公司"), department(2, 3, "甲甲"), json!({ "id": 3, "parentid": 1 })]);
    world.sync().await;
    let (two, _) = world.place(2).await.unwrap();
    assert_eq!((two.name.as_str(), two.parent_id, two.version), ("甲甲", Some(3), 2));
    assert_eq!(world.place(3).await.unwrap().0.name, "乙");

    wecom.departments(&[department(1, 0, "公司")]);
    world.sync().await;
    assert!(world.place(1).await.unwrap().1.delivered);
    assert!(!world.place(2).await.unwrap().1.delivered);

    // Nothing at all, and no answer, say nothing.
    wecom.departments(&[]);
    world.sync().await;
    wecom.say("department/list", [Says::Status(500)]);
    world.sync().await;
    assert!(world.place(1).await.unwrap().1.delivered);

    wecom.departments(&[department(1, 0, "公司"), department(2, 0, "甲")]);
    world.sync().await;
    let (two, link) = world.place(2).await.unwrap();
    assert_eq!((two.parent_id, link.delivered), (None, true));
}

#[tokio::test]
async fn departments_in_a_circle_become_roots() {
    let (world, wecom) = both(Content::Tables).await;
    wecom.departments(&[department(5, 6, "a"), department(6, 7, "b"), department(7, 5, "c"), department(8, 8, "d")]);
    world.sync().await;
    let parent = async |id| world.place(id).await.unwrap().0.parent_id;
    assert_eq!([parent(5).await, parent(6).await, parent(7).await, parent(8).await], [None, Some(7), Some(5), None]);
}

#[tokio::test]
async fn a_person_is_made_with_what_is_delivered() {
    let (world, wecom) = both(Content::Tables).await;
    wecom.departments(&[department(1, 0, "公司"), department(2, 1, "甲")]);
    let told = json!({
        "name": "张三", "mobile": "13800000000", "email": "zhang@assetry.test", "department": [2, 1, 77],
        "main_department": 1, "position": "工程师", "gender": "1", "alias": "", "telephone": "010", "status": 1,
    });
    wecom.members(2, &[member("ZhangSan", told.clone())]);
    wecom.members(1, &[member("zhangsan", told), json!({ "userid": "nameless", "department": [2] })]);
    world.sync().await;

    let zhang = world.maybe_called("zhangsan").await.unwrap();
    assert_eq!(zhang.name, "张三");
    assert_eq!((zhang.mobile.as_deref(), zhang.email.as_deref()), (Some("13800000000"), Some("zhang@assetry.test")));
    assert_eq!((zhang.staff_group, zhang.department_id, zhang.locked), (StaffGroup::GeneralStaff, Some(1), false));
    let roles = staff::roles_of(world.db().read(), &[zhang.id]).await.unwrap();
    assert_eq!(roles[&zhang.id].iter().map(|role| role.name.as_str()).collect::<Vec<_>>(), ["user"]);
    let login = sessions::Create { username: "zhangsan".to_owned(), password: String::new() };
    assert_eq!(code(sessions::create(&world.server(), login).await), Some(Code::LoginFailed));
    let profile = wecom::profiles(&world.server(), &[zhang.id]).await.unwrap().remove(&zhang.id).unwrap();
    assert_eq!(
        profile.info,
        r#"{"userid":"zhangsan","position":"工程师","gender":"1","telephone":"010","main_department":1,"status":1}"#
    );
    assert_eq!(profile.departments, r#"[{"2":{"id":2,"name":"甲"}},{"1":{"id":1,"name":"公司"}}]"#);

    let nameless = world.person_called("nameless").await;
    assert_eq!((nameless.name.as_str(), nameless.department_id), ("nameless", Some(2)));
    assert!(world.maybe_called("ZhangSan").await.is_none());
}

#[tokio::test]
async fn running_twice_changes_nothing() {
    let (world, wecom) = both(Content::Demo).await;
    wecom.departments(&[department(1, 0, "公司"), department(2, 1, "甲"), department(40, 2, "乙")]);
    let people: Vec<Value> = (0..450).map(|at| member(&format!("u{at}"), json!({ "department": [1, 40] }))).collect();
    wecom.members(1, &people);
    wecom.members(40, &people);
    wecom.members(2, &[member("asdf", json!({})), member("locked", json!({ "status": 5 })), member("-", json!({}))]);
    world.sync().await;
    let first = world.everything().await;
    world.clock.advance(TimeDelta::hours(1));
    world.sync().await;
    assert!(world.everything().await == first);
    assert!(world.maybe_called("u449").await.is_some());
}

#[tokio::test]
async fn what_is_absent_or_empty_overwrites_nothing() {
    let (world, wecom) = both(Content::Tables).await;
    wecom.departments(&[department(1, 0, "公司"), department(2, 0, "甲")]);
    let told = json!({ "name": "名字", "mobile": "1", "email": "e@x", "alias": "a", "department": [2], "status": 1 });
    wecom.members(1, &[member("u", told)]);
    world.sync().await;
    let before = world.everything().await;
    for told in [
        json!({ "userid": "U" }),
        json!({ "userid": "u", "name": "", "mobile": "", "email": "", "alias": "", "position": "  " }),
        json!({ "userid": "u", "name": null, "mobile": null, "department": null, "status": null }),
    ] {
        wecom.members(1, std::slice::from_ref(&told));
        world.sync().await;
        let now = world.everything().await.replace("\"U\"", "\"u\"").replace(r#"\"U\""#, r#"\"u\""#);
        assert_eq!(strip(&now), strip(&before), "{told}");
    }
    wecom.members(1, &[json!({ "userid": "u", "mobile": "2", "department": [], "position": "p" })]);
    world.sync().await;
    let person = world.person_called("u").await;
    assert_eq!(
        (person.name.as_str(), person.mobile.as_deref(), person.email.as_deref()),
        ("名字", Some("2"), Some("e@x"))
    );
    let profile = wecom::profiles(&world.server(), &[person.id]).await.unwrap().remove(&person.id).unwrap();
    assert_eq!(profile.info, r#"{"userid":"u","alias":"a","position":"p","status":1}"#);
    assert_eq!(profile.departments, "{}");
}

/// Without the spelling of a userid, which is news.
fn strip(text: &str) -> String {
    text.lines().filter(|line| !line.contains("news_at")).collect()
}

#[tokio::test]
async fn known_people_are_found_by_link_then_by_name_without_regard_to_case() {
    let (world, wecom) = both(Content::Demo).await;
    wecom.departments(&[department(60, 0, "公司")]);
    let place = json!({ "department": [60], "name": "来自企业微信" });
    wecom.members(60, &[member("ASDF", place.clone())]);
    let before = world.person_called("asdf").await;
    world.sync().await;
    let asdf = world.person_called("asdf").await;
    assert_eq!((asdf.id, asdf.name.as_str()), (before.id, "来自企业微信"));
    // The department of somebody whom WeCom did not make stays, and so do group and password.
    assert_eq!((asdf.department_id, asdf.staff_group), (before.department_id, StaffGroup::AssetAdmin));
    let link = world.link_of(asdf.id).await.unwrap();
    assert_eq!((link.external_id.as_str(), link.made_account), ("asdf", false));
    world.sign_in("asdf", "asdfpass").await;

    // From now on the link counts, whatever the username.
    let rename = staff::Update { username: Some("somebody".to_owned()), ..Default::default() };
    staff::update(&world.server(), &Key::Id(asdf.id), &rename).await.unwrap();
    wecom.members(60, &[member("asdf", json!({ "name": "新名字" })), member("somebody", json!({}))]);
    world.sync().await;
    assert_eq!(world.person_called("somebody").await.name, "新名字");
    assert!(world.maybe_called("asdf").await.is_none(), "somebody else's username was taken over");
}

impl World {
    async fn sign_in(&self, username: &str, password: &str) -> sessions::Opened {
        let login = sessions::Create { username: username.to_owned(), password: password.to_owned() };
        sessions::create(&self.server(), login).await.unwrap()
    }
}

#[tokio::test]
async fn the_department_of_people_from_wecom_follows() {
    let (world, wecom) = both(Content::Tables).await;
    wecom.departments(&[department(1, 0, "公司"), department(2, 0, "甲")]);
    wecom.members(1, &[member("u", json!({ "department": [1] }))]);
    world.sync().await;
    assert_eq!(world.person_called("u").await.department_id, Some(1));
    wecom.members(1, &[member("u", json!({ "department": [1, 2], "main_department": 2 }))]);
    world.sync().await;
    assert_eq!(world.person_called("u").await.department_id, Some(2));
    wecom.members(1, &[member("u", json!({ "department": [77] }))]);
    world.sync().await;
    assert_eq!(world.person_called("u").await.department_id, Some(2));
}

#[tokio::test]
async fn wecom_locks_and_lifts_its_own_locks_only() {
    let (world, wecom) = both(Content::Demo).await;
    wecom.departments(&[department(1, 0, "公司")]);
    let told = |status: i64| {
        ["asdf", "sdfg", "fresh"].map(|userid| member(userid, json!({ "status": status, "department": [1] })))
    };
    let session = world.sign_in("asdf", "asdfpass").await;
    let by_hand = world.person_called("sdfg").await;
    staff::lock(&world.server(), &Key::Id(by_hand.id)).await.unwrap();
    for (status, locked) in [(5, true), (3, true), (1, false), (2, true), (4, false), (9, false)] {
        wecom.members(1, &told(status));
        world.sync().await;
        for name in ["asdf", "fresh"] {
            let person = world.person_called(name).await;
            let by = locked.then_some(LockedBy::Wecom);
            assert_eq!((person.locked, person.locked_by), (locked, by), "{name} {status}");
        }
        assert_eq!(world.person_called("sdfg").await.locked_by, Some(LockedBy::Person), "{status}");
    }
    assert!(sessions::renew(&world.app, session.session.id).await.is_err(), "the lock ended no session");
}

#[tokio::test]
async fn the_last_administrator_is_never_locked_from_there() {
    let (world, wecom) = both(Content::Demo).await;
    wecom.departments(&[department(1, 0, "公司")]);
    let second = world.person_called("sdfg").await;
    staff::set_roles(&world.server(), &Key::Id(second.id), &[RoleKey::Name("suadmin".to_owned())]).await.unwrap();
    wecom.members(1, &["suadmin", "sdfg", "admin"].map(|userid| member(userid, json!({ "status": 5 }))));
    world.sync().await;
    let locked = async |name| world.person_called(name).await.locked;
    assert_eq!([locked("suadmin").await, locked("sdfg").await, locked("admin").await], [true, false, true]);
    world.sync().await;
    assert!(!locked("sdfg").await);
}

#[tokio::test]
async fn bad_items_are_skipped_and_the_rest_goes_on() {
    let (world, wecom) = both(Content::Tables).await;
    wecom.departments(&[
        json!(null),
        json!({ "name": "no id" }),
        department(1, 0, "公司"),
        json!({ "id": 2, "name": "坏\u{0}名", "parentid": 1 }),
        json!({ "id": 3, "name": "长".repeat(256) }),
        json!({ "id": 4 }),
    ]);
    wecom.members(
        1,
        &[
            json!(7),
            json!({ "userid": "../x" }),
            member("good", json!({})),
            member("bad", json!({ "name": "\u{0}" })),
            member("long", json!({ "mobile": "1".repeat(256) })),
            member("", json!({})),
            member("fine", json!({ "department": "x", "gender": {}, "status": "5" })),
        ],
    );
    world.sync().await;
    assert_eq!(world.place(4).await.unwrap().0.name, "4");
    assert!(world.place(2).await.is_none() && world.place(3).await.is_none());
    assert!(world.maybe_called("good").await.is_some());
    assert!(world.person_called("fine").await.locked);
    for name in ["bad", "long", "../x", ""] {
        assert!(world.maybe_called(name).await.is_none(), "{name}");
    }
    // One that is known stays as it was, and is there.
    wecom.departments(&[json!({ "id": 1, "name": "长".repeat(256) }), department(4, 0, "d")]);
    world.sync().await;
    let (row, link) = world.place(1).await.unwrap();
    assert_eq!((row.name.as_str(), link.delivered), ("公司", true));
}

#[tokio::test]
async fn a_hidden_department_is_skipped_and_another_failure_ends_the_sync() {
    let (world, wecom) = both(Content::Tables).await;
    wecom.departments(&[department(1, 0, "a"), department(2, 0, "b"), department(3, 0, "c")]);
    for (id, userid) in [(1, "one"), (2, "two"), (3, "three")] {
        wecom.members(id, &[member(userid, json!({ "department": [id] }))]);
    }
    wecom.say("user/list", [Says::Code(60011)]);
    world.sync().await;
    assert!(world.maybe_called("one").await.is_none());
    assert!(world.maybe_called("two").await.is_some() && world.maybe_called("three").await.is_some());
    wecom.members(1, &[member("first", json!({}))]);
    wecom.members(3, &[member("last", json!({}))]);
    for failure in [Says::Code(45009), Says::Text("{"), Says::Cut, Says::Code(301002)] {
        wecom.say("user/list", [Says::Json(json!({ "userlist": [member("first", json!({}))] })), failure.clone()]);
        world.sync().await;
        assert!(world.maybe_called("first").await.is_some(), "{failure:?}");
        assert!(world.maybe_called("last").await.is_none(), "{failure:?}");
        world.clock.advance(TimeDelta::seconds(60));
    }
    let row = job::Entity::find_by_id("wecom_sync").one(world.db().read()).await.unwrap().unwrap();
    assert_eq!((row.state.as_str(), row.last_error.as_deref()), ("idle", Some("WeCom refused with errcode 301002")));
    world.sync().await;
    assert!(world.maybe_called("last").await.is_some());
}

#[tokio::test]
async fn people_get_no_role_when_there_is_none() {
    let (world, wecom) = both(Content::Tables).await;
    let tx = world.db().begin().await.unwrap();
    role::Entity::delete_many().filter(role::Column::Name.eq("user")).exec(&tx).await.unwrap();
    tx.commit().await.unwrap();
    wecom.departments(&[department(1, 0, "a")]);
    wecom.members(1, &[member("one", json!({}))]);
    world.sync().await;
    assert!(world.maybe_called("one").await.is_some());
    assert_eq!(staff_role::Entity::find().count(world.db().read()).await.unwrap(), 0);
}

#[tokio::test]
async fn each_part_needs_its_permission() {
    let (world, _wecom) = both(Content::Demo).await;
    for (username, staff, departments) in [
        ("demo", false, false),
        ("asdf", false, true),
        ("sdfg", true, false),
        ("admin", true, true),
        ("suadmin", true, true),
    ] {
        let ctx = world.called(username).await;
        let may = async |part| code(wecom::sync_soon(&ctx, part).await).is_none();
        assert_eq!((may(Part::Staff).await, may(Part::Departments).await), (staff, departments), "{username}");
    }
}

#[tokio::test]
async fn without_settings_nothing_is_started() {
    let world = World::demo().await;
    let outcome = wecom::sync_soon(&world.called("admin").await, Part::Staff).await;
    assert_eq!(code(outcome), Some(Code::WecomNotConfigured));
    assert_eq!(code(wecom::sync_soon(&world.called("demo").await, Part::Staff).await), Some(Code::Forbidden));
    assert!(!wecom::sync_next(&world.app, future::pending()).await.unwrap());
}

#[tokio::test]
async fn of_all_who_ask_one_sync_comes() {
    let (world, wecom) = both(Content::Demo).await;
    wecom.departments(&[department(1, 0, "a")]);
    for _ in 0..5 {
        wecom::sync_soon(&world.server(), Part::Departments).await.unwrap();
    }
    let servers = (0..4).map(|_| wecom::sync_next(&world.app, future::pending()));
    let did: Vec<bool> = futures_util::future::join_all(servers).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(did.iter().filter(|did| **did).count(), 1, "{did:?}");
    assert_eq!(wecom.count("department/list"), 1);

    // Whoever asks during a run asks for nothing more.
    wecom.say("department/list", [Says::Nothing]);
    wecom::sync_soon(&world.server(), Part::Staff).await.unwrap();
    let run = wecom::sync_next(&world.app, async {
        while wecom.count("department/list") < 2 {
            tokio::task::yield_now().await;
        }
        wecom::sync_soon(&world.server(), Part::Staff).await.unwrap();
        assert!(!wecom::sync_next(&world.app, future::pending()).await.unwrap());
    });
    // Stopped, it gives the work back.
    assert!(run.await.unwrap());
    assert!(wecom::sync_next(&world.app, future::pending()).await.unwrap());
    assert!(!wecom::sync_next(&world.app, future::pending()).await.unwrap());
}

#[tokio::test]
async fn what_a_dead_server_began_another_does_when_it_is_believed_dead() {
    let (world, wecom) = both(Content::Demo).await;
    wecom.departments(&[department(1, 0, "a")]);
    wecom::sync_soon(&world.server(), Part::Staff).await.unwrap();
    let held = assetry::domain::jobs::claim(&world.app, "wecom_sync").await.unwrap();
    assert!(held.is_some());
    assert!(!wecom::sync_next(&world.app, future::pending()).await.unwrap());
    world.clock.advance(TimeDelta::minutes(6));
    assert!(wecom::sync_next(&world.app, future::pending()).await.unwrap());
    assert!(world.place(1).await.is_some());
}

#[tokio::test]
async fn a_large_company_comes_whole_whatever_the_order_of_delivery() {
    let (world, wecom) = both(Content::Demo).await;
    // Each hangs on one with a larger id, far away in the list.
    let places: Vec<Value> = (1..=1200).map(|id| department(id, if id > 600 { 0 } else { 1201 - id }, "a")).collect();
    wecom.departments(&places);
    let people: Vec<Value> = (0..1000).map(|at| member(&format!("u{at}"), json!({ "department": [1200] }))).collect();
    wecom.members(1200, &people);
    world.sync().await;
    let (first, _) = world.place(1).await.unwrap();
    assert_eq!(first.parent_id, Some(world.place(1200).await.unwrap().0.id));
    assert_eq!(world.place(1200).await.unwrap().0.parent_id, None);
    let person = world.person_called("u999").await;
    assert_eq!(person.department_id, Some(1200));
    let (work, statements) = world.statements(world.sync()).await;
    let () = work;
    let writes = statements.iter().filter(|sql| sql.starts_with("INSERT") || sql.starts_with("DELETE")).count();
    assert!(writes <= 1, "{writes} rows were written again");
}
