//! Cards and texts about requests: what is sent to whom, when it changes, and what happens while Feishu fails (contract: feishu-app §3).

use chrono::TimeDelta;
use sea_orm::Set;
use serde_json::{Value, json};

use super::scene::{ADMIN, MESSAGES, MOVER, OTHER, SEND, STAFF, UPDATE, scene, scene_with};
use crate::harness::{FeishuFault, MADE_TOKEN};

const ITEM: &str = "34k5jfkwertfwer";
const HELD: &str = "1603786083cjxyxHTB";

fn number(id: &str) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let id = String::from_utf8(URL_SAFE_NO_PAD.decode(id).unwrap()).unwrap();
    id.strip_prefix("Approval:").unwrap().to_owned()
}

#[tokio::test]
async fn a_request_sends_the_card_that_the_contract_prints() {
    let (world, feishu) = scene().await;
    world.bind(ADMIN, "admin").await;
    world.bind(STAFF, "staff").await;
    let id = world.submit(STAFF, json!({ "type": "TRANSFER", "assetId": HELD, "targetId": OTHER })).await;
    world.deliver().await;
    let cards = feishu.calls(SEND);
    let [card] = cards.as_slice() else { panic!("{cards:?}") };
    let uuid = card.sent["uuid"].as_str().unwrap();
    let url = format!("http://assetry.test/?approval={}", number(&id));
    let action = |kind: &str, name: &str, next: &str| {
        json!({
            "action_type": kind, "action_name": name, "is_need_reason": true, "is_reason_required": false,
            "is_need_attachment": false, "next_status": next,
        })
    };
    let expected = json!({
        "template_id": "1008", "user_id": "u_admin", "uuid": uuid, "approval_name": "@i18n@1",
        "title_user_id": "u_staff", "title_user_id_type": "user_id",
        "content": { "summaries": [{ "summary": "@i18n@2" }] },
        "actions": [{ "action_name": "DETAIL", "url": url, "android_url": url, "ios_url": url, "pc_url": url }],
        "action_configs": [action("APPROVE", "@i18n@3", "APPROVED"), action("REJECT", "@i18n@4", "REJECTED")],
        "action_callback": {
            "action_callback_url": "http://assetry.test/api/feishu_approval", "action_callback_token": MADE_TOKEN,
            "action_context": uuid,
        },
        "i18n_resources": [{ "locale": "zh-CN", "is_default": true, "texts": {
            "@i18n@1": "资产转移", "@i18n@2": "测试员工申请转移：test_asset1 × 1 → 测试员工3",
            "@i18n@3": "同意", "@i18n@4": "拒绝",
        } }],
    });
    assert_eq!(card.sent, expected);
    let texts = feishu.calls(MESSAGES);
    let [text] = texts.as_slice() else { panic!("{texts:?}") };
    assert_eq!(text.query, "receive_id_type=open_id");
    assert_eq!((&text.sent["receive_id"], &text.sent["msg_type"]), (&json!("ou_staff"), &json!("text")));
    assert_eq!(text.sent["content"], json!(json!({ "text": "您的资产转移申请已提交：test_asset1 × 1" }).to_string()));
    assert!(world.outbox().await.iter().all(|row| row.state.word() == "sent" && row.attempts == 1));
}

