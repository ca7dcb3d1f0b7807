//! Texts to members of WeCom: written down first, then sent once (contract: laravel-template §4.11, §8.5).

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::TimeDelta;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set, sea_query::Expr,
};
use serde::{Deserialize, Serialize};

use super::{PLATFORM, connected};
use crate::{
    app::{ALPHANUMERIC, App, draw},
    domain::{Code, Context, Fault, Outcome, Permission, staff::all_named},
    entity::{outbox, person_binding, words::DeliveryState},
    wecom::{Failure, MOST_RECIPIENTS, cut},
};

/// Usernames that get no messages: they are nobody's own.
const NOBODYS: [&str; 3] = ["suadmin", "admin", "demo"];
/// Keys asked for in one statement; the databases bound the number of parameters.
const CHUNK: usize = 1000;
/// How long a message that was written down waits for its writer before background work sends it.
const WRITERS: TimeDelta = TimeDelta::seconds(30);
/// How long sending may take. A message that is being sent for longer is lost with its server: whether it went out nobody knows.
const LEASE: TimeDelta = TimeDelta::minutes(5);

/// What is written down of a message.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Text {
    touser: Vec<String>,
    content: String,
}

/// Sends `text` to these people as the company's app, and says whether it reached them. Permission `/users/*`.
pub async fn send_message(ctx: &Context, usernames: &[String], text: &str) -> Outcome<()> {
    ctx.may(Permission::Users)?;
    let named = usernames.iter().filter(|name| !name.trim().is_empty()).count();
    if named == 0 || named < usernames.len() {
        return Err(Code::Required.on("usernames"));
    }
    let plain: String =
        text.chars().filter(|letter| !letter.is_control() || matches!(letter, '\t' | '\r' | '\n')).collect();
    if plain.trim().is_empty() {
        return Err(Code::Required.on("text"));
    }
    let recipients = recipients(ctx, usernames).await?;
    if recipients.is_empty() {
        return Err(Code::MessageFailed.into());
    }
    let (wecom, _) = connected(&ctx.app)?;
    wecom.agent.ok_or(Code::WecomNotConfigured)?;

    let content = cut(&plain);
    let texts =
        recipients.chunks(MOST_RECIPIENTS).map(|chunk| Text { touser: chunk.to_vec(), content: content.to_owned() });
    let texts: Vec<Text> = texts.collect();
    let uuids = write(&ctx.app, &texts).await?;
    let (mut reached, mut unreached) = (0, 0);
    for (uuid, text) in uuids.iter().zip(&texts) {
        let Some(row) = take(&ctx.app, Condition::all().add(outbox::Column::Uuid.eq(uuid.as_str()))).await? else {
            return Err(Code::Busy.into());
        };
        let missed = send(&ctx.app, &row, text).await?.unwrap_or(text.touser.len());
        reached += text.touser.len() - missed;
        unreached += missed;
    }
    match (reached, unreached) {
        (_, 0) => Ok(()),
        (0, _) => Err(Code::MessageFailed.into()),
        _ => Err(Code::MessagePartlySent.into()),
    }
}

/// The userids of the people with these usernames, each once.
async fn recipients(ctx: &Context, usernames: &[String]) -> Outcome<Vec<String>> {
    let db = ctx.db().read();
    let people = people(db, usernames).await?;
    let ids: Vec<i64> = people.keys().copied().collect();
    let mut linked: HashMap<i64, String> = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let links = person_binding::Entity::find()
            .filter(person_binding::Column::Platform.eq(PLATFORM))
            .filter(person_binding::Column::StaffId.is_in(chunk.iter().copied()))
            .all(db)
            .await?;
        for link in links {
            linked.extend(link.staff_id.map(|id| (id, link.user_id.unwrap_or(link.external_id))));
        }
    }
    let somebodys =
        people.into_iter().filter(|(_, name)| !NOBODYS.iter().any(|nobody| name.eq_ignore_ascii_case(nobody)));
    Ok(somebodys.map(|(id, name)| linked.remove(&id).unwrap_or(name)).collect())
}

/// The people with these usernames, by key.
async fn people(db: &impl ConnectionTrait, usernames: &[String]) -> Outcome<BTreeMap<i64, String>> {
    let usernames = || usernames.iter().map(|name| name.trim());
    let called = all_named(db, usernames()).await?;
    let person = |name| {
        let person = called.get(name).ok_or_else(|| Code::StaffNotFound.on("usernames"))?;
        Ok((person.id, person.username.clone()))
    };
    usernames().map(person).collect()
}

