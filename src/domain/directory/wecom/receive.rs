//! Taking what WeCom pushes: proved, kept once, acknowledged; it is acted on afterwards (contract: laravel-template §10).

use chrono::{DateTime, Utc};
use sea_orm::{EntityTrait, Set, sea_query::OnConflict};

use super::PLATFORM;
use crate::{
    app::App,
    domain::{Outcome, digest},
    entity::{inbox, words::DeliveryState},
    wecom::{Fields, Refused, Stamp},
};

/// What came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Push {
    /// A GET with this `echostr`, by which WeCom tries the address.
    Echo(Option<String>),
    /// A POST with this body.
    Event(Vec<u8>),
}

/// What the door says to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 503: callbacks are not set up.
    NotConfigured,
    /// 413: the body is too long.
    TooLarge,
    /// 400: something is missing or cannot be read.
    Malformed,
    /// 403: WeCom did not sign this, or not now.
    Unproved,
    /// 200 with these bytes.
    Echo(Vec<u8>),
    /// 200 with nothing.
    Taken,
}

/// Most bytes of a body.
const LONGEST_BODY: usize = 256 * 1024;

/// Judges a push, keeps an event that is new, and says what to answer. No stamp means that a part of it is missing. Anybody may, since
/// the stamp is the proof.
pub async fn receive(app: &App, stamp: Option<Stamp>, push: Push) -> Outcome<Answer> {
    let Some(callback) = app.wecom.as_ref().and_then(|wecom| wecom.callback.as_ref()) else {
        return Ok(Answer::NotConfigured);
    };
    let sealed = match &push {
        Push::Event(body) if body.len() > LONGEST_BODY => return Ok(Answer::TooLarge),
        Push::Event(body) => {
            let fields = std::str::from_utf8(body).ok().and_then(Fields::read);
            fields.and_then(|fields| fields.get("Encrypt").map(str::to_owned))
        }
        // A plus that was not escaped has become a blank, and base64 has no blanks.
        Push::Echo(sealed) => sealed.as_ref().map(|sealed| sealed.replace(' ', "+")),
    };
    let (Some(stamp), Some(sealed)) = (stamp, sealed) else { return Ok(Answer::Malformed) };
    let message = match callback.open(&stamp, &sealed, app.now()) {
        Ok(message) => message,
        Err(Refused::Unproved) => return Ok(Answer::Unproved),
        Err(Refused::Unreadable) => return Ok(Answer::Malformed),
    };
    if matches!(push, Push::Echo(_)) {
        return Ok(Answer::Echo(message));
    }
    match String::from_utf8(message).ok().and_then(|text| Some((Fields::read(&text)?, text))) {
        Some((fields, text)) => keep(app, &fields, text).await?,
        None => tracing::warn!("a callback of WeCom holds no XML that can be used"),
    }
    Ok(Answer::Taken)
}

/// Keeps an event, unless it is kept already.
async fn keep(app: &App, fields: &Fields, text: String) -> Outcome<()> {
    let now = app.now();
    let row = &inbox::ActiveModel {
        source: Set(PLATFORM.to_owned()),
        once_key: Set(once_key(fields)),
        kind: Set(kind(fields)),
        subject: Set(None),
        body: Set(text),
        happened_at: Set(happened_at(fields).unwrap_or(now)),
        received_at: Set(now),
        state: Set(DeliveryState::Waiting),
        attempts: Set(0),
        next_at: Set(now),
        last_error: Set(None),
        ..Default::default()
    };
    let once = &OnConflict::columns([inbox::Column::Source, inbox::Column::OnceKey]).do_nothing().to_owned();
    let kept = app
        .db
        .retry(|| async {
            let tx = app.db.begin().await?;
            let insert = inbox::Entity::insert(row.clone()).on_conflict(once.clone());
            let kept = insert.exec_without_returning(&tx).await?;
            tx.commit().await?;
            Ok::<_, sea_orm::DbErr>(kept > 0)
        })
        .await?;
    if kept {
        app.bell.ring();
    }
    Ok(())
}

/// What makes an event this event: its own id, or who, when and what. WeCom repeats it under new encryption.
fn once_key(fields: &Fields) -> String {
    const PARTS: [&str; 6] = ["FromUserName", "CreateTime", "Event", "ChangeType", "UserID", "Id"];
    let parts: Vec<&str> = match fields.get("MsgId") {
        Some(id) => vec!["MsgId", id],
        None => PARTS.iter().map(|name| fields.get(name).unwrap_or_default()).collect(),
    };
    digest::sha256(serde_json::Value::from(parts).to_string())
}

/// The name of an event's kind, shortened.
fn kind(fields: &Fields) -> String {
    let kind = ["ChangeType", "Event", "MsgType"].iter().find_map(|name| fields.get(name));
    kind.unwrap_or_default().chars().take(64).collect()
}

fn happened_at(fields: &Fields) -> Option<DateTime<Utc>> {
    // Later times than the databases know are nobody's.
    let seconds = fields.get("CreateTime")?.parse().ok().filter(|seconds| (0..=253_402_300_799).contains(seconds))?;
    DateTime::from_timestamp(seconds, 0)
}
