//! Work that one of any number of servers does at a time, claimed by a row.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, Set,
    sea_query::{Expr, OnConflict},
};

use crate::{
    app::{ALPHANUMERIC, App, draw},
    entity::job,
};

use super::Outcome;

/// A run that is doing the work.
#[derive(Clone, Debug)]
pub struct Held {
    name: &'static str,
    holder: String,
}

/// How long a run is believed to live without a sign of life. Longer than anything it waits for in between.
const LEASE: TimeDelta = TimeDelta::minutes(5);

/// Asks for the work named `name`; nothing changes when it waits already or is being done.
pub async fn ask(app: &App, name: &'static str) -> Outcome<()> {
    let now = app.now();
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            make(&tx, name, now).await?;
            job::Entity::update_many()
                .col_expr(job::Column::State, Expr::value("waiting"))
                .col_expr(job::Column::Until, Expr::value(now))
                .filter(job::Column::Name.eq(name))
                .filter(job::Column::State.eq("idle"))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            Ok(())
        })
        .await
}

/// Whether it is the turn of what is named `name` and comes at most once in `every`; if so it has come with that.
pub async fn seldom(app: &App, name: &'static str, every: TimeDelta) -> Outcome<bool> {
    let now = app.now();
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            make(&tx, name, now).await?;
            let turned = job::Entity::update_many()
                .col_expr(job::Column::Until, Expr::value(now + every))
                .filter(job::Column::Name.eq(name))
                .filter(job::Column::Until.lte(now))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            Ok(turned.rows_affected > 0)
        })
        .await
}

async fn make(db: &impl ConnectionTrait, name: &str, now: DateTime<Utc>) -> Outcome<()> {
    let row = job::ActiveModel {
        name: Set(name.to_owned()),
        state: Set("idle".to_owned()),
        holder: Set(None),
        until: Set(now),
        last_error: Set(None),
    };
    let once = OnConflict::column(job::Column::Name).do_nothing().to_owned();
    job::Entity::insert(row).on_conflict(once).exec_without_returning(db).await?;
    Ok(())
}

/// Takes the work named `name` if somebody asked for it, or if the run that was doing it has died.
pub async fn claim(app: &App, name: &'static str) -> Outcome<Option<Held>> {
    let now = app.now();
    let row = job::Entity::find_by_id(name).one(app.db.read()).await?;
    if row.is_none_or(|row| row.state == "idle" || is_alive(&row, now)) {
        return Ok(None);
    }
    let held = &Held { name, holder: draw(&*app.random, ALPHANUMERIC, 20) };
    let dead = Condition::all().add(job::Column::State.eq("working")).add(job::Column::Until.lte(now));
    let free = &Condition::any().add(job::Column::State.eq("waiting")).add(dead);
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            let taken = job::Entity::update_many()
                .col_expr(job::Column::State, Expr::value("working"))
                .col_expr(job::Column::Holder, Expr::value(held.holder.as_str()))
                .col_expr(job::Column::Until, Expr::value(now + LEASE))
                .filter(job::Column::Name.eq(name))
                .filter(free.clone())
                .exec(&tx)
                .await?;
            tx.commit().await?;
            Ok((taken.rows_affected > 0).then(|| held.clone()))
        })
        .await
}

/// Gives a sign of life. False once somebody else has taken over, who must not be disturbed.
pub async fn keep(app: &App, held: &Held) -> Outcome<bool> {
    settle(app, held, "working", None).await
}

/// The work is done, or ended early for this reason.
pub async fn end(app: &App, held: &Held, error: Option<&str>) -> Outcome<()> {
    settle(app, held, "idle", error).await.map(|_| ())
}

/// The work is for another run to do.
pub async fn give_back(app: &App, held: &Held) -> Outcome<()> {
    settle(app, held, "waiting", None).await.map(|_| ())
}

async fn settle(app: &App, held: &Held, state: &str, error: Option<&str>) -> Outcome<bool> {
    let goes_on = state == "working";
    let (holder, until) = if goes_on { (Some(held.holder.as_str()), app.now() + LEASE) } else { (None, app.now()) };
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            let settled = job::Entity::update_many()
                .col_expr(job::Column::State, Expr::value(state))
                .col_expr(job::Column::Holder, Expr::value(holder))
                .col_expr(job::Column::Until, Expr::value(until))
                .col_expr(job::Column::LastError, Expr::value(error))
                .filter(job::Column::Name.eq(held.name))
                .filter(job::Column::Holder.eq(held.holder.as_str()))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            Ok(settled.rows_affected > 0)
        })
        .await
}

/// Whether a run is doing the work named `name`.
pub async fn is_under_way(app: &App, name: &str) -> Outcome<bool> {
    let row = job::Entity::find_by_id(name).one(app.db.read()).await?;
    Ok(row.is_some_and(|row| is_alive(&row, app.now())))
}

fn is_alive(row: &job::Model, now: DateTime<Utc>) -> bool {
    row.state == "working" && row.until > now
}

/// Whoever was doing the work named `name` has died with it: it waits no longer for a sign of life.
pub async fn abandon(app: &App, name: &str) -> Outcome<()> {
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            job::Entity::update_many()
                .col_expr(job::Column::Until, Expr::value(app.now()))
                .filter(job::Column::Name.eq(name))
                .filter(job::Column::State.eq("working"))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            Ok(())
        })
        .await
}
