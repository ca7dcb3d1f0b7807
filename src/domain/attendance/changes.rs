//! Changing groups, shifts and schedules at Feishu (contract: feishu-app §6, §7).

use serde_json::{Value, json};

use super::{
    Refused, Stopped,
    asked::{ask, employees, one},
};
use crate::domain::{Context, Permission};

/// Something to be written at Feishu.
#[derive(Clone, Debug)]
pub struct Save<T> {
    /// Which ids of people are meant, as Feishu calls them.
    pub employees: &'static str,
    /// Who does it, as Feishu knows them.
    pub operator: Option<String>,
    /// What is written, as Feishu calls it.
    pub content: T,
}

/// A thing with more fields than we know.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// Those that we know, by Feishu's names; what has no value is not sent.
    pub known: Vec<(&'static str, Option<Value>)>,
    /// An object of others, if there are any.
    pub details: Option<Value>,
}

impl Fields {
    fn whole(self) -> Result<Value, Refused> {
        let mut whole = match self.details {
            None | Some(Value::Null) => serde_json::Map::new(),
            Some(Value::Object(details)) => details,
            Some(_) => return Err(Refused::about("details")),
        };
        let known = self.known.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        whole.extend(known);
        Ok(whole.into())
    }
}

/// Writes a group, a new one where it names no `group_id`, and gives it as Feishu does. Permission `/attendance/*`.
pub async fn save_group(ctx: &Context, save: Save<Fields>) -> Result<Value, Stopped> {
    ctx.may(Permission::Attendance)?;
    let Save { employees: kind, operator, content } = save;
    let body = by(operator, json!({ "group": content.whole()? }));
    let mut data = ask(ctx, "POST", "/groups", &employees(kind), Some(&body)).await?;
    Ok(data["group"].take())
}

/// Deletes the group with this id. Permission `/attendance/*`.
pub async fn delete_group(ctx: &Context, id: &str) -> Result<(), Stopped> {
    ask(ctx, "DELETE", &one("/groups", id)?, &[], None).await.map(drop)
}

/// Makes a shift and gives it as Feishu does. Permission `/attendance/*`.
pub async fn create_shift(ctx: &Context, save: Save<Fields>) -> Result<Value, Stopped> {
    ctx.may(Permission::Attendance)?;
    let Save { employees: kind, operator, content } = save;
    let body = by(operator, content.whole()?);
    let mut data = ask(ctx, "POST", "/shifts", &employees(kind), Some(&body)).await?;
    Ok(data["shift"].take())
}

/// Deletes the shift with this id. Permission `/attendance/*`.
pub async fn delete_shift(ctx: &Context, id: &str) -> Result<(), Stopped> {
    ask(ctx, "DELETE", &one("/shifts", id)?, &[], None).await.map(drop)
}

/// Writes the shifts of people on single days, 1 to 50, and gives them as Feishu does. Permission `/attendance/*`.
pub async fn save_daily_shifts(ctx: &Context, save: Save<Vec<Value>>) -> Result<Vec<Value>, Stopped> {
    let Save { employees: kind, operator, content } = save;
    let body = by(operator, json!({ "user_daily_shifts": content }));
    let mut data = ask(ctx, "POST", "/user_daily_shifts/batch_create", &employees(kind), Some(&body)).await?;
    Ok(match data["user_daily_shifts"].take() {
        Value::Array(shifts) => shifts,
        _ => Vec::new(),
    })
}

/// `body`, which `operator` sends.
fn by(operator: Option<String>, mut body: Value) -> Value {
    if let Some(operator) = operator {
        body["operator_id"] = operator.into();
    }
    body
}
