//! What Feishu told of punches and results by itself.

use async_graphql::{Context, Json, Object, Result};
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::domain::attendance::events::{self, Filter};

use super::super::kit::{Caller, Connection, PageArgs, connection, day};

/// A punch or a changed result, as Feishu told it.
#[derive(Clone, Debug)]
pub(in crate::graphql::api) struct AttendanceEvent(events::Event);

/// A punch or a changed result, as Feishu told it.
#[Object]
impl AttendanceEvent {
    /// Feishu's id of the event.
    async fn event_id(&self) -> &str {
        &self.0.event_id
    }

    /// The type as Feishu writes it: `attendance.user_flow.created_v1`, `attendance.user_task.updated_v1`.
    #[graphql(name = "type")]
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// The person, by their Feishu user id.
    async fn employee_id(&self) -> Option<&str> {
        self.0.employee_id.as_deref()
    }

    /// The person's employee number.
    async fn employee_no(&self) -> Option<&str> {
        self.0.employee_no.as_deref()
    }

    /// The time of the punch, else the event's own.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// When we acted on it.
    async fn received_at(&self) -> DateTime<Utc> {
        self.0.received_at
    }

    /// What Feishu told, as it came.
    async fn event(&self) -> Json<Value> {
        Json(serde_json::from_str(&self.0.body).unwrap_or_default())
    }
}

connection! {
    /// A page of what Feishu told of attendance.
    AttendanceEventConnection, AttendanceEventEdge of AttendanceEvent
}

#[derive(Debug, Default)]
pub(in crate::graphql::api) struct AttendanceEventQuery;

#[Object]
impl AttendanceEventQuery {
    /// The punches and changed results that Feishu told us of, the newest first. Permission `/attendance/*`.
    #[expect(clippy::too_many_arguments, reason = "they are the field's arguments")]
    async fn attendance_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "type", desc = "Only of this type: `user_flow`, `user_task`, or as Feishu writes it.")]
        kind: Option<String>,
        #[graphql(desc = "Only about this person, by their Feishu user id.")] employee_id: Option<String>,
        #[graphql(desc = "Only from this time on.")] from: Option<DateTime<Utc>>,
        #[graphql(desc = "Only before this time.")] to: Option<DateTime<Utc>>,
        #[graphql(desc = "The first so many rows, up to 200.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
    ) -> Result<AttendanceEventConnection> {
        let domain = ctx.domain()?;
        let window = PageArgs::first(first, after).window("attendanceEvent")?;
        for (field, time) in [("from", from), ("to", to)] {
            day(field, time.map(|time| time.date_naive()))?;
        }
        let filter = Filter { kind, employee: employee_id, from, to };
        let page = events::list(domain, &filter, &window).await?;
        let domain = domain.clone();
        Ok(AttendanceEventConnection(Connection::new(page, AttendanceEvent, move || {
            let (domain, filter) = (domain.clone(), filter.clone());
            async move { events::count(&domain, &filter).await }
        })))
    }
}
