//! What came in and goes out, for administrators: seen without what it says, and tried again.

use assetry::{
    domain::directory::{feishu, wecom},
    entity::{inbox, outbox, words::DeliveryState},
};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use serde_json::{Value, json};

use crate::harness::{Content, Feishu, WecomStandIn, World};

/// Nobody may see this.
const BODY: &str = "{\"said\":\"in private\"}";

fn message(world: &World, uuid: &str, state: &str, attempts: i64) -> outbox::ActiveModel {
    let now = world.app.now();
    outbox::ActiveModel {
        uuid: Set(uuid.to_owned()),
        channel: Set("feishu".to_owned()),
        kind: Set("approval_card".to_owned()),
        lane: Set(uuid.to_owned()),
        body: Set(BODY.to_owned()),
        state: Set(DeliveryState::parse(state).unwrap()),
        attempts: Set(attempts),
        next_at: Set(now + TimeDelta::minutes(10)),
        created_at: Set(now),
        ..Default::default()
    }
}

fn event(world: &World, once: &str, source: &str, kind: &str, state: &str, body: &str) -> inbox::ActiveModel {
    let now = world.app.now();
    inbox::ActiveModel {
        source: Set(source.to_owned()),
        once_key: Set(once.to_owned()),
        kind: Set(kind.to_owned()),
        body: Set(body.to_owned()),
        happened_at: Set(now),
        received_at: Set(now),
        state: Set(DeliveryState::parse(state).unwrap()),
        attempts: Set(1),
        next_at: Set(now + TimeDelta::minutes(10)),
        ..Default::default()
    }
}

/// Writes rows of one table and gives their keys.
macro_rules! write {
    ($world:expr, $($row:expr),+ $(,)?) => {{
        let rows = vec![$($row),+];
        let tx = $world.db().begin().await.unwrap();
        let mut keys = Vec::new();
        for row in rows {
            keys.push(row.insert(&tx).await.unwrap().id);
        }
        tx.commit().await.unwrap();
        keys
    }};
}

async fn nodes(world: &World, token: &str, arguments: &str, fields: &str) -> Value {
    let query = format!("{{ deliveries({arguments}) {{ totalCount nodes {{ {fields} }} }} }}");
    let reply = world.graphql(&query, json!({}), Some(token)).await;
    let found = &reply["data"]["deliveries"];
    assert_eq!(found["totalCount"], found["nodes"].as_array().unwrap().len(), "{reply}");
    assert!(!reply.to_string().contains("in private"), "{reply}");
    found["nodes"].clone()
}

#[tokio::test]
async fn everything_but_what_it_says_is_shown() {
    let world = World::demo().await;
    let token = world.token("suadmin").await;
    let failed = outbox::ActiveModel {
        recipient_id: Set(Some(2)),
        approval_id: Set(Some(1)),
        last_error: Set(Some("Feishu refused: code 230013, HTTP 400".to_owned())),
        ..message(&world, "m1", "failed", 9)
    };
    let sent = outbox::ActiveModel {
        channel: Set("wecom".to_owned()),
        kind: Set("text".to_owned()),
        sent_at: Set(Some(world.app.now())),
        message_id: Set(Some("om_1".to_owned())),
        ..message(&world, "m2", "sent", 1)
    };
    write!(world, failed, sent, message(&world, "m3", "waiting", 2));
    write!(world, event(&world, "e1", "feishu", "contact.user.created_v3", "failed", BODY));
    let fields =
        "direction platform kind state attempts nextAt createdAt sentAt lastError recipient { uniqueId } approvalId
        approval { state } messageId";
    let now = json!(world.app.now().to_rfc3339());
    let first = json!({
        "direction": "OUTBOX", "platform": "FEISHU", "kind": "approval_card", "state": "FAILED", "attempts": 9, "nextAt": null,
        "createdAt": now, "sentAt": null, "lastError": "Feishu refused: code 230013, HTTP 400",
        "recipient": { "uniqueId": "samplestaff" }, "approvalId": "QXBwcm92YWw6MQ", "approval": { "state": "PENDING" }, "messageId": null,
    });
    assert_eq!(nodes(&world, &token, "state: [FAILED]", fields).await, json!([first]));
    let kinds = async |arguments: &str| {
        let nodes = nodes(&world, &token, arguments, "kind state platform").await;
        let text = |node: &Value| format!("{} {} {}", node["platform"], node["kind"], node["state"]).replace('"', "");
        nodes.as_array().unwrap().iter().map(text).collect::<Vec<_>>().join(", ")
    };
    let (card, text, waits) = ("FEISHU approval_card FAILED", "WECOM text SENT", "FEISHU approval_card WAITING");
    // The demo data pretend that a card was sent.
    let demo = "FEISHU demo_card SENT";
    for (arguments, found) in [
        ("first: 10", format!("{waits}, {text}, {card}, {demo}")),
        ("direction: OUTBOX, state: [FAILED, SENT]", format!("{text}, {card}, {demo}")),
        ("state: []", String::new()),
        ("platform: WECOM", text.to_owned()),
        ("kind: \"approval_card\"", format!("{waits}, {card}")),
        ("kind: \"\\u0000\"", String::new()),
        ("approvalId: \"QXBwcm92YWw6MQ\"", format!("{card}, {demo}")),
        ("approvalId: \"QXBwcm92YWw6MQ\", state: [WAITING]", String::new()),
        ("approvalId: \"nothing\"", String::new()),
        ("direction: INBOX", "FEISHU contact.user.created_v3 FAILED".to_owned()),
        ("direction: INBOX, platform: WECOM", String::new()),
        ("direction: INBOX, approvalId: \"QXBwcm92YWw6MQ\"", String::new()),
    ] {
        assert_eq!(kinds(arguments).await, found, "{arguments}");
    }
    let query = "query($after: String) { deliveries(first: 2, after: $after) { nodes { kind } pageInfo { hasNextPage endCursor } } }";
    let page = world.graphql(query, json!({}), Some(&token)).await["data"]["deliveries"]["pageInfo"].clone();
    assert_eq!(page["hasNextPage"], true);
    let page = world.graphql(query, json!({ "after": page["endCursor"] }), Some(&token)).await;
    assert_eq!(page["data"]["deliveries"]["nodes"], json!([{ "kind": "approval_card" }, { "kind": "demo_card" }]));
    let wrong = "query($after: String) { deliveries(direction: INBOX, after: $after) { nodes { kind } } }";
    let reply = world
        .graphql(wrong, json!({ "after": page["data"]["deliveries"]["pageInfo"]["endCursor"] }), Some(&token))
        .await;
    assert_eq!(reply["errors"][0]["extensions"]["code"], "REQUEST_INVALID", "a place in the other list: {reply}");
    let node = nodes(&world, &token, "direction: INBOX", "id").await[0]["id"].clone();
    let query = "query($id: ID!) { node(id: $id) { id ... on Delivery { direction kind } } }";
    let reply = world.graphql(query, json!({ "id": node }), Some(&token)).await;
    assert_eq!(reply["data"]["node"]["kind"], "contact.user.created_v3", "{reply}");
}

