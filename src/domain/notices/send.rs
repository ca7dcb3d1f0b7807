//! Sending one message that was taken (contract: feishu-app §3.2 to §3.5, §5.5).

use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::de::DeserializeOwned;

use super::{
    CardBody, End, Person, Place, TextBody, UpdateBody, details,
    kind::{APPROVAL_CARD, APPROVAL_UPDATE, CARDS, INTERACTIVE_CARD, INTERACTIVE_UPDATE, TEXT},
    note::{self, Came},
};
use crate::{
    app::App,
    domain::{Outcome, directory::feishu::connected},
    entity::{
        approval, outbox,
        words::{ApprovalState, Door},
    },
    feishu::{ApprovalCallback, ApprovalCard, Client, Failure, Named, Receiver},
};

/// Below our public URL: where a tap on an approval card is told.
const CALLBACK: &str = "/api/feishu_approval";
/// How long after it was sent an approval card can be updated.
const APPROVAL_UPDATED: TimeDelta = TimeDelta::days(30);
/// How long after it was sent an interactive card can be updated.
const INTERACTIVE_UPDATED: TimeDelta = TimeDelta::days(14);

/// What each of Feishu's calls sends: where one wants to be left alone, all that it sends waits.
const APIS: [(&str, &[&str]); 4] = [
    ("approval send", &[APPROVAL_CARD]),
    ("approval update", &[APPROVAL_UPDATE]),
    ("message send", &[INTERACTIVE_CARD, TEXT]),
    ("message update", &[INTERACTIVE_UPDATE]),
];

/// The kinds that the call with this name sends.
pub(super) fn kinds_of(api: &str) -> &'static [&'static str] {
    APIS.iter().find(|(name, _)| *name == api).map_or(&[], |(_, kinds)| kinds)
}

/// The call that sends this kind.
pub(super) fn api_of(kind: &str) -> Option<&'static str> {
    APIS.iter().find(|(_, kinds)| kinds.contains(&kind)).map(|(name, _)| *name)
}

