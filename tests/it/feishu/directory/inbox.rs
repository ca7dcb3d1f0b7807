//! The inbox for events about people and departments: what waits, what is set aside, what survives (§4.3).

use assetry::{
    domain::directory::feishu,
    entity::{inbox, learned, staff},
};
use chrono::TimeDelta;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use super::company::{both, both_with};
use crate::harness::{FeishuFault as Fault, World};

const CREATED: &str = "contact.user.created_v3";
const ASKED: &str = "/open-apis/contact/v3/users/ou_1";

fn newcomer() -> Value {
    json!({ "open_id": "ou_1", "name": "张三", "department_ids": ["od-unknown"] })
}

#[tokio::test]
async fn an_event_waits_for_feishu_and_others_go_on() {
    for fault in [Fault::Status(500), Fault::Cut, Fault::Broken, Fault::TooOften("9"), Fault::Code(400, 2200)] {
        let (world, feishu) = both_with(|settings| settings.retry_base_ms = 1000).await;
        feishu.fail(ASKED, vec![fault.clone(); 2]);
        world.news(CREATED, 1, newcomer()).await;
        world.news("contact.user.updated_v3", 1, json!({ "open_id": super::company::ADMIN, "name": "新" })).await;
        assert_eq!(world.inbox_states().await, ["waiting", "done"], "{fault:?}");
        assert!(world.who_is("ou_1").await.is_none());
        // Not before its time.
        world.act_for_feishu().await;
        assert_eq!(feishu.calls(ASKED).len(), 1);
        world.clock.advance(TimeDelta::seconds(2));
        world.act_for_feishu().await;
        assert_eq!((feishu.calls(ASKED).len(), world.inbox_rows().await[0].attempts), (2, 2));
        // Feishu is well again.
        world.clock.advance(TimeDelta::seconds(4));
        world.act_for_feishu().await;
        assert_eq!(world.who_is("ou_1").await.unwrap().name, "张三", "{fault:?}");
        assert_eq!(world.inbox_states().await, ["done", "done"]);
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_set_aside_and_blocks_nobody() {
    let (world, _feishu) = both().await;
    let long = "x".repeat(300);
    for (kind, object) in [
        (CREATED, json!({})),
        (CREATED, json!({ "open_id": 1.5, "name": {} })),
        (CREATED, json!({ "open_id": long })),
        ("contact.user.deleted_v3", json!([])),
        ("contact.department.created_v3", json!({ "name": "no id" })),
        ("contact.department.deleted_v3", json!({ "open_department_id": null })),
        ("contact.department.created_v3", json!({ "open_department_id": long })),
    ] {
        world.news(kind, 1, object).await;
    }
    world.happened(CREATED, 1, json!({})).await;
    assert!(world.inbox_states().await.iter().all(|state| state == "failed"), "{:?}", world.inbox_states().await);
    assert!(world.inbox_rows().await.iter().all(|row| row.last_error.is_some()));
    for kind in ["im.message.receive_v1", "approval_instance", "contact.custom_attr_event.updated_v3", ""] {
        world.happened(kind, 1, json!({ "object": {} })).await;
    }
    assert!(world.inbox_states().await[8..].iter().all(|state| state == "ignored"));
    // What no database takes is left out of what is kept.
    let odd = json!({ "open_id": "ou_1", "name": "张\u{0}三\u{7}", "mobile": "1\u{0}", "user_id": "a\u{0}", "status": 1, "department_ids": {} });
    world.news(CREATED, 2, odd).await;
    let made = world.who_is("ou_1").await.unwrap();
    assert_eq!(made.name, "张三");
    assert_eq!(world.binding_of("ou_1").await.unwrap().user_id, None);
}

#[tokio::test]
async fn a_restart_goes_on_where_the_server_was() {
    let (world, feishu) = both_with(|settings| settings.retry_base_ms = 1000).await;
    feishu.fail(ASKED, [Fault::Status(500)]);
    world.news(CREATED, 1, newcomer()).await;
    let later = world.envelope(CREATED, 2, json!({ "object": { "open_id": "ou_2", "name": "李四" } }));
    world.pushed(&[], later.to_string()).await;
    let mut settings = feishu.settings();
    settings.retry_base_ms = 1000;
    let other = world.restarted_on_feishu(&settings).await;
    world.clock.advance(TimeDelta::seconds(2));
    while feishu::act_on_next(&other).await.unwrap() {}
    assert_eq!(world.inbox_states().await, ["done", "done"]);
    assert!(world.who_is("ou_1").await.is_some() && world.who_is("ou_2").await.is_some());
    // A repetition is known to the other server as well.
    let people = staff::Entity::find().count(world.db().read()).await.unwrap();
    world.pushed(&[], later.to_string()).await;
    while feishu::act_on_next(&other).await.unwrap() {}
    assert_eq!(staff::Entity::find().count(world.db().read()).await.unwrap(), people);
    assert_eq!(inbox::Entity::find().count(world.db().read()).await.unwrap(), 2);
}

#[tokio::test]
async fn another_tenant_is_ignored() {
    let (world, _feishu) = both_with(|settings| settings.tenant_key = Some("ours".to_owned())).await;
    let told = json!({ "object": { "open_id": "ou_1", "name": "张三" } });
    world.happened(CREATED, 1, told.clone()).await;
    assert_eq!((world.inbox_states().await, world.who_is("ou_1").await), (vec!["ignored".to_owned()], None));
    let mut ours = world.envelope(CREATED, 2, told);
    ours["header"]["tenant_key"] = json!("ours");
    world.told(&ours).await;
    assert_eq!(world.binding_of("ou_1").await.unwrap().tenant, "ours");
    // Nothing is learned from what was not proved.
    let (world, _feishu) = both().await;
    world.happened(CREATED, 1, json!({ "object": { "open_id": "ou_1", "name": "张三" } })).await;
    assert_eq!(world.binding_of("ou_1").await.unwrap().tenant, "");
    assert_eq!(learned::Entity::find().count(world.db().read()).await.unwrap(), 0);
}

#[tokio::test]
async fn sixteen_at_once_have_one_effect() {
    let shapes: [fn(&World) -> Value; 2] = [
        |world| world.envelope(CREATED, 1, json!({ "object": { "open_id": "ou_1", "user_id": "u1", "name": "张三" } })),
        |_| json!({ "event": { "object": { "user_id": "e33ggbyz", "name": "张三", "mobile": "12345678910" } } }),
    ];
    for shape in shapes {
        let (world, _feishu) = both().await;
        let body = shape(&world).to_string();
        let before = staff::Entity::find().count(world.db().read()).await.unwrap();
        let pushes = (0..16).map(|_| async {
            let reply = world.pushed(&[], body.clone()).await;
            world.act_for_feishu().await;
            reply.status
        });
        let statuses = futures_util::future::join_all(pushes).await;
        assert!(statuses.iter().all(|status| *status == 200));
        assert_eq!(world.inbox_states().await, ["done"]);
        assert_eq!(staff::Entity::find().count(world.db().read()).await.unwrap(), before + 1);
    }
}

#[tokio::test]
async fn who_comes_back_after_the_lease_does_not_undo_what_another_did() {
    let (world, stand_in) = both_with(|settings| settings.retry_base_ms = 1000).await;
    let told = world.envelope(CREATED, 1, json!({ "object": newcomer() }));
    world.pushed(&[], told.to_string()).await;
    stand_in.hold(ASKED);
    let slow = tokio::spawn({
        let app = world.app.clone();
        async move { feishu::act_on_next(&app).await.unwrap() }
    });
    while stand_in.calls(ASKED).is_empty() {
        tokio::task::yield_now().await;
    }
    world.clock.advance(TimeDelta::seconds(31));
    stand_in.fail(ASKED, [Fault::Status(500)]);
    let quick = tokio::spawn({
        let app = world.app.clone();
        async move { feishu::act_on_next(&app).await.unwrap() }
    });
    while stand_in.calls(ASKED).len() < 2 {
        tokio::task::yield_now().await;
    }
    // One of the two meets the failure: whichever it is, the second one's note is the one that counts.
    stand_in.release(ASKED);
    assert!(slow.await.unwrap() && quick.await.unwrap());
    let row = &world.inbox_rows().await[0];
    assert_eq!(row.attempts, 2);
    world.clock.advance(TimeDelta::seconds(10));
    world.act_for_feishu().await;
    assert_eq!(world.inbox_states().await, ["done"]);
    assert_eq!(world.who_is("ou_1").await.unwrap().name, "张三");
}
