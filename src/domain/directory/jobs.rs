//! Work of which one run is under way at a time, on whatever server: asked for, claimed for a while, finished.

use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, QuerySelect};

use crate::{
    app::App,
    domain::{Fault, Outcome},
    entity::job,
};

/// For how long a run is believed to live that says nothing.
const LEASE: TimeDelta = TimeDelta::minutes(5);

/// Asks for a run, unless one is wanted already or under way, or was asked for within `seldom`. Whether it did.
pub(super) async fn ask(app: &App, name: &'static str, seldom: Option<TimeDelta>) -> Outcome<bool> {
    let now = app.now();
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            let asked = match job::Entity::find_by_id(name).lock_exclusive().one(&tx).await? {
                None => {
                    let row = job::ActiveModel {
                        name: Set(name.to_owned()),
                        asked_at: Set(now),
                        waiting: Set(true),
                        running_until: Set(None),
                    };
                    job::Entity::insert(row).exec_without_returning(&tx).await?;
                    true
                }
                Some(row) if row.waiting || seldom.is_some_and(|seldom| row.asked_at + seldom > now) => false,
                Some(row) => {
                    let mut row = row.into_active_model();
                    row.waiting = Set(true);
                    row.asked_at = Set(now);
                    row.update(&tx).await?;
                    true
                }
            };
            tx.commit().await?;
            Ok::<_, Fault>(asked)
        })
        .await
}

/// Claims the run that is wanted; false if none is, or somebody else has it.
pub(super) async fn claim(app: &App, name: &'static str) -> Outcome<bool> {
    let now = app.now();
    let idle = |row: &job::Model| row.waiting && row.running_until.is_none_or(|until| until <= now);
    // Nearly always there is nothing to do: that needs no transaction.
    if !job::Entity::find_by_id(name).one(app.db.read()).await?.as_ref().is_some_and(idle) {
        return Ok(false);
    }
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            let row = job::Entity::find_by_id(name).lock_exclusive().one(&tx).await?;
            let Some(row) = row.filter(idle) else { return Ok::<_, Fault>(false) };
            let mut row = row.into_active_model();
            row.running_until = Set(Some(now + LEASE));
            row.update(&tx).await?;
            tx.commit().await?;
            Ok(true)
        })
        .await
}

/// Says that the run is alive.
pub(super) async fn go_on(app: &App, name: &'static str) -> Outcome<()> {
    set(app, name, true, Some(app.now() + LEASE)).await
}

/// Says that the run has ended, well or not.
pub(super) async fn finish(app: &App, name: &'static str) -> Outcome<()> {
    set(app, name, false, None).await
}

async fn set(
    app: &App,
    name: &'static str,
    waiting: bool,
    running_until: Option<chrono::DateTime<chrono::Utc>>,
) -> Outcome<()> {
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            if let Some(row) = job::Entity::find_by_id(name).one(&tx).await? {
                let mut row = row.into_active_model();
                row.waiting = Set(waiting);
                row.running_until = Set(running_until);
                row.update(&tx).await?;
            }
            tx.commit().await?;
            Ok(())
        })
        .await
}
