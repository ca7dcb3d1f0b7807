//! Bringing departments and people up to date with Feishu, while whoever asked waits (contract: feishu-app §1.4).

use std::{collections::HashSet, time::Duration};

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationDef};

use super::{
    PLATFORM, binding, connected,
    departments::{self, Told},
    people::{self, News, What, Where},
    tenant, told,
};
use crate::{
    app::App,
    db::{self, Tree, ancestors},
    domain::{
        Code, Context, Outcome, Permission,
        jobs::{self, Held},
        transact,
    },
    entity::{department, department_binding, job, person_binding, staff},
    feishu::{Client, Failure},
};

mod fetch;

use fetch::Fetched;

/// The name of the job.
const JOB: &str = "feishu_sync";
/// How often a sync gives a sign of life.
const SIGN_OF_LIFE: Duration = Duration::from_secs(60);
/// How often somebody who waits for another's sync looks whether it ended; on the same server the bell tells.
const EVERY: Duration = Duration::from_secs(1);

/// How many departments and accounts are known from Feishu after a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Synced {
    /// Departments that are linked to one of Feishu.
    pub departments: u64,
    /// Accounts that are bound to a person of Feishu.
    pub people: u64,
}

/// How a sync ended.
#[derive(Clone, Debug)]
enum Ended {
    /// Everything was applied.
    Well,
    /// Nothing was, because of this.
    Early(Failure),
    /// Somebody else has taken over.
    Elsewhere,
}

