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
        words::{ApprovalState, DeliveryState, Door},
    },
    feishu::{ApprovalCallback, ApprovalCard, Client, Failure, Receiver},
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
    ApprovalCard(CardBody),
    InteractiveCard(CardBody),
    ApprovalUpdate { message: String, end: End },
    InteractiveUpdate { message: String, card: CardBody, context: String, end: End },
    Text(TextBody),
}

/// Why a message is of no use any more.
type Useless = &'static str;

const UNREADABLE: Useless = "it cannot be read";
const DECIDED: Useless = "the request was decided before";

/// Sends a message that was taken, and notes what came of it.
pub async fn send(app: &App, row: &outbox::Model) -> Outcome<()> {
    let client = connected(app)?;
    let came = match message(app, row).await? {
        Err(why) => Came::Dropped(why),
        Ok(message) => match deliver(app, client, row, &message).await {
            Ok(id) => Came::Sent(id),
            Err(failure) => Came::Failed(failure),
        },
    };
    note::note(app, row, &came).await
}

/// What is to be sent now: things may have changed since it was written down.
async fn message(app: &App, row: &outbox::Model) -> Outcome<Result<Message, Useless>> {
    match row.kind.as_str() {
        APPROVAL_CARD | INTERACTIVE_CARD if !is_pending(app, row).await? => Ok(Err(DECIDED)),
        APPROVAL_CARD => Ok(read(row).map(Message::ApprovalCard)),
        INTERACTIVE_CARD => Ok(read(row).map(Message::InteractiveCard)),
        APPROVAL_UPDATE => {
            let update = update(app, row, APPROVAL_UPDATED).await?;
            Ok(update.map(|(_, message, end)| Message::ApprovalUpdate { message, end }))
        }
        INTERACTIVE_UPDATE => Ok(update(app, row, INTERACTIVE_UPDATED).await?.and_then(|(card, message, end)| {
            Ok(Message::InteractiveUpdate { message, card: read(&card)?, context: card.uuid, end })
        })),
        TEXT => match read::<TextBody>(row) {
            Ok(text) if text.submitted && !is_worth_telling(app, row).await? => Ok(Err(DECIDED)),
            text => Ok(text.map(Message::Text)),
        },
        _ => Ok(Err("this server does not know such messages")),
    }
}

fn read<T: DeserializeOwned>(row: &outbox::Model) -> Result<T, Useless> {
    serde_json::from_str(&row.body).map_err(|_| UNREADABLE)
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
        .filter(outbox::Column::State.eq(DeliveryState::Sent));
    Ok(left.count(app.db.read()).await? > 0)
}

/// The card of an update, its message, and how its request ended; if the card was sent not longer ago than `most`.
async fn update(
    app: &App,
    row: &outbox::Model,
    most: TimeDelta,
) -> Outcome<Result<(outbox::Model, String, End), Useless>> {
    let UpdateBody { card, ending } = match read(row) {
        Ok(update) => update,
        Err(why) => return Ok(Err(why)),
    };
    let Some(card) = outbox::Entity::find_by_id(card).one(app.db.read()).await? else {
        return Ok(Err("the card is not known any more"));
    };
    Ok(match (card.message_id.clone(), card.sent_at) {
        (Some(message), Some(sent)) if app.now() - sent <= most => Ok((card, message, ending)),
        (Some(_), _) => Err("the card is too old to be updated"),
        (None, _) => Err("the card was not sent"),
    })
}

/// Sends it; gives Feishu's id of what is new.
async fn deliver(
    app: &App,
    client: &Client,
    row: &outbox::Model,
    message: &Message,
) -> Result<Option<String>, Failure> {
    let details = details(app, row.approval_id);
    match message {
        Message::ApprovalCard(card) => {
            let url = format!("{}{CALLBACK}", app.public_url);
            let card = ApprovalCard {
                to: card.to.named(),
                applicant: card.applicant.as_ref().map(Person::named),
                uuid: &row.uuid,
                title: &card.title,
                summary: &card.summary,
                details_url: &details,
                callback: ApprovalCallback {
                    url: &url,
                    token: &app.feishu.callback_token,
                    key: app.feishu.callback_key.as_deref(),
                    context: &row.uuid,
                },
            };
            client.send_approval(&card).await.map(Some)
        }
        Message::InteractiveCard(card) => {
            let shown = card.interactive(&details, &row.uuid, None);
            client.send_card(card.to.receiver(), &shown, &row.uuid).await.map(Some)
        }
        Message::ApprovalUpdate { message, end } => client.update_approval(message, end.ending()).await.map(|()| None),
        Message::InteractiveUpdate { message, card, context, end } => {
            let shown = card.interactive(&details, context, Some(*end));
            client.update_card(message, &shown).await.map(|()| None)
        }
        Message::Text(TextBody { to, text, .. }) => {
            let to = match to {
                Place::Person(person) => person.receiver(),
                Place::ChatId(id) => Receiver::ChatId(id),
            };
            client.send_text(to, text, &row.uuid).await.map(Some)
        }
    }
}
