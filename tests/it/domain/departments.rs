//! Departments: a tree that stays one, and goes only when empty.

use assetry::{
    db::{Tree, Window, ancestors},
    domain::{
        Change, Code, Key,
        departments::{self, Create, Filter, Order, Update},
        staff,
    },
    entity::words::StaffGroup,
};

use super::code;
use crate::harness::World;

fn unknown() -> Key {
    Key::UniqueId("unknown".to_owned())
}

fn new(unique_id: &str) -> Create {
    Create { unique_id: Some(unique_id.to_owned()), name: "a name".to_owned(), ..Create::default() }
}

fn below(parent: &departments::Department) -> Update {
    Update { parent: Change::Set(Key::Id(parent.id)), ..Update::default() }
}

#[tokio::test]
async fn creating_asks_for_the_parent_first() {
    let world = World::empty().await;
    let (_, keeper) = world.acting("keeper", StaffGroup::AssetAdmin).await;
    let (_, general) = world.acting("general", StaffGroup::SystemAdmin).await;
    let top = world.department("top", None).await;
    let wrong = Create { parent: Some(unknown()), ..new("top") };
    assert_eq!(code(departments::create(&general, wrong.clone()).await), Some(Code::Forbidden));
    assert_eq!(code(departments::create(&keeper, wrong).await), Some(Code::DepartmentParentNotFound));
    assert_eq!(code(departments::create(&keeper, new("top")).await), Some(Code::DepartmentIdTaken));
    let made = Create { parent: Some(Key::UniqueId("top".to_owned())), ..new("below") };
    assert_eq!(departments::create(&keeper, made).await.unwrap().parent_id, Some(top.id));
    let made = departments::create(&keeper, Create { unique_id: None, ..new("") }).await.unwrap();
    assert_eq!((made.unique_id.len(), made.version), (18, 1));
    let once = Create { idempotency_key: Some("k".to_owned()), unique_id: None, ..new("") };
    let first = departments::create(&keeper, once.clone()).await.unwrap();
    assert_eq!(departments::create(&keeper, once).await.unwrap().id, first.id);
}

#[tokio::test]
async fn of_racing_creates_one_wins() {
    let world = World::empty().await;
    let (_, keeper) = world.acting("keeper", StaffGroup::ItAdmin).await;
    let racers: Vec<_> = (0..12)
        .map(|_| {
            let ctx = keeper.clone();
            tokio::spawn(async move { departments::create(&ctx, new("wanted")).await })
        })
        .collect();
    let mut codes = Vec::new();
    for racer in racers {
        codes.push(code(racer.await.unwrap()));
    }
    assert_eq!(codes.iter().filter(|code| code.is_none()).count(), 1);
    assert_eq!(codes.iter().filter(|code| **code == Some(Code::DepartmentIdTaken)).count(), 11, "{codes:?}");
}

#[tokio::test]
async fn changing_is_all_or_nothing() {
    let world = World::empty().await;
    let (_, ctx) = world.acting("keeper", StaffGroup::AssetAdmin).await;
    let top = world.department("top", None).await;
    let middle = world.department("middle", Some(&top)).await;
    let leaf = world.department("leaf", Some(&middle)).await;
    let key = Key::Id(top.id);
    for (parent, refused) in [
        (unknown(), Code::DepartmentParentNotFound),
        (Key::Id(top.id), Code::DepartmentCycle),
        (Key::Id(leaf.id), Code::DepartmentCycle),
    ] {
        let update = Update { name: Some("other".to_owned()), parent: Change::Set(parent), ..Update::default() };
        assert_eq!(code(departments::update(&ctx, &key, &update).await), Some(refused));
    }
    let still = departments::get(&ctx, &key).await.unwrap().unwrap();
    assert_eq!((still.name.as_str(), still.version), ("top", 1));
    assert_eq!(code(departments::update(&ctx, &unknown(), &Update::default()).await), Some(Code::DepartmentNotFound));
    let update = Update {
        name: Some("renamed".to_owned()),
        location: Some("there".to_owned()),
        parent: Change::Clear,
        expected_version: Some(1),
    };
    let now = departments::update(&ctx, &Key::Id(leaf.id), &update).await.unwrap();
    assert_eq!((now.name.as_str(), now.location.as_str(), now.parent_id, now.version), ("renamed", "there", None, 2));
    assert_eq!(code(departments::update(&ctx, &Key::Id(leaf.id), &update).await), Some(Code::VersionConflict));
    assert!(departments::update(&ctx, &key, &below(&leaf)).await.is_ok());
}

