//! Syncs beside syncs, syncs beside events, events beside events.

use std::time::Duration;

use assetry::{
    domain::{Code, directory::feishu, jobs},
    entity::{job, staff, words::LockedBy},
};
use chrono::TimeDelta;
use futures_util::future::join_all;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use tokio::time::timeout;

use super::company::{ADMIN, CHILDREN, PEOPLE, both, department, person, with};
use crate::harness::{Feishu, FeishuFault as Fault, World};

/// Longest that a test waits for what is to happen.
const SOON: Duration = Duration::from_secs(30);

/// Waits until `path` was called.
async fn called(feishu: &Feishu, path: &str) {
    let called = async {
        while feishu.calls(path).is_empty() {
            tokio::task::yield_now().await;
        }
    };
    timeout(SOON, called).await.expect("nobody called");
}

/// Begins a sync that stands still while it reads people, does `meanwhile`, and lets it end.
async fn during_a_sync(world: &World, feishu: &Feishu, meanwhile: impl Future<Output = ()>) {
    feishu.hold(PEOPLE);
    let between = async {
        called(feishu, PEOPLE).await;
        meanwhile.await;
        feishu.release(PEOPLE);
    };
    let (synced, ()) = tokio::join!(world.brought(), between);
    synced.unwrap();
}

#[tokio::test]
async fn a_second_sync_waits_and_gets_the_same_answer() {
    for (fault, code) in [(None, None), (Some(Fault::Code(400, 99_991_672)), Some(Code::FeishuRefused))] {
        let (world, feishu) = both().await;
        feishu.people("0", &[person(ADMIN, "a"), person("ou_1", "张三")]);
        feishu.fail(PEOPLE, fault);
        feishu.hold(PEOPLE);
        let between = async {
            called(&feishu, PEOPLE).await;
            // A second one begins to wait.
            let mut second = std::pin::pin!(world.brought());
            let waiting = timeout(Duration::from_millis(200), &mut second).await;
            assert!(waiting.is_err(), "it did not wait");
            feishu.release(PEOPLE);
            second.await
        };
        let (first, second) = tokio::join!(world.brought(), between);
        assert_eq!((first.as_ref().err().map(|it| it.code), second.as_ref().err().map(|it| it.code)), (code, code));
        assert_eq!(first.ok(), second.ok());
        assert_eq!((feishu.calls(CHILDREN).len(), feishu.calls(PEOPLE).len()), (1, 1));
        let note = job::Entity::find_by_id("feishu_sync").one(world.db().read()).await.unwrap().unwrap();
        assert_eq!((note.state.as_str(), note.last_error.is_some()), ("idle", code.is_some()));
    }
}

#[tokio::test]
async fn servers_share_one_sync_and_a_fresh_one_begins_after_it() {
    let (world, feishu) = both().await;
    feishu.people("0", &[person(ADMIN, "a")]);
    feishu.hold(PEOPLE);
    let other = world.restarted_on_feishu(&feishu.settings()).await;
    let mut elsewhere = world.syncer().await;
    elsewhere.app = other;
    let here = world.syncer().await;
    let between = async {
        called(&feishu, PEOPLE).await;
        let mut second = std::pin::pin!(feishu::sync(&elsewhere, false));
        let mut fresh = std::pin::pin!(feishu::sync(&here, true));
        for waiting in [
            timeout(Duration::from_millis(100), &mut second).await,
            timeout(Duration::from_millis(100), &mut fresh).await,
        ] {
            assert!(waiting.is_err(), "it did not wait");
        }
        assert_eq!(feishu.calls(CHILDREN).len(), 1);
        feishu.release(PEOPLE);
        tokio::join!(second, fresh)
    };
    let (first, (second, fresh)) = timeout(SOON, async { tokio::join!(world.brought(), between) }).await.unwrap();
    assert!(first.is_ok() && second.is_ok() && fresh.is_ok());
    assert_eq!(feishu.calls(CHILDREN).len(), 2);
}

#[tokio::test]
async fn a_sync_whose_server_died_is_begun_anew() {
    let (world, feishu) = both().await;
    feishu.people("0", &[person(ADMIN, "a")]);
    jobs::ask(&world.app, "feishu_sync").await.unwrap();
    jobs::claim(&world.app, "feishu_sync").await.unwrap().unwrap();
    world.clock.advance(TimeDelta::minutes(6));
    timeout(SOON, world.brought()).await.unwrap().unwrap();
    // A server that has the database to itself knows at its start that nobody else is doing it.
    jobs::ask(&world.app, "feishu_sync").await.unwrap();
    jobs::claim(&world.app, "feishu_sync").await.unwrap().unwrap();
    feishu::take_up_again(&world.app).await.unwrap();
    timeout(SOON, world.brought()).await.unwrap().unwrap();
}

