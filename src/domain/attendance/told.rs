//! Keeping what Feishu tells of punches and results (contract: feishu-app §6.4).

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, Set, sea_query::OnConflict};
use serde_json::Value;

use crate::{
    domain::{Context, Outcome},
    entity::attendance_event,
    feishu::Object,
};

/// A punch or a result as it was told.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    event_id: String,
    kind: String,
    employee_id: Option<String>,
    employee_no: Option<String>,
    at: DateTime<Utc>,
    body: String,
}

impl Told {
    /// The event with this id and type, which was told as of `at`.
    pub(crate) fn new(event_id: &str, kind: &str, at: DateTime<Utc>, event: &Object) -> Self {
        let text = |key: &str| event.get(key).and_then(characters);
        let punched = event.get("check_time").and_then(characters).and_then(|time| moment(&time));
        Self {
            event_id: event_id.to_owned(),
            kind: kind.to_owned(),
            employee_id: text("employee_id"),
            employee_no: text("employee_no"),
            at: punched.unwrap_or(at),
            body: Value::Object(event.clone()).to_string(),
        }
    }
}

/// Keeps what was told, once.
pub(crate) async fn keep(db: &impl ConnectionTrait, ctx: &Context, told: &Told) -> Outcome<()> {
    let row = attendance_event::ActiveModel {
        event_id: Set(told.event_id.clone()),
        kind: Set(told.kind.clone()),
        employee_id: Set(told.employee_id.clone()),
        employee_no: Set(told.employee_no.clone()),
        at: Set(told.at),
        body: Set(told.body.clone()),
        received_at: Set(ctx.now()),
        ..Default::default()
    };
    let once = OnConflict::column(attendance_event::Column::EventId).do_nothing().to_owned();
    attendance_event::Entity::insert(row).on_conflict(once).exec_without_returning(db).await?;
    Ok(())
}

/// A text or a number as text, without what the databases do not take.
fn characters(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && !text.contains('\0')).then_some(text)
}

/// A moment in seconds since 1970.
fn moment(seconds: &str) -> Option<DateTime<Utc>> {
    // Later times than the databases know are nobody's.
    let seconds = seconds.parse().ok().filter(|seconds| (0..=253_402_300_799).contains(seconds))?;
    DateTime::from_timestamp(seconds, 0)
}
