//! Events of the first generation, which bring ids only: the rest is fetched (§4.5).

use assetry::entity::words::LockedBy;
use serde_json::{Value, json};

use super::company::{BATCH, both, both_with, department, page, person, with};
use crate::harness::{FeishuFault as Fault, World};

impl World {
    /// An event of the first generation, so many seconds after the world began.
    async fn old_event(&self, kind: &str, second: i64, more: Value) {
        let event = with(json!({ "type": kind, "app_id": "cli_invented", "tenant_key": "tenant" }), more);
        let ts = format!("{}.25", self.began().timestamp() + second);
        let uuid = format!("{kind} {second} {event}");
        self.told(&json!({ "uuid": uuid, "token": "t", "ts": ts, "type": "event_callback", "event": event })).await;
    }
}

#[tokio::test]
async fn people_of_old_events_are_fetched() {
    let (world, feishu) = both_with(|settings| "subdepartment1".clone_into(&mut settings.root_department)).await;
    let ids = json!({ "open_id": "ou_1", "employee_id": "u1", "union_id": "on_1" });
    feishu.tells_of("ou_1", with(person("ou_1", "张三"), json!({ "mobile": "1", "department_ids": ["od-1"] })));
    feishu.tells_of_department(department("od-1", "0", "甲"));
    world.old_event("user_add", 1, ids.clone()).await;
    let made = world.who_is("ou_1").await.unwrap();
    let place = world.place_of("od-1").await.unwrap();
    assert_eq!((made.name.as_str(), made.department_id), ("张三", Some(place.id)));
    let link = world.binding_of("ou_1").await.unwrap();
    assert_eq!([link.user_id.as_deref(), link.union_id.as_deref()], [Some("u1"), Some("on_1")]);

    feishu.tells_of("ou_1", with(person("ou_1", "张三丰"), json!({ "status": { "is_frozen": true } })));
    world.old_event("user_update", 2, ids.clone()).await;
    let now = world.who_is("ou_1").await.unwrap();
    assert_eq!((now.name.as_str(), now.locked_by), ("张三丰", Some(LockedBy::Feishu)));
    feishu.tells_of("ou_1", person("ou_1", "张三丰"));
    world.old_event("user_status_change", 3, ids.clone()).await;
    assert!(!world.who_is("ou_1").await.unwrap().locked);
    world.old_event("user_leave", 4, ids.clone()).await;
    assert!(world.who_is("ou_1").await.unwrap().locked);
    assert_eq!(world.binding_of("ou_1").await.unwrap().user_id, None);
    // Where Feishu refuses, what the event says is all.
    feishu.fail("/open-apis/contact/v3/users/ou_2", [Fault::Code(400, 41050)]);
    world.old_event("user_add", 1, json!({ "open_id": "ou_2", "employee_id": "u2" })).await;
    assert_eq!(world.who_is("ou_2").await.unwrap().name, "u2");
}

#[tokio::test]
async fn departments_of_old_events_are_fetched() {
    let (world, feishu) = both_with(|settings| "subdepartment1".clone_into(&mut settings.root_department)).await;
    let id = json!({ "open_department_id": "od-1" });
    feishu.tells_of_department(department("od-1", "0", "甲"));
    world.old_event("dept_add", 1, id.clone()).await;
    assert_eq!(world.place_of("od-1").await.unwrap().name, "甲");
    feishu.tells_of_department(department("od-1", "0", "乙"));
    world.old_event("dept_update", 2, id.clone()).await;
    assert_eq!(world.place_of("od-1").await.unwrap().name, "乙");
    world.old_event("dept_delete", 3, id.clone()).await;
    assert!(world.department_called("od-1").await.is_none());
    world.old_event("dept_add", 4, json!({ "open_department_id": "od-untold" })).await;
    assert!(world.place_of("od-untold").await.is_none());
}

#[tokio::test]
async fn a_scope_that_changed_is_looked_through_for_what_is_new() {
    let (world, feishu) = both().await;
    feishu.people("0", &[person(super::company::ADMIN, "a")]);
    feishu.departments(&[department("od-1", "0", "甲")]);
    world.brought().await.unwrap();
    feishu.forget();
    let scope = json!({ "department_ids": ["od-1", "od-2"], "user_ids": [super::company::ADMIN, "ou_1"] });
    feishu.answer("/open-apis/contact/v3/scopes", [json!({ "code": 0, "data": scope })]);
    feishu.tells_of_department(department("od-2", "od-1", "乙"));
    feishu.answer(BATCH, [page(&[with(person("ou_1", "张三"), json!({ "department_ids": ["od-1"] }))])]);
    world.old_event("contact_scope_change", 5, json!({})).await;
    let one = world.place_of("od-1").await.unwrap().id;
    assert_eq!(world.place_of("od-2").await.unwrap().parent_id, Some(one));
    assert_eq!(world.who_is("ou_1").await.unwrap().department_id, Some(one));
    assert!(!feishu.calls(BATCH)[0].query.contains(super::company::ADMIN));
}