#[tokio::test]
async fn what_happens_during_a_sync_is_newer_than_what_it_reads() {
    let (world, feishu) = both().await;
    feishu.people("0", &[person(ADMIN, "a"), person("ou_1", "张三"), person("ou_2", "李四")]);
    feishu.departments(&[department("od-1", "0", "甲"), department("od-2", "0", "乙")]);
    world.brought().await.unwrap();
    world.clock.advance(TimeDelta::seconds(100));
    feishu.people("0", &[person(ADMIN, "a"), person("ou_1", "旧名"), person("ou_2", "李四"), person("ou_3", "王五")]);
    during_a_sync(&world, &feishu, async {
        world.news("contact.user.updated_v3", 101, json!({ "open_id": "ou_1", "name": "新名" })).await;
        world.news("contact.user.deleted_v3", 101, json!({ "open_id": "ou_2" })).await;
        world.news("contact.user.deleted_v3", 101, json!({ "open_id": "ou_3" })).await;
        world.news("contact.user.created_v3", 101, json!({ "open_id": "ou_4", "name": "赵六" })).await;
        world.news("contact.department.updated_v3", 101, department("od-1", "od-2", "新甲")).await;
        world.news("contact.department.deleted_v3", 101, json!({ "open_department_id": "od-2" })).await;
    })
    .await;
    assert_eq!(world.who_is("ou_1").await.unwrap().name, "新名");
    assert_eq!(world.who_is("ou_2").await.unwrap().locked_by, Some(LockedBy::Feishu));
    assert_eq!(world.who_is("ou_3").await, None);
    assert_eq!(world.who_is("ou_4").await.unwrap().name, "赵六");
    assert_eq!(world.place_of("od-1").await.unwrap().name, "新甲");
    assert_eq!(world.place_of("od-2").await, None);
    // What happened before it is known to it.
    world.news("contact.user.updated_v3", 50, json!({ "open_id": "ou_1", "name": "更旧" })).await;
    assert_eq!(world.who_is("ou_1").await.unwrap().name, "新名");
}

#[tokio::test]
async fn an_event_that_a_sync_overtook_makes_nobody_twice() {
    let (world, feishu) = both().await;
    world.clock.advance(TimeDelta::seconds(100));
    let told = with(person("ou_1", "张三"), json!({ "user_id": "u1" }));
    feishu.people("0", &[person(ADMIN, "a"), told.clone()]);
    let before = staff::Entity::find().count(world.db().read()).await.unwrap();
    during_a_sync(&world, &feishu, world.news("contact.user.created_v3", 99, told.clone())).await;
    world.news("contact.user.created_v3", 98, told.clone()).await;
    world.told(&json!({ "event": { "object": { "user_id": "u1", "name": "张三" } } })).await;
    assert_eq!(staff::Entity::find().count(world.db().read()).await.unwrap(), before + 1);
}

#[tokio::test]
async fn events_about_one_person_at_once_end_like_in_any_order() {
    let (world, _feishu) = both().await;
    let before = staff::Entity::find().count(world.db().read()).await.unwrap();
    for second in 1..=12 {
        let kind = if second % 3 == 1 { "contact.user.created_v3" } else { "contact.user.updated_v3" };
        let told = json!({ "object": { "open_id": "ou_1", "user_id": "u1", "name": format!("名{second}") } });
        world.pushed(&[], world.envelope(kind, second, told).to_string()).await;
    }
    join_all((0..4).map(|_| world.act_for_feishu())).await;
    assert!(world.inbox_states().await.iter().all(|state| ["done", "ignored"].contains(&state.as_str())));
    assert_eq!(world.who_is("ou_1").await.unwrap().name, "名12");
    assert_eq!(staff::Entity::find().count(world.db().read()).await.unwrap(), before + 1);
}

#[tokio::test]
async fn of_two_administrators_who_leave_at_once_one_stays() {
    let (world, _feishu) = both().await;
    world.bind_on_feishu("admin", "ou_2").await;
    let second = world.who_is("ou_2").await.unwrap();
    let roles = [assetry::domain::rbac::RoleKey::Name("suadmin".to_owned())];
    let key = assetry::domain::Key::Id(second.id);
    assetry::domain::staff::set_roles(&world.server_itself(), &key, &roles).await.unwrap();
    for id in [ADMIN, "ou_2"] {
        let told = json!({ "object": { "open_id": id } });
        world.pushed(&[], world.envelope("contact.user.deleted_v3", 1, told).to_string()).await;
    }
    join_all((0..2).map(|_| world.act_for_feishu())).await;
    let locked = [world.who_is(ADMIN).await.unwrap().locked, world.who_is("ou_2").await.unwrap().locked];
    assert_eq!(locked.iter().filter(|locked| **locked).count(), 1, "{locked:?}");
}
