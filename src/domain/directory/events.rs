//! WeCom's callbacks: proven, stored once, acknowledged, and acted on afterwards in order of arrival (contract: laravel-template §10).

use std::sync::Arc;

use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, sea_query::OnConflict,
};
use sha2::{Digest, Sha256};

use crate::{
    app::App,
    domain::{Code, Context, Fault, Outcome, transact},
    entity::inbox,
    wecom::{Bad, Department, Event, Person, Stamp},
};

use super::{people, places, system};

/// The sender's name in the inbox.
const SOURCE: &str = "wecom";
/// For how long whoever acts on an event is believed to be at it.
const LEASE: TimeDelta = TimeDelta::minutes(1);
/// Tries before an event is given up.
const TRIES: i64 = 5;
/// Days for which events are kept that were acted on.
const KEPT_DAYS: i64 = 7;

/// The answer to WeCom's question whether somebody is here who knows the secrets.
pub fn echo(app: &App, stamp: &Stamp, sent: &str) -> Outcome<Vec<u8>> {
    open(app, stamp, sent)
}

/// Takes an event in: from now on it will be acted on, once, however often it comes.
pub async fn receive(app: &Arc<App>, stamp: &Stamp, xml: &str) -> Outcome<()> {
    // Settings come first: who has none says so to anybody.
    if app.wecom_callback.is_none() {
        return Err(Code::WecomNotConfigured.into());
    }
    let around = Event::read(xml).ok_or(Code::PushUnreadable)?;
    let message = open(app, stamp, around.get("Encrypt").filter(|it| !it.is_empty()).ok_or(Code::PushUnreadable)?)?;
    let message = String::from_utf8(message).ok();
    let event = message.as_deref().and_then(|message| Some((message, Event::read(message)?)));
    let Some((message, event)) = event else {
        tracing::warn!("WeCom sent a message that is no XML; it was acknowledged and left");
        return Ok(());
    };
    let now = app.now();
    let row = inbox::ActiveModel {
        source: Set(SOURCE.to_owned()),
        once_key: Set(once(&event)),
        kind: Set(event.get("ChangeType").or(event.get("MsgType")).unwrap_or_default().chars().take(64).collect()),
        subject: Set(None),
        body: Set(message.to_owned()),
        happened_at: Set(now),
        received_at: Set(now),
        state: Set("waiting".to_owned()),
        attempts: Set(0),
        next_at: Set(now),
        last_error: Set(None),
        ..Default::default()
    };
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            let known = OnConflict::columns([inbox::Column::Source, inbox::Column::OnceKey]).do_nothing().to_owned();
            inbox::Entity::insert(row.clone()).on_conflict(known).exec_without_returning(&tx).await?;
            tx.commit().await?;
            Ok::<_, Fault>(())
        })
        .await?;
    app.bell.notify_one();
    Ok(())
}

fn open(app: &App, stamp: &Stamp, encrypted: &str) -> Outcome<Vec<u8>> {
    let callback = app.wecom_callback.as_ref().ok_or(Code::WecomNotConfigured)?;
    callback.open(stamp, encrypted, app.now().timestamp()).map_err(|bad| match bad {
        Bad::Signature => Code::PushUnproven.into(),
        Bad::Content => Code::PushUnreadable.into(),
    })
}

/// What makes an event this one, although it comes encrypted anew each time.
fn once(event: &Event) -> String {
    if let Some(id) = event.get("MsgId").filter(|id| !id.is_empty()) {
        return format!("MsgId {}", hex(id));
    }
    let parts = ["FromUserName", "CreateTime", "Event", "ChangeType", "UserID", "Id"]
        .map(|name| event.get(name).unwrap_or_default());
    format!("event {}", hex(&parts.join("\n")))
}

fn hex(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Acts on the event that came first among those that wait. False if there is none, or somebody is at it.
pub async fn act_on_next(app: &Arc<App>) -> Outcome<bool> {
    let Some(row) = claim(app).await? else { return Ok(false) };
    let ctx = system(app);
    let acted = match Event::read(&row.body) {
        Some(event) => act(&ctx, &event).await,
        None => Ok(false),
    };
    let (state, wait, error) = match &acted {
        Ok(true) => ("done", TimeDelta::zero(), None),
        Ok(false) => ("ignored", TimeDelta::zero(), None),
        Err(fault) => {
            let state = if row.attempts >= TRIES { "failed" } else { "waiting" };
            tracing::warn!(code = ?fault.code, cause = ?fault.cause(), state, "an event of WeCom was not acted on");
            (state, TimeDelta::seconds(1 << row.attempts.clamp(0, 6)), Some(format!("{:?}", fault.code)))
        }
    };
    let next = app.now() + wait;
    transact!(ctx, |tx| async {
        let mut row = row.clone().into_active_model();
        row.state = Set(state.to_owned());
        row.next_at = Set(next);
        row.last_error = Set(error.clone());
        row.update(&tx).await
    })?;
    Ok(true)
}

async fn claim(app: &App) -> Outcome<Option<inbox::Model>> {
    let now = app.now();
    let first = inbox::Entity::find()
        .filter(inbox::Column::Source.eq(SOURCE))
        .filter(inbox::Column::State.is_in(["waiting", "working"]))
        .order_by_asc(inbox::Column::Id)
        .limit(1);
    // Nearly always there is nothing to do: that needs no transaction.
    if first.clone().one(app.db.read()).await?.is_none_or(|row| row.next_at > now) {
        return Ok(None);
    }
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            let row = first.clone().lock_exclusive().one(&tx).await?.filter(|row| row.next_at <= now);
            let Some(row) = row else { return Ok::<_, Fault>(None) };
            let attempts = row.attempts;
            let mut row = row.into_active_model();
            row.state = Set("working".to_owned());
            row.attempts = Set(attempts + 1);
            row.next_at = Set(now + LEASE);
            let row = row.update(&tx).await?;
            tx.commit().await?;
            Ok(Some(row))
        })
        .await
}

