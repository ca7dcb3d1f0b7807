//! Taking what Feishu pushes: proved, kept once, acknowledged; it is acted on afterwards (contract: feishu-app §1.5, §4.1 to §4.3).

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set, sea_query::OnConflict};

use super::{
    PLATFORM,
    act::{self, Kept},
    meet_tenant,
};
use crate::{
    app::App,
    db::Transient,
    domain::{Code, Fault, Outcome, digest},
    entity::{inbox, words::DeliveryState},
    feishu::{Bad, CardTap, Event, Missing, Push, Stamp},
};

/// Most characters of an event's kind that are kept.
const LONGEST_KIND: usize = 128;

/// The kind under which taps are remembered.
const TAP: &str = "card.action.trigger";

/// What came in and was proved.
#[derive(Clone, Debug)]
pub enum Received {
    /// Feishu asks whether we are here; this is to be given back.
    Challenge(String),
    /// Something happened; it is kept.
    Event,
    /// Somebody tapped a card and waits for the answer: what was tapped, and whether a secret proved it.
    Card(CardTap, bool),
}

impl From<Bad> for Fault {
    fn from(bad: Bad) -> Self {
        match bad {
            Bad::Json => Code::PushUnreadable.into(),
            Bad::Proof => Code::PushUnproven.into(),
            Bad::NotConfigured => Code::PushesNotConfigured.into(),
        }
    }
}

impl From<Missing> for Fault {
    fn from(missing: Missing) -> Self {
        Code::RequestInvalid.about(missing.0)
    }
}

/// Judges a push of an event or of a card action, and keeps an event that is new. Anybody may, since the push proves itself. Nothing is
/// asked of Feishu, and of the database nothing before a challenge is answered.
pub async fn receive(app: &App, stamp: Stamp<'_>, bytes: &[u8]) -> Outcome<Received> {
    let proved = app.feishu.door.push(stamp, bytes, app.now())?;
    match Push::read(&proved)? {
        Push::Challenge(text) => Ok(Received::Challenge(text)),
        Push::Card(tap) => Ok(Received::Card(tap, proved.genuine)),
        Push::Event(event) => {
            keep(app, event, bytes, proved.genuine).await?;
            Ok(Received::Event)
        }
    }
}

/// Keeps an event, unless it is kept already. The first tenant that is proved is ours.
async fn keep(app: &App, event: Event, bytes: &[u8], genuine: bool) -> Outcome<()> {
    let now = app.now();
    // What has no id of its own is the same when it is the same to the letter.
    let once_key = event.id.clone().unwrap_or_else(|| digest::sha256(bytes));
    let kind = event.kind.chars().take(LONGEST_KIND).collect();
    let kept = Kept { id: event.id, tenant_key: event.tenant_key, told_at: event.at, event: event.payload };
    let row = &inbox::ActiveModel {
        source: Set(PLATFORM.to_owned()),
        once_key: Set(act::printable(once_key)),
        kind: Set(act::printable(kind)),
        subject: Set(None),
        body: Set(serde_json::to_string(&kept).map_err(Fault::internal)?),
        happened_at: Set(event.at.unwrap_or(now)),
        received_at: Set(now),
        state: Set(DeliveryState::Waiting),
        attempts: Set(0),
        next_at: Set(now),
        last_error: Set(None),
        ..Default::default()
    };
    let tenant = kept.tenant_key.as_deref().filter(|_| genuine);
    let once = &OnConflict::columns([inbox::Column::Source, inbox::Column::OnceKey]).do_nothing().to_owned();
    let is_new = app
        .db
        .retry(|| async {
            let tx = app.db.begin().await?;
            if let Some(tenant) = tenant {
                meet_tenant(app, &tx, tenant).await?;
            }
            let insert = inbox::Entity::insert(row.clone()).on_conflict(once.clone());
            let kept = insert.exec_without_returning(&tx).await?;
            tx.commit().await?;
            Ok::<_, Fault>(kept > 0)
        })
        .await
        .inspect_err(|fault| tracing::error!(transient = fault.is_transient(), "an event of Feishu was not kept"))?;
    if is_new {
        app.bell.ring();
    }
    Ok(())
}

/// Remembers that a tap with this event had its effect, or in which words it was refused.
pub(crate) async fn remember_tap(
    db: &impl ConnectionTrait,
    app: &App,
    event: &str,
    refusal: Option<&str>,
) -> Outcome<()> {
    let now = app.now();
    let row = inbox::ActiveModel {
        source: Set(PLATFORM.to_owned()),
        once_key: Set(act::printable(event.to_owned())),
        kind: Set(TAP.to_owned()),
        subject: Set(None),
        body: Set("{}".to_owned()),
        happened_at: Set(now),
        received_at: Set(now),
        state: Set(DeliveryState::Done),
        attempts: Set(1),
        next_at: Set(now),
        last_error: Set(refusal.map(str::to_owned)),
        ..Default::default()
    };
    let once = OnConflict::columns([inbox::Column::Source, inbox::Column::OnceKey]).do_nothing().to_owned();
    inbox::Entity::insert(row).on_conflict(once).exec_without_returning(db).await?;
    Ok(())
}

/// In which words a tap with this event was refused before; `Some(None)` if it had its effect, none if it is new.
pub(crate) async fn recall_tap(db: &impl ConnectionTrait, event: &str) -> Outcome<Option<Option<String>>> {
    let row = inbox::Entity::find()
        .filter(inbox::Column::Source.eq(PLATFORM))
        .filter(inbox::Column::OnceKey.eq(act::printable(event.to_owned())))
        .one(db)
        .await?;
    Ok(row.map(|row| row.last_error))
}
