//! Acting on what Feishu told, each event by its own time (contract: feishu-app §4.3, §4.5).

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockBehavior, LockType},
};
use serde::{Deserialize, Serialize};

use super::{PLATFORM, contacts, departments, sync, tenant};
use crate::{
    app::{App, back_off},
    db,
    domain::{Actor, Context, Fault, Outcome, attendance},
    entity::{
        inbox,
        words::{DeliveryState, Door},
    },
    feishu::{Failure, Object},
};

/// What is kept of an event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Its own id.
    pub(super) id: Option<String>,
    /// The tenant it happened in.
    pub(super) tenant_key: Option<String>,
    /// When it happened, as it says itself.
    pub(super) told_at: Option<DateTime<Utc>>,
    /// The payload.
    pub(super) event: Object,
}

/// What becomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// It had its effect.
    Acted,
    /// It means nothing to us, or is older than what we know.
    Ignored,
    /// It cannot be used: set aside for somebody to look at.
    Unusable(&'static str),
}

/// Why an event could not be acted on.
#[derive(Clone, Debug)]
pub(super) enum Stopped {
    /// Feishu had to be asked and did not answer.
    Feishu(Failure),
    /// A fault of ours.
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// What an event comes to, with everything that had to be asked of Feishu for it.
#[derive(Clone, Debug)]
enum Prepared {
    /// Nothing further is to be done.
    Done(Done),
    /// A punch or an attendance result.
    Attendance(attendance::Told),
    /// News of people or departments.
    Contacts(contacts::Prepared),
}

/// How long an event may be worked on. One that is worked on for longer was left behind by a server that went.
const LEASE: TimeDelta = TimeDelta::seconds(30);

/// Acts on the oldest event that is due; says whether there was one. What has to be asked of Feishu is asked first; the effect and the note
/// that it was had are one transaction.
pub async fn act_on_next(app: &Arc<App>) -> Outcome<bool> {
    let Some(row) = take(app).await? else { return Ok(false) };
    let ctx = Context::new(Arc::clone(app), Actor::System, Door::Feishu);
    match act(&ctx, &row).await {
        Ok(()) => {}
        Err(Stopped::Feishu(failure)) => put_off(app, &row, &failure.to_string()).await?,
        Err(Stopped::Fault(fault)) => {
            tracing::error!(event = row.id, cause = ?fault.cause(), "an event of Feishu was not acted on");
            put_off(app, &row, "internal").await?;
        }
    }
    Ok(true)
}

async fn act(ctx: &Context, row: &inbox::Model) -> Result<(), Stopped> {
    let prepared = prepare(ctx, row).await?;
    let app = &ctx.app;
    Ok(app
        .db
        .retry(|| async {
            let tx = app.db.begin().await?;
            let done = apply(&tx, ctx, &prepared).await?;
            if let Done::Unusable(why) = done {
                tracing::warn!(event = row.id, kind = row.kind, why, "an event of Feishu cannot be used");
            }
            if note(&tx, row, done).await? {
                tx.commit().await?;
            }
            Ok::<_, Fault>(())
        })
        .await?)
}

/// Reads an event, and asks Feishu for what it does not say.
async fn prepare(ctx: &Context, row: &inbox::Model) -> Result<Prepared, Stopped> {
    let Ok(kept) = serde_json::from_str::<Kept>(&row.body) else {
        return Ok(Prepared::Done(Done::Unusable("it cannot be read")));
    };
    let ours = tenant(&ctx.app, ctx.db().read()).await?;
    if ours.zip(kept.tenant_key.as_ref()).is_some_and(|(ours, its)| ours != *its) {
        return Ok(Prepared::Done(Done::Ignored));
    }
    Ok(match row.kind.as_str() {
        kind if kind.starts_with("attendance.") => {
            Prepared::Attendance(attendance::Told::new(&row.once_key, kind, row.happened_at, &kept.event))
        }
        kind => {
            // The databases keep microseconds, and times are compared.
            let at = row.happened_at.trunc_subsecs(6);
            contacts::prepare(ctx, kind, at, &kept.event).await?.map_or_else(Prepared::Done, Prepared::Contacts)
        }
    })
}

async fn apply(db: &impl ConnectionTrait, ctx: &Context, prepared: &Prepared) -> Outcome<Done> {
    match prepared {
        Prepared::Done(done) => Ok(*done),
        Prepared::Attendance(told) => {
            attendance::keep(db, ctx, told).await?;
            Ok(Done::Acted)
        }
        Prepared::Contacts(prepared) => contacts::apply(db, ctx, prepared).await,
    }
}

/// Takes the oldest event that is due, so that nobody else acts on it.
async fn take(app: &App) -> Outcome<Option<inbox::Model>> {
    let due = inbox::Entity::find()
        .filter(inbox::Column::Source.eq(PLATFORM))
        .filter(inbox::Column::State.is_in([DeliveryState::Waiting, DeliveryState::Working]))
        .filter(inbox::Column::NextAt.lte(app.now()))
        .order_by_asc(inbox::Column::NextAt)
        .order_by_asc(inbox::Column::Id)
        .limit(1);
    // Most of the time there is nothing, and then nobody is to be kept from writing.
    if due.clone().one(app.db.read()).await?.is_none() {
        return Ok(None);
    }
    let due = &due;
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            let due = due.clone().lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
            let Some(row) = due.one(&tx).await? else { return Ok(None) };
            inbox::Entity::update_many()
                .col_expr(inbox::Column::State, Expr::value(DeliveryState::Working))
                .col_expr(inbox::Column::Attempts, Expr::value(row.attempts + 1))
                .col_expr(inbox::Column::NextAt, Expr::value(app.now() + LEASE))
                .filter(inbox::Column::Id.eq(row.id))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            Ok(Some(inbox::Model { attempts: row.attempts + 1, ..row }))
        })
        .await
}

