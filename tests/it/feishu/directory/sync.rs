//! Syncs: every rule of the table in §1.4.

use assetry::{
    domain::{Code, rbac::RoleKey, sessions, staff as domain_staff},
    entity::{
        department, department_binding, person_binding, staff,
        words::{LockedBy, StaffGroup},
    },
};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, Set};
use serde_json::{Value, json};

use super::company::{ADMIN, BATCH, CHILDREN, PEOPLE, both, both_with, department as place, page, person, with};
use crate::harness::{FeishuFault as Fault, World};

/// The administrator as Feishu delivers them.
fn admin() -> Value {
    person(ADMIN, "超级管理员在飞书")
}

#[tokio::test]
async fn departments_come_below_the_entity_of_who_asks() {
    let (world, feishu) = both().await;
    feishu.people("0", &[admin()]);
    feishu.departments(&[
        place("od-2", "od-1", "二级"),
        place("od-1", "0", "测试部门"),
        place("od-orphan", "od-hidden", "孤儿"),
    ]);
    let synced = world.brought().await.unwrap();
    assert_eq!((synced.departments, synced.people), (3, 1));
    let root = world.department_called("sampledepartment").await.unwrap();
    let first = world.place_of("od-1").await.unwrap();
    // The root has the same name, and is not taken for it.
    assert_eq!((first.unique_id.as_str(), first.name.as_str(), first.parent_id), ("od-1", "测试部门", Some(root.id)));
    assert_eq!(world.place_of("od-2").await.unwrap().parent_id, Some(first.id));
    assert_eq!(world.place_of("od-orphan").await.unwrap().parent_id, Some(root.id));
    assert_eq!(root.version, world.department_called("sampledepartment").await.unwrap().version);

    // Name and parent follow, whichever way round; what is not delivered any more is kept.
    feishu.departments(&[place("od-1", "od-2", "一级"), place("od-2", "0", "二级")]);
    world.brought().await.unwrap();
    let second = world.place_of("od-2").await.unwrap();
    let first = world.place_of("od-1").await.unwrap();
    assert_eq!((first.name.as_str(), first.parent_id, second.parent_id), ("一级", Some(second.id), Some(root.id)));
    assert_eq!((first.version, second.version), (2, 2));
    assert_eq!(world.place_of("od-orphan").await.unwrap().name, "孤儿");
}

