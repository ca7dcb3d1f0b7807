//! A run of the sync: departments first, then everybody in them (contract: laravel-template §9).

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    app::App,
    domain::{Context, Outcome, transact},
    wecom::{Client, Failure, Person},
};

use super::{client, gave_up, jobs, note, people, places, system};

/// Its name.
pub(super) const JOB: &str = "wecom_sync";

/// People taken in by one transaction.
const CHUNK: usize = 100;

/// Runs the sync if somebody asked for it, and says whether it did. A failure ends the run, which keeps what it has committed.
pub async fn run_if_asked(app: &Arc<App>) -> Outcome<bool> {
    let Ok(client) = client(app) else { return Ok(false) };
    if !jobs::claim(app, JOB).await? {
        return Ok(false);
    }
    let done = run(&system(app), client).await;
    jobs::finish(app, JOB).await?;
    done.map(|()| true)
}

async fn run(ctx: &Context, client: &Client) -> Outcome<()> {
    let corp = client.corp_id();
    let departments = client.departments().await.map_err(gave_up)?;
    if departments.is_empty() {
        tracing::warn!("WeCom delivered no departments; nothing was changed");
        return Ok(());
    }
    transact!(ctx, |tx| places::take_in(&tx, ctx, corp, &departments, true))?;
    let mut people: BTreeMap<String, Person> = BTreeMap::new();
    for department in &departments {
        match client.people(department.id).await {
            Ok(found) => people.extend(found.into_iter().map(|person| (person.userid.to_lowercase(), person))),
            // We may not see this one.
            Err(failure @ Failure::Refused(50002 | 60011 | 60003 | 60123)) => {
                note(&failure, "the people of a department")
            }
            Err(failure) => return Err(gave_up(failure)),
        }
        jobs::go_on(&ctx.app, JOB).await?;
    }
    let people: Vec<Person> = people.into_values().collect();
    for chunk in people.chunks(CHUNK) {
        take_in(ctx, corp, chunk).await?;
        jobs::go_on(&ctx.app, JOB).await?;
    }
    tracing::info!(departments = departments.len(), people = people.len(), "the directory was synced");
    Ok(())
}

/// Takes people in together, or where that fails one by one, so that a bad one keeps nobody out.
async fn take_in(ctx: &Context, corp: &str, chunk: &[Person]) -> Outcome<()> {
    if transact!(ctx, |tx| people::take_in(&tx, ctx, corp, chunk)).is_ok() {
        return Ok(());
    }
    for person in chunk {
        let alone = std::slice::from_ref(person);
        if let Err(fault) = transact!(ctx, |tx| people::take_in(&tx, ctx, corp, alone)) {
            tracing::warn!(code = ?fault.code, cause = ?fault.cause(), "a member of WeCom was left out");
        }
    }
    Ok(())
}
