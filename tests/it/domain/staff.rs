//! Staff: made once, changed by version, locked, deleted when nothing hangs on them.

use assetry::{
    db::Window,
    domain::{
        Change, Code, Key, approvals, assets, departments,
        staff::{self, Create, Filter, Order, Update},
    },
    entity::words::{ApprovalKind, LockedBy, StaffGroup},
};

use super::code;
use crate::harness::World;

fn new(username: &str) -> Create {
    Create {
        group: Some(StaffGroup::GeneralStaff),
        department: None,
        name: "a name".to_owned(),
        username: username.to_owned(),
        password: Some("a password".to_owned()),
        mobile: None,
        email: None,
        idempotency_key: None,
    }
}

#[tokio::test]
async fn of_racing_creates_one_wins() {
    let world = World::empty().await;
    let (_, ctx) = world.acting("keeper", StaffGroup::SystemAdmin).await;
    let racers: Vec<_> = (0..16)
        .map(|_| {
            let ctx = ctx.clone();
            tokio::spawn(async move { staff::create(&ctx, new("wanted")).await })
        })
        .collect();
    let mut won = 0;
    for racer in racers {
        match racer.await.unwrap() {
            Ok(made) => {
                won += 1;
                assert_eq!((made.version, made.locked), (1, false));
            }
            Err(fault) => assert_eq!((fault.code, fault.field), (Code::UsernameTaken, Some("username"))),
        }
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn creating_is_checked_in_the_order_of_the_contract() {
    let world = World::empty().await;
    let (_, general) = world.acting("general", StaffGroup::GeneralStaff).await;
    let (_, keeper) = world.acting("keeper", StaffGroup::SystemAdmin).await;
    let nowhere = Some(Key::UniqueId("nowhere".to_owned()));
    let all_wrong = Create { group: None, department: nowhere.clone(), ..new("keeper") };
    assert_eq!(code(staff::create(&world.nobody(), all_wrong.clone()).await), Some(Code::Unauthenticated));
    assert_eq!(code(staff::create(&general, all_wrong.clone()).await), Some(Code::Forbidden));
    assert_eq!(code(staff::create(&keeper, all_wrong).await), Some(Code::StaffGroupUnknown));
    let twice_wrong = Create { department: nowhere, ..new("keeper") };
    assert_eq!(code(staff::create(&keeper, twice_wrong).await), Some(Code::DepartmentNotFound));
    assert_eq!(code(staff::create(&keeper, new("keeper")).await), Some(Code::UsernameTaken));
    assert_eq!(code(staff::create(&keeper, new(" ")).await), Some(Code::Blank));
    assert_eq!(code(staff::create(&keeper, new("a\0b")).await), Some(Code::CharacterForbidden));
    assert!(staff::create(&keeper, new("Keeper")).await.is_ok(), "usernames are compared exactly");
}

#[tokio::test]
async fn an_idempotency_key_makes_one_person() {
    let world = World::empty().await;
    let (_, ctx) = world.acting("keeper", StaffGroup::SystemAdmin).await;
    let once = |username: &str| Create { idempotency_key: Some("k1".to_owned()), ..new(username) };
    let first = staff::create(&ctx, once("one")).await.unwrap();
    assert_eq!(staff::create(&ctx, once("one")).await.unwrap().id, first.id);
    assert_eq!(code(staff::create(&ctx, once("two")).await), Some(Code::IdempotencyKeyReused));
}

#[tokio::test]
async fn an_update_says_what_changes() {
    let world = World::empty().await;
    let (_, ctx) = world.acting("keeper", StaffGroup::SystemAdmin).await;
    let place = world.department("place", None).await;
    let person = world.person("demo", StaffGroup::GeneralStaff).await;
    let key = Key::UniqueId(person.unique_id.clone());
    let full = Update {
        name: Some("新名字".to_owned()),
        username: Some("demo2".to_owned()),
        department: Change::Set(Key::UniqueId("place".to_owned())),
        mobile: Change::Set("13800000000".to_owned()),
        email: Change::Set("demo@example.com".to_owned()),
        expected_version: Some(1),
    };
    let now = staff::update(&ctx, &key, &full).await.unwrap();
    assert_eq!((now.name.as_str(), now.username.as_str(), now.version), ("新名字", "demo2", 2));
    assert_eq!((now.department_id, now.mobile.as_deref()), (Some(place.id), Some("13800000000")));
    assert_eq!(code(staff::update(&ctx, &key, &full).await), Some(Code::VersionConflict));
    let now = staff::update(&ctx, &key, &Update { mobile: Change::Clear, ..Update::default() }).await.unwrap();
    assert_eq!((now.mobile, now.email.as_deref()), (None, Some("demo@example.com")));
    let own = Update { username: Some("demo2".to_owned()), ..Update::default() };
    assert!(staff::update(&ctx, &key, &own).await.is_ok(), "one's own name again is fine");
    let taken = Update { username: Some("keeper".to_owned()), ..Update::default() };
    assert_eq!(code(staff::update(&ctx, &key, &taken).await), Some(Code::UsernameTaken));
    let unknown = Key::UniqueId("unknown".to_owned());
    assert_eq!(code(staff::update(&ctx, &unknown, &taken).await), Some(Code::StaffNotFound));
}

#[tokio::test]
async fn locking_can_be_repeated_and_a_lock_by_hand_is_stronger() {
    let world = World::empty().await;
    let (keeper, ctx) = world.acting("keeper", StaffGroup::SystemAdmin).await;
    let key = Key::Id(world.person("demo", StaffGroup::GeneralStaff).await.id);
    let by = async |by: LockedBy| {
        let tx = world.app.db.begin().await.unwrap();
        let person = key.find::<assetry::entity::staff::Entity>(&tx).await.unwrap().unwrap();
        let person = staff::lock_in(&tx, &world.system(), person, by).await.unwrap();
        tx.commit().await.unwrap();
        person
    };
    assert_eq!(by(LockedBy::Wecom).await.locked_by, Some(LockedBy::Wecom));
    let locked = staff::lock(&ctx, &key).await.unwrap();
    assert_eq!((locked.locked, locked.locked_by, locked.version), (true, Some(LockedBy::Person), 3));
    assert_eq!(staff::lock(&ctx, &key).await.unwrap().version, 3);
    assert_eq!(by(LockedBy::Feishu).await.locked_by, Some(LockedBy::Person));
    let unlocked = staff::unlock(&ctx, &key).await.unwrap();
    assert_eq!((unlocked.locked, unlocked.locked_by, unlocked.version), (false, None, 4));
    assert_eq!(staff::unlock(&ctx, &key).await.unwrap().version, 4);
    assert_eq!(code(staff::lock(&ctx, &Key::Id(keeper.id)).await), Some(Code::NotYourself));
    assert_eq!(code(staff::delete(&ctx, &Key::Id(keeper.id)).await), Some(Code::NotYourself));
    let group = Some(StaffGroup::GeneralStaff);
    assert_eq!(code(staff::set_group(&ctx, &Key::Id(keeper.id), group).await), Some(Code::NotYourself));
    assert_eq!(code(staff::set_group(&ctx, &Key::Id(keeper.id), None).await), Some(Code::StaffGroupUnknown));
    assert_eq!(code(staff::set_group(&ctx, &Key::Id(0), None).await), Some(Code::StaffNotFound));
}

#[tokio::test]
async fn deleting_waits_until_nothing_hangs_on_the_person() {
    let world = World::empty().await;
    let (_, keeper) = world.acting("keeper", StaffGroup::SystemAdmin).await;
    let (admin, entering) = world.acting("admin", StaffGroup::AssetAdmin).await;
    let (demo, asking) = world.acting("demo", StaffGroup::GeneralStaff).await;
    let (demo, admin) = (Key::Id(demo.id), Key::Id(admin.id));
    let root = Key::UniqueId("0".to_owned());
    let asset = assets::create(
        &entering,
        assets::Create { asset: assets::NewAsset::new("thing".to_owned(), root), idempotency_key: None },
    )
    .await
    .unwrap();
    assert_eq!(code(staff::delete(&keeper, &admin).await), Some(Code::StaffHoldsAssets));
    let submit = approvals::Submit {
        kind: ApprovalKind::Claim,
        items: vec![approvals::Item { asset: Key::Id(asset.id), quantity: 1 }],
        whole: true,
        manager: None,
        target: None,
        target_group: None,
        accept_warnings: true,
        idempotency_key: None,
    };
    approvals::submit(&asking, &submit).await.unwrap();
    assert_eq!(code(staff::delete(&keeper, &demo).await), Some(Code::StaffHasOpenRequests));
    let retired = assets::retire(&entering, &[Key::Id(asset.id)]).await.unwrap();
    assert_eq!(retired[0].holder_id, None);
    let gone = staff::delete(&keeper, &demo).await.unwrap();
    assert_eq!(gone.username, "demo");
    assert_eq!(code(staff::delete(&keeper, &demo).await), Some(Code::StaffNotFound));
    assert!(staff::create(&keeper, new("demo")).await.is_ok(), "the username is free again");
}

async fn found(ctx: &assetry::domain::Context, filter: Filter) -> Vec<String> {
    let page = staff::list(ctx, &filter, Order::Username, false, &Window::first(100)).await.unwrap();
    assert_eq!(staff::count(ctx, &filter).await.unwrap(), page.rows.len() as u64);
    page.models().map(|row| row.username.clone()).collect()
}

#[tokio::test]
async fn lists_show_no_more_than_the_objects_do() {
    let world = World::empty().await;
    let (_, keeper) = world.acting("keeper", StaffGroup::SystemAdmin).await;
    let (demo, general) = world.acting("demo", StaffGroup::GeneralStaff).await;
    let top = world.department("top", None).await;
    let below = world.department("below", Some(&top)).await;
    let update = Update {
        department: Change::Set(Key::Id(below.id)),
        mobile: Change::Set("139".to_owned()),
        ..Update::default()
    };
    staff::update(&keeper, &Key::Id(demo.id), &update).await.unwrap();
    world.give(&demo, &["user"]).await;
    let search = |text: &str| Filter { search: Some(text.to_owned()), ..Filter::default() };
    assert_eq!(found(&keeper, search("DEM")).await, ["demo"]);
    assert_eq!(found(&keeper, search("139")).await, ["demo"]);
    assert!(found(&general, search("139")).await.is_empty());
    assert!(found(&keeper, search("%")).await.is_empty());
    assert_eq!(found(&keeper, Filter::default()).await, ["demo", "keeper"]);
    let of = |department, subtree| Filter { department, department_subtree: subtree, ..Filter::default() };
    assert!(found(&general, of(Some(top.id), None)).await.is_empty());
    assert_eq!(found(&general, of(None, Some(top.id))).await, ["demo"]);
    let role = Filter { role: Some(3), ..Filter::default() };
    assert_eq!(found(&keeper, role.clone()).await, ["demo"]);
    let (_, other) = world.acting("other", StaffGroup::GeneralStaff).await;
    assert!(found(&other, role.clone()).await.is_empty());
    assert_eq!(found(&general, role).await, ["demo"]);
    assert!(staff::sees_contacts(&general, demo.id) && !staff::sees_contacts(&other, demo.id));
    assert!(departments::get(&world.nobody(), &Key::Id(1)).await.is_err());
}

#[tokio::test]
async fn two_administrators_cannot_lock_each_other_out() {
    let world = World::empty().await;
    for round in 0..6 {
        let (one, by_one) = world.acting(&format!("one{round}"), StaffGroup::ItAdmin).await;
        let (two, by_two) = world.acting(&format!("two{round}"), StaffGroup::ItAdmin).await;
        let (a, b) = tokio::join!(
            tokio::spawn(async move { staff::lock(&by_one, &Key::Id(two.id)).await }),
            tokio::spawn(async move { staff::lock(&by_two, &Key::Id(one.id)).await }),
        );
        let codes = [code(a.unwrap()), code(b.unwrap())];
        assert!(codes.contains(&None) && codes.contains(&Some(Code::LastAdministrator)), "{codes:?}");
        clear(&world).await;
    }
}

/// Takes `/rbac/*` from everybody by hand, as no operation could.
async fn clear(world: &World) {
    use sea_orm::ConnectionTrait;
    let tx = world.app.db.begin().await.unwrap();
    tx.execute_unprepared("UPDATE staff SET staff_group = 'generalstaff'").await.unwrap();
    tx.commit().await.unwrap();
}