/// The row that was taken, as long as nobody has taken it over: after its lease somebody else may act on it.
fn held(row: &inbox::Model) -> Condition {
    Condition::all()
        .add(inbox::Column::Id.eq(row.id))
        .add(inbox::Column::State.eq(DeliveryState::Working))
        .add(inbox::Column::Attempts.eq(row.attempts))
}

/// Notes what became of an event; false if somebody else has taken it over, whose effect is the one that counts.
async fn note(db: &impl ConnectionTrait, row: &inbox::Model, done: Done) -> Outcome<bool> {
    let (state, why) = match done {
        Done::Acted => (DeliveryState::Done, None),
        Done::Ignored => (DeliveryState::Ignored, None),
        Done::Unusable(why) => (DeliveryState::Failed, Some(why)),
    };
    let noted = inbox::Entity::update_many()
        .col_expr(inbox::Column::State, Expr::value(state))
        .col_expr(inbox::Column::LastError, Expr::value(why))
        .filter(held(row))
        .exec(db)
        .await?;
    Ok(noted.rows_affected == 1)
}

/// Lets an event wait that could not be acted on, or gives it up; other events go on.
async fn put_off(app: &App, row: &inbox::Model, why: &str) -> Outcome<()> {
    let given_up = back_off::is_over(app, row.received_at);
    tracing::warn!(
        event = row.id,
        kind = row.kind,
        tries = row.attempts,
        given_up,
        why,
        "an event of Feishu has to wait"
    );
    let next = app.now() + back_off::wait(app, row.attempts);
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            inbox::Entity::update_many()
                .col_expr(
                    inbox::Column::State,
                    Expr::value(if given_up { DeliveryState::Failed } else { DeliveryState::Waiting }),
                )
                .col_expr(inbox::Column::NextAt, Expr::value(next))
                .col_expr(inbox::Column::LastError, Expr::value(why))
                .filter(held(row))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            Ok(())
        })
        .await
}

/// Gives back what this server was working on when it went. For a database that one server has to itself, before it begins to work; among
/// several, the lease tells.
pub async fn take_up_again(app: &App) -> Outcome<()> {
    sync::take_up_again(app).await?;
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            inbox::Entity::update_many()
                .col_expr(inbox::Column::State, Expr::value(DeliveryState::Waiting))
                .col_expr(inbox::Column::NextAt, Expr::value(app.now()))
                .filter(inbox::Column::Source.eq(PLATFORM))
                .filter(inbox::Column::State.eq(DeliveryState::Working))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            Ok(())
        })
        .await
}

/// How long an event is kept at least after it came in, so that a repetition is known as one.
const KEPT: TimeDelta = TimeDelta::days(7);
/// How much longer than the age limit of pushes.
const BEYOND_AGE: TimeDelta = TimeDelta::days(1);

/// Deletes events that are done with since long, and what was remembered of deleted departments for their sake; gives their number
/// (contract: feishu-app §4.3).
pub async fn sweep(app: &App) -> Outcome<u64> {
    let age = i64::try_from(app.feishu.max_age_seconds).ok().and_then(TimeDelta::try_seconds).unwrap_or(KEPT);
    let kept = KEPT.max(age + BEYOND_AGE);
    let events = Condition::all()
        .add(inbox::Column::Source.eq(PLATFORM))
        .add(inbox::Column::State.is_in([DeliveryState::Done, DeliveryState::Ignored, DeliveryState::Failed]))
        .add(inbox::Column::ReceivedAt.lt(app.now() - kept));
    let events = db::sweep::<inbox::Entity>(&app.db, inbox::Column::Id, events).await?;
    Ok(events + departments::forget(app, app.now() - kept).await?)
}

/// `text` without U+0000, which the databases do not take.
pub(super) fn printable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}