#[tokio::test]
async fn racing_moves_never_make_a_cycle() {
    let world = World::empty().await;
    let (_, ctx) = world.acting("keeper", StaffGroup::AssetAdmin).await;
    let mut rows = Vec::new();
    for at in 0..5 {
        rows.push(world.department(&format!("d{at}"), None).await);
    }
    for round in 0..3 {
        let movers: Vec<_> = (0..rows.len())
            .map(|at| {
                let ctx = ctx.clone();
                let (from, to) = (rows[at].clone(), rows[(at + 1 + round) % rows.len()].clone());
                tokio::spawn(async move { departments::update(&ctx, &Key::Id(from.id), &below(&to)).await })
            })
            .collect();
        let mut refused = 0;
        for mover in movers {
            match code(mover.await.unwrap()) {
                None => {}
                Some(Code::DepartmentCycle) => refused += 1,
                other => panic!("{other:?}"),
            }
        }
        if round == 0 {
            assert!(refused >= 1, "a ring of moves cannot succeed as a whole");
        }
        for row in &rows {
            let above = ancestors(world.app.db.read(), Tree::Departments, row.id).await.unwrap();
            assert!(above.len() <= rows.len(), "{above:?}");
            assert_eq!(above.iter().filter(|id| **id == row.id).count(), 1);
        }
    }
}

#[tokio::test]
async fn deleting_waits_until_the_department_is_empty() {
    let world = World::empty().await;
    let (_, ctx) = world.acting("keeper", StaffGroup::ItAdmin).await;
    let top = world.department("top", None).await;
    let leaf = world.department("leaf", Some(&top)).await;
    let person = world.person("demo", StaffGroup::GeneralStaff).await;
    let person = Key::Id(person.id);
    let into = |department: &departments::Department| staff::Update {
        department: Change::Set(Key::Id(department.id)),
        ..staff::Update::default()
    };
    staff::update(&ctx, &person, &into(&top)).await.unwrap();
    staff::lock(&ctx, &person).await.unwrap();
    let key = Key::Id(top.id);
    assert_eq!(code(departments::delete(&ctx, &unknown()).await), Some(Code::DepartmentNotFound));
    assert_eq!(code(departments::delete(&ctx, &key).await), Some(Code::DepartmentHasChildren));
    departments::delete(&ctx, &Key::Id(leaf.id)).await.unwrap();
    assert_eq!(code(departments::delete(&ctx, &key).await), Some(Code::DepartmentHasStaff));
    let nowhere = staff::Update { department: Change::Clear, ..staff::Update::default() };
    staff::update(&ctx, &person, &nowhere).await.unwrap();
    assert_eq!(departments::delete(&ctx, &key).await.unwrap().unique_id, "top");
}

#[tokio::test]
async fn lists_follow_the_tree() {
    let world = World::empty().await;
    let (_, ctx) = world.acting("general", StaffGroup::GeneralStaff).await;
    let top = world.department("top", None).await;
    let middle = world.department("middle", Some(&top)).await;
    world.department("leaf", Some(&middle)).await;
    world.department("other", None).await;
    let names = async |filter: Filter, order: Order| {
        let page = departments::list(&ctx, &filter, order, false, &Window::first(10)).await.unwrap();
        assert_eq!(departments::count(&ctx, &filter).await.unwrap(), page.rows.len() as u64);
        page.models().map(|row| row.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(Filter::default(), Order::Entry).await, ["top", "middle", "leaf", "other"]);
    assert_eq!(names(Filter::default(), Order::Name).await, ["leaf", "middle", "other", "top"]);
    assert_eq!(names(Filter { root: Some(true), ..Filter::default() }, Order::Entry).await, ["top", "other"]);
    assert_eq!(names(Filter { parent: Some(top.id), ..Filter::default() }, Order::Entry).await, ["middle"]);
    assert_eq!(names(Filter { subtree: Some(middle.id), ..Filter::default() }, Order::Entry).await, ["middle", "leaf"]);
    assert_eq!(names(Filter { search: Some("LEA".to_owned()), ..Filter::default() }, Order::Entry).await, ["leaf"]);
    let children = departments::list_each(&ctx, &[top.id, middle.id], 10, None).await.unwrap();
    assert_eq!((children[&top.id].rows.len(), children[&middle.id].rows.len()), (1, 1));
}