/// Writes messages down in one transaction, and gives what marks each.
async fn write(app: &App, texts: &[Text]) -> Outcome<Vec<String>> {
    let now = app.now();
    let uuids: Vec<String> = texts.iter().map(|_| draw(&*app.random, ALPHANUMERIC, 32)).collect();
    let mut rows = Vec::with_capacity(texts.len());
    for (uuid, text) in uuids.iter().zip(texts) {
        rows.push(outbox::ActiveModel {
            uuid: Set(uuid.clone()),
            channel: Set(PLATFORM.to_owned()),
            kind: Set("text".to_owned()),
            lane: Set(uuid.clone()),
            body: Set(serde_json::to_string(text).map_err(Fault::internal)?),
            state: Set(DeliveryState::Waiting),
            attempts: Set(0),
            next_at: Set(now + WRITERS),
            created_at: Set(now),
            ..Default::default()
        });
    }
    let rows = &rows;
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            outbox::Entity::insert_many(rows.clone()).exec_without_returning(&tx).await?;
            tx.commit().await?;
            Ok::<_, Fault>(())
        })
        .await?;
    Ok(uuids)
}

/// Takes the oldest waiting message that `which` wants, so that nobody else sends it.
async fn take(app: &App, which: Condition) -> Outcome<Option<outbox::Model>> {
    let which = &which;
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            let row = outbox::Entity::find()
                .filter(outbox::Column::Channel.eq(PLATFORM))
                .filter(outbox::Column::State.eq(DeliveryState::Waiting))
                .filter(which.clone())
                .order_by_asc(outbox::Column::Id)
                .limit(1)
                .lock_with_behavior(sea_orm::sea_query::LockType::Update, sea_orm::sea_query::LockBehavior::SkipLocked)
                .one(&tx)
                .await?;
            let Some(row) = row else { return Ok(None) };
            outbox::Entity::update_many()
                .col_expr(outbox::Column::State, Expr::value(DeliveryState::Working))
                .col_expr(outbox::Column::Attempts, Expr::value(row.attempts + 1))
                .col_expr(outbox::Column::NextAt, Expr::value(app.now() + LEASE))
                .filter(outbox::Column::Id.eq(row.id))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            Ok(Some(row))
        })
        .await
}

/// Sends a message that was taken, and notes what became of it: how many it did not reach, or the failure.
async fn send(app: &App, row: &outbox::Model, text: &Text) -> Outcome<Result<usize, Failure>> {
    let sent = match connected(app) {
        Ok((wecom, client)) => match wecom.agent {
            Some(agent) => client.send(agent, &text.touser, &text.content).await,
            None => Err(Failure::Unreachable),
        },
        Err(_) => Err(Failure::Unreachable),
    };
    let error = sent.as_ref().err().map(ToString::to_string);
    let (message, error) = (sent.as_ref().ok().and_then(|sent| sent.message_id.as_deref()), error.as_deref());
    let now = app.now();
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            outbox::Entity::update_many()
                .col_expr(
                    outbox::Column::State,
                    Expr::value(if error.is_none() { DeliveryState::Sent } else { DeliveryState::Failed }),
                )
                .col_expr(outbox::Column::SentAt, Expr::value(error.is_none().then_some(now)))
                .col_expr(outbox::Column::MessageId, Expr::value(message))
                .col_expr(outbox::Column::LastError, Expr::value(error))
                .filter(outbox::Column::Id.eq(row.id))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            Ok::<_, Fault>(())
        })
        .await?;
    Ok(sent.map(|sent| {
        let lost: HashSet<String> = sent.unreached.iter().map(|userid| userid.to_ascii_lowercase()).collect();
        text.touser.iter().filter(|userid| lost.contains(&userid.to_ascii_lowercase())).count()
    }))
}

/// Sends the oldest message whose writer has gone before sending it, and gives up those whose server went while sending them; says
/// whether there was one.
pub async fn send_next(app: &App) -> Outcome<bool> {
    let now = app.now();
    let due = outbox::Entity::find()
        .filter(outbox::Column::Channel.eq(PLATFORM))
        .filter(outbox::Column::State.is_in([DeliveryState::Waiting, DeliveryState::Working]))
        .filter(outbox::Column::NextAt.lte(now))
        .order_by_asc(outbox::Column::Id)
        .one(app.db.read())
        .await?;
    match due {
        None => Ok(false),
        Some(row) if row.state == DeliveryState::Working => {
            give_up(app).await?;
            Ok(true)
        }
        Some(_) => {
            let Some(row) = take(app, Condition::all().add(outbox::Column::NextAt.lte(now))).await? else {
                return Ok(false);
            };
            let text = serde_json::from_str(&row.body).map_err(Fault::internal)?;
            send(app, &row, &text).await?.ok();
            Ok(true)
        }
    }
}

/// Marks messages as failed that were being sent when their server went: to send them again could send them twice.
async fn give_up(app: &App) -> Outcome<()> {
    let now = app.now();
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            outbox::Entity::update_many()
                .col_expr(outbox::Column::State, Expr::value(DeliveryState::Failed))
                .col_expr(outbox::Column::LastError, Expr::value("the server stopped while it was being sent"))
                .filter(outbox::Column::Channel.eq(PLATFORM))
                .filter(outbox::Column::State.eq(DeliveryState::Working))
                .filter(outbox::Column::NextAt.lte(now))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            Ok(())
        })
        .await
}
