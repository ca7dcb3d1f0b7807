//! The tokens of people of Feishu: kept sealed, renewed by one at a time, used to look at one's own profile (contract: feishu-app §5.4).

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, Set,
    sea_query::{Expr, OnConflict},
};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::{binding, connected, told};
use crate::{
    app::App,
    domain::{Code, Context, Fault, Outcome},
    entity::user_token::{ActiveModel, Column, Entity, Model},
    feishu::{Client, Failure, Flow, Meaning, UserTokens},
};

pub use crate::feishu::Profile;

/// How long somebody is believed to be renewing. One who takes longer was left behind by a server that went.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// How long others wait for the one who renews.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long they wait before they look again.
const LOOK: Duration = Duration::from_millis(50);
/// Longest that a token is believed to live.
const LONGEST_LIFE: TimeDelta = TimeDelta::days(365);

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Pair {
    flow: Made,
    access: String,
    refresh: Option<String>,
}

/// The flow that made a pair, and renews it.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Made {
    V2,
    V1,
    Passport,
}

impl From<Flow> for Made {
    fn from(flow: Flow) -> Self {
        match flow {
            Flow::Auto | Flow::V2 => Self::V2,
            Flow::V1 => Self::V1,
            Flow::Passport => Self::Passport,
        }
    }
}

impl From<Made> for Flow {
    fn from(made: Made) -> Self {
        match made {
            Made::V2 => Self::V2,
            Made::V1 => Self::V1,
            Made::Passport => Self::Passport,
        }
    }
}

/// A pair, opened, as it lies in the database.
struct Held {
    binding: i64,
    sealed: String,
    ends_at: DateTime<Utc>,
    pair: Pair,
}

/// Whether the actor sees what Feishu tells of the person with this key: everybody their own.
pub fn sees_profile(ctx: &Context, staff: i64) -> bool {
    ctx.is(staff)
}

/// What Feishu tells now of the person with this key; none if they are not bound, or have to log in again. Whether the actor sees it is
/// for the caller to ask.
pub async fn profile(app: &Arc<App>, staff: i64) -> Outcome<Option<Profile>> {
    let Some(binding) = binding::of_staff(app.db.read(), staff).await? else { return Ok(None) };
    let Some(mut held) = held(app, binding.id).await? else { return Ok(None) };
    let client = connected(app)?;
    let mut is_new = false;
    loop {
        if is_new || app.now() < held.ends_at {
            match client.user_info(held.pair.flow.into(), &held.pair.access).await {
                Ok(profile) => return Ok(Some(profile)),
                Err(failure) if failure.meaning() != Meaning::UserToken => return Err(told(&failure).into()),
                Err(_) if is_new => {
                    drop_it(app, held.binding, &held.sealed).await?;
                    return Ok(None);
                }
                Err(_) => {}
            }
        }
        let Some(next) = next(app, client, held).await? else { return Ok(None) };
        (held, is_new) = (next, true);
    }
}

/// Keeps the tokens that a login brought, instead of older ones.
pub(super) async fn keep(db: &impl ConnectionTrait, app: &App, binding: i64, tokens: &UserTokens) -> Outcome<()> {
    let row = ActiveModel {
        binding_id: Set(binding),
        sealed: Set(seal(app, binding, tokens)?),
        ends_at: Set(end(app, tokens)),
        renewing_until: Set(None),
    };
    let again = OnConflict::column(Column::BindingId)
        .update_columns([Column::Sealed, Column::EndsAt, Column::RenewingUntil])
        .to_owned();
    Entity::insert(row).on_conflict(again).exec_without_returning(db).await?;
    Ok(())
}