#[tokio::test]
async fn every_addressed_admin_who_is_bound_and_not_locked_gets_one_card_through_any_door() {
    let (world, feishu) = scene().await;
    for (person, name) in [(ADMIN, "admin"), (MOVER, "mover")] {
        world.bind(person, name).await;
    }
    let apply = json!({ "token": world.token(STAFF).await, "data": [{ "asset_id": HELD }] });
    let reply = world.post("/api/assets_return_apply/", &apply).await.json();
    assert_eq!(reply["code"], json!(0), "{reply}");
    world.deliver().await;
    let mut to: Vec<_> = feishu.calls(SEND).iter().map(|card| card.sent["user_id"].clone()).collect();
    to.sort_by_key(Value::to_string);
    assert_eq!(to, ["u_admin", "u_mover"]);
    assert!(feishu.calls(MESSAGES).is_empty(), "the applicant is not bound");

    let claim = json!({ "type": "CLAIM", "assetId": ITEM, "managerId": MOVER, "acceptWarnings": true });
    world.submit(STAFF, claim).await;
    world.lock(MOVER).await;
    let claim =
        json!({ "type": "CLAIM", "assetId": world.pieces("纸", 5).await, "managerId": MOVER, "acceptWarnings": true });
    world.submit(STAFF, claim).await;
    world.deliver().await;
    assert_eq!(feishu.calls(SEND).len(), 3, "one to the admin named, and none to who is locked");
}

#[tokio::test]
async fn nothing_is_written_down_where_no_app_is_set_up() {
    let (world, _feishu) = scene_with(|settings| settings.app_id = None).await;
    world.bind(ADMIN, "admin").await;
    world.submit(STAFF, json!({ "type": "RETURN", "assetId": HELD })).await;
    assert!(world.outbox().await.is_empty());
}

#[tokio::test]
async fn a_request_decided_elsewhere_updates_its_cards_and_tells_who_asked() {
    let (world, feishu) = scene().await;
    for (person, name) in [(ADMIN, "admin"), (MOVER, "mover"), (STAFF, "staff")] {
        world.bind(person, name).await;
    }
    let decide = "mutation($id: ID!, $decision: ApprovalDecision!) {
        approvalDecide(input: { approvalId: $id, decision: $decision }) { userErrors { code } } }";
    for (decision, status, told) in [("REJECT", "REJECTED", "未通过"), ("APPROVE", "APPROVED", "已通过")] {
        let id = world.submit(STAFF, json!({ "type": "RETURN", "assetId": HELD })).await;
        world.deliver().await;
        let (cards, updates) = (feishu.calls(SEND).len(), feishu.calls(UPDATE).len());
        world.ask_as(ADMIN, decide, json!({ "id": id, "decision": decision })).await;
        world.deliver().await;
        let updates = &feishu.calls(UPDATE)[updates..];
        assert_eq!((feishu.calls(SEND).len(), updates.len()), (cards, 2));
        for update in updates {
            assert_eq!(update.sent["status"], json!(status));
        }
        assert_ne!(updates[0].sent["message_id"], updates[1].sent["message_id"]);
        let text = feishu.calls(MESSAGES).pop().unwrap().sent["content"].to_string();
        assert!(text.contains(&format!("您的资产退库申请{told}：test_asset1 × 1")), "{text}");
    }
}

#[tokio::test]
async fn a_request_whose_asset_is_retired_cancels_its_cards_and_sends_no_text() {
    let (world, feishu) = scene().await;
    world.bind(ADMIN, "admin").await;
    world.bind(STAFF, "staff").await;
    world.submit(STAFF, json!({ "type": "RETURN", "assetId": HELD })).await;
    world.deliver().await;
    let retire = "mutation($id: ID!) { assetRetire(input: { assetIds: [$id] }) { userErrors { code } } }";
    world.ask_as(ADMIN, retire, json!({ "id": HELD })).await;
    world.deliver().await;
    assert_eq!(feishu.calls(UPDATE)[0].sent["status"], json!("CANCELLED"));
    assert_eq!(feishu.calls(MESSAGES).len(), 1);
}

