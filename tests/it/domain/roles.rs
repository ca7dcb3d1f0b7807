//! Roles: who may hand out what, and that somebody who can always remains.

use std::collections::BTreeSet;

use assetry::{
    db::Window,
    domain::{
        Code, Key, Outcome, Permission, Permissions,
        rbac::{self, Create, RoleKey, Update, permissions_of, permissions_of_many, permissions_of_roles},
        staff::{self, roles_of},
    },
    entity::words::StaffGroup,
};

use super::code;
use crate::harness::World;

fn named(name: &str) -> RoleKey {
    RoleKey::Name(name.to_owned())
}

fn new(name: &str, permissions: &[Permission]) -> Create {
    Create { name: name.to_owned(), permissions: permissions.iter().copied().collect(), ..Create::default() }
}

async fn set(ctx: &assetry::domain::Context, person: &staff::Staff, roles: &[&str]) -> Outcome<staff::Staff> {
    let roles: Vec<RoleKey> = roles.iter().map(|name| named(name)).collect();
    staff::set_roles(ctx, &Key::Id(person.id), &roles).await
}

async fn held(world: &World, person: &staff::Staff) -> Vec<String> {
    let mut roles = roles_of(world.app.db.read(), &[person.id]).await.unwrap();
    roles.remove(&person.id).unwrap_or_default().into_iter().map(|role| role.name).collect()
}

#[tokio::test]
async fn the_first_roles_hold_what_the_contract_says() {
    let world = World::empty().await;
    let roles = rbac::list(&world.system(), None, &Window::first(10)).await.unwrap();
    let names: Vec<_> = roles.models().map(|role| (role.id, role.name.as_str(), role.display_name.as_str())).collect();
    assert_eq!(names, [(1, "suadmin", "超级管理员"), (2, "admin", "管理员"), (3, "user", "普通用户")]);
    let granted = permissions_of_roles(world.app.db.read(), &[1, 2, 3]).await.unwrap();
    assert_eq!(granted[&1], Permission::ALL.into_iter().collect());
    assert_eq!(granted[&2].iter().count(), 4);
    assert_eq!(granted[&3].iter().collect::<Vec<_>>(), [Permission::QrLogin]);
}

#[tokio::test]
async fn holdings_are_group_and_roles_and_nothing_while_locked() {
    let world = World::empty().await;
    let mut person = world.person("demo", StaffGroup::SystemAdmin).await;
    world.give(&person, &["user", "admin"]).await;
    let names = |held: Permissions| held.iter().map(Permission::name).collect::<Vec<_>>();
    let db = world.app.db.read();
    let all = ["/users/*", "/departments/*", "/rbac/*", "/qrlogin/*", "/attendance/*"];
    assert_eq!(names(permissions_of(db, &person).await.unwrap()), all);
    let general = world.person("general", StaffGroup::GeneralStaff).await;
    let many = permissions_of_many(db, &[person.clone(), general.clone()]).await.unwrap();
    assert_eq!((names(many[&person.id]), names(many[&general.id])), (all.to_vec(), vec!["/qrlogin/*"]));
    person.locked = true;
    assert!(names(permissions_of(db, &person).await.unwrap()).is_empty());
}

