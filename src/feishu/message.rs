//! Messages: texts, interactive cards, approval cards, and their updates (contract: feishu-app §3.2 to §3.5, §5.5).

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    Client, Failure, Patience,
    client::{Call, segment},
};

/// Most bytes of a text.
const TEXT: usize = 150 * 1024;
/// Most bytes of a card.
const CARD: usize = 30 * 1024;
/// Most characters of a `uuid`.
const UUID: usize = 50;
/// The template of approval cards with two buttons.
const TEMPLATE: &str = "1008";

/// Which id names a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receiver<'a> {
    /// A person, for this app.
    OpenId(&'a str),
    /// A person, for all apps of the developer.
    UnionId(&'a str),
    /// A person, within the tenant.
    UserId(&'a str),
    /// A person, by mail address.
    Email(&'a str),
    /// A group.
    ChatId(&'a str),
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Approved.
    Approved,
    /// Refused.
    Rejected,
    /// It went away.
    Cancelled,
}

/// A person on an approval card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named<'a> {
    /// By the id within the tenant.
    UserId(&'a str),
    /// By the id for this app, where the other is not known.
    OpenId(&'a str),
}

/// What an approval card says, and where its buttons lead.
#[derive(Clone, Copy, Debug)]
pub struct ApprovalCard<'a> {
    /// Who gets it.
    pub to: Named<'a>,
    /// Who applied, if they are known over there.
    pub applicant: Option<Named<'a>>,
    /// The same in every attempt, at most 50 characters.
    pub uuid: &'a str,
    /// Its heading.
    pub title: &'a str,
    /// The line below.
    pub summary: &'a str,
    /// Where its details are.
    pub details_url: &'a str,
    /// Where a tap is told.
    pub callback: ApprovalCallback<'a>,
}

/// Where a tap on an approval card is told, and what proves it.
#[derive(Clone, Copy)]
pub struct ApprovalCallback<'a> {
    /// The address.
    pub url: &'a str,
    /// Given back with the tap.
    pub token: &'a str,
    /// Encrypts the callback.
    pub key: Option<&'a str>,
    /// Given back with the tap: what it is about.
    pub context: &'a str,
}

impl std::fmt::Debug for ApprovalCallback<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("ApprovalCallback").field("url", &self.url).finish_non_exhaustive()
    }
}

/// What an interactive card says.
#[derive(Clone, Copy, Debug)]
pub struct InteractiveCard<'a> {
    /// Its heading.
    pub title: &'a str,
    /// The line below; taken as it is, not as markdown.
    pub summary: &'a str,
    /// Where its details are.
    pub details_url: &'a str,
    /// What is given back with a tap.
    pub context: &'a str,
    /// How the request ended; then there are no buttons.
    pub ending: Option<Ending>,
}

impl<'a> Receiver<'a> {
    fn of(self) -> (&'static str, &'a str) {
        match self {
            Self::OpenId(id) => ("open_id", id),
            Self::UnionId(id) => ("union_id", id),
            Self::UserId(id) => ("user_id", id),
            Self::Email(id) => ("email", id),
            Self::ChatId(id) => ("chat_id", id),
        }
    }
}

impl<'a> Named<'a> {
    fn of(self) -> (&'static str, &'a str) {
        match self {
            Self::UserId(id) => ("user_id", id),
            Self::OpenId(id) => ("open_id", id),
        }
    }
}

impl Ending {
    /// As updates of approval cards write it.
    pub fn status(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::Rejected => "REJECTED",
            Self::Cancelled => "CANCELLED",
        }
    }

    fn told(self) -> &'static str {
        match self {
            Self::Approved => "已同意",
            Self::Rejected => "已拒绝",
            Self::Cancelled => "已取消",
        }
    }
}

/// `text` so that nothing in it is taken for a mention.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A mention for a text: of a person, by open_id, union_id or user_id.
pub fn mention(id: &str, name: &str) -> String {
    format!("<at user_id=\"{}\">{}</at>", escape(id).replace('"', "&quot;"), escape(name))
}

/// A mention of everybody, for a text.
pub const MENTION_ALL: &str = "<at user_id=\"all\"></at>";

impl ApprovalCard<'_> {
    /// The body that sends it.
    pub fn body(&self) -> Value {
        let (to, id) = self.to.of();
        let url = self.details_url;
        let action = |action_type: &str, name: &str, next: Ending| {
            json!({
                "action_type": action_type, "action_name": name, "is_need_reason": true, "is_reason_required": false,
                "is_need_attachment": false, "next_status": next.status(),
            })
        };
        let mut callback = json!({
            "action_callback_url": self.callback.url, "action_callback_token": self.callback.token,
            "action_context": self.callback.context,
        });
        if let Some(key) = self.callback.key {
            callback["action_callback_key"] = json!(key);
        }
        let mut body = json!({
            "template_id": TEMPLATE, to: id, "uuid": self.uuid, "approval_name": "@i18n@1",
            "content": { "summaries": [{ "summary": "@i18n@2" }] },
            "actions": [{ "action_name": "DETAIL", "url": url, "android_url": url, "ios_url": url, "pc_url": url }],
            "action_configs": [
                action("APPROVE", "@i18n@3", Ending::Approved), action("REJECT", "@i18n@4", Ending::Rejected),
            ],
            "action_callback": callback,
            "i18n_resources": [{ "locale": "zh-CN", "is_default": true, "texts": {
                "@i18n@1": self.title, "@i18n@2": self.summary, "@i18n@3": "同意", "@i18n@4": "拒绝",
            } }],
        });
        if let Some(applicant) = self.applicant {
            let (kind, id) = applicant.of();
            body["title_user_id"] = json!(id);
            body["title_user_id_type"] = json!(kind);
        }
        body
    }
}

