//! §5.5: what is sent, once, and what comes back.

use std::sync::Arc;

use assetry::feishu::{
    ApprovalCallback, ApprovalCard, Ending, Failure, InteractiveCard, Meaning, Named, Receiver, escape,
};
use serde_json::{Value, json};

use crate::harness::{Feishu, FeishuFault as Fault, TestClock};

const MESSAGES: &str = "/open-apis/im/v1/messages";
const SEND: &str = "/open-apis/approval/v1/message/send";
const UPDATE: &str = "/open-apis/approval/v1/message/update";

fn card(ending: Option<Ending>) -> InteractiveCard<'static> {
    InteractiveCard { title: "资产领用", summary: "s", details_url: "https://a.test/", context: "c", ending }
}

fn approval(uuid: &str) -> ApprovalCard<'_> {
    ApprovalCard {
        to: Named::UserId("u1"),
        applicant: None,
        uuid,
        title: "资产领用",
        summary: "s",
        details_url: "https://a.test/",
        callback: ApprovalCallback { url: "https://a.test/", token: "t", key: None, context: "c" },
    }
}

async fn listening() -> (Feishu, assetry::feishu::Client) {
    let feishu = Feishu::start().await;
    feishu.answer(MESSAGES, [json!({ "code": 0, "data": { "message_id": "om_1" } })]);
    feishu.answer(SEND, [json!({ "code": 0, "data": { "message_id": "6925326219512709121" } })]);
    let client = feishu.client(&Arc::new(TestClock::default()));
    (feishu, client)
}

#[tokio::test]
async fn texts_and_cards_go_to_whoever_is_named() {
    let (feishu, client) = listening().await;
    for (to, query, id) in [
        (Receiver::OpenId("ou_1"), "receive_id_type=open_id", "ou_1"),
        (Receiver::UnionId("on_1"), "receive_id_type=union_id", "on_1"),
        (Receiver::UserId("u1"), "receive_id_type=user_id", "u1"),
        (Receiver::Email("a@b.test"), "receive_id_type=email", "a@b.test"),
        (Receiver::ChatId("oc_1"), "receive_id_type=chat_id", "oc_1"),
    ] {
        assert_eq!(client.send_text(to, &escape("<at>"), "row-1").await.unwrap(), "om_1");
        let call = feishu.calls(MESSAGES).pop().unwrap();
        assert_eq!((call.line.as_str(), call.query.as_str()), ("POST /open-apis/im/v1/messages", query));
        let content = json!({ "text": "&lt;at&gt;" }).to_string();
        assert_eq!(call.sent, json!({ "receive_id": id, "msg_type": "text", "content": content, "uuid": "row-1" }));
    }
    client.send_card(Receiver::OpenId("ou_1"), &card(None), "row-2").await.unwrap();
    let call = feishu.calls(MESSAGES).pop().unwrap();
    assert_eq!(call.sent["msg_type"], "interactive");
    let content: Value = serde_json::from_str(call.sent["content"].as_str().unwrap()).unwrap();
    assert_eq!(content, card(None).content());
    client.update_card("om_1", &card(Some(Ending::Approved))).await.unwrap();
    let call = feishu.calls("/open-apis/im/v1/messages/om_1").pop().unwrap();
    assert!(call.line.starts_with("PATCH ") && call.sent["content"].is_string());
}

#[tokio::test]
async fn approval_cards_are_sent_and_updated() {
    let (feishu, client) = listening().await;
    assert_eq!(client.send_approval(&approval("row-1")).await.unwrap(), "6925326219512709121");
    assert_eq!(feishu.calls(SEND)[0].sent, approval("row-1").body());
    client.update_approval("6925326219512709121", Ending::Cancelled).await.unwrap();
    let sent = json!({ "message_id": "6925326219512709121", "status": "CANCELLED" });
    assert_eq!(feishu.calls(UPDATE)[0].sent, sent);
}

#[tokio::test]
async fn messages_are_left_to_the_caller_to_repeat() {
    let (feishu, client) = listening().await;
    for (fault, meaning) in [
        (Fault::Status(500), Meaning::Passing),
        (Fault::Cut, Meaning::Passing),
        (Fault::TooOften("0.001"), Meaning::TooOften),
        (Fault::Code(400, 230_020), Meaning::Passing),
        (Fault::Code(400, 230_013), Meaning::Message),
    ] {
        let before = feishu.calls(SEND).len();
        feishu.fail(SEND, [fault]);
        assert_eq!(client.send_approval(&approval("row-1")).await.unwrap_err().meaning(), meaning);
        assert_eq!(feishu.calls(SEND).len(), before + 1);
    }
    let before = feishu.calls(SEND).len();
    assert!(matches!(client.send_approval(&approval(&"x".repeat(51))).await, Err(Failure::NotSent(_))));
    let long = "x".repeat(150 * 1024);
    assert!(matches!(client.send_text(Receiver::OpenId("ou_1"), &long, "r").await, Err(Failure::NotSent(_))));
    assert_eq!((feishu.calls(SEND).len(), feishu.calls(MESSAGES).len()), (before, 0));
}