#[tokio::test]
async fn what_is_decided_before_its_card_leaves_sends_no_card() {
    let (world, feishu) = scene().await;
    world.bind(ADMIN, "admin").await;
    world.bind(STAFF, "staff").await;
    let id = world.submit(STAFF, json!({ "type": "RETURN", "assetId": HELD })).await;
    let decide =
        "mutation($id: ID!) { approvalDecide(input: { approvalId: $id, decision: REJECT }) { userErrors { code } } }";
    world.ask_as(ADMIN, decide, json!({ "id": id })).await;
    world.deliver().await;
    assert!(feishu.calls(SEND).is_empty() && feishu.calls(UPDATE).is_empty());
    assert_eq!(feishu.calls(MESSAGES).len(), 1, "only that it was refused");
    let states: Vec<_> = world.outbox().await.iter().map(|row| row.state.word()).collect();
    assert_eq!(states, ["dropped", "dropped", "dropped", "sent"]);
}

#[tokio::test]
async fn cards_are_not_updated_for_ever() {
    for (interactive, days) in [(false, 30), (true, 14)] {
        let (world, feishu) = scene_with(|settings| {
            if interactive {
                settings.card = assetry::settings::FeishuCard::Interactive;
            }
        })
        .await;
        world.bind(ADMIN, "admin").await;
        let id = world.submit(STAFF, json!({ "type": "RETURN", "assetId": HELD })).await;
        world.deliver().await;
        world.clock.advance(TimeDelta::days(days));
        let decide = "mutation($id: ID!) { approvalDecide(input: { approvalId: $id, decision: REJECT }) { userErrors { code } } }";
        world.ask_as(ADMIN, decide, json!({ "id": id })).await;
        world.deliver().await;
        let update = world.outbox().await.pop().unwrap();
        assert_eq!((update.state.word(), feishu.calls(UPDATE).len()), ("dropped", 0), "{interactive}");
    }
}

#[tokio::test]
async fn a_message_is_repeated_under_its_uuid_until_feishu_takes_it() {
    let (world, feishu) = scene().await;
    world.bind(ADMIN, "admin").await;
    feishu.fail(
        SEND,
        [
            FeishuFault::Status(500),
            FeishuFault::Cut,
            FeishuFault::Broken,
            FeishuFault::Code(200, 2200),
            FeishuFault::Code(400, 230_020),
            FeishuFault::Code(400, 99_991_663),
            FeishuFault::TooOften("0.5"),
        ],
    );
    world.submit(STAFF, json!({ "type": "RETURN", "assetId": HELD })).await;
    world.deliver().await;
    world.deliver().await;
    let sent = feishu.calls(SEND);
    assert_eq!(sent.len(), 8, "seven failures, and then it was taken");
    assert!(sent.iter().all(|card| card.sent["uuid"] == sent[0].sent["uuid"]));
    let rows = world.outbox().await;
    assert_eq!(
        (rows[0].state.word(), rows[0].attempts),
        ("sent", 7),
        "a token that is no longer taken is replaced at once"
    );
    assert!(rows[0].message_id.is_some() && rows[0].last_error.is_none());
}

#[tokio::test]
async fn what_will_never_arrive_fails_for_good_and_what_is_set_up_wrongly_waits_long() {
    let (world, feishu) = scene().await;
    world.bind(ADMIN, "admin").await;
    world.bind(STAFF, "staff").await;
    feishu.fail(SEND, [FeishuFault::Code(400, 230_013)]);
    feishu.fail(MESSAGES, [FeishuFault::Code(400, 99_991_672)]);
    world.submit(STAFF, json!({ "type": "RETURN", "assetId": HELD })).await;
    world.deliver().await;
    let rows = world.outbox().await;
    let [text, card] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(
        (card.state.word(), card.last_error.as_deref()),
        ("failed", Some("Feishu refused: code 230013, HTTP 400, log id log-1"))
    );
    assert_eq!(text.state.word(), "waiting");
    let wait = text.next_at - text.created_at;
    assert!(wait > TimeDelta::minutes(9) && wait < TimeDelta::minutes(11), "{wait}");
    world.clock.advance(TimeDelta::hours(72));
    feishu.fail(MESSAGES, [FeishuFault::Status(500)]);
    world.deliver().await;
    assert_eq!(world.outbox().await[0].state.word(), "failed", "after three days it is given up");
}