#[tokio::test]
async fn nobody_hands_out_more_than_they_hold() {
    let world = World::empty().await;
    let (admin, by_admin) = world.acting("admin", StaffGroup::ItAdmin).await;
    let (chief, by_chief) = world.acting("chief", StaffGroup::GeneralStaff).await;
    let demo = world.person("demo", StaffGroup::GeneralStaff).await;
    world.give(&chief, &["suadmin"]).await;
    let by_chief = {
        let _ = by_chief;
        world.by(&chief).await
    };

    assert_eq!(code(set(&by_admin, &demo, &["suadmin"]).await), Some(Code::RankExceeded));
    assert_eq!(code(set(&by_admin, &admin, &["suadmin"]).await), Some(Code::RankExceeded));
    assert_eq!(code(set(&by_admin, &chief, &["admin"]).await), Some(Code::RankExceeded));
    assert_eq!(code(set(&by_admin, &chief, &[]).await), Some(Code::RankExceeded));
    assert!(set(&by_admin, &chief, &["user", "SUADMIN"]).await.is_ok(), "a role that stays is not judged");
    assert_eq!(held(&world, &chief).await, ["suadmin", "user"]);
    assert!(set(&by_admin, &demo, &["admin", "user", "Admin"]).await.is_ok());
    assert_eq!(held(&world, &demo).await, ["admin", "user"]);
    assert_eq!(code(set(&by_admin, &demo, &["user", "nothing"]).await), Some(Code::RoleNotFound));
    assert_eq!(held(&world, &demo).await, ["admin", "user"]);
    assert!(set(&by_chief, &demo, &["suadmin"]).await.is_ok());
    assert!(set(&by_chief, &demo, &[]).await.is_ok());
    assert!(held(&world, &demo).await.is_empty());

    assert_eq!(code(rbac::create(&by_admin, new("keepers", &[Permission::Assets])).await), Some(Code::RankExceeded));
    let keepers = rbac::create(&by_chief, new("keepers", &[Permission::Assets])).await.unwrap();
    assert_eq!(code(rbac::delete(&by_admin, &RoleKey::Id(keepers.id)).await), Some(Code::RankExceeded));
    let less = Update { permissions: Some(Permissions::default()), ..Update::default() };
    assert_eq!(code(rbac::update(&by_admin, &RoleKey::Id(keepers.id), &less).await), Some(Code::RankExceeded));
    assert_eq!(rbac::update(&by_chief, &RoleKey::Id(keepers.id), &less).await.unwrap().version, 2);
    assert!(rbac::delete(&by_admin, &RoleKey::Id(keepers.id)).await.is_ok());
    assert_eq!(code(rbac::delete(&by_chief, &named("suadmin")).await), Some(Code::RoleProtected));
    assert_eq!(code(rbac::update(&by_chief, &named("suadmin"), &less).await), Some(Code::RoleProtected));
}

#[tokio::test]
async fn rank_is_that_of_the_moment() {
    let world = World::empty().await;
    let (admin, _) = world.acting("admin", StaffGroup::ItAdmin).await;
    world.person("spare", StaffGroup::ItAdmin).await;
    let demo = world.person("demo", StaffGroup::GeneralStaff).await;
    world.give(&admin, &["suadmin"]).await;
    world.give(&demo, &["suadmin"]).await;
    let before = world.by(&admin).await;
    world.give(&admin, &[]).await;
    assert_eq!(code(set(&before, &admin, &["suadmin"]).await), Some(Code::RankExceeded));
}

#[tokio::test]
async fn an_administrator_remains() {
    let world = World::empty().await;
    let (chief, _) = world.acting("chief", StaffGroup::GeneralStaff).await;
    world.give(&chief, &["suadmin"]).await;
    let by_chief = world.by(&chief).await;
    assert_eq!(code(set(&by_chief, &chief, &["admin"]).await), Some(Code::LastAdministrator), "the last suadmin");
    let (_, by_keeper) = world.acting("keeper", StaffGroup::SystemAdmin).await;
    let key = Key::Id(chief.id);
    assert_eq!(code(staff::lock(&by_keeper, &key).await), Some(Code::LastAdministrator));
    assert_eq!(code(staff::delete(&by_keeper, &key).await), Some(Code::LastAdministrator));
    assert!(held(&world, &chief).await.contains(&"suadmin".to_owned()));

    let other = world.person("other", StaffGroup::GeneralStaff).await;
    world.give(&other, &["suadmin"]).await;
    assert!(set(&by_chief, &chief, &["admin"]).await.is_ok());
    staff::lock(&by_keeper, &Key::Id(other.id)).await.unwrap();
    assert_eq!(code(rbac::delete(&by_chief, &named("admin")).await), Some(Code::LastAdministrator));
    let less = Update { permissions: Some(Permissions::default()), ..Update::default() };
    assert_eq!(code(rbac::update(&by_chief, &named("admin"), &less).await), Some(Code::LastAdministrator));
    assert_eq!(code(set(&by_chief, &chief, &[]).await), Some(Code::LastAdministrator));

    let it = world.person("it", StaffGroup::ItAdmin).await;
    assert!(set(&by_chief, &chief, &["user"]).await.is_ok());
    let group = Some(StaffGroup::SystemAdmin);
    assert_eq!(code(staff::set_group(&by_keeper, &Key::Id(it.id), group).await), Some(Code::LastAdministrator));
}