/// The pair after `old`, which Feishu takes no longer: renewed here, or by whoever was first. None if there is none any more.
async fn next(app: &Arc<App>, client: &Client, old: Held) -> Outcome<Option<Held>> {
    let begun = Instant::now();
    loop {
        match row(app, old.binding).await? {
            None => return Ok(None),
            Some(row) if row.sealed != old.sealed => return open(app, row).await,
            Some(row) if row.renewing_until.is_none_or(|until| until <= app.now()) => {
                if claim(app, &old).await? {
                    // Goes on when nobody waits for it any more: the old pair is used up by it.
                    let (app, client) = (Arc::clone(app), client.clone());
                    let renewing = tokio::spawn(async move { renew(&app, &client, old).await });
                    return renewing.await.map_err(Fault::internal)?;
                }
            }
            Some(_) => {}
        }
        if begun.elapsed() > PATIENCE {
            return Err(Code::FeishuUnavailable.into());
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Takes it upon oneself to renew; false if another did, or did already.
async fn claim(app: &App, old: &Held) -> Outcome<bool> {
    let now = app.now();
    let nobody = Condition::any().add(Column::RenewingUntil.is_null()).add(Column::RenewingUntil.lte(now));
    let mine = [(Column::RenewingUntil, Expr::value(now + LEASE))];
    Ok(change(app, old.binding, &old.sealed, &mine, nobody).await? == 1)
}

/// Renews a pair that was claimed. The new one is stored before anybody uses it.
async fn renew(app: &App, client: &Client, old: Held) -> Outcome<Option<Held>> {
    let Some(refresh) = &old.pair.refresh else {
        drop_it(app, old.binding, &old.sealed).await?;
        return Ok(None);
    };
    match client.renew(old.pair.flow.into(), refresh).await {
        Ok(tokens) => {
            let (sealed, ends_at) = (seal(app, old.binding, &tokens)?, end(app, &tokens));
            let new = [
                (Column::Sealed, Expr::value(sealed.as_str())),
                (Column::EndsAt, Expr::value(ends_at)),
                (Column::RenewingUntil, Expr::value(None::<DateTime<Utc>>)),
            ];
            let stored = change(app, old.binding, &old.sealed, &new, Condition::all()).await? == 1;
            // A login that came meanwhile has brought a pair of its own.
            if stored {
                Ok(Some(Held { sealed, ends_at, pair: pair(tokens), ..old }))
            } else {
                held(app, old.binding).await
            }
        }
        Err(failure) if is_refused(&failure) => {
            drop_it(app, old.binding, &old.sealed).await?;
            Ok(None)
        }
        Err(failure) => {
            let free = [(Column::RenewingUntil, Expr::value(None::<DateTime<Utc>>))];
            change(app, old.binding, &old.sealed, &free, Condition::all()).await?;
            Err(told(&failure).into())
        }
    }
}

/// Whether Feishu will never take this refresh token, rather than not now or not from us.
fn is_refused(failure: &Failure) -> bool {
    let of_the_token =
        matches!(failure.meaning(), Meaning::Login | Meaning::UserToken | Meaning::Person | Meaning::Other);
    of_the_token && failure.code().is_some()
}

/// Drops a pair, unless another has taken its place.
async fn drop_it(app: &App, binding: i64, sealed: &str) -> Outcome<()> {
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            let pair = Entity::delete_many().filter(Column::BindingId.eq(binding)).filter(Column::Sealed.eq(sealed));
            pair.exec(&tx).await?;
            tx.commit().await?;
            Ok::<_, Fault>(())
        })
        .await
}

/// Changes the row that still holds this pair, if it also meets `condition`; gives how many there were.
async fn change(
    app: &App,
    binding: i64,
    sealed: &str,
    values: &[(Column, sea_orm::sea_query::SimpleExpr)],
    condition: Condition,
) -> Outcome<u64> {
    let condition = &condition;
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            let rows = Entity::update_many()
                .filter(Column::BindingId.eq(binding))
                .filter(Column::Sealed.eq(sealed))
                .filter(condition.clone());
            let rows = values.iter().cloned().fold(rows, |rows, (column, value)| rows.col_expr(column, value));
            let changed = rows.exec(&tx).await?.rows_affected;
            tx.commit().await?;
            Ok::<_, Fault>(changed)
        })
        .await
}

async fn row(app: &App, binding: i64) -> Outcome<Option<Model>> {
    Ok(Entity::find_by_id(binding).one(app.db.read()).await?)
}

async fn held(app: &App, binding: i64) -> Outcome<Option<Held>> {
    match row(app, binding).await? {
        Some(row) => open(app, row).await,
        None => Ok(None),
    }
}

/// The pair in a row. One that another JWT secret sealed is dropped.
async fn open(app: &App, row: Model) -> Outcome<Option<Held>> {
    let opened = app.vault.open(&name(row.binding_id), &row.sealed);
    let Some(pair) = opened.and_then(|text| serde_json::from_str(&text).ok()) else {
        drop_it(app, row.binding_id, &row.sealed).await?;
        return Ok(None);
    };
    Ok(Some(Held { binding: row.binding_id, sealed: row.sealed, ends_at: row.ends_at, pair }))
}

fn seal(app: &App, binding: i64, tokens: &UserTokens) -> Outcome<String> {
    let text = serde_json::to_string(&pair(tokens.clone())).map_err(Fault::internal)?;
    app.vault.seal(&*app.random, &name(binding), &text).ok_or_else(|| Code::Internal.into())
}

fn pair(tokens: UserTokens) -> Pair {
    Pair { flow: tokens.flow.into(), access: tokens.access, refresh: tokens.refresh }
}

/// What the pair of a binding is sealed as.
fn name(binding: i64) -> String {
    format!("feishu user tokens {binding}")
}

/// When the access token ends.
fn end(app: &App, tokens: &UserTokens) -> DateTime<Utc> {
    let life = TimeDelta::try_seconds(tokens.lives.max(0)).unwrap_or(LONGEST_LIFE);
    app.now() + life.min(LONGEST_LIFE)
}