/// What an event does; false if it is none that we act on.
async fn act(ctx: &Context, event: &Event) -> Outcome<bool> {
    if event.get("Event") != Some("change_contact") {
        return Ok(false);
    }
    let corp = ctx.app.wecom.as_ref().map(|client| client.corp_id().to_owned());
    let corp = corp.or_else(|| event.get("ToUserName").map(str::to_owned)).unwrap_or_default();
    match event.get("ChangeType").unwrap_or_default() {
        "create_user" | "update_user" => person(ctx, &corp, event, None).await,
        "delete_user" => person(ctx, &corp, event, Some(GONE)).await,
        "create_party" | "update_party" => department(ctx, &corp, event).await,
        "delete_party" => department_gone(ctx, &corp, event).await,
        _ => Ok(false),
    }
}

/// The status of who has left.
const GONE: i64 = 5;

async fn person(ctx: &Context, corp: &str, event: &Event, status: Option<i64>) -> Outcome<bool> {
    let Some(old) = event.get("UserID").filter(|userid| people::is_userid(userid)) else { return Ok(false) };
    let new = event.get("NewUserID").filter(|userid| people::is_userid(userid));
    let person = match status {
        // Nothing else is said of who has left, and who was never here stays away.
        Some(status) => {
            if super::known(&ctx.app, corp, old).await?.is_none() {
                return Ok(true);
            }
            Person { userid: old.to_owned(), status: Some(status), ..Person::default() }
        }
        None => delivered(event, new.unwrap_or(old)),
    };
    transact!(ctx, |tx| async {
        if let Some(new) = new {
            people::rename(&tx, ctx, corp, old, new).await?;
        }
        people::take_in(&tx, ctx, corp, std::slice::from_ref(&person)).await
    })?;
    Ok(true)
}

fn delivered(event: &Event, userid: &str) -> Person {
    let text = |name: &str| event.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let number = |name: &str| event.get(name).and_then(|text| text.parse().ok());
    let departments = event.get("Department").filter(|ids| !ids.is_empty());
    let more = [("alias", "Alias"), ("position", "Position"), ("gender", "Gender"), ("telephone", "Telephone")];
    Person {
        userid: userid.to_owned(),
        name: text("Name"),
        mobile: text("Mobile"),
        email: text("Email"),
        departments: departments.map(|ids| ids.split(',').filter_map(|id| id.trim().parse().ok()).collect()),
        main_department: number("MainDepartment"),
        status: number("Status"),
        more: more.iter().filter_map(|(key, name)| Some((*key, text(name)?))).collect(),
    }
}

async fn department(ctx: &Context, corp: &str, event: &Event) -> Outcome<bool> {
    let number = |name: &str| event.get(name).and_then(|text| text.parse::<i64>().ok());
    let Some(id) = number("Id") else { return Ok(false) };
    let name = event.get("Name").map(str::to_owned);
    let department = Department { id, name, parentid: number("ParentId"), order: number("Order") };
    transact!(ctx, |tx| places::take_in(&tx, ctx, corp, std::slice::from_ref(&department), false))?;
    Ok(true)
}

async fn department_gone(ctx: &Context, corp: &str, event: &Event) -> Outcome<bool> {
    let Some(id) = event.get("Id").and_then(|text| text.parse::<i64>().ok()) else { return Ok(false) };
    transact!(ctx, |tx| async {
        match places::bindings(&tx, corp).await?.remove(&id).filter(|binding| binding.delivered) {
            Some(binding) => places::mark_gone(&tx, ctx, binding).await,
            None => Ok(()),
        }
    })?;
    Ok(true)
}

/// Deletes events that were acted on days ago, when WeCom no longer repeats them, and gives their number.
pub async fn sweep(app: &App) -> Outcome<u64> {
    let before = app.now() - TimeDelta::days(KEPT_DAYS);
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            let swept = inbox::Entity::delete_many()
                .filter(inbox::Column::Source.eq(SOURCE))
                .filter(inbox::Column::State.is_in(["done", "ignored"]))
                .filter(inbox::Column::ReceivedAt.lt(before))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            Ok(swept.rows_affected)
        })
        .await
}