/// Brings departments and people up to date, and gives how many there are then. Permission `/users/*`; who asks belongs to the department
/// tree that takes them, and is bound. While another sync runs nothing is done twice: whoever asks then waits and gets the same answer,
/// unless it is to be a `fresh` one, which begins after that.
pub async fn sync(ctx: &Context, fresh: bool) -> Outcome<Synced> {
    ctx.may(Permission::Users)?;
    let root = entity_of(ctx).await?;
    is_bound(ctx).await?;
    let client = connected(&ctx.app)?;
    let mut bell = ctx.app.bell.listen();
    let mut is_fresh = !fresh;
    jobs::ask(&ctx.app, JOB).await?;
    loop {
        if let Some(held) = jobs::claim(&ctx.app, JOB).await? {
            match run(ctx, client, root, &held).await? {
                Ended::Well => return synced(ctx.db().read()).await,
                Ended::Early(failure) => return Err(told(&failure).into()),
                Ended::Elsewhere => {}
            }
        } else if let Some(outcome) = ended(&ctx.app).await? {
            if is_fresh {
                outcome?;
                return synced(ctx.db().read()).await;
            }
            is_fresh = true;
            jobs::ask(&ctx.app, JOB).await?;
            continue;
        }
        tokio::select! {
            _ = bell.changed() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// The business entity of whoever asks: the root of the department tree they belong to.
async fn entity_of(ctx: &Context) -> Outcome<i64> {
    let department = ctx.person()?.department_id.ok_or(Code::EntityNotFound)?;
    let above = ancestors(ctx.db().read(), Tree::Departments, department).await?;
    above.last().copied().ok_or_else(|| Code::EntityNotFound.into())
}

async fn is_bound(ctx: &Context) -> Outcome<()> {
    let bound = binding::of_staff(ctx.db().read(), ctx.person()?.id).await?;
    bound.map(|_| ()).ok_or_else(|| Code::SyncerUnbound.into())
}

/// How the latest sync ended; none while one runs or waits to be run.
async fn ended(app: &App) -> Outcome<Option<Outcome<()>>> {
    let row = job::Entity::find_by_id(JOB).one(app.db.read()).await?;
    let Some(row) = row.filter(|row| row.state == "idle") else { return Ok(None) };
    Ok(Some(match row.last_error.as_deref() {
        None => Ok(()),
        Some(note) => Err([Code::FeishuUnavailable, Code::FeishuRefused]
            .into_iter()
            .find(|code| note.starts_with(word(*code)))
            .unwrap_or(Code::Internal)
            .into()),
    }))
}

/// How the note of a sync that ended early begins.
const fn word(code: Code) -> &'static str {
    match code {
        Code::FeishuUnavailable => "unavailable",
        Code::FeishuRefused => "refused",
        _ => "internal",
    }
}

/// Does the sync that is held, and leaves a note how it ended.
async fn run(ctx: &Context, client: &Client, root: i64, held: &Held) -> Outcome<Ended> {
    let ended = tokio::select! {
        ended = bring(ctx, client, root) => ended,
        () = live(&ctx.app, held) => Ok(Ended::Elsewhere),
    };
    let note = match &ended {
        Ok(Ended::Well) => None,
        Ok(Ended::Early(failure)) => {
            tracing::warn!(%failure, "a sync with Feishu ended early; nothing was changed");
            Some(format!("{}: {failure}", word(told(failure))))
        }
        Ok(Ended::Elsewhere) => {
            tracing::warn!("another server has taken over the sync with Feishu");
            return ended;
        }
        Err(_) => Some(word(Code::Internal).to_owned()),
    };
    jobs::end(&ctx.app, held, note.as_deref()).await?;
    // Others may wait for it.
    ctx.app.bell.ring();
    ended
}

/// Gives signs of life until somebody else has taken over.
async fn live(app: &App, held: &Held) {
    loop {
        tokio::time::sleep(SIGN_OF_LIFE).await;
        if let Ok(false) = jobs::keep(app, held).await {
            return;
        }
    }
}

/// Fetches everything, then applies it in one transaction.
async fn bring(ctx: &Context, client: &Client, root: i64) -> Outcome<Ended> {
    let began = ctx.now();
    let mut fetched = match fetch::everything(client).await {
        Ok(fetched) => fetched,
        Err(failure) => return Ok(Ended::Early(failure)),
    };
    let missing = missing(ctx, &fetched).await?;
    match fetch::some(client, &missing).await {
        // Whoever is not shown any more but has not left stays as they are.
        Ok(people) => fetched.people.extend(people.into_iter().filter(|person| person.is_resigned == Some(true))),
        Err(failure) => return Ok(Ended::Early(failure)),
    }
    let Fetched { departments, people } = fetched;
    let news: Vec<News> = people.into_iter().filter_map(|person| News::new(person, What::There, began)).collect();
    transact!(ctx, |tx| apply(&tx, ctx, root, &departments, &news, began))?;
    tracing::info!(departments = departments.len(), people = news.len(), "a sync with Feishu is done");
    Ok(Ended::Well)
}

/// Who is bound and was not shown, except those of whom it is known that they left.
async fn missing(ctx: &Context, fetched: &Fetched) -> Outcome<Vec<String>> {
    let shown: HashSet<&str> = fetched.people.iter().filter_map(|person| person.open_id.as_deref()).collect();
    let bound = person_binding::Entity::find()
        .filter(person_binding::Column::Platform.eq(PLATFORM))
        .join(JoinType::InnerJoin, holder())
        .select_also(staff::Entity)
        .order_by_asc(person_binding::Column::Id)
        .all(ctx.db().read())
        .await?;
    let missing = bound.into_iter().filter(|(link, person)| {
        let has_left = link.user_id.is_none() && person.as_ref().is_some_and(|person| person.locked);
        binding::knows_open_id(link) && !shown.contains(link.external_id.as_str()) && !has_left
    });
    Ok(missing.map(|(link, _)| link.external_id).collect())
}

fn holder() -> RelationDef {
    person_binding::Entity::belongs_to(staff::Entity).from(person_binding::Column::StaffId).to(staff::Column::Id).into()
}

async fn apply(
    db: &impl ConnectionTrait,
    ctx: &Context,
    root: i64,
    delivered: &[crate::feishu::Department],
    news: &[News],
    began: DateTime<Utc>,
) -> Outcome<()> {
    let entity = department::Entity::find_by_id(root).one(db).await?.ok_or(Code::EntityNotFound)?;
    let tenant = tenant(&ctx.app, db).await?.unwrap_or_default();
    let told = Told { tenant: &tenant, root: Some(root), at: began, whole: true, delivered };
    departments::apply(db, ctx, &told).await?;
    people::apply(db, ctx, Where { tenant: &tenant, root: Some(root) }, news).await?;
    departments::learn_root(&ctx.app, db, &entity).await
}

async fn synced(db: &impl ConnectionTrait) -> Outcome<Synced> {
    let departments = department_binding::Entity::find().filter(department_binding::Column::Platform.eq(PLATFORM));
    let people = person_binding::Entity::find()
        .filter(person_binding::Column::Platform.eq(PLATFORM))
        .filter(person_binding::Column::StaffId.is_not_null());
    Ok(Synced { departments: db::count(db, departments).await?, people: db::count(db, people).await? })
}

/// Lets a sync that was under way when this server went be begun anew. For a database that one server has to itself.
pub(super) async fn take_up_again(app: &App) -> Outcome<()> {
    jobs::abandon(app, JOB).await
}
