//! A text that somebody sends by hand to a person or a group at Feishu (contract: feishu-app §5.5, §7).

use std::collections::HashMap;

use chrono::TimeDelta;
use sea_orm::EntityTrait;

use super::{Place, TextBody, UUID, Written, kind::TEXT, requests::bound, row, send::send, take::claim_first};
use crate::{
    app::{ALPHANUMERIC, draw},
    domain::{Code, Context, Fault, Key, Outcome, Permission, find_all, text, transact},
    entity::{outbox, staff, words::DeliveryState},
    feishu::{MENTION_ALL, escape, mention},
};

/// A text and who gets it.
#[derive(Clone, Debug)]
pub struct Message {
    /// A person of ours who is bound.
    pub to_staff: Option<Key>,
    /// A group at Feishu, by its `chat_id`; one of the two is given.
    pub to_chat: Option<String>,
    /// The text. Nothing in it is taken for a mention.
    pub text: String,
    /// People of ours who are bound, to be mentioned before the text.
    pub mentioned: Vec<Key>,
    /// Whether everybody is mentioned.
    pub mention_all: bool,
}

/// Most bytes of a text as it is sent.
const LONGEST: usize = 150 * 1024;
/// How long a message waits for its writer before background work sends it.
const WRITERS: TimeDelta = TimeDelta::seconds(30);

/// Writes a text down and sends it. Gives Feishu's id of it; none while Feishu cannot take it: then background work goes on trying. Permission
/// `/users/*`.
pub async fn send_message(ctx: &Context, message: &Message) -> Outcome<Option<String>> {
    ctx.may(Permission::Users)?;
    if ctx.app.feishu.client.is_none() {
        return Err(Code::FeishuNotConfigured.into());
    }
    let (recipient, body) = &addressed(ctx, message).await?;
    let message = Written { recipient: *recipient, ..Written::new(TEXT, alone(ctx), body)? };
    let row = &row(ctx, message, ctx.now() + WRITERS);
    let id = transact!(ctx, |tx| async {
        Ok::<_, Fault>(outbox::Entity::insert(row.clone()).exec(&tx).await?.last_insert_id)
    })?;
    if let Some(row) = claim_first(&ctx.app, id).await? {
        send(&ctx.app, &row).await?;
    }
    let sent = outbox::Entity::find_by_id(id).one(ctx.db().read()).await?;
    match sent {
        Some(row) if row.state == DeliveryState::Failed => Err(Code::MessageFailed.into()),
        row => Ok(row.and_then(|row| row.message_id)),
    }
}

/// A lane in which nothing else leaves.
fn alone(ctx: &Context) -> String {
    format!("text:{}", draw(&*ctx.app.random, ALPHANUMERIC, UUID))
}

/// Whom the text is for, if that is a person, and what is written down of it.
async fn addressed(ctx: &Context, message: &Message) -> Outcome<(Option<i64>, TextBody)> {
    if message.text.trim().is_empty() {
        return Err(Code::Required.on("text"));
    }
    text::bounded("text", &message.text, LONGEST)?;
    let keys: Vec<&Key> = message.to_staff.iter().chain(&message.mentioned).collect();
    let found = find_all::<staff::Entity>(ctx.db().read(), keys.iter().copied()).await?;
    let person = |key: &Key, field| found.get(key).ok_or_else(|| Code::StaffNotFound.on(field));
    let mut wanted: HashMap<i64, &staff::Model> = HashMap::new();
    for key in keys.iter().copied() {
        let field = if message.to_staff.as_ref() == Some(key) { "toStaffId" } else { "mentionStaffIds" };
        let person = person(key, field)?;
        wanted.insert(person.id, person);
    }
    let people = bound(ctx.db().read(), wanted.keys().copied()).await?;
    let there = |id: i64, field| people.get(&id).ok_or_else(|| Code::FeishuUnbound.on(field));
    let (recipient, to) = match (&message.to_staff, &message.to_chat) {
        (Some(key), None) => {
            let id = person(key, "toStaffId")?.id;
            (Some(id), Place::Person(there(id, "toStaffId")?.clone()))
        }
        (None, Some(chat)) => {
            text::name("toChatId", chat)?;
            (None, Place::ChatId(chat.clone()))
        }
        _ => return Err(Code::Required.on("toStaffId")),
    };
    let mut parts = Vec::new();
    if message.mention_all {
        parts.push(MENTION_ALL.to_owned());
    }
    for (at, key) in message.mentioned.iter().enumerate() {
        let field = "mentionStaffIds";
        let person = person(key, field).map_err(|fault| fault.at_item(at))?;
        let id = there(person.id, field).map_err(|fault| fault.at_item(at))?.id();
        parts.push(mention(id, &person.name));
    }
    parts.push(escape(&message.text));
    let text = parts.join(" ");
    if text.len() > LONGEST {
        return Err(Fault::on(Code::TooLong.about(LONGEST), "text"));
    }
    Ok((recipient, TextBody { to, text, submitted: false }))
}