#[tokio::test]
async fn what_was_pushed_is_not_even_read() {
    let world = World::demo().await;
    let token = world.token("suadmin").await;
    write!(world, event(&world, "e1", "feishu", "k", "failed", BODY));
    let (_, statements) = world.statements(nodes(&world, &token, "direction: INBOX", "kind")).await;
    let read: Vec<_> = statements.iter().filter(|statement| statement.contains("FROM \"inbox\"")).collect();
    assert!(!read.is_empty() && read.iter().all(|statement| !statement.contains("\"inbox\".\"body\"")), "{read:?}");
}

const RETRY: &str = "mutation($input: DeliveryRetryInput!) {
    deliveryRetry(input: $input) { delivery { state attempts } userErrors { code field } } }";

async fn retry(world: &World, token: &str, input: Value) -> Value {
    let reply = world.graphql(RETRY, json!({ "input": input }), Some(token)).await;
    assert!(reply["errors"].is_null(), "{reply}");
    reply["data"]["deliveryRetry"].clone()
}

/// The ids of all that goes out, the oldest first.
async fn ids(world: &World, token: &str, arguments: &str) -> Vec<Value> {
    let mut ids: Vec<_> = nodes(world, token, arguments, "id").await.as_array().unwrap().clone();
    ids.reverse();
    ids.into_iter().map(|node| node["id"].clone()).collect()
}