/// What there is to be sent.
enum Message {
    Card(CardBody),
    /// The card by its message, the card's own words, and how its request ended.
    Update(String, CardBody, String, End),
    Text(TextBody),
    /// Nothing: why.
    Nothing(&'static str),
}

/// Sends a message that was taken, and notes what came of it.
pub async fn send(app: &App, row: &outbox::Model) -> Outcome<()> {
    let client = connected(app)?;
    let came = match message(app, row).await? {
        Message::Nothing(why) => Came::Dropped(why),
        message => match deliver(app, client, row, message).await {
            Ok(id) => Came::Sent(id),
            Err(failure) => Came::Failed(failure),
        },
    };
    note::note(app, row, &came).await
}

/// What is to be sent now: things may have changed since it was written down.
async fn message(app: &App, row: &outbox::Model) -> Outcome<Message> {
    match row.kind.as_str() {
        APPROVAL_CARD | INTERACTIVE_CARD => match is_pending(app, row).await? {
            true => Ok(read(row).map_or(UNREADABLE, Message::Card)),
            false => Ok(Message::Nothing("the request was decided before")),
        },
        APPROVAL_UPDATE => update(app, row, APPROVAL_UPDATED).await,
        INTERACTIVE_UPDATE => update(app, row, INTERACTIVE_UPDATED).await,
        TEXT => {
            let Some(text) = read::<TextBody>(row) else { return Ok(UNREADABLE) };
            if text.submitted && !is_worth_telling(app, row).await? {
                return Ok(Message::Nothing("the request was decided before"));
            }
            Ok(Message::Text(text))
        }
        _ => Ok(Message::Nothing("this server does not know such messages")),
    }
}

const UNREADABLE: Message = Message::Nothing("it cannot be read");

fn read<T: DeserializeOwned>(row: &outbox::Model) -> Option<T> {
    serde_json::from_str(&row.body).ok()
}

async fn is_pending(app: &App, row: &outbox::Model) -> Outcome<bool> {
    Ok(request(app, row).await?.is_some_and(|request| request.state == ApprovalState::Pending))
}

/// The request that a message is about.
async fn request(app: &App, row: &outbox::Model) -> Outcome<Option<approval::Model>> {
    let Some(id) = row.approval_id else { return Ok(None) };
    Ok(approval::Entity::find_by_id(id).one(app.db.read()).await?)
}

/// Whether it is of use to tell that a request was submitted: not once it was decided before any of its cards left.
async fn is_worth_telling(app: &App, row: &outbox::Model) -> Outcome<bool> {
    let Some(request) = request(app, row).await? else { return Ok(false) };
    if request.state == ApprovalState::Pending || request.decided_via == Some(Door::Feishu) {
        return Ok(true);
    }
    let left = outbox::Entity::find()
        .filter(outbox::Column::ApprovalId.eq(row.approval_id))
        .filter(outbox::Column::Kind.is_in(CARDS))
        .filter(outbox::Column::State.eq("sent"));
    Ok(left.count(app.db.read()).await? > 0)
}

/// An update of a card that was sent not longer ago than `most`.
async fn update(app: &App, row: &outbox::Model, most: TimeDelta) -> Outcome<Message> {
    let Some(UpdateBody { card, ending }) = read(row) else { return Ok(UNREADABLE) };
    let Some(card) = outbox::Entity::find_by_id(card).one(app.db.read()).await? else {
        return Ok(Message::Nothing("the card is not known any more"));
    };
    match (&card.message_id, card.sent_at) {
        (Some(message), Some(sent)) if app.now() - sent <= most => {
            let update = |body| Message::Update(message.clone(), body, card.uuid.clone(), ending);
            Ok(read(&card).map_or(UNREADABLE, update))
        }
        (Some(_), _) => Ok(Message::Nothing("the card is too old to be updated")),
        (None, _) => Ok(Message::Nothing("the card was not sent")),
    }
}

/// Sends it; gives Feishu's id of what is new.
async fn deliver(app: &App, client: &Client, row: &outbox::Model, message: Message) -> Result<Option<String>, Failure> {
    let details = details(app, row.approval_id);
    match message {
        Message::Card(card) if row.kind == APPROVAL_CARD => {
            let url = format!("{}{CALLBACK}", app.public_url);
            let callback = ApprovalCallback {
                url: &url,
                token: &app.feishu.callback_token,
                key: app.feishu.callback_key.as_deref(),
                context: &row.uuid,
            };
            let card = ApprovalCard {
                to: named(&card.to),
                applicant: card.applicant.as_ref().map(named),
                uuid: &row.uuid,
                title: &card.title,
                summary: &card.summary,
                details_url: &details,
                callback,
            };
            client.send_approval(&card).await.map(Some)
        }
        Message::Card(card) => {
            let shown = card.interactive(&details, &row.uuid, None);
            client.send_card(Receiver::OpenId(&card.to.open_id), &shown, &row.uuid).await.map(Some)
        }
        Message::Update(message, _, _, ending) if row.kind == APPROVAL_UPDATE => {
            client.update_approval(&message, ending.ending()).await.map(|()| None)
        }
        Message::Update(message, card, context, ending) => {
            let shown = card.interactive(&details, &context, Some(ending));
            client.update_card(&message, &shown).await.map(|()| None)
        }
        Message::Text(TextBody { to, text, .. }) => {
            let to = match &to {
                Place::OpenId(id) => Receiver::OpenId(id),
                Place::ChatId(id) => Receiver::ChatId(id),
            };
            client.send_text(to, &text, &row.uuid).await.map(Some)
        }
        Message::Nothing(why) => Err(Failure::NotSent(why)),
    }
}

fn named(person: &Person) -> Named<'_> {
    match &person.user_id {
        Some(id) => Named::UserId(id),
        None => Named::OpenId(&person.open_id),
    }
}
