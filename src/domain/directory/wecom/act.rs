//! Acting on what WeCom told, in order of arrival (contract: laravel-template §10).

use std::sync::Arc;

use chrono::TimeDelta;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, sea_query::Expr,
};

use super::{PLATFORM, sync};
use crate::{
    app::App,
    db::{self, Transient},
    domain::{Actor, Context, Fault, Language, Outcome},
    entity::{
        inbox, outbox,
        words::{DeliveryState, Door},
    },
    wecom::{Department, Fields, Member},
};

use sync::{departments, people};

/// What becomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    /// It had its effect.
    Acted,
    /// It means nothing to us.
    Ignored,
}

/// Tries before an event is given up.
const TRIES: i64 = 5;
/// Seconds before the second try; each further wait is twice as long.
const PAUSE: i64 = 10;

/// Acts on the oldest event that waits; says whether there was one that is done with now. Its effect and the note that it had it are one
/// transaction. While a sync runs events wait, because it may bring what was so before them.
pub async fn act_on_next(app: &Arc<App>) -> Outcome<bool> {
    let Some(wecom) = &app.wecom else { return Ok(false) };
    let next = waiting().one(app.db.read()).await?;
    if next.is_none_or(|row| row.next_at > app.now()) || sync::is_under_way(app).await? {
        return Ok(false);
    }
    let ctx = &Context::new(Arc::clone(app), Actor::System, Door::System);
    let tried = app
        .db
        .retry(|| async {
            let tx = app.db.begin().await?;
            let Some(row) = waiting().lock_exclusive().one(&tx).await? else { return Ok(Ok(false)) };
            if row.next_at > app.now() {
                return Ok(Ok(false));
            }
            let done = match act(&tx, ctx, &wecom.corp_id, &row.body).await {
                Ok(done) => done,
                Err(fault) if fault.is_transient() => return Err(fault),
                Err(fault) => return Ok(Err((row, fault))),
            };
            let state = if done == Done::Acted { DeliveryState::Done } else { DeliveryState::Ignored };
            note(&tx, &row, state, row.attempts + 1, None).await?;
            tx.commit().await?;
            Ok(Ok(true))
        })
        .await?;
    match tried {
        Ok(done) => Ok(done),
        Err((row, fault)) => put_off(app, &row, &fault).await,
    }
}

/// Events that are not done with, the oldest first.
fn waiting() -> Select<inbox::Entity> {
    inbox::Entity::find()
        .filter(inbox::Column::Source.eq(PLATFORM))
        .filter(inbox::Column::State.eq(DeliveryState::Waiting))
        .order_by_asc(inbox::Column::Id)
        .limit(1)
}

async fn note(
    db: &impl ConnectionTrait,
    row: &inbox::Model,
    state: DeliveryState,
    attempts: i64,
    error: Option<String>,
) -> Outcome<()> {
    inbox::Entity::update_many()
        .col_expr(inbox::Column::State, Expr::value(state))
        .col_expr(inbox::Column::Attempts, Expr::value(attempts))
        .col_expr(inbox::Column::NextAt, Expr::value(row.next_at))
        .col_expr(inbox::Column::LastError, Expr::value(error))
        .filter(inbox::Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(())
}

/// Lets an event wait that could not be acted on, or gives it up; those behind it wait as well. Says whether it was given up.
async fn put_off(app: &App, row: &inbox::Model, fault: &Fault) -> Outcome<bool> {
    let attempts = row.attempts + 1;
    let given_up = attempts >= TRIES;
    tracing::error!(event = row.id, attempts, given_up, cause = ?fault.cause(), "an event of WeCom was not acted on");
    let wait = TimeDelta::seconds(PAUSE << row.attempts.clamp(0, TRIES));
    let row = &inbox::Model { next_at: app.now() + wait, ..row.clone() };
    let state = if given_up { DeliveryState::Failed } else { DeliveryState::Waiting };
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            note(&tx, row, state, attempts, Some(fault.text(Language::English))).await?;
            tx.commit().await?;
            Ok(given_up)
        })
        .await
}

/// The effect of an event.
async fn act(db: &impl ConnectionTrait, ctx: &Context, corp: &str, body: &str) -> Outcome<Done> {
    let Some(fields) = Fields::read(body) else { return Ok(Done::Ignored) };
    let about = [fields.get("MsgType"), fields.get("Event")];
    if about != [Some("event"), Some("change_contact")] {
        return Ok(Done::Ignored);
    }
    match fields.get("ChangeType") {
        Some("create_user" | "update_user") => match Member::of_event(&fields) {
            Some(member) => change_member(db, ctx, corp, member, fields.get("NewUserID")).await,
            None => Ok(unusable()),
        },
        Some("delete_user") => match Member::of_event(&fields) {
            Some(member) => {
                people::apply(db, ctx, corp, &[Member::left(&member.userid)], people::Unknown::Ignored).await?;
                Ok(Done::Acted)
            }
            None => Ok(unusable()),
        },
        Some("create_party" | "update_party") => match Department::of_event(&fields) {
            Some(department) => {
                departments::apply(db, ctx, corp, &[department], false).await?;
                Ok(Done::Acted)
            }
            None => Ok(unusable()),
        },
        Some("delete_party") => match Department::of_event(&fields) {
            Some(department) => {
                departments::delete(db, ctx, corp, department.id).await?;
                Ok(Done::Acted)
            }
            None => Ok(unusable()),
        },
        _ => Ok(Done::Ignored),
    }
}

fn unusable() -> Done {
    tracing::warn!("an event of WeCom lacks what it is about");
    Done::Ignored
}

async fn change_member(
    db: &impl ConnectionTrait,
    ctx: &Context,
    corp: &str,
    member: Member,
    renamed: Option<&str>,
) -> Outcome<Done> {
    let renamed = renamed.and_then(|new| Some((new, member.clone().called(new)?)));
    let member = match renamed {
        Some((new, renamed)) => {
            people::rename(db, ctx, corp, &member.userid, new).await?;
            renamed
        }
        None => member,
    };
    people::apply(db, ctx, corp, &[member], people::Unknown::Made).await?;
    Ok(Done::Acted)
}

/// Days for which events are kept after they came in, so that a repetition is known as one, and messages after they were written.
const KEPT_DAYS: (i64, i64) = (7, 30);
/// Deletes events and messages that are done with since long and gives their number.
pub async fn sweep(app: &App) -> Outcome<u64> {
    let events = app.now() - TimeDelta::days(KEPT_DAYS.0);
    let messages = app.now() - TimeDelta::days(KEPT_DAYS.1);
    let events = Condition::all()
        .add(inbox::Column::Source.eq(PLATFORM))
        .add(inbox::Column::State.is_in([DeliveryState::Done, DeliveryState::Ignored, DeliveryState::Failed]))
        .add(inbox::Column::ReceivedAt.lt(events));
    let messages = Condition::all()
        .add(outbox::Column::Channel.eq(PLATFORM))
        .add(outbox::Column::State.is_in([DeliveryState::Sent, DeliveryState::Failed, DeliveryState::Dropped]))
        .add(outbox::Column::CreatedAt.lt(messages));
    let events = db::sweep::<inbox::Entity>(&app.db, inbox::Column::Id, events).await?;
    Ok(events + db::sweep::<outbox::Entity>(&app.db, outbox::Column::Id, messages).await?)
}
