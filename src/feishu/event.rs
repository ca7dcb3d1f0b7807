//! Reading pushes that were proved: both envelopes, challenges, taps on cards (contract: feishu-app §1.5, §1.6, §4.3, §4.4).

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Object, Proved};

/// Most characters of a text that a push must hold.
const LONGEST: usize = 4096;
/// From here on a time in milliseconds would be thousands of years away: it is in microseconds.
const MICROSECONDS: i64 = 100_000_000_000_000;
/// What the shape of the document, which has no envelope, means.
const DOCUMENTED: &str = "contact.user.created_v3";

/// A key that is absent or of another type than it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is missing or of another type")]
pub struct Missing(pub &'static str);

/// What a push is.
#[derive(Clone, Debug, PartialEq)]
pub enum Push {
    /// Feishu asks whether we are here; the text is to be given back.
    Challenge(String),
    /// Something happened.
    Event(Event),
    /// Somebody tapped a button of an interactive card.
    Card(CardTap),
}

/// Something that happened. What is missing was not said.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The once-only key: `header.event_id`, or `uuid` in the old envelope.
    pub id: Option<String>,
    /// Its type, as the envelope writes it; empty if it has none.
    pub kind: String,
    /// The tenant it happened in.
    pub tenant_key: Option<String>,
    /// When it happened.
    pub at: Option<DateTime<Utc>>,
    /// The payload: `event`.
    pub payload: Object,
}

impl Event {
    /// What a contact event is about: `event.object`.
    pub fn object(&self) -> Option<&Value> {
        self.payload.get("object").filter(|object| object.is_object())
    }
}

/// How a card action is to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardStyle {
    /// `toast` and `card` side by side.
    New,
    /// The card itself at the top, with `toast`.
    Old,
}

/// A tap on a button of an interactive card.
#[derive(Clone, Debug, PartialEq)]
pub struct CardTap {
    /// The once-only key; old cards have none.
    pub id: Option<String>,
    /// How it wants to be answered.
    pub style: CardStyle,
    /// The tenant.
    pub tenant_key: Option<String>,
    /// Who tapped, by open_id.
    pub open_id: Option<String>,
    /// Who tapped, by user_id.
    pub user_id: Option<String>,
    /// The message with the card.
    pub message_id: Option<String>,
    /// The `value` of the button; empty if it is no object.
    pub value: Object,
}

/// A tap on 同意 or 拒绝 of an approval card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalTap {
    /// `APPROVE` or `REJECT`; others arrive as they are.
    pub action_type: String,
    /// The card, all digits kept; absent where only the context tells.
    pub message_id: Option<String>,
    /// Who tapped.
    pub user_id: Option<String>,
    /// What we put into the card.
    pub action_context: Option<String>,
    /// What they wrote.
    pub reason: Option<String>,
}

/// The text to give back, if the body is a challenge.
pub(super) fn challenge(body: &Object) -> Option<&str> {
    let kind = |value: Option<&Value>| value.is_some_and(|kind| kind == "url_verification");
    let asked = kind(body.get("type")) || kind(body.get("header").and_then(|header| header.get("event_type")));
    body.get("challenge").and_then(Value::as_str).filter(|_| asked)
}

/// Whether the body is a tap on a card outside any envelope.
pub(super) fn is_old_card(body: &Object) -> bool {
    let enveloped = ["schema", "header", "event"].iter().any(|key| body.contains_key(*key));
    !enveloped && body.get("action").is_some_and(Value::is_object)
}

impl Push {
    /// What the body of a push says. The document's own shape, which has no envelope, is taken only if nothing had to prove it.
    pub fn read(proved: &Proved) -> Result<Self, Missing> {
        let body = &proved.body;
        if let Some(challenge) = challenge(body) {
            return Ok(Self::Challenge(challenge.to_owned()));
        }
        if is_old_card(body) {
            return Ok(Self::Card(CardTap::flat(body, None)));
        }
        let Some(Value::Object(payload)) = body.get("event") else { return Err(Missing("event")) };
        let event = match (body.get("header"), payload.get("type")) {
            (Some(Value::Object(header)), _) => enveloped(header, payload),
            (_, None) if !proved.genuine && !body.contains_key("uuid") => documented(payload)?,
            _ => old(body, payload),
        };
        Ok(match event.kind.as_str() {
            "card.action.trigger" | "card.action.trigger_v1" => Self::Card(CardTap::of(&event)),
            _ => Self::Event(event),
        })
    }
}

fn enveloped(header: &Object, payload: &Object) -> Event {
    let at = whole(header.get("create_time")).and_then(|time| {
        if time < MICROSECONDS { DateTime::from_timestamp_millis(time) } else { DateTime::from_timestamp_micros(time) }
    });
    Event {
        id: text(header, "event_id"),
        kind: text(header, "event_type").unwrap_or_default(),
        tenant_key: text(header, "tenant_key"),
        at,
        payload: payload.clone(),
    }
}

