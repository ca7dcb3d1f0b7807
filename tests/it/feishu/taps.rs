//! §1.6 and §4.4: what a tap on a card comes to, in the order of the contract.

use assetry::{
    entity::words::StaffGroup,
    settings::{FeishuCard, Secret},
};
use futures_util::future::join_all;
use sea_orm::Set;
use serde_json::{Value, json};

use super::scene::{ADMIN, MESSAGES, MOVER, OTHER, SEND, STAFF, UPDATE, scene, scene_with};
use crate::harness::{Feishu, World};

const HELD: &str = "1603786083cjxyxHTB";
const ITEM: &str = "34k5jfkwertfwer";
const TOKEN: &str = "the token of callbacks";

/// A card for a request that was just submitted: its message, its context, and the request.
struct Card {
    message: Value,
    context: String,
    request: String,
}

impl World {
    /// Submits a request by the applicant and delivers its card.
    async fn card(&self, feishu: &Feishu, input: Value) -> Card {
        let mut wanted = json!({ "acceptWarnings": true, "managerId": ADMIN });
        wanted.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
        let request = self.submit(STAFF, wanted).await;
        self.deliver().await;
        let context = feishu.calls(SEND).pop().unwrap().sent["uuid"].as_str().unwrap().to_owned();
        let rows = self.outbox().await;
        let row = rows.iter().find(|row| row.uuid == context).unwrap();
        Card { message: json!(row.message_id.clone().unwrap()), context, request }
    }
}

fn approve(card: &Card) -> Value {
    json!({ "action_type": "APPROVE", "message_id": card.message, "action_context": card.context, "user_id": "u_admin" })
}

#[tokio::test]
async fn the_example_of_the_document_works_as_printed() {
    let (world, feishu) = scene().await;
    let tap = json!({ "action_type": "APPROVE", "message_id": "qewqdadfwefsf" });
    for _ in 0..2 {
        let reply = world.tap(&tap).await;
        assert_eq!((reply.status.as_u16(), reply.json()), (200, json!({ "code": 0, "info": "Success" })));
    }
    let asset = "{ asset(by: { uniqueId: \"test_asset_transfering\" }) { status holder { uniqueId } } }";
    let moved = json!({ "status": "IN_USE", "holder": { "uniqueId": OTHER } });
    assert_eq!(world.ask_as(ADMIN, asset, json!({})).await["asset"], moved);
    let before = world.all_that_a_tap_changes().await;
    let reply = world.tap(&json!({ "action_type": "REJECT", "message_id": "qewqdadfwefsf" })).await;
    assert_eq!(reply.json(), json!({ "code": 0, "info": "Success" }));
    assert_eq!(world.all_that_a_tap_changes().await, before, "the demo card is never updated");
    assert!(feishu.calls(UPDATE).is_empty());
}