#[tokio::test]
async fn a_circle_of_departments_is_cut() {
    let (world, feishu) = both().await;
    feishu.people("0", &[admin()]);
    let root = world.department_called("sampledepartment").await.unwrap().id;
    feishu.departments(&[
        place("od-a", "od-b", "a"),
        place("od-b", "od-a", "b"),
        place("od-c", "od-c", "c"),
        place("od-d", "od-a", "d"),
    ]);
    world.brought().await.unwrap();
    let above = async |id| world.place_of(id).await.unwrap().parent_id;
    let first = world.place_of("od-a").await.unwrap().id;
    assert_eq!(
        [above("od-a").await, above("od-b").await, above("od-c").await, above("od-d").await],
        [Some(root), Some(first), Some(root), Some(first)]
    );

    // Whoever puts the entity below one of Feishu's departments is not undone, and makes no circle.
    feishu.departments(&[place("od-a", "0", "a")]);
    world.brought().await.unwrap();
    let tx = world.db().begin().await.unwrap();
    let rows = department::Entity::find().filter(department::Column::Id.is_in([root, first])).all(&tx).await.unwrap();
    for row in rows {
        let parent = if row.id == root { Some(first) } else { None };
        let mut row = row.into_active_model();
        row.parent_id = Set(parent);
        department::Entity::update(row).exec(&tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    world.brought().await.unwrap();
    assert_eq!((above("od-a").await, above("od-b").await), (None, Some(first)));
}

#[tokio::test]
async fn people_come_with_a_name_a_place_and_no_password() {
    let (world, feishu) = both().await;
    feishu.departments(&[place("od-1", "0", "甲"), place("od-2", "0", "乙")]);
    let primary = json!([{ "department_id": "od-1", "is_primary_dept": false }, { "department_id": "od-2", "is_primary_dept": true }]);
    let zhang = with(
        person("ou_1", "测试员工"),
        json!({ "user_id": "u1", "union_id": "on_1", "mobile": "+86 138-0000-0000", "orders": primary, "department_ids": ["od-1", "od-2"] }),
    );
    feishu.people("0", &[admin(), person("ou_2", "测试员工")]);
    feishu
        .people("od-1", &[zhang.clone(), json!({ "open_id": "ou_3", "user_id": "u3" }), json!({ "open_id": "ou_4" })]);
    feishu.people("od-2", &[zhang, json!({ "name": "nobody" })]);
    world.brought().await.unwrap();

    let root = world.department_called("sampledepartment").await.unwrap().id;
    let (one, two) = (world.place_of("od-1").await.unwrap().id, world.place_of("od-2").await.unwrap().id);
    // The demo data has somebody of that name, whose username is another; they are not touched and not bound.
    for (open_id, username, name, department) in [
        ("ou_2", "测试员工", "测试员工", root),
        ("ou_1", "测试员工1", "测试员工", two),
        ("ou_3", "u3", "u3", one),
        ("ou_4", "ou_4", "ou_4", one),
    ] {
        let made = world.who_is(open_id).await.unwrap();
        assert_eq!((made.username.as_str(), made.name.as_str()), (username, name));
        assert_eq!(
            (made.department_id, made.staff_group, made.locked),
            (Some(department), StaffGroup::GeneralStaff, false)
        );
        let roles = domain_staff::roles_of(world.db().read(), &[made.id]).await.unwrap();
        assert_eq!(roles[&made.id].iter().map(|role| role.name.as_str()).collect::<Vec<_>>(), ["user"]);
        let login = sessions::Create { username: username.to_owned(), password: String::new() };
        assert_eq!(
            sessions::create(&world.server_itself(), login).await.err().map(|it| it.code),
            Some(Code::LoginFailed)
        );
    }
    let bound = world.binding_of("ou_1").await.unwrap();
    assert_eq!(
        [bound.union_id.as_deref(), bound.user_id.as_deref(), bound.name.as_deref(), bound.phone.as_deref()],
        [Some("on_1"), Some("u1"), Some("测试员工"), Some("13800000000")]
    );
    assert!(bound.made_account);
    assert_eq!(staff::Entity::find().count(world.db().read()).await.unwrap(), 11 + 4);
}

#[tokio::test]
async fn names_get_a_one_until_they_are_free() {
    let (world, feishu) = both().await;
    let namesakes: Vec<Value> = (0..30).map(|at| person(&format!("ou_{at}"), "demo")).collect();
    feishu.people("0", &[vec![admin()], namesakes, vec![person("ou_long", &"长".repeat(300))]].concat());
    world.brought().await.unwrap();
    for at in 0..30 {
        let made = world.who_is(&format!("ou_{at}")).await.unwrap();
        assert_eq!((made.username, made.name.as_str()), ("demo".to_owned() + &"1".repeat(at + 1), "demo"));
    }
    assert_eq!(world.who_is("ou_long").await.unwrap().username, "长".repeat(255));
}

#[tokio::test]
async fn an_account_made_by_hand_keeps_its_name_and_place_and_one_from_feishu_follows() {
    let (world, feishu) = both().await;
    feishu.departments(&[place("od-1", "0", "甲")]);
    feishu.people("0", &[admin(), person("ou_1", "张三")]);
    world.brought().await.unwrap();
    let before = (world.who_is(ADMIN).await.unwrap(), world.who_is("ou_1").await.unwrap());
    world.clock.advance(TimeDelta::hours(1));
    feishu.people("0", &[]);
    let moved = with(admin(), json!({ "user_id": "admin", "mobile": "13900000000" }));
    feishu.people("od-1", &[moved, person("ou_1", "张三丰")]);
    world.brought().await.unwrap();
    let after = world.who_is("ou_1").await.unwrap();
    assert_eq!(world.who_is(ADMIN).await.unwrap(), before.0);
    let bound = world.binding_of(ADMIN).await.unwrap();
    assert_eq!((bound.user_id.as_deref(), bound.phone.as_deref()), (Some("admin"), Some("13900000000")));
    let place = world.place_of("od-1").await.unwrap().id;
    assert_eq!((after.name.as_str(), after.username.as_str()), ("张三丰", "张三"));
    assert_eq!((after.department_id, after.version), (Some(place), before.1.version + 1));

    // What is not delivered overwrites nothing.
    feishu.people("od-1", &[json!({ "open_id": ADMIN }), json!({ "open_id": "ou_1" })]);
    let before = world.everything_known().await;
    world.brought().await.unwrap();
    assert!(world.everything_known().await == before);
}

#[tokio::test]
async fn twice_in_a_row_changes_nothing() {
    let (world, feishu) = both().await;
    feishu.departments(&[place("od-1", "0", "甲"), place("od-2", "od-1", "乙"), place("od-3", "od-1", "丙")]);
    let people: Vec<Value> = (0..1200).map(|at| person(&format!("ou_{at}"), &format!("人{}", at % 1000))).collect();
    feishu.people("0", &[admin()]);
    feishu.people("od-2", &people);
    let frozen = with(person("ou_0", "人0"), json!({ "status": { "is_frozen": true } }));
    let resigned = with(person("ou_gone", "走"), json!({ "status": { "is_resigned": true } }));
    feishu.people("od-3", &[frozen, resigned]);
    world.brought().await.unwrap();
    let first = world.everything_known().await;
    world.clock.advance(TimeDelta::hours(1));
    world.brought().await.unwrap();
    assert!(world.everything_known().await == first);
    assert!(world.who_is("ou_1199").await.is_some() && world.binding_of("ou_gone").await.is_none());
}

#[tokio::test]
async fn who_is_frozen_or_exited_is_locked_and_only_feishu_lifts_that() {
    let (world, feishu) = both().await;
    world.bind_on_feishu("samplestaff", "ou_hand").await;
    let told = |open_id: &str, status: Value| with(person(open_id, open_id), json!({ "status": status }));
    feishu.people("0", &[admin(), person("ou_1", "a"), person("ou_2", "b"), person("ou_hand", "c")]);
    world.brought().await.unwrap();
    let session = world.feishu_session("samplestaff").await;
    let by_hand = world.who_is("ou_2").await.unwrap();
    domain_staff::lock(&world.server_itself(), &assetry::domain::Key::Id(by_hand.id)).await.unwrap();

    let frozen = json!({ "is_frozen": true });
    let exited = json!({ "is_frozen": false, "is_exited": true });
    feishu.people(
        "0",
        &[
            admin(),
            told("ou_1", exited),
            told("ou_2", frozen.clone()),
            told("ou_hand", frozen.clone()),
            told("ou_new", frozen),
        ],
    );
    world.brought().await.unwrap();
    for (open_id, by) in [
        ("ou_1", LockedBy::Feishu),
        ("ou_2", LockedBy::Person),
        ("ou_hand", LockedBy::Feishu),
        ("ou_new", LockedBy::Feishu),
    ] {
        assert_eq!(world.who_is(open_id).await.unwrap().locked_by, Some(by), "{open_id}");
    }
    assert!(sessions::authenticate(&world.app, &session).await.is_err());
    // Without a word about it, it stays.
    feishu.people("0", &[admin(), json!({ "open_id": "ou_1" })]);
    world.brought().await.unwrap();
    assert!(world.who_is("ou_1").await.unwrap().locked);

    let free = json!({ "is_frozen": false, "is_exited": false });
    feishu.people(
        "0",
        &[
            admin(),
            told("ou_1", free.clone()),
            told("ou_2", free.clone()),
            told("ou_hand", free.clone()),
            told("ou_new", free),
        ],
    );
    world.brought().await.unwrap();
    for (open_id, locked) in [("ou_1", false), ("ou_2", true), ("ou_hand", false), ("ou_new", false)] {
        assert_eq!(world.who_is(open_id).await.unwrap().locked, locked, "{open_id}");
    }
}

#[tokio::test]
async fn who_is_not_delivered_any_more_is_asked_for_and_leaves_only_when_resigned() {
    let (world, feishu) = both().await;
    let ids = ["ou_1", "ou_2", "ou_3", "ou_4"];
    let people: Vec<Value> =
        ids.iter().map(|id| with(person(id, id), json!({ "user_id": format!("u-{id}") }))).collect();
    feishu.people("0", &[vec![admin()], people].concat());
    world.brought().await.unwrap();
    assert!(feishu.calls(BATCH).is_empty());
    feishu.people("0", &[admin()]);
    let told = |id: &str, status: Value| with(person(id, "renamed"), json!({ "status": status }));
    // One of them is not in our range, for which the whole call is refused.
    feishu.fail(BATCH, [Fault::Code(400, 41050)]);
    feishu.fail(&format!("{BATCH}?user_ids=ou_4"), [Fault::Code(400, 41050), Fault::Code(400, 41050)]);
    feishu.answer(
        BATCH,
        [page(&[
            told("ou_1", json!({ "is_resigned": true })),
            told("ou_2", json!({ "is_frozen": true })),
            told("ou_3", json!({})),
        ])],
    );
    world.brought().await.unwrap();
    let leaver = world.who_is("ou_1").await.unwrap();
    assert_eq!((leaver.locked_by, leaver.name.as_str()), (Some(LockedBy::Feishu), "ou_1"));
    assert_eq!(world.binding_of("ou_1").await.unwrap().user_id, None);
    for id in &ids[1..] {
        let other = world.who_is(id).await.unwrap();
        assert_eq!((other.locked, other.name.as_str()), (false, *id));
        assert!(world.binding_of(id).await.unwrap().user_id.is_some());
    }
    let known = world.everything_known().await;
    feishu.forget();
    feishu.people("0", &[admin()]);
    world.brought().await.unwrap();
    assert!(world.everything_known().await == known);
    // Who has left is asked for no more.
    assert!(feishu.calls(BATCH).iter().all(|call| !call.query.contains("ou_1") && call.query.contains("ou_2")));
}

#[tokio::test]
async fn the_last_administrators_are_never_locked() {
    let (world, feishu) = both().await;
    world.bind_on_feishu("admin", "ou_other").await;
    let frozen = |id: &str| with(person(id, id), json!({ "status": { "is_frozen": true } }));
    feishu.people("0", &[frozen(ADMIN), frozen("ou_other")]);
    world.brought().await.unwrap();
    assert!(!world.who_is(ADMIN).await.unwrap().locked);
    assert!(world.who_is("ou_other").await.unwrap().locked);
    let known = world.everything_known().await;
    world.brought().await.unwrap();
    assert!(world.everything_known().await == known);

    // Once another has the role, one of them may be.
    let another = world.who_is("ou_other").await.unwrap();
    feishu.people("0", &[person("ou_other", "other"), admin()]);
    world.brought().await.unwrap();
    let roles = [RoleKey::Name("suadmin".to_owned())];
    domain_staff::set_roles(&world.server_itself(), &assetry::domain::Key::Id(another.id), &roles).await.unwrap();
    feishu.people("0", &[frozen("ou_other"), frozen(ADMIN)]);
    world.brought().await.unwrap();
    let locked = [world.who_is("ou_other").await.unwrap().locked, world.who_is(ADMIN).await.unwrap().locked];
    assert_eq!(locked, [true, false]);
}

#[tokio::test]
async fn pages_are_read_to_the_end_and_a_failure_on_the_last_changes_nothing() {
    let (world, feishu) = both().await;
    let key = format!("{PEOPLE}?department_id=od-1");
    let paged = |from: usize, next: Option<&str>| {
        let items: Vec<Value> = (from..from + 50).map(|at| person(&format!("ou_{at}"), &format!("人{at}"))).collect();
        json!({ "code": 0, "data": { "items": items, "has_more": next.is_some(), "page_token": next } })
    };
    let all = || [paged(0, Some("1")), paged(50, Some("2")), paged(100, None)];
    for (fault, code) in [
        (Fault::Status(500), Code::FeishuUnavailable),
        (Fault::Cut, Code::FeishuUnavailable),
        (Fault::Broken, Code::FeishuUnavailable),
        (Fault::Code(400, 40011), Code::FeishuUnavailable),
        (Fault::Code(400, 40012), Code::FeishuUnavailable),
        (Fault::Code(400, 99_991_672), Code::FeishuRefused),
    ] {
        let before = world.everything_known().await;
        feishu.forget();
        feishu.people("0", &[admin()]);
        feishu.departments(&[place("od-1", "0", "甲")]);
        feishu.answer(&key, all());
        feishu.fail(&format!("{PEOPLE}?page_token=2"), vec![fault.clone(); 9]);
        let failed = world.brought().await.unwrap_err();
        assert_eq!(failed.code, code, "{fault:?}");
        assert!(world.everything_known().await == before, "{fault:?}");
    }
    // A page that comes again and again is a failure as well.
    feishu.forget();
    feishu.departments(&[place("od-1", "0", "甲")]);
    feishu.answer(&key, [paged(0, Some("1"))]);
    assert_eq!(world.brought().await.unwrap_err().code, Code::FeishuUnavailable);
    feishu.forget();
    feishu.people("0", &[admin()]);
    feishu.departments(&[place("od-1", "0", "甲")]);
    feishu.answer(&key, all());
    assert_eq!(world.brought().await.unwrap().people, 151);
    let queries = feishu.calls(PEOPLE).into_iter().filter(|call| call.query.contains("od-1"));
    assert!(queries.map(|call| call.query).all(|query| query.contains("page_size=50")));
}

#[tokio::test]
async fn departments_that_are_too_many_are_read_level_by_level() {
    let (world, feishu) = both().await;
    feishu.people("0", &[admin()]);
    let below = |id: &str| format!("/open-apis/contact/v3/departments/{id}/children");
    feishu.fail(&format!("{CHILDREN}?fetch_child=true"), [Fault::Code(400, 43010)]);
    feishu.answer(CHILDREN, [page(&[place("od-1", "0", "甲"), place("od-2", "0", "乙")])]);
    feishu.answer(&below("od-1"), [page(&[place("od-3", "od-1", "丙")])]);
    feishu.answer(&below("od-3"), [page(&[place("od-1", "od-3", "again")])]);
    assert_eq!(world.brought().await.unwrap().departments, 3);
    assert_eq!(world.place_of("od-3").await.unwrap().parent_id, world.place_of("od-1").await.map(|it| it.id));
    assert!(feishu.calls(CHILDREN)[1].query.contains("fetch_child=false"));
}

#[tokio::test]
async fn where_not_all_is_shown_what_is_in_scope_is_read() {
    let (world, feishu) = both().await;
    feishu.fail(CHILDREN, [Fault::Code(400, 40004)]);
    let scope = json!({ "department_ids": ["od-1", "od-2"], "user_ids": ["ou_7", ADMIN], "has_more": false });
    feishu.answer("/open-apis/contact/v3/scopes", [json!({ "code": 0, "data": scope })]);
    feishu.tells_of_department(place("od-1", "od-hidden", "甲"));
    feishu.tells_of_department(place("od-2", "od-1", "乙"));
    feishu.answer(
        "/open-apis/contact/v3/departments/od-1/children",
        [page(&[place("od-2", "od-1", "乙"), place("od-3", "od-2", "丙")])],
    );
    feishu.people("od-3", &[person("ou_1", "张三")]);
    feishu.answer(
        BATCH,
        [page(&[with(person("ou_7", "七"), json!({ "department_ids": ["od-hidden", "od-2"] })), admin()])],
    );
    let synced = world.brought().await.unwrap();
    assert_eq!((synced.departments, synced.people), (3, 3));
    let root = world.department_called("sampledepartment").await.unwrap().id;
    let places = [world.place_of("od-1").await.unwrap(), world.place_of("od-2").await.unwrap()];
    assert_eq!((places[0].parent_id, places[1].parent_id), (Some(root), Some(places[0].id)));
    assert_eq!(world.who_is("ou_7").await.unwrap().department_id, Some(places[1].id));
    assert!(feishu.calls(PEOPLE).iter().all(|call| !call.query.contains("department_id=0&")));
}

#[tokio::test]
async fn a_department_that_has_its_id_already_is_taken_again() {
    let (world, feishu) = both().await;
    feishu.people("0", &[admin()]);
    feishu.departments(&[place("od-1", "0", "甲")]);
    world.brought().await.unwrap();
    let tx = world.db().begin().await.unwrap();
    department_binding::Entity::delete_many().exec(&tx).await.unwrap();
    tx.commit().await.unwrap();
    let before = world.department_called("od-1").await.unwrap();
    world.brought().await.unwrap();
    assert_eq!(world.place_of("od-1").await, Some(before));
}

#[tokio::test]
async fn the_root_is_learned_unless_a_setting_names_one() {
    for (setting, learned) in [("", Some("sampledepartment")), ("subdepartment1", None)] {
        let (world, feishu) = both_with(|settings| setting.clone_into(&mut settings.root_department)).await;
        feishu.people("0", &[admin()]);
        world.brought().await.unwrap();
        let row = assetry::entity::learned::Entity::find_by_id("feishu_root").one(world.db().read()).await.unwrap();
        assert_eq!(row.map(|row| row.value).as_deref(), learned);
    }
}

#[tokio::test]
async fn ids_are_filled_in_as_they_become_known() {
    let (world, feishu) = both_with(|settings| settings.tenant_key = Some("tenant".to_owned())).await;
    world.bind_on_feishu("samplestaff", "ou_old").await;
    let tx = world.db().begin().await.unwrap();
    let mut link = world.binding_of("ou_old").await.unwrap().into_active_model();
    link.union_id = Set(Some("on_1".to_owned()));
    person_binding::Entity::update(link).exec(&tx).await.unwrap();
    tx.commit().await.unwrap();
    // Another app has other open_ids, and the same union_id.
    feishu.people("0", &[admin(), with(person("ou_new", "x"), json!({ "union_id": "on_1" }))]);
    assert_eq!(world.brought().await.unwrap().people, 2);
    assert_eq!(world.who_is("ou_new").await.unwrap().unique_id, "samplestaff");
    assert_eq!(world.binding_of("ou_new").await.unwrap().tenant, "tenant");
    assert!(world.binding_of("ou_old").await.is_none());

    // A user_id that Feishu gave to somebody else is not left with who had it.
    feishu.people("0", &[admin(), with(person("ou_new", "x"), json!({ "user_id": "u" }))]);
    world.brought().await.unwrap();
    feishu
        .people("0", &[admin(), with(person("ou_b", "y"), json!({ "user_id": "u" })), json!({ "open_id": "ou_new" })]);
    world.brought().await.unwrap();
    assert_eq!(world.binding_of("ou_new").await.unwrap().user_id, None);
    assert_eq!(world.binding_of("ou_b").await.unwrap().user_id.as_deref(), Some("u"));
}

#[tokio::test]
async fn a_hundred_people_cost_as_many_statements_as_one() {
    let (world, feishu) = both().await;
    let cost = async |world: &World, from: usize, to: usize, frozen: bool| {
        let status = json!({ "status": { "is_frozen": frozen } });
        let people = (from..to).map(|at| with(person(&format!("ou_{at}"), &format!("人{at}")), status.clone()));
        feishu.people("0", &people.chain([admin()]).collect::<Vec<_>>());
        let ctx = world.syncer().await;
        let (synced, statements) = world.statements(assetry::domain::directory::feishu::sync(&ctx, false)).await;
        synced.unwrap();
        let mut statements: Vec<String> =
            statements.iter().map(|sql| sql.split_whitespace().take(4).collect::<Vec<_>>().join(" ")).collect();
        statements.sort();
        statements
    };
    cost(&world, 0, 1, false).await;
    assert_eq!(cost(&world, 1, 2, false).await, cost(&world, 2, 102, false).await);
    assert_eq!(cost(&world, 1, 2, true).await, cost(&world, 2, 102, true).await);
}