#[tokio::test]
async fn all_of_an_api_waits_that_was_called_too_often_and_other_apis_go_on() {
    let (world, feishu) = scene().await;
    for (person, name) in [(ADMIN, "admin"), (MOVER, "mover"), (STAFF, "staff")] {
        world.bind(person, name).await;
    }
    feishu.fail(SEND, [FeishuFault::TooOften("30")]);
    world.submit(STAFF, json!({ "type": "RETURN", "assetId": HELD })).await;
    world.deliver().await;
    let sent = (feishu.calls(SEND).len(), feishu.calls(MESSAGES).len());
    assert!(sent == (1, 1) || sent == (2, 1), "{sent:?}");
    world.clock.advance(TimeDelta::seconds(31));
    world.deliver().await;
    assert!(world.outbox().await.iter().all(|row| row.state.word() == "sent"));
}

#[tokio::test]
async fn five_messages_a_second_go_to_one_person() {
    let (world, feishu) = scene().await;
    world.bind(ADMIN, "admin").await;
    for at in 0..7 {
        let asset = world.pieces(&format!("纸{at}"), 5).await;
        world.submit(STAFF, json!({ "type": "CLAIM", "assetId": asset })).await;
    }
    loop {
        let taken = assetry::domain::notices::take(&world.app, 8).await.unwrap();
        if taken.messages.is_empty() {
            break;
        }
        for row in &taken.messages {
            assetry::domain::notices::send(&world.app, row).await.unwrap();
        }
    }
    assert_eq!(feishu.calls(SEND).len(), 5);
    world.deliver().await;
    assert_eq!(feishu.calls(SEND).len(), 7);
}

#[tokio::test]
async fn what_a_server_was_sending_when_it_went_is_sent_again_under_its_uuid() {
    let (world, feishu) = scene().await;
    world.bind(ADMIN, "admin").await;
    world.submit(STAFF, json!({ "type": "RETURN", "assetId": HELD })).await;
    let lost = assetry::domain::notices::take(&world.app, 8).await.unwrap();
    assert_eq!(lost.messages.len(), 1);
    assert!(assetry::domain::notices::take(&world.app, 8).await.unwrap().messages.is_empty());
    world.clock.advance(TimeDelta::seconds(21));
    world.deliver().await;
    let sent = feishu.calls(SEND);
    assert_eq!((sent.len(), sent[0].sent["uuid"].as_str()), (1, Some(lost.messages[0].uuid.as_str())));
    // The one that was believed lost comes back late: it has nothing to say any more.
    assetry::domain::notices::send(&world.app, &lost.messages[0]).await.unwrap();
    assert_eq!(world.outbox().await[0].attempts, 2);
}

