//! Noting what came of a message, and forgetting those of long ago (contract: feishu-app §3.5).

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, Query},
};

use super::{CHANNEL, kind::CARDS, send::api_of};
use crate::{
    app::{App, back_off},
    db,
    domain::Outcome,
    entity::{
        approval, outbox,
        words::{ApprovalState, DeliveryState},
    },
    feishu::{Failure, Meaning},
};

/// What came of a message.
pub(super) enum Came {
    /// Feishu took it, and calls it so if it is new.
    Sent(Option<String>),
    /// There was no use in it any more.
    Dropped(&'static str),
    /// It did not go out, as far as we know.
    Failed(Failure),
}

/// What is written about it.
struct Line {
    state: DeliveryState,
    next_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
    message_id: Option<String>,
    error: Option<String>,
}

/// Notes what came of a message that was taken, unless somebody else has taken it over meanwhile.
pub(super) async fn note(app: &App, row: &outbox::Model, came: &Came) -> Outcome<()> {
    let line = &judged(app, row, came);
    if let Some(error) = &line.error {
        let (tries, state, kind) = (row.attempts, line.state.word(), row.kind.as_str());
        tracing::warn!(message = row.id, kind, tries, state, error, "a message to Feishu did not leave");
    }
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            outbox::Entity::update_many()
                .col_expr(outbox::Column::State, Expr::value(line.state))
                .col_expr(outbox::Column::NextAt, Expr::value(line.next_at))
                .col_expr(outbox::Column::SentAt, Expr::value(line.sent_at))
                .col_expr(outbox::Column::MessageId, Expr::value(line.message_id.as_deref()))
                .col_expr(outbox::Column::LastError, Expr::value(line.error.as_deref()))
                .filter(outbox::Column::Id.eq(row.id))
                .filter(outbox::Column::State.eq(DeliveryState::Working))
                .filter(outbox::Column::Attempts.eq(row.attempts))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            Ok(())
        })
        .await
}

fn judged(app: &App, row: &outbox::Model, came: &Came) -> Line {
    let now = app.now();
    let done = |state| Line { state, next_at: now, sent_at: None, message_id: None, error: None };
    let failure = match came {
        Came::Sent(message_id) => {
            return Line { sent_at: Some(now), message_id: message_id.clone(), ..done(DeliveryState::Sent) };
        }
        Came::Dropped(why) => return Line { error: Some((*why).to_owned()), ..done(DeliveryState::Dropped) },
        Came::Failed(failure) => failure,
    };
    let back_off = || back_off::wait(app, row.attempts);
    let wait = match failure.meaning() {
        Meaning::TooOften => {
            let told = match failure {
                Failure::TooOften(told) => told.and_then(|told| TimeDelta::from_std(told).ok()),
                _ => None,
            };
            let wait = told.unwrap_or_else(back_off);
            if let Some(api) = api_of(&row.kind) {
                app.feishu.pace.close(api, now + wait, now);
            }
            Some(wait)
        }
        Meaning::Passing | Meaning::TenantToken => Some(back_off()),
        Meaning::Configuration => Some(back_off::longest()),
        _ => None,
    };
    let wait = wait.filter(|_| !back_off::is_over(app, row.created_at));
    let error = Some(described(failure));
    match wait {
        Some(wait) => Line { next_at: now + wait, error, ..done(DeliveryState::Waiting) },
        None => Line { error, ..done(DeliveryState::Failed) },
    }
}

/// A failure with the id by which Feishu's support finds the call.
fn described(failure: &Failure) -> String {
    match failure {
        Failure::Refused(refusal) => match &refusal.log_id {
            Some(id) => format!("{failure}, log id {id}"),
            None => failure.to_string(),
        },
        _ => failure.to_string(),
    }
}

/// How long messages are kept. Cards of requests that are waiting are kept for longer, since they can be tapped.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Deletes messages that are done with since long and gives their number.
pub async fn sweep(app: &App) -> Outcome<u64> {
    let ago = app.now() - KEPT;
    let ended = Query::select()
        .column(approval::Column::Id)
        .from(approval::Entity)
        .and_where(Expr::col(approval::Column::State).ne(ApprovalState::Pending))
        .and_where(Expr::col(approval::Column::DecidedAt).lt(ago))
        .to_owned();
    let is_no_card = Condition::any()
        .add(outbox::Column::Kind.is_not_in(CARDS))
        .add(outbox::Column::ApprovalId.is_null())
        .add(outbox::Column::ApprovalId.in_subquery(ended));
    let messages = Condition::all()
        .add(outbox::Column::Channel.eq(CHANNEL))
        .add(outbox::Column::State.is_in([DeliveryState::Sent, DeliveryState::Failed, DeliveryState::Dropped]))
        .add(outbox::Column::CreatedAt.lt(ago))
        .add(is_no_card);
    Ok(db::sweep::<outbox::Entity>(&app.db, outbox::Column::Id, messages).await?)
}