#[tokio::test]
async fn only_what_waits_or_failed_is_tried_again() {
    let world = World::demo().await;
    let token = world.token("29384uieweretr").await;
    let states = [("waiting", 0), ("waiting", 3), ("working", 1), ("sent", 1), ("failed", 7), ("dropped", 1)];
    for (at, (state, attempts)) in states.iter().enumerate() {
        write!(world, message(&world, &format!("m{at}"), state, *attempts));
    }
    let all = || {
        outbox::Entity::find()
            .filter(outbox::Column::Kind.eq("approval_card"))
            .order_by_asc(outbox::Column::Id)
            .all(world.db().read())
    };
    let before = all().await.unwrap();
    world.clock.advance(TimeDelta::seconds(60));
    let now = world.app.now();
    let ids = ids(&world, &token, "kind: \"approval_card\"").await;
    let refused =
        |code: &str, field: Value| json!({ "delivery": null, "userErrors": [{ "code": code, "field": field }] });
    let tried = |attempts: i64| json!({ "delivery": { "state": "WAITING", "attempts": attempts }, "userErrors": [] });
    let mut bell = world.app.bell.listen();
    for (at, expected) in [
        (0, tried(0)),
        (1, tried(0)),
        (2, refused("DELIVERY_SETTLED", Value::Null)),
        (3, refused("DELIVERY_SETTLED", Value::Null)),
        (4, tried(0)),
        (5, refused("DELIVERY_SETTLED", Value::Null)),
    ] {
        let rings = expected["delivery"].is_object();
        bell.mark_unchanged();
        assert_eq!(retry(&world, &token, json!({ "id": ids[at] })).await, expected, "{:?}", states[at]);
        assert_eq!(bell.has_changed().unwrap(), rings);
    }
    let after = all().await.unwrap();
    for (at, (before, after)) in before.iter().zip(&after).enumerate() {
        let again = [1, 4].contains(&at);
        let expected = outbox::Model {
            state: if again { DeliveryState::Waiting } else { before.state },
            attempts: if again { 0 } else { before.attempts },
            next_at: if again { now } else { before.next_at },
            ..before.clone()
        };
        assert_eq!(*after, expected, "{at}: nothing else changes");
    }
    let seen = json!({ "id": ids[2], "expectedState": "FAILED" });
    assert_eq!(retry(&world, &token, seen).await, refused("VERSION_CONFLICT", json!("expectedState")));
    for id in ["none", "QXNzZXQ6MQ", "T3V0Z29pbmc6OTk5", "SW5jb21pbmc6OTk5"] {
        assert_eq!(
            retry(&world, &token, json!({ "id": id })).await,
            refused("DELIVERY_NOT_FOUND", json!("id")),
            "{id}"
        );
    }
}

#[tokio::test]
async fn of_many_who_ask_nobody_doubles_anything() {
    let world = World::demo().await;
    let token = world.token("suadmin").await;
    write!(world, message(&world, "m", "failed", 5));
    let id = ids(&world, &token, "state: [FAILED]").await.remove(0);
    let asked = (0..8).map(|_| retry(&world, &token, json!({ "id": id })));
    for reply in futures_util::future::join_all(asked).await {
        let lost = json!({ "delivery": null, "userErrors": [{ "code": "VERSION_CONFLICT", "field": null }] });
        assert!(reply["delivery"]["state"] == "WAITING" || reply == lost, "{reply}");
    }
    let rows = outbox::Entity::find().filter(outbox::Column::State.ne("sent")).all(world.db().read()).await.unwrap();
    assert_eq!((rows.len(), rows[0].state.word(), rows[0].attempts), (1, "waiting", 0));
}

#[tokio::test]
async fn a_message_to_wecom_that_failed_goes_out_once_more() {
    let stand_in = WecomStandIn::start().await;
    let world = World::on_wecom(Content::Demo, stand_in.settings()).await;
    let token = world.token("suadmin").await;
    let text = outbox::ActiveModel {
        channel: Set("wecom".to_owned()),
        kind: Set("text".to_owned()),
        body: Set(json!({ "touser": ["u"], "content": "hello" }).to_string()),
        ..message(&world, "m", "failed", 1)
    };
    write!(world, text);
    assert!(!wecom::send_next(&world.app).await.unwrap());
    let id = ids(&world, &token, "platform: WECOM").await.remove(0);
    retry(&world, &token, json!({ "id": id })).await;
    assert!(wecom::send_next(&world.app).await.unwrap());
    assert!(!wecom::send_next(&world.app).await.unwrap());
    assert_eq!(stand_in.count("message/send"), 1);
    assert_eq!(
        nodes(&world, &token, "platform: WECOM", "state attempts").await,
        json!([{ "state": "SENT", "attempts": 1 }])
    );
}

#[tokio::test]
async fn an_event_of_feishu_that_was_given_up_is_acted_on() {
    let feishu = Feishu::start().await;
    let world = World::on_feishu(Content::Demo, feishu.settings()).await;
    let kept = json!({ "id": "e", "tenant_key": null, "told_at": null, "event": { "employee_id": "u" } }).to_string();
    write!(world, event(&world, "e", "feishu", "attendance.user_flow.created_v1", "failed", &kept));
    // After the 72 hours as well.
    world.clock.advance(TimeDelta::hours(100));
    let token = world.token("suadmin").await;
    assert!(!feishu::act_on_next(&world.app).await.unwrap());
    let id = ids(&world, &token, "direction: INBOX").await.remove(0);
    retry(&world, &token, json!({ "id": id })).await;
    assert!(feishu::act_on_next(&world.app).await.unwrap());
    let query = "{ attendanceEvents { nodes { eventId employeeId } } }";
    let reply = world.graphql(query, json!({}), Some(&token)).await;
    assert_eq!(reply["data"]["attendanceEvents"]["nodes"], json!([{ "eventId": "e", "employeeId": "u" }]), "{reply}");
    assert_eq!(nodes(&world, &token, "direction: INBOX", "state").await, json!([{ "state": "DONE" }]));
}