fn old(body: &Object, payload: &Object) -> Event {
    Event {
        id: text(body, "uuid"),
        kind: text(payload, "type").unwrap_or_default(),
        tenant_key: text(payload, "tenant_key"),
        at: body.get("ts").and_then(seconds),
        payload: payload.clone(),
    }
}

fn documented(payload: &Object) -> Result<Event, Missing> {
    let Some(Value::Object(object)) = payload.get("object") else { return Err(Missing("object")) };
    if required(object, "user_id").is_none() && required(object, "open_id").is_none() {
        return Err(Missing("user_id"));
    }
    required(object, "name").ok_or(Missing("name"))?;
    Ok(Event { id: None, kind: DOCUMENTED.to_owned(), tenant_key: None, at: None, payload: payload.clone() })
}

impl CardTap {
    fn of(event: &Event) -> Self {
        let Some(Value::Object(operator)) = event.payload.get("operator") else {
            return Self::flat(&event.payload, event.id.clone());
        };
        let context = event.payload.get("context").and_then(Value::as_object);
        Self {
            id: event.id.clone(),
            style: CardStyle::New,
            tenant_key: event.tenant_key.clone().or_else(|| text(operator, "tenant_key")),
            open_id: text(operator, "open_id"),
            user_id: text(operator, "user_id"),
            message_id: context.and_then(|context| text(context, "open_message_id")),
            value: value_of_button(&event.payload),
        }
    }

    fn flat(body: &Object, id: Option<String>) -> Self {
        Self {
            id,
            style: CardStyle::Old,
            tenant_key: text(body, "tenant_key"),
            open_id: text(body, "open_id"),
            user_id: text(body, "user_id"),
            message_id: text(body, "open_message_id"),
            value: value_of_button(body),
        }
    }
}

/// `action.value`: an object, or a text that holds one.
fn value_of_button(body: &Object) -> Object {
    match body.get("action").and_then(|action| action.get("value")) {
        Some(Value::Object(value)) => value.clone(),
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        _ => Object::new(),
    }
}

impl ApprovalTap {
    /// What the body of an approval callback says.
    pub fn read(body: &Object) -> Result<Self, Missing> {
        let action_type = body.get("action_type").and_then(Value::as_str).filter(|text| is_short(text));
        let action_type = action_type.ok_or(Missing("action_type"))?.to_owned();
        let message_id = match body.get("message_id") {
            None | Some(Value::Null) => None,
            Some(_) => Some(required(body, "message_id").ok_or(Missing("message_id"))?),
        };
        let action_context = text(body, "action_context");
        if message_id.is_none() && action_context.is_none() {
            return Err(Missing("message_id"));
        }
        Ok(Self {
            action_type,
            message_id,
            user_id: text(body, "user_id"),
            action_context,
            reason: text(body, "reason"),
        })
    }
}

fn is_short(text: &str) -> bool {
    text.chars().count() <= LONGEST
}