impl InteractiveCard<'_> {
    /// The card, in version 1.0 of Feishu's form.
    pub fn content(&self) -> Value {
        let text = |content: &str| json!({ "tag": "plain_text", "content": content });
        let button = |label: &str, kind: &str, decision: &str| {
            let value = json!({ "approval": self.context, "decision": decision });
            json!({ "tag": "button", "text": text(label), "type": kind, "value": value })
        };
        let details = json!({ "tag": "button", "text": text("详情"), "type": "default", "url": self.details_url });
        let mut elements = vec![json!({ "tag": "div", "text": text(self.summary) })];
        match self.ending {
            Some(ending) => {
                elements.push(json!({ "tag": "note", "elements": [text(ending.told())] }));
            }
            None => elements.push(json!({ "tag": "action", "actions": [
                button("同意", "primary", "APPROVE"), button("拒绝", "danger", "REJECT"), details,
            ] })),
        }
        json!({
            "config": { "wide_screen_mode": true, "update_multi": true },
            "header": { "title": text(self.title), "template": if self.ending.is_some() { "grey" } else { "blue" } },
            "elements": elements,
        })
    }
}

impl Client {
    /// Sends a text and gives the id of the message. `uuid`, at most 50 characters, keeps it from arriving twice.
    pub async fn send_text(&self, to: Receiver<'_>, text: &str, uuid: &str) -> Result<String, Failure> {
        self.send(to, "text", &json!({ "text": text }), TEXT, uuid).await
    }

    /// Sends an interactive card and gives the id of the message.
    pub async fn send_card(&self, to: Receiver<'_>, card: &InteractiveCard<'_>, uuid: &str) -> Result<String, Failure> {
        self.send(to, "interactive", &card.content(), CARD, uuid).await
    }

    /// Shows another card in the place of one that was sent.
    pub async fn update_card(&self, message_id: &str, card: &InteractiveCard<'_>) -> Result<(), Failure> {
        let body = json!({ "content": fitting(&card.content(), CARD)? });
        let path = format!("/open-apis/im/v1/messages/{}", segment(message_id)?);
        self.call(&Call { method: Method::PATCH, ..Call::post(&path, &[], &body, Patience::Once) }).await.map(drop)
    }

    /// Sends an approval card and gives the id of the message.
    pub async fn send_approval(&self, card: &ApprovalCard<'_>) -> Result<String, Failure> {
        is_uuid(card.uuid)?;
        let answer = self.call(&Call::post(&approval("send"), &[], &card.body(), Patience::Once)).await?;
        message_id(&answer)
    }

    /// Shows on an approval card how its request ended.
    pub async fn update_approval(&self, message_id: &str, ending: Ending) -> Result<(), Failure> {
        let body = json!({ "message_id": message_id, "status": ending.status() });
        self.call(&Call::post(&approval("update"), &[], &body, Patience::Once)).await.map(drop)
    }

    async fn send(
        &self,
        to: Receiver<'_>,
        kind: &str,
        content: &Value,
        most: usize,
        uuid: &str,
    ) -> Result<String, Failure> {
        is_uuid(uuid)?;
        let (id_type, id) = to.of();
        let content = fitting(content, most)?;
        let body = json!({ "receive_id": id, "msg_type": kind, "content": content, "uuid": uuid });
        let query = [("receive_id_type", id_type)];
        let answer = self.call(&Call::post("/open-apis/im/v1/messages", &query, &body, Patience::Once)).await?;
        message_id(&answer)
    }
}

fn approval(action: &str) -> String {
    format!("/open-apis/approval/v1/message/{action}")
}

fn is_uuid(uuid: &str) -> Result<(), Failure> {
    let fits = (1..=UUID).contains(&uuid.chars().count());
    if fits { Ok(()) } else { Err(Failure::NotSent("a uuid of 1 to 50 characters is needed")) }
}

/// The content as the text that is sent.
fn fitting(content: &Value, most: usize) -> Result<String, Failure> {
    let content = content.to_string();
    if content.len() <= most { Ok(content) } else { Err(Failure::NotSent("the message is too long")) }
}