#[tokio::test]
async fn names_are_unique_without_regard_to_case() {
    let world = World::empty().await;
    let (_, ctx) = world.acting("admin", StaffGroup::ItAdmin).await;
    let role = rbac::create(&ctx, new("Gäste", &[])).await.unwrap();
    assert_eq!((role.display_name.as_str(), role.description.as_str(), role.version), ("Gäste", "Gäste", 1));
    assert_eq!(code(rbac::create(&ctx, new("GÄSTE", &[])).await), Some(Code::RoleNameTaken));
    assert_eq!(code(rbac::create(&ctx, new("itadmin", &[])).await), Some(Code::RoleNameReserved));
    assert_eq!(rbac::get(&ctx, &named("gäste")).await.unwrap().unwrap().id, role.id);
    assert!(rbac::get(&ctx, &named("a\0")).await.unwrap().is_none());
    let racers: Vec<_> = ["twin", "TWIN", "Twin", "tWin"]
        .map(|name| {
            let ctx = ctx.clone();
            tokio::spawn(async move { rbac::create(&ctx, new(name, &[])).await })
        })
        .into_iter()
        .collect();
    let mut made = 0;
    for racer in racers {
        match code(racer.await.unwrap()) {
            None => made += 1,
            refused => assert_eq!(refused, Some(Code::RoleNameTaken)),
        }
    }
    assert_eq!(made, 1);
}

#[tokio::test]
async fn racing_lists_of_roles_never_mix() {
    let world = World::empty().await;
    let (_, ctx) = world.acting("admin", StaffGroup::ItAdmin).await;
    let demo = world.person("demo", StaffGroup::GeneralStaff).await;
    for name in ["a1", "a2", "b1", "b2"] {
        rbac::create(&ctx, new(name, &[])).await.unwrap();
    }
    let lists: [&[&str]; 2] = [&["a1", "a2"], &["b1", "b2"]];
    for _ in 0..4 {
        let racers: Vec<_> = (0..6)
            .map(|at| {
                let (ctx, demo) = (ctx.clone(), demo.clone());
                tokio::spawn(async move { set(&ctx, &demo, lists[at % 2]).await })
            })
            .collect();
        for racer in racers {
            racer.await.unwrap().unwrap();
        }
        let now: BTreeSet<String> = held(&world, &demo).await.into_iter().collect();
        assert!(lists.iter().any(|list| now == list.iter().map(|name| (*name).to_owned()).collect()), "{now:?}");
    }
}

#[tokio::test]
async fn two_administrators_cannot_take_it_from_each_other() {
    let world = World::empty().await;
    let (one, _) = world.acting("one", StaffGroup::GeneralStaff).await;
    let (two, _) = world.acting("two", StaffGroup::GeneralStaff).await;
    for _ in 0..5 {
        world.give(&one, &["admin"]).await;
        world.give(&two, &["admin"]).await;
        let (by_one, by_two) = (world.by(&one).await, world.by(&two).await);
        let (first, second) = (one.clone(), two.clone());
        let (a, b) = tokio::join!(
            tokio::spawn(async move { set(&by_one, &second, &[]).await }),
            tokio::spawn(async move { set(&by_two, &first, &[]).await }),
        );
        let refused: Vec<Code> = [code(a.unwrap()), code(b.unwrap())].into_iter().flatten().collect();
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert!(matches!(refused[0], Code::LastAdministrator | Code::RankExceeded));
    }
}
