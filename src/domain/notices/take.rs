//! Taking messages that are due, so that nobody else sends them (contract: feishu-app §3.5).

use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Alias, Expr, ExprTrait, Query},
};

use super::{CHANNEL, send::kinds_of};
use crate::{
    app::App,
    domain::Outcome,
    entity::{outbox, words::DeliveryState},
};

/// How long sending may take. A message that is being sent for longer was left behind by a server that went.
const LEASE: TimeDelta = TimeDelta::seconds(20);
/// Messages that are looked at for each that is taken.
const LOOKED_AT: u64 = 4;
/// Longest wait for messages that are not due yet: others may have been written meanwhile.
const LONGEST: TimeDelta = TimeDelta::seconds(2);
/// Shortest.
const SHORTEST: TimeDelta = TimeDelta::milliseconds(20);

/// What was taken.
#[derive(Debug)]
pub struct Taken {
    /// Messages to be sent by [`super::send`].
    pub messages: Vec<outbox::Model>,
    /// When to look again, if nothing else happens.
    pub again: Duration,
}

/// Takes at most `most` messages that are due: those before them in their lane are done with, their person had fewer than five in the
/// last second, and their API does not want to be left alone.
pub async fn take(app: &App, most: usize) -> Outcome<Taken> {
    if app.feishu.client.is_none() || most == 0 {
        return Ok(Taken { messages: Vec::new(), again: wait(LONGEST) });
    }
    let now = app.now();
    let (exhausted, closed) = (app.feishu.pace.exhausted(now), app.feishu.pace.closed(now));
    let is_slowed = !(exhausted.is_empty() && closed.is_empty());
    let to_others = outbox::Column::RecipientId.is_null().or(outbox::Column::RecipientId.is_not_in(exhausted));
    let may_leave = Condition::all()
        .add(outbox::Column::NextAt.lte(now))
        .add(outbox::Column::Kind.is_not_in(closed.into_iter().flat_map(kinds_of).copied()))
        .add(to_others);
    let looked_at = LOOKED_AT * u64::try_from(most).unwrap_or(u64::MAX / LOOKED_AT);
    let due = waiting().filter(may_leave.clone()).filter(is_first_of_its_lane()).limit(looked_at);
    let mut messages = claim(app, due.all(app.db.read()).await?, most).await?;
    if messages.is_empty() {
        let left_behind = of_channel(DeliveryState::Working).filter(may_leave).limit(looked_at);
        messages = claim(app, left_behind.all(app.db.read()).await?, most).await?;
    }
    Ok(Taken { again: wait(again(app, is_slowed).await?), messages })
}

/// How long nothing becomes due by itself.
async fn again(app: &App, is_slowed: bool) -> Outcome<TimeDelta> {
    if is_slowed {
        return Ok(LONGEST / 10);
    }
    let next = waiting().filter(outbox::Column::NextAt.gt(app.now())).one(app.db.read()).await?;
    Ok(next.map_or(LONGEST, |row| row.next_at - app.now()))
}

fn wait(time: TimeDelta) -> Duration {
    time.clamp(SHORTEST, LONGEST).to_std().unwrap_or_default()
}

fn of_channel(state: DeliveryState) -> Select<outbox::Entity> {
    outbox::Entity::find()
        .filter(outbox::Column::Channel.eq(CHANNEL))
        .filter(outbox::Column::State.eq(state))
        .order_by_asc(outbox::Column::NextAt)
        .order_by_asc(outbox::Column::Id)
}

fn waiting() -> Select<outbox::Entity> {
    of_channel(DeliveryState::Waiting)
}

fn is_first_of_its_lane() -> sea_orm::sea_query::SimpleExpr {
    let earlier = Alias::new("earlier");
    let of_earlier = |column: outbox::Column| Expr::col((earlier.clone(), column));
    let before = Query::select()
        .expr(Expr::val(1))
        .from_as(outbox::Entity, earlier.clone())
        .and_where(of_earlier(outbox::Column::Lane).equals((outbox::Entity, outbox::Column::Lane)))
        .and_where(of_earlier(outbox::Column::Id).lt(Expr::col((outbox::Entity, outbox::Column::Id))))
        .and_where(of_earlier(outbox::Column::State).is_in([DeliveryState::Waiting, DeliveryState::Working]))
        .to_owned();
    Expr::exists(before).not()
}

/// Claims those of `due` that nobody else has claimed meanwhile and whose person may have another message now, at most `most`.
async fn claim(app: &App, due: Vec<outbox::Model>, most: usize) -> Outcome<Vec<outbox::Model>> {
    let now = app.now();
    let may = |row: &outbox::Model| row.recipient_id.is_none_or(|person| app.feishu.pace.may(person, now));
    let wanted: Vec<i64> = due.iter().filter(|row| may(row)).take(most).map(|row| row.id).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let which = Condition::all()
        .add(outbox::Column::Id.is_in(wanted))
        .add(outbox::Column::State.is_in([DeliveryState::Waiting, DeliveryState::Working]))
        .add(outbox::Column::NextAt.lte(now));
    claimed(app, &which).await
}

/// Claims a message that its writer is to send, whatever its time; none if background work has it already.
pub(super) async fn claim_first(app: &App, id: i64) -> Outcome<Option<outbox::Model>> {
    let which = Condition::all()
        .add(outbox::Column::Id.eq(id))
        .add(outbox::Column::State.eq(DeliveryState::Waiting))
        .add(outbox::Column::Attempts.eq(0));
    Ok(claimed(app, &which).await?.pop())
}

/// Claims the messages that `which` wants: for a while nobody else sends them.
async fn claimed(app: &App, which: &Condition) -> Outcome<Vec<outbox::Model>> {
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            let claimed = outbox::Entity::update_many()
                .col_expr(outbox::Column::State, Expr::value(DeliveryState::Working))
                .col_expr(outbox::Column::Attempts, Expr::col(outbox::Column::Attempts).add(1))
                .col_expr(outbox::Column::NextAt, Expr::value(app.now() + LEASE))
                .filter(which.clone())
                .exec_with_returning(&tx)
                .await?;
            tx.commit().await?;
            Ok(claimed)
        })
        .await
}

/// Gives back what this server was sending when it went; it goes out under the same `uuid`. For a database that one server has to itself,
/// before it begins to work; among several, the lease tells.
pub async fn take_up_again(app: &App) -> Outcome<()> {
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            outbox::Entity::update_many()
                .col_expr(outbox::Column::State, Expr::value(DeliveryState::Waiting))
                .col_expr(outbox::Column::NextAt, Expr::value(app.now()))
                .filter(outbox::Column::Channel.eq(CHANNEL))
                .filter(outbox::Column::State.eq(DeliveryState::Working))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            Ok(())
        })
        .await
}
