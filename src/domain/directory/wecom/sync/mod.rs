//! Bringing departments and people up to date with WeCom, asked for by a door and done afterwards (contract: laravel-template §9).

use std::{collections::HashSet, sync::Arc};

use async_graphql::Enum;
use chrono::TimeDelta;

use super::connected;
use crate::{
    app::App,
    domain::{
        Actor, Context, Outcome, Permission,
        jobs::{self, Held},
        transact,
    },
    entity::words::Door,
    wecom::{Client, Failure},
};

pub(super) mod departments;
mod links;
pub(super) mod people;

/// What somebody wants to see brought up to date. Either brings everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "DirectoryPart")]
pub enum Part {
    /// People; needs `/users/*`.
    Staff,
    /// Departments; needs `/departments/*`.
    Departments,
}

/// The name of the job.
const JOB: &str = "wecom_sync";
/// The name of the turn that logins of newcomers take.
const NEWCOMERS: &str = "wecom_newcomers";
/// How often at most a newcomer's login asks for a sync.
const SELDOM: TimeDelta = TimeDelta::minutes(1);
/// How often a sync gives a sign of life.
const SIGN_OF_LIFE: TimeDelta = TimeDelta::seconds(30);
/// People brought up to date in one transaction.
const CHUNK: usize = 200;

/// Asks for a sync, which background work then does; one that waits or runs is enough. Permission as the part says.
pub async fn sync_soon(ctx: &Context, part: Part) -> Outcome<()> {
    ctx.may(match part {
        Part::Staff => Permission::Users,
        Part::Departments => Permission::Departments,
    })?;
    connected(&ctx.app)?;
    ask(&ctx.app).await
}

/// Asks for a sync because somebody came whom we do not know, at most once a minute.
pub(super) async fn sync_for_newcomer(app: &App) -> Outcome<()> {
    if jobs::seldom(app, NEWCOMERS, SELDOM).await? { ask(app).await } else { Ok(()) }
}

async fn ask(app: &App) -> Outcome<()> {
    jobs::ask(app, JOB).await?;
    app.bell.ring();
    Ok(())
}

/// Whether a sync is being done.
pub(super) async fn is_under_way(app: &App) -> Outcome<bool> {
    jobs::is_under_way(app, JOB).await
}

/// Does the sync that was asked for, if any; says whether there was one. When `stop` comes first, it is given back as asked for.
pub async fn sync_next(app: &Arc<App>, stop: impl Future<Output = ()>) -> Outcome<bool> {
    let Ok((wecom, client)) = connected(app) else { return Ok(false) };
    let Some(held) = jobs::claim(app, JOB).await? else { return Ok(false) };
    let ctx = Context::new(Arc::clone(app), Actor::System, Door::System);
    let outcome = tokio::select! {
        outcome = run(&ctx, &wecom.corp_id, client, &held) => outcome,
        () = stop => {
            jobs::give_back(app, &held).await?;
            return Ok(true);
        }
    };
    match &outcome {
        Ok(Some(failure)) => {
            tracing::warn!(%failure, "a sync with WeCom ended early");
            jobs::end(app, &held, Some(&failure.to_string())).await?;
        }
        Ok(None) => jobs::end(app, &held, None).await?,
        Err(_) => jobs::end(app, &held, Some("internal")).await?,
    }
    // Events have waited for the sync to end.
    app.bell.ring();
    outcome.map(|_| true)
}

/// Departments, then people department by department. Gives the failure of WeCom that ended it early; what was stored until then stays.
async fn run(ctx: &Context, corp: &str, client: &Client, held: &Held) -> Outcome<Option<Failure>> {
    let departments = match client.departments().await {
        Ok(departments) => departments,
        Err(failure) => return Ok(Some(failure)),
    };
    let mut skipped = departments.unusable;
    let departments = &departments.items;
    if departments.is_empty() {
        tracing::warn!("WeCom shows no department; nothing was changed");
        return Ok(None);
    }
    transact!(ctx, |tx| departments::apply(&tx, ctx, corp, departments, true))?;
    let (mut seen, mut alive) = (HashSet::new(), ctx.now());
    for department in departments {
        if ctx.now() - alive >= SIGN_OF_LIFE {
            if !jobs::keep(&ctx.app, held).await? {
                tracing::warn!("another server has taken over the sync with WeCom");
                return Ok(None);
            }
            alive = ctx.now();
        }
        let members = match client.members(department.id).await {
            Ok(members) => members,
            Err(failure) if failure.is_hidden_department() => continue,
            Err(failure) => return Ok(Some(failure)),
        };
        skipped += members.unusable;
        let fresh: Vec<_> =
            members.items.into_iter().filter(|member| seen.insert(member.userid.to_ascii_lowercase())).collect();
        for chunk in fresh.chunks(CHUNK) {
            transact!(ctx, |tx| people::apply(&tx, ctx, corp, chunk, people::Unknown::Made))?;
        }
    }
    tracing::info!(departments = departments.len(), members = seen.len(), skipped, "a sync with WeCom is done");
    Ok(None)
}
