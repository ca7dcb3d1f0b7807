//! Texts to people on WeCom (contract: laravel-template §4.11). Each stands in the outbox before it leaves.

use std::{collections::HashMap, sync::Arc};

use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    sea_query::{Expr, Func},
};
use serde_json::json;

use crate::{
    app::{ALPHANUMERIC, App, draw},
    domain::{Code, Context, Fault, Outcome, Permission, staff::Staff, transact},
    entity::{outbox, person_binding, staff},
};

use super::{WECOM, client, note};

/// Login names that are never written to, as the system before us had it.
const NEVER: [&str; 3] = ["suadmin", "admin", "demo"];
/// Longest time that sending takes.
const SENDING: TimeDelta = TimeDelta::minutes(5);
/// Most names looked up in one statement.
const CHUNK: usize = 500;

/// Sends `text` to the people with these login names. Permission `/users/*`. `MESSAGE_FAILED` if nobody got it, `MESSAGE_PARTLY_SENT` if
/// some did not. Never sent twice.
pub async fn send(ctx: &Context, usernames: &[String], text: &str) -> Outcome<()> {
    ctx.may(Permission::Users)?;
    if usernames.is_empty() {
        return Err(Code::Required.on("usernames"));
    }
    if text.trim().is_empty() {
        return Err(Code::Required.on("text"));
    }
    let people = people(ctx, usernames).await?;
    let people: Vec<Staff> = people.into_iter().filter(|person| !NEVER.contains(&person.username.as_str())).collect();
    if people.is_empty() {
        return Err(Code::MessageFailed.into());
    }
    client(&ctx.app)?;
    let recipients = recipients(ctx, &people).await?;
    let id = put(ctx, &recipients, text).await?;
    // Whoever asked may go away in the middle; the message does not.
    let (app, text) = (Arc::clone(&ctx.app), text.to_owned());
    let sending = tokio::spawn(async move { leave(&app, id, &recipients, &text).await });
    sending.await.map_err(Fault::internal)?
}

/// Everybody with these names, each once.
async fn people(ctx: &Context, usernames: &[String]) -> Outcome<Vec<Staff>> {
    let mut named: HashMap<String, Vec<Staff>> = HashMap::new();
    let folded: Vec<String> =
        usernames.iter().map(|name| name.to_ascii_lowercase()).filter(|name| !name.contains('\0')).collect();
    for chunk in folded.chunks(CHUNK) {
        let name = Expr::expr(Func::lower(Expr::col(staff::Column::Username)));
        let wanted = Condition::all().add(name.is_in(chunk.iter().map(String::as_str)));
        for person in staff::Entity::find().filter(wanted).all(ctx.db().read()).await? {
            named.entry(person.username.to_ascii_lowercase()).or_default().push(person);
        }
    }
    let mut people: Vec<Staff> = Vec::new();
    for username in usernames {
        let found = named.get(&username.to_ascii_lowercase()).map_or(&[][..], Vec::as_slice);
        let exactly = found.iter().find(|person| person.username == *username);
        let person = exactly.or_else(|| found.first().filter(|_| found.len() == 1));
        let person = person.ok_or_else(|| Code::StaffNotFound.on("usernames"))?;
        if !people.iter().any(|known| known.id == person.id) {
            people.push(person.clone());
        }
    }
    Ok(people)
}

/// The ids of these people over there: the linked one, else the login name.
async fn recipients(ctx: &Context, people: &[Staff]) -> Outcome<Vec<String>> {
    let mut linked: HashMap<i64, String> = HashMap::new();
    for chunk in people.chunks(CHUNK) {
        let links = person_binding::Entity::find()
            .filter(person_binding::Column::Platform.eq(WECOM))
            .filter(person_binding::Column::StaffId.is_in(chunk.iter().map(|person| person.id)))
            .all(ctx.db().read())
            .await?;
        for link in links {
            let info: serde_json::Value = serde_json::from_str(&link.info).unwrap_or_default();
            let userid = info["userid"].as_str().map_or(link.external_id, str::to_owned);
            linked.extend(link.staff_id.map(|person| (person, userid)));
        }
    }
    let own = |person: &Staff| person.username.clone();
    Ok(people.iter().map(|person| linked.remove(&person.id).unwrap_or_else(|| own(person))).collect())
}

/// Puts the message into the outbox, as one that is leaving.
async fn put(ctx: &Context, recipients: &[String], text: &str) -> Outcome<i64> {
    let now = ctx.now();
    let uuid = draw(&*ctx.app.random, ALPHANUMERIC, 32);
    let body = json!({ "recipients": recipients, "text": text }).to_string();
    transact!(ctx, |tx| async {
        let row = outbox::ActiveModel {
            uuid: Set(uuid.clone()),
            channel: Set(WECOM.to_owned()),
            kind: Set("text".to_owned()),
            lane: Set(format!("{WECOM}:{uuid}")),
            recipient_id: Set(None),
            approval_id: Set(None),
            body: Set(body.clone()),
            state: Set("working".to_owned()),
            attempts: Set(1),
            next_at: Set(now + SENDING),
            created_at: Set(now),
            sent_at: Set(None),
            message_id: Set(None),
            last_error: Set(None),
            ..Default::default()
        };
        Ok::<_, Fault>(row.insert(&tx).await?.id)
    })
}

/// Sends the message and writes down what came of it.
async fn leave(app: &App, id: i64, recipients: &[String], text: &str) -> Outcome<()> {
    let sent = client(app)?.send_text(recipients, text).await;
    let (came, error) = match &sent {
        Ok(unreached) if unreached.is_empty() => (Ok(()), None),
        Ok(unreached) => {
            let missed = |name: &&String| unreached.iter().any(|other| other.eq_ignore_ascii_case(name));
            let all = recipients.iter().filter(missed).count() == recipients.len();
            let code = if all { Code::MessageFailed } else { Code::MessagePartlySent };
            (Err(code.into()), Some(format!("{} of {} were not reached", unreached.len(), recipients.len())))
        }
        Err(failure) => {
            note(failure, "a message");
            (Err(Code::MessageFailed.into()), Some(failure.to_string()))
        }
    };
    let now = app.now();
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            if let Some(row) = outbox::Entity::find_by_id(id).one(&tx).await? {
                let mut row = row.into_active_model();
                row.state = Set(if sent.is_ok() { "sent" } else { "failed" }.to_owned());
                row.sent_at = Set(sent.is_ok().then_some(now));
                row.last_error = Set(error.clone());
                row.update(&tx).await?;
            }
            tx.commit().await?;
            Ok::<_, Fault>(())
        })
        .await?;
    came
}

/// Marks messages as failed whose sender stopped in the middle: whether they left nobody knows, and twice would be wrong.
pub async fn give_up_interrupted(app: &App) -> Outcome<u64> {
    let now = app.now();
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            let given_up = outbox::Entity::update_many()
                .col_expr(outbox::Column::State, Expr::value("failed"))
                .col_expr(outbox::Column::LastError, Expr::value("the server stopped while it was being sent"))
                .filter(outbox::Column::Channel.eq(WECOM))
                .filter(outbox::Column::State.eq("working"))
                .filter(outbox::Column::NextAt.lt(now))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            Ok(given_up.rows_affected)
        })
        .await
}