fn message_id(answer: &Value) -> Result<String, Failure> {
    match &answer["data"]["message_id"] {
        Value::String(id) if !id.is_empty() => Ok(id.clone()),
        Value::Number(id) if id.is_i64() || id.is_u64() => Ok(id.to_string()),
        _ => Err(Failure::NoAnswer("no id of the message")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn approval_card() -> ApprovalCard<'static> {
        ApprovalCard {
            to: Named::UserId("u1"),
            applicant: Some(Named::OpenId("ou_2")),
            uuid: "row-1",
            title: "资产领用",
            summary: "张三申请领用：显示器 × 1",
            details_url: "https://a.test/?approval=1",
            callback: ApprovalCallback {
                url: "https://a.test/api/feishu_approval",
                token: "t",
                key: None,
                context: "c",
            },
        }
    }

    #[test]
    fn approval_cards_are_built_as_the_contract_prints_them() {
        let url = "https://a.test/?approval=1";
        let expected = json!({
            "template_id": "1008", "user_id": "u1", "uuid": "row-1", "approval_name": "@i18n@1",
            "title_user_id": "ou_2", "title_user_id_type": "open_id",
            "content": { "summaries": [{ "summary": "@i18n@2" }] },
            "actions": [{ "action_name": "DETAIL", "url": url, "android_url": url, "ios_url": url, "pc_url": url }],
            "action_configs": [
                { "action_type": "APPROVE", "action_name": "@i18n@3", "is_need_reason": true, "is_reason_required": false,
                  "is_need_attachment": false, "next_status": "APPROVED" },
                { "action_type": "REJECT", "action_name": "@i18n@4", "is_need_reason": true, "is_reason_required": false,
                  "is_need_attachment": false, "next_status": "REJECTED" },
            ],
            "action_callback": {
                "action_callback_url": "https://a.test/api/feishu_approval", "action_callback_token": "t", "action_context": "c",
            },
            "i18n_resources": [{ "locale": "zh-CN", "is_default": true, "texts": {
                "@i18n@1": "资产领用", "@i18n@2": "张三申请领用：显示器 × 1", "@i18n@3": "同意", "@i18n@4": "拒绝",
            } }],
        });
        assert_eq!(approval_card().body(), expected);
        let callback = ApprovalCallback { key: Some("k"), ..approval_card().callback };
        let other = ApprovalCard { to: Named::OpenId("ou_1"), applicant: None, callback, ..approval_card() }.body();
        assert_eq!((&other["open_id"], other.get("user_id")), (&json!("ou_1"), None));
        assert_eq!((other.get("title_user_id"), other.get("title_user_id_type")), (None, None));
        assert_eq!(other["action_callback"]["action_callback_key"], "k");
    }

    #[test]
    fn cards_lose_their_buttons_when_the_request_ended() {
        let card =
            InteractiveCard { title: "t", summary: "s", details_url: "https://a.test/", context: "c", ending: None };
        let open = card.content();
        assert_eq!(open["config"]["update_multi"], true);
        let buttons = open["elements"][1]["actions"].as_array().unwrap();
        let values: Vec<_> = buttons.iter().filter_map(|button| button.get("value")).collect();
        assert_eq!(
            values,
            [&json!({ "approval": "c", "decision": "APPROVE" }), &json!({ "approval": "c", "decision": "REJECT" })]
        );
        for (ending, told) in
            [(Ending::Approved, "已同意"), (Ending::Rejected, "已拒绝"), (Ending::Cancelled, "已取消")]
        {
            let ended = InteractiveCard { ending: Some(ending), ..card }.content().to_string();
            assert!(ended.contains(told) && !ended.contains("button"), "{ended}");
        }
    }

    #[test]
    fn names_cannot_mention_anybody() {
        assert_eq!(escape("a<at user_id=\"all\">&"), "a&lt;at user_id=\"all\"&gt;&amp;");
        assert_eq!(mention("ou_1", "张<三>"), "<at user_id=\"ou_1\">张&lt;三&gt;</at>");
        assert_eq!(mention("\"><at", "x"), "<at user_id=\"&quot;&gt;&lt;at\">x</at>");
    }

    #[test]
    fn what_is_too_long_is_not_sent() {
        assert!(fitting(&json!("x".repeat(98)), 100).is_ok());
        assert!(fitting(&json!("x".repeat(99)), 100).is_err());
        assert!(is_uuid(&"é".repeat(50)).is_ok());
        for wrong in [String::new(), "x".repeat(51)] {
            assert!(is_uuid(&wrong).is_err());
        }
    }

    #[test]
    fn ids_of_messages_keep_their_digits() {
        let id = |id: Value| message_id(&json!({ "data": { "message_id": id } }));
        assert_eq!(id(json!("om_1")).unwrap(), "om_1");
        assert_eq!(id(json!(6_925_326_219_512_709_121_i64)).unwrap(), "6925326219512709121");
        assert!(id(Value::Null).is_err());
    }

    #[test]
    fn what_proves_a_callback_is_not_printed() {
        let callback = ApprovalCallback { url: "u", token: "hush", key: Some("hush"), context: "hush" };
        assert!(!format!("{:?}", ApprovalCard { callback, ..approval_card() }).contains("hush"));
    }
}
