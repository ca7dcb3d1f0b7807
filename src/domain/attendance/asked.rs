//! Reading punches, results, schedules, groups and shifts from Feishu (contract: feishu-app §6, §7).

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde_json::{Value, json};

use super::{Call, Refused, Stopped, pass};
use crate::domain::Context;

/// People and the days that are wanted of them, both included.
#[derive(Clone, Debug)]
pub struct Days {
    /// Which ids of people are meant, as Feishu calls them.
    pub employees: &'static str,
    /// The people, 1 to 50.
    pub people: Vec<String>,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

/// People and the time that is wanted of them, in whole seconds.
#[derive(Clone, Debug)]
pub struct Times {
    /// Which ids of people are meant, as Feishu calls them.
    pub employees: &'static str,
    /// The people, 1 to 50.
    pub people: Vec<String>,
    /// The beginning.
    pub from: DateTime<Utc>,
    /// The end.
    pub to: DateTime<Utc>,
}

/// A page of what Feishu lists.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The rows.
    pub rows: Vec<Value>,
    /// What brings the next page, if there is one.
    pub next: Option<String>,
}

/// The results of the punches of people: Feishu's `data`. Permission `/attendance/*`.
pub async fn results(ctx: &Context, days: &Days) -> Result<Value, Stopped> {
    ask(ctx, "POST", "/user_tasks/query", &employees(days.employees), Some(&of_days(days))).await
}

/// The punches of people: Feishu's `data`. Permission `/attendance/*`.
pub async fn flows(ctx: &Context, times: &Times) -> Result<Value, Stopped> {
    let body = json!({
        "user_ids": times.people,
        "check_time_from": times.from.timestamp().to_string(),
        "check_time_to": times.to.timestamp().to_string(),
    });
    ask(ctx, "POST", "/user_flows/query", &employees(times.employees), Some(&body)).await
}

/// The schedules of people: Feishu's `data`. Permission `/attendance/*`.
pub async fn daily_shifts(ctx: &Context, days: &Days) -> Result<Value, Stopped> {
    ask(ctx, "POST", "/user_daily_shifts/query", &employees(days.employees), Some(&of_days(days))).await
}

/// A page of groups by id and name. Permission `/attendance/*`.
pub async fn groups(ctx: &Context, first: Option<i32>, after: Option<String>) -> Result<Listed, Stopped> {
    list(ctx, "/groups", "group_list", first, after).await
}

/// The group with this id. Permission `/attendance/*`.
pub async fn group(ctx: &Context, id: &str) -> Result<Value, Stopped> {
    ask(ctx, "GET", &one("/groups", id)?, &[], None).await
}

/// A page of shifts. Permission `/attendance/*`.
pub async fn shifts(ctx: &Context, first: Option<i32>, after: Option<String>) -> Result<Listed, Stopped> {
    list(ctx, "/shifts", "shift_list", first, after).await
}

/// The shift with this id or this name, one of which is given. Permission `/attendance/*`.
pub async fn shift(ctx: &Context, id: Option<&str>, name: Option<&str>) -> Result<Value, Stopped> {
    match (id, name) {
        (Some(id), None) => ask(ctx, "GET", &one("/shifts", id)?, &[], None).await,
        (None, Some(name)) => ask(ctx, "POST", "/shifts/query", &[pair("shift_name", name)], None).await,
        _ => {
            ctx.may(crate::domain::Permission::Attendance)?;
            Err(Refused::about("shift_id or shift_name").into())
        }
    }
}

/// What Feishu answers as `data`.
pub(super) async fn ask(
    ctx: &Context,
    method: &str,
    path: &str,
    query: &[(String, String)],
    body: Option<&Value>,
) -> Result<Value, Stopped> {
    let answer = pass(ctx, &Call { method, path, query, body }).await?;
    // A path of ours that is not passed on has an id in it that is none.
    let mut answer = answer.ok_or_else(|| Refused::about("id"))?;
    Ok(answer["data"].take())
}

/// The path to one thing below `base`.
pub(super) fn one(base: &str, id: &str) -> Result<String, Refused> {
    if id.contains('/') { Err(Refused::about("id")) } else { Ok(format!("{base}/{id}")) }
}

pub(super) fn employees(kind: &str) -> [(String, String); 1] {
    [pair("employee_type", kind)]
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

/// A day as Feishu writes it: yyyyMMdd.
fn number(day: NaiveDate) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(day.month() * 100 + day.day())
}

fn of_days(days: &Days) -> Value {
    json!({ "user_ids": days.people, "check_date_from": number(days.from), "check_date_to": number(days.to) })
}

async fn list(
    ctx: &Context,
    path: &str,
    key: &str,
    first: Option<i32>,
    after: Option<String>,
) -> Result<Listed, Stopped> {
    let first = first.map(|first| pair("page_size", &first.to_string()));
    let after = after.map(|after| pair("page_token", &after));
    let query: Vec<_> = first.into_iter().chain(after).collect();
    let mut data = ask(ctx, "GET", path, &query, None).await?;
    let rows = match data[key].take() {
        Value::Array(rows) => rows,
        _ => Vec::new(),
    };
    let more = data["has_more"] == true;
    let next = data["page_token"].as_str().filter(|next| more && !next.is_empty()).map(str::to_owned);
    Ok(Listed { rows, next })
}