/// The text under a key that must be there; whole numbers count as texts.
fn required(of: &Object, key: &str) -> Option<String> {
    match of.get(key)? {
        Value::String(text) if is_short(text) => Some(text.clone()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

/// The text under a key, if it says anything.
fn text(of: &Object, key: &str) -> Option<String> {
    required(of, key).filter(|text| !text.is_empty())
}

fn whole(value: Option<&Value>) -> Option<i64> {
    value?.as_i64().or_else(|| value?.as_str()?.parse().ok())
}

/// Seconds with a fraction, as text or number, without the rounding of floating point numbers.
fn seconds(value: &Value) -> Option<DateTime<Utc>> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    DateTime::from_timestamp(whole.parse().ok()?, digits.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body(value: Value) -> Object {
        value.as_object().unwrap().clone()
    }

    fn read(value: Value, genuine: bool) -> Result<Push, Missing> {
        Push::read(&Proved { body: body(value), genuine })
    }

    fn event(value: Value, genuine: bool) -> Event {
        match read(value, genuine) {
            Ok(Push::Event(event)) => event,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn challenges_are_known_in_both_envelopes() {
        for asked in [
            json!({ "type": "url_verification", "challenge": "c", "token": "t" }),
            json!({ "schema": "2.0", "header": { "event_type": "url_verification" }, "challenge": "c" }),
        ] {
            assert_eq!(read(asked, true), Ok(Push::Challenge("c".to_owned())));
        }
        assert_eq!(read(json!({ "challenge": "c" }), true), Err(Missing("event")));
    }

    #[test]
    fn events_are_read_from_both_envelopes() {
        let new = |time: Value| {
            json!({
                "schema": "2.0", "unknown": [],
                "header": { "event_id": "e", "event_type": "contact.user.deleted_v3", "tenant_key": "k", "create_time": time },
                "event": { "object": { "open_id": "ou_x" } },
            })
        };
        for time in [json!("1700000000123"), json!("1700000000123000"), json!(1_700_000_000_123_i64)] {
            let event = event(new(time), true);
            assert_eq!((event.id.as_deref(), event.kind.as_str()), (Some("e"), "contact.user.deleted_v3"));
            assert_eq!(event.at, DateTime::from_timestamp_millis(1_700_000_000_123));
            assert_eq!(event.object(), Some(&json!({ "open_id": "ou_x" })));
        }
        assert_eq!(event(new(json!("soon")), true).at, None);
        let old = json!({
            "uuid": "u", "token": "t", "ts": "1700000000.5", "type": "event_callback",
            "event": { "type": "user_add", "tenant_key": "k", "open_id": "ou_x" },
        });
        let old = event(old, false);
        assert_eq!(
            (old.id.as_deref(), old.kind.as_str(), old.tenant_key.as_deref()),
            (Some("u"), "user_add", Some("k"))
        );
        assert_eq!(old.at, DateTime::from_timestamp_millis(1_700_000_000_500));
    }

    #[test]
    fn the_shape_of_the_document_is_taken_unsigned() {
        let shape = |object: Value| json!({ "event": { "object": object } });
        let person = json!({ "user_id": "e33ggbyz", "name": "张三", "mobile": "12345678910" });
        assert_eq!(event(shape(person.clone()), false).kind, "contact.user.created_v3");
        assert_eq!(event(shape(person), true).kind, "");
        for (wrong, missing) in [
            (json!({}), "event"),
            (json!({ "event": 1 }), "event"),
            (json!({ "event": {} }), "object"),
            (shape(json!({ "name": "x" })), "user_id"),
            (shape(json!({ "user_id": true, "name": "x" })), "user_id"),
            (shape(json!({ "user_id": 1 })), "name"),
            (shape(json!({ "user_id": 1, "name": "x".repeat(4097) })), "name"),
        ] {
            assert_eq!(read(wrong, false), Err(Missing(missing)));
        }
    }

    #[test]
    fn taps_on_cards_are_read_in_every_style() {
        let value = json!({ "decision": "APPROVE" });
        let new = json!({
            "schema": "2.0", "header": { "event_id": "e", "event_type": "card.action.trigger", "tenant_key": "k" },
            "event": {
                "operator": { "open_id": "ou_x", "user_id": "u" }, "token": "c-x",
                "action": { "value": value.to_string() }, "context": { "open_message_id": "om_x" },
            },
        });
        let flat = json!({
            "open_id": "ou_x", "user_id": "u", "open_message_id": "om_x", "tenant_key": "k", "token": "c-x",
            "action": { "value": value },
        });
        let enveloped =
            json!({ "header": { "event_id": "e", "event_type": "card.action.trigger_v1" }, "event": flat.clone() });
        for (push, style, id) in
            [(new, CardStyle::New, Some("e")), (flat, CardStyle::Old, None), (enveloped, CardStyle::Old, Some("e"))]
        {
            let tap = CardTap {
                id: id.map(str::to_owned),
                style,
                tenant_key: Some("k".to_owned()),
                open_id: Some("ou_x".to_owned()),
                user_id: Some("u".to_owned()),
                message_id: Some("om_x".to_owned()),
                value: body(value.clone()),
            };
            assert_eq!(read(push, true), Ok(Push::Card(tap)));
        }
        for useless in [json!("x"), json!("[]"), json!(1), Value::Null] {
            let Ok(Push::Card(tap)) = read(json!({ "action": { "value": useless } }), true) else { panic!() };
            assert!(tap.value.is_empty());
        }
    }

    #[test]
    fn approval_callbacks_keep_every_digit() {
        for (message_id, read) in [
            (json!(6_925_326_219_512_709_121_i64), Ok(Some("6925326219512709121"))),
            (json!("6925326219512709121"), Ok(Some("6925326219512709121"))),
            (json!(""), Ok(Some(""))),
            (json!(-1), Ok(Some("-1"))),
            (Value::Null, Ok(None)),
            (json!(1.5), Err(Missing("message_id"))),
            (json!([]), Err(Missing("message_id"))),
        ] {
            let tap = body(json!({ "action_type": "APPROVE", "message_id": message_id, "action_context": "c" }));
            let tap = ApprovalTap::read(&tap);
            assert_eq!(tap.as_ref().map(|tap| tap.message_id.as_deref()).map_err(|missing| *missing), read);
        }
        for (wrong, missing) in [
            (json!({ "message_id": "1" }), "action_type"),
            (json!({ "message_id": "1", "action_type": 1 }), "action_type"),
            (json!({ "action_type": "APPROVE" }), "message_id"),
        ] {
            assert_eq!(ApprovalTap::read(&body(wrong)), Err(Missing(missing)));
        }
    }
}
