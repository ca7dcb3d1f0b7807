//! A punch or an attendance result that Feishu told us of.

use sea_orm::entity::prelude::*;

/// One row of `attendance_event`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attendance_event")]
pub struct Model {
    /// The key; never given out twice.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The event's own id, unique.
    pub event_id: String,
    /// The full event type.
    pub kind: String,
    /// The Feishu user id.
    pub employee_id: Option<String>,
    /// The employee number.
    pub employee_no: Option<String>,
    /// The time of the punch, else the event's own.
    pub at: DateTimeUtc,
    /// The event as received.
    pub body: String,
    /// When it came in.
    pub received_at: DateTimeUtc,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