#[tokio::test]
async fn what_is_no_callback_is_refused_before_anything_is_looked_at() {
    let (world, _feishu) = scene().await;
    let missing = |key: &str| json!({ "code": -2, "info": format!("缺少{key}信息或{key}类型不正确") });
    for (body, expected) in [
        ("{", json!({ "code": -2, "info": "请求体不是合法的JSON" })),
        ("[]", json!({ "code": -2, "info": "请求体不是合法的JSON" })),
        ("{}", missing("action_type")),
        (r#"{"action_type":1,"message_id":"x"}"#, missing("action_type")),
        (r#"{"action_type":"APPROVE"}"#, missing("message_id")),
        (r#"{"action_type":"APPROVE","message_id":1.5}"#, missing("message_id")),
        (r#"{"action_type":"APPROVE","message_id":null,"action_context":"not ours"}"#, missing("message_id")),
        (r#"{"action_type":"APPROVE","message_id":""}"#, json!({ "code": 1, "info": "对应id不存在" })),
        (r#"{"action_type":"x","message_id":-1}"#, json!({ "code": 1, "info": "对应id不存在" })),
        (r#"{"action_type":"APPROVE","message_id":6925326219512709121}"#, json!({ "code": 1, "info": "对应id不存在" })),
        (r#"{"action_type":"APPROVE","message_id":"a\u0000"}"#, json!({ "code": 1, "info": "对应id不存在" })),
        (r#"{"action_type":"approve","message_id":"qewqdadfwefsf"}"#, json!({ "code": 11, "info": "操作类型无效!" })),
        (
            r#"{"action_type":"APPROVE","message_id":"qewqdadfwefsf","user_id":"stranger"}"#,
            json!({ "code": 1, "info": "你无此权限" }),
        ),
    ] {
        let request = axum::http::Request::post("/api/feishu_approval/").body(body.to_owned().into()).unwrap();
        let reply = world.send(request).await;
        assert_eq!((reply.status.as_u16(), reply.json()), (400, expected), "{body}");
    }
    let reply = world.get("/api/feishu_approval").await;
    assert_eq!((reply.status.as_u16(), reply.json()), (405, json!({ "code": -3, "info": "Bad method" })));
    assert_eq!(reply.headers["allow"], "POST");
    let long = format!("{{\"action_type\":\"{}\"}}", "x".repeat(4 * 1024 * 1024));
    let request = axum::http::Request::post("/api/feishu_approval").body(long.into()).unwrap();
    let reply = world.send(request).await;
    assert_eq!((reply.status.as_u16(), reply.json()["info"].clone()), (413, json!("请求内容过大")));
}

#[tokio::test]
async fn refusals_of_proved_callbacks_are_shown_to_the_person_and_others_are_not() {
    let (world, _feishu) = scene_with(|settings| {
        settings.approval_callback_token = Some(Secret::new(TOKEN));
    })
    .await;
    let tap = |token: Value| json!({ "action_type": "APPROVE", "message_id": "none", "token": token });
    let reply = world.tap(&tap(json!(TOKEN))).await;
    let told = json!({ "code": 1, "info": "对应id不存在", "message": "对应id不存在", "without_prefix": "true" });
    assert_eq!((reply.status.as_u16(), reply.json()), (422, told));
    for wrong in [json!("another"), Value::Null] {
        let reply = world.tap(&tap(wrong)).await;
        assert_eq!((reply.status.as_u16(), reply.json()), (400, json!({ "code": -2, "info": "回调验证失败" })));
    }
    let (closed, _feishu) = scene_with(|settings| settings.allow_unsigned = Some(false)).await;
    let reply = closed.tap(&tap(Value::Null)).await;
    assert_eq!((reply.status.as_u16(), reply.json()), (400, json!({ "code": -2, "info": "回调验证未配置" })));
    let reply = closed.tap(&tap(json!(crate::harness::MADE_TOKEN))).await;
    assert_eq!(reply.status.as_u16(), 422, "the token that the server made proves the callbacks that carry it");
}

/// What stands in the way of a request that was submitted.
type Obstacle = (&'static str, Value, &'static str, i64, &'static str);

fn obstacles() -> Vec<Obstacle> {
    let claim = |quantity: i64| json!({ "type": "CLAIM", "quantity": quantity });
    let give_back = json!({ "type": "RETURN", "assetId": HELD });
    let transfer = |target: &str| json!({ "type": "TRANSFER", "assetId": HELD, "targetId": target });
    vec![
        ("the admin is locked", give_back.clone(), "lock admin", 2, "指定名称的资产管理员不存在"),
        ("the admin is one no more", give_back.clone(), "demote admin", 2, "指定名称的资产管理员不存在"),
        ("the claimant is one of the staff no more", claim(1), "promote staff", 2, "只有用户才能接收资产"),
        ("the returner is one of the staff no more", give_back.clone(), "promote staff", 2, "只有用户才能退库资产"),
        ("the sender is one of the staff no more", transfer(OTHER), "promote staff", 2, "转移发起人必须是用户"),
        ("the receiver is one of the staff no more", transfer(OTHER), "promote other", 2, "转移接收人必须是用户"),
        ("the claimant is elsewhere", claim(1), "move staff", 2, "资产接收者与资产管理人不在同一部门下"),
        ("the claimant is nowhere", claim(1), "nowhere", 2, "资产接收者与资产管理人不在同一部门下"),
        ("the returner is elsewhere", give_back, "move staff", 2, "资产退库者与资产管理人不在同一部门下"),
        ("the sender is elsewhere", transfer(OTHER), "move staff", 2, "资产转移者与资产管理人不在同一部门下"),
        ("nothing is claimed", claim(0), "", 250, "如果您不想要此资产，请什么都不做，而不是浪费时间"),
        ("less than nothing is claimed", claim(-3), "", 250, "如果您不想要此资产，请什么都不做，而不是浪费时间"),
        (
            "nothing is returned",
            json!({ "type": "RETURN", "assetId": HELD, "quantity": 0 }),
            "",
            250,
            "如果您不想退库此资产，请什么都不做，而不是浪费时间",
        ),
        (
            "nothing is handed on",
            json!({ "type": "TRANSFER", "assetId": HELD, "targetId": OTHER, "quantity": 0 }),
            "",
            250,
            "如果您不想要转移此资产，请什么都不做，而不是浪费时间",
        ),
        (
            "one thing is claimed twice",
            json!({ "type": "CLAIM", "assetId": ITEM, "quantity": 2 }),
            "",
            3,
            "资产test_asset不是数量类型资产，请再次检查",
        ),
        (
            "the group is gone",
            json!({ "type": "TRANSFER", "assetId": HELD, "targetId": OTHER, "categoryId": "no such group" }),
            "",
            2,
            "指定名字的资产树结点不存在",
        ),
        ("there are too few", claim(11), "", 4, "资产纸数量不足"),
        ("it goes to whom it comes from", transfer(STAFF), "", 529, "未进行任何转移"),
    ]
}

async fn put_in_the_way(world: &World, obstacle: &str) {
    match obstacle {
        "lock admin" => world.lock(ADMIN).await,
        "demote admin" => world.change_staff(ADMIN, |row| row.staff_group = Set(StaffGroup::GeneralStaff)).await,
        "promote staff" => world.change_staff(STAFF, |row| row.staff_group = Set(StaffGroup::SystemAdmin)).await,
        "promote other" => world.change_staff(OTHER, |row| row.staff_group = Set(StaffGroup::SystemAdmin)).await,
        "move staff" => world.change_staff(STAFF, |row| row.department_id = Set(Some(2))).await,
        "nowhere" => world.change_staff(STAFF, |row| row.department_id = Set(None)).await,
        _ => {}
    }
}

#[tokio::test]
async fn what_stands_in_the_way_is_said_in_the_words_of_the_contract_and_changes_nothing() {
    for (case, mut request, obstacle, code, text) in obstacles() {
        let (world, feishu) = scene().await;
        world.bind(ADMIN, "admin").await;
        if request.get("assetId").is_none() {
            request["assetId"] = json!(world.pieces("纸", 10).await);
        }
        let card = world.card(&feishu, request).await;
        put_in_the_way(&world, obstacle).await;
        let before = world.all_that_a_tap_changes().await;
        let reply = world.tap(&approve(&card)).await;
        assert_eq!((reply.status.as_u16(), reply.json()), (400, json!({ "code": code, "info": text })), "{case}");
        assert_eq!(world.all_that_a_tap_changes().await, before, "{case}");
    }
}

#[tokio::test]
async fn a_repair_is_accepted_whoever_asks_and_a_refusal_needs_the_admin_only() {
    let (world, feishu) = scene().await;
    world.bind(ADMIN, "admin").await;
    let card = world.card(&feishu, json!({ "type": "REPAIR", "assetId": HELD })).await;
    put_in_the_way(&world, "promote staff").await;
    put_in_the_way(&world, "move staff").await;
    assert_eq!(world.tap(&approve(&card)).await.status.as_u16(), 200);
    let repaired = world.request(&card.request).await;
    assert_eq!((&repaired["state"], &repaired["asset"]["status"]), (&json!("APPROVED"), &json!("IN_REPAIR")));

    let (world, feishu) = scene().await;
    world.bind(ADMIN, "admin").await;
    let card = world.card(&feishu, json!({ "type": "RETURN", "assetId": HELD })).await;
    put_in_the_way(&world, "move staff").await;
    let reject = json!({ "action_type": "REJECT", "message_id": card.message, "reason": "不行" });
    assert_eq!(world.tap(&reject).await.status.as_u16(), 200);
    let expected = json!({
        "state": "REJECTED", "decidedVia": "FEISHU", "decidedBy": { "uniqueId": ADMIN }, "reason": "不行",
        "managers": [{ "uniqueId": ADMIN }],
        "asset": { "status": "IN_USE", "quantity": 1, "holder": { "uniqueId": STAFF } },
    });
    assert_eq!(world.request(&card.request).await, expected);
}

#[tokio::test]
async fn retired_assets_are_gone_for_who_agrees_and_all_the_same_for_who_refuses() {
    let (world, feishu) = scene().await;
    world.bind(ADMIN, "admin").await;
    let card = world.card(&feishu, json!({ "type": "RETURN", "assetId": HELD })).await;
    let retire = "mutation($id: ID!) { assetRetire(input: { assetIds: [$id] }) { userErrors { code } } }";
    world.ask_as(ADMIN, retire, json!({ "id": HELD })).await;
    let reply = world.tap(&approve(&card)).await;
    assert_eq!((reply.status.as_u16(), reply.json()), (400, json!({ "code": 2, "info": "资产不存在" })));
    let reject = json!({ "action_type": "REJECT", "message_id": card.message });
    assert_eq!(world.tap(&reject).await.json(), json!({ "code": 0, "info": "Success" }));
    assert_eq!(world.request(&card.request).await["state"], json!("CANCELLED"));
}

#[tokio::test]
async fn taps_decide_once_and_the_cards_of_others_change() {
    let (world, feishu) = scene().await;
    world.bind(ADMIN, "admin").await;
    world.bind(MOVER, "mover").await;
    world.bind(STAFF, "staff").await;
    let request = world.submit(STAFF, json!({ "type": "RETURN", "assetId": HELD })).await;
    world.deliver().await;
    let cards = feishu.calls(SEND);
    let to = |name: &str| cards.iter().find(|card| card.sent["user_id"] == name).unwrap().sent["uuid"].clone();
    let (mine, other) = (to("u_mover"), to("u_admin"));
    let tap = json!({ "action_type": "APPROVE", "message_id": null, "action_context": mine, "user_id": "u_mover" });
    let replies = join_all((0..16).map(|_| world.tap(&tap))).await;
    assert!(replies.iter().all(|reply| reply.status.as_u16() == 200));
    let decided = world.request(&request).await;
    assert_eq!(
        (&decided["decidedBy"]["uniqueId"], &decided["asset"]["holder"]["uniqueId"]),
        (&json!(MOVER), &json!(MOVER))
    );
    world.deliver().await;
    let rows = world.outbox().await;
    let of = |uuid: &Value| rows.iter().find(|row| json!(row.uuid) == *uuid).unwrap().message_id.clone();
    let updates: Vec<_> = feishu.calls(UPDATE).iter().map(|update| update.sent.clone()).collect();
    assert_eq!(updates, [json!({ "message_id": of(&other), "status": "APPROVED" })]);
    assert_eq!(feishu.calls(MESSAGES).len(), 2, "one text for the submission, one for the decision");

    let against = json!({ "action_type": "REJECT", "message_id": of(&mine), "user_id": "u_mover" });
    assert_eq!(world.tap(&against).await.json(), json!({ "code": 0, "info": "Success" }));
    world.deliver().await;
    let put_right = feishu.calls(UPDATE).pop().unwrap().sent;
    assert_eq!(put_right, json!({ "message_id": of(&mine), "status": "APPROVED" }));
    assert_eq!(world.request(&request).await["state"], json!("APPROVED"));
}

#[tokio::test]
async fn who_taps_must_be_asked() {
    let (world, feishu) = scene().await;
    for (person, name) in [(ADMIN, "admin"), (MOVER, "mover"), (OTHER, "other")] {
        world.bind(person, name).await;
    }
    let card = world.card(&feishu, json!({ "type": "RETURN", "assetId": HELD })).await;
    let by = |user: &str| {
        let mut tap = approve(&card);
        tap["user_id"] = json!(user);
        tap
    };
    for stranger in ["u_mover", "u_other", "u_nobody", "a\0"] {
        let reply = world.tap(&by(stranger)).await;
        assert_eq!(reply.json(), json!({ "code": 1, "info": "你无此权限" }), "{stranger}");
    }
    assert_eq!(world.tap(&by("u_admin")).await.status.as_u16(), 200);
    assert_eq!(world.tap(&by("u_other")).await.status.as_u16(), 400, "also once it is decided");
}

#[tokio::test]
async fn a_card_whose_sending_was_not_acknowledged_can_be_tapped() {
    let (world, feishu) = scene().await;
    world.bind(ADMIN, "admin").await;
    let request = world.submit(STAFF, json!({ "type": "RETURN", "assetId": HELD })).await;
    feishu.fail(SEND, [crate::harness::FeishuFault::Cut]);
    let taken = assetry::domain::notices::take(&world.app, 8).await.unwrap();
    assetry::domain::notices::send(&world.app, &taken.messages[0]).await.unwrap();
    let context = feishu.calls(SEND)[0].sent["uuid"].clone();
    let tap = json!({ "action_type": "APPROVE", "message_id": "told to nobody", "action_context": context });
    assert_eq!(world.tap(&tap).await.json(), json!({ "code": 0, "info": "Success" }));
    assert_eq!(world.request(&request).await["state"], json!("APPROVED"));
    world.deliver().await;
    assert_eq!(feishu.calls(SEND).len(), 1, "it arrived, as the tap tells");
    let card = &world.outbox().await[0];
    assert_eq!((card.state.word(), card.message_id.as_deref()), ("sent", Some("told to nobody")));
}

#[tokio::test]
async fn pieces_that_are_agreed_to_by_card_change_hands_and_the_last_go_to_one() {
    let (world, feishu) = scene().await;
    world.bind(ADMIN, "admin").await;
    let asset = world.pieces("纸", 3).await;
    let claim = json!({ "type": "CLAIM", "assetId": asset, "quantity": 2 });
    let (first, second) = (world.card(&feishu, claim.clone()).await, world.card(&feishu, claim).await);
    let (first, second) = (approve(&first), approve(&second));
    let replies = join_all([world.tap(&first), world.tap(&second)]).await;
    let mut told: Vec<_> = replies.iter().map(|reply| reply.json()["code"].as_i64().unwrap()).collect();
    told.sort_unstable();
    assert_eq!(told, [0, 4]);
    let held = "{ assets(search: \"纸\", first: 10) { nodes { quantity holder { uniqueId } } } }";
    let held = world.ask_as(ADMIN, held, json!({})).await["assets"]["nodes"].clone();
    let row = |quantity: i64, holder: &str| json!({ "quantity": quantity, "holder": { "uniqueId": holder } });
    assert_eq!(held, json!([row(1, ADMIN), row(2, STAFF)]));
}

#[tokio::test]
async fn interactive_cards_are_answered_with_what_they_show_from_then_on() {
    let (world, feishu) = scene_with(|settings| settings.card = FeishuCard::Interactive).await;
    world.bind(ADMIN, "admin").await;
    world.bind(OTHER, "other").await;
    let request = world.submit(STAFF, json!({ "type": "RETURN", "assetId": HELD })).await;
    world.deliver().await;
    let sent = feishu.calls(MESSAGES).pop().unwrap().sent;
    let card: Value = serde_json::from_str(sent["content"].as_str().unwrap()).unwrap();
    let value = card["elements"][1]["actions"][0]["value"].clone();
    assert_eq!((&value["decision"], &value["approval"]), (&json!("APPROVE"), &sent["uuid"]));
    let tapped = |id: &str, by: &str, value: &Value| {
        json!({
            "schema": "2.0", "header": { "event_id": id, "event_type": "card.action.trigger" },
            "event": { "operator": { "open_id": by }, "action": { "value": value.to_string() } },
        })
    };
    let refused = world.post("/api/feishu/card", &tapped("e0", "ou_other", &value)).await;
    assert_eq!(refused.json(), json!({ "toast": { "type": "error", "content": "你无此权限" } }));
    for none in [json!({ "approval": "x", "decision": "APPROVE" }), json!({}), json!("x")] {
        let reply = world.post("/api/feishu/card", &tapped("e1", "ou_admin", &none)).await;
        assert_eq!((reply.status.as_u16(), reply.json()), (200, json!({})));
    }
    let reply = world.post("/api/feishu_get_event", &tapped("e2", "ou_admin", &value)).await.json();
    assert_eq!(reply["toast"], json!({ "type": "success", "content": "已同意" }));
    assert_eq!(reply["card"]["type"], json!("raw"));
    let shown = reply["card"]["data"].to_string();
    assert!(shown.contains("已同意") && !shown.contains("\"button\""), "{shown}");
    assert_eq!(world.request(&request).await["state"], json!("APPROVED"));

    let mut against = value.clone();
    against["decision"] = json!("REJECT");
    let old = json!({ "open_id": "ou_admin", "open_message_id": "om", "action": { "value": against } });
    let reply = world.post("/api/feishu/card", &old).await.json();
    assert_eq!(reply["toast"], json!({ "type": "success", "content": "已同意" }), "what is recorded counts");
    assert_eq!(reply["config"]["update_multi"], json!(true), "older cards stand at the top");
    let again = world.post("/api/feishu/card", &tapped("e0", "ou_other", &value)).await;
    assert_eq!(again.json(), refused.json(), "an event is answered the same when it comes again");
}

#[tokio::test]
async fn an_event_that_was_refused_has_no_effect_when_it_comes_again() {
    let (world, feishu) = scene_with(|settings| settings.card = FeishuCard::Interactive).await;
    world.bind(ADMIN, "admin").await;
    let request = world.submit(STAFF, json!({ "type": "RETURN", "assetId": HELD })).await;
    world.deliver().await;
    let sent = feishu.calls(MESSAGES).pop().unwrap().sent;
    let tap = json!({
        "schema": "2.0", "header": { "event_id": "e", "event_type": "card.action.trigger" },
        "event": {
            "operator": { "open_id": "ou_admin" },
            "action": { "value": { "approval": sent["uuid"], "decision": "APPROVE" } },
        },
    });
    put_in_the_way(&world, "move staff").await;
    let refused = json!({ "toast": { "type": "error", "content": "资产退库者与资产管理人不在同一部门下" } });
    assert_eq!(world.post("/api/feishu/card", &tap).await.json(), refused);
    world.change_staff(STAFF, |row| row.department_id = Set(Some(1))).await;
    assert_eq!(world.post("/api/feishu/card", &tap).await.json(), refused);
    assert_eq!(world.request(&request).await["state"], json!("PENDING"));
}