#[tokio::test]
async fn texts_by_hand_mention_whom_they_are_to_and_nobody_else() {
    let (world, feishu) = scene().await;
    world.bind(STAFF, "staff").await;
    world.bind(OTHER, "other").await;
    let send = "mutation($input: FeishuMessageSendInput!) {
        feishuMessageSend(input: $input) { messageId userErrors { code field itemIndex } } }";
    let by = "29384uieweretr";
    let text = "<at user_id=\"all\"></at> & so on";
    let input = json!({ "toStaffId": STAFF, "text": text, "mentionStaffIds": [OTHER] });
    let sent = world.ask_as(by, send, json!({ "input": input })).await;
    assert_eq!(sent["feishuMessageSend"]["messageId"], json!(format!("m{MESSAGES}1")));
    let call = feishu.calls(MESSAGES).pop().unwrap();
    let content: Value = serde_json::from_str(call.sent["content"].as_str().unwrap()).unwrap();
    let told = "<at user_id=\"ou_other\">测试员工3</at> &lt;at user_id=\"all\"&gt;&lt;/at&gt; &amp; so on";
    assert_eq!((&content["text"], &call.sent["receive_id"]), (&json!(told), &json!("ou_staff")));

    let chat = json!({ "toChatId": "oc_1", "text": "x", "mentionAll": true });
    world.ask_as(by, send, json!({ "input": chat })).await;
    let call = feishu.calls(MESSAGES).pop().unwrap();
    assert_eq!(call.query, "receive_id_type=chat_id");
    assert_eq!(call.sent["content"], json!(json!({ "text": "<at user_id=\"all\"></at> x" }).to_string()));

    for (input, code, field) in [
        (json!({ "text": "x" }), "REQUIRED", json!("toStaffId")),
        (json!({ "text": "x", "toChatId": "oc", "toStaffId": STAFF }), "REQUIRED", json!("toStaffId")),
        (json!({ "text": " ", "toStaffId": STAFF }), "REQUIRED", json!("text")),
        (json!({ "text": "x", "toStaffId": "nobody" }), "STAFF_NOT_FOUND", json!("toStaffId")),
        (json!({ "text": "x", "toStaffId": ADMIN }), "FEISHU_UNBOUND", json!("toStaffId")),
        (
            json!({ "text": "x", "toStaffId": STAFF, "mentionStaffIds": [ADMIN] }),
            "FEISHU_UNBOUND",
            json!("mentionStaffIds"),
        ),
        (json!({ "text": "x".repeat(150 * 1024 + 1), "toStaffId": STAFF }), "TOO_LONG", json!("text")),
    ] {
        let refused = world.ask_as(by, send, json!({ "input": input })).await["feishuMessageSend"].clone();
        assert_eq!((&refused["userErrors"][0]["code"], &refused["userErrors"][0]["field"]), (&json!(code), &field));
    }
    feishu.fail(MESSAGES, [FeishuFault::Status(500)]);
    let waits = world.ask_as(by, send, json!({ "input": { "toStaffId": STAFF, "text": "later" } })).await;
    assert_eq!(waits["feishuMessageSend"], json!({ "messageId": null, "userErrors": [] }));
    world.deliver().await;
    assert_eq!(world.outbox().await.pop().unwrap().state.word(), "sent");
    feishu.fail(MESSAGES, [FeishuFault::Code(400, 230_013)]);
    let failed = world.ask_as(by, send, json!({ "input": { "toStaffId": STAFF, "text": "never" } })).await;
    assert_eq!(failed["feishuMessageSend"]["userErrors"][0]["code"], json!("MESSAGE_FAILED"));
}

#[tokio::test]
async fn cards_of_waiting_requests_are_kept_and_other_messages_forgotten() {
    let (world, _feishu) = scene().await;
    world.bind(ADMIN, "admin").await;
    world.bind(STAFF, "staff").await;
    world.submit(STAFF, json!({ "type": "RETURN", "assetId": HELD })).await;
    world.deliver().await;
    world.clock.advance(TimeDelta::days(31));
    assert_eq!(assetry::domain::notices::sweep(&world.app).await.unwrap(), 1);
    let rows = world.outbox().await;
    assert_eq!(rows.iter().map(|row| row.kind.as_str()).collect::<Vec<_>>(), ["approval_card"]);
}

#[tokio::test]
async fn who_is_known_by_user_id_alone_is_written_to_by_it_and_who_left_is_not() {
    let (world, feishu) = scene().await;
    let by_user_id = |row: &mut assetry::entity::person_binding::ActiveModel| row.user_id = Set(Some("u_x".to_owned()));
    world.bound(Some(STAFF), "user:u_x", by_user_id).await;
    world.bound(Some(ADMIN), "left:7", |_| {}).await;
    world.submit(STAFF, json!({ "type": "RETURN", "assetId": HELD })).await;
    world.deliver().await;
    assert!(feishu.calls(SEND).is_empty(), "nothing reaches who left");
    let text = feishu.calls(MESSAGES).pop().unwrap();
    assert_eq!((text.query.as_str(), &text.sent["receive_id"]), ("receive_id_type=user_id", &json!("u_x")));
}
