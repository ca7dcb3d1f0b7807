//! Shifts, and who is scheduled for them.

use async_graphql::{Json, Object};
use chrono::NaiveDate;
use serde_json::Value;

use super::value::{day, number, objects, text, truth};

/// A shift: when to come and when to go.
#[derive(Clone, Debug)]
pub(super) struct AttendanceShift(pub(super) Value);

/// A shift: when to come and when to go.
#[Object]
impl AttendanceShift {
    /// Feishu's id of the shift.
    async fn shift_id(&self) -> Option<String> {
        text(&self.0, "shift_id")
    }

    /// Its name.
    async fn shift_name(&self) -> Option<String> {
        text(&self.0, "shift_name")
    }

    /// How often its people come and go.
    async fn punch_times(&self) -> Option<i64> {
        number(&self.0, "punch_times")
    }

    /// Whether its people may come and go earlier or later.
    async fn is_flexible(&self) -> Option<bool> {
        truth(&self.0, "is_flexible")
    }

    /// By how many minutes.
    async fn flexible_minutes(&self) -> Option<i64> {
        number(&self.0, "flexible_minutes")
    }

    /// Whether nobody needs to punch when going.
    async fn no_need_off(&self) -> Option<bool> {
        truth(&self.0, "no_need_off")
    }

    /// When to come and when to go, once or several times.
    async fn rules(&self) -> Vec<AttendanceShiftRule> {
        objects(&self.0, "punch_time_rule").map(AttendanceShiftRule).collect()
    }

    /// Everything, as Feishu says it.
    async fn raw(&self) -> Json<&Value> {
        Json(&self.0)
    }
}

/// When to come and when to go.
#[derive(Clone, Debug)]
pub(super) struct AttendanceShiftRule(Value);

/// When to come and when to go.
#[Object]
impl AttendanceShiftRule {
    /// When to come, such as `9:00`; hours over 24 are of the next day.
    async fn on_time(&self) -> Option<String> {
        text(&self.0, "on_time")
    }

    /// When to go, such as `18:00`; hours over 24 are of the next day.
    async fn off_time(&self) -> Option<String> {
        text(&self.0, "off_time")
    }

    /// After how many minutes a coming is late.
    async fn late_minutes_as_late(&self) -> Option<i64> {
        number(&self.0, "late_minutes_as_late")
    }

    /// After how many minutes it counts as none.
    async fn late_minutes_as_lack(&self) -> Option<i64> {
        number(&self.0, "late_minutes_as_lack")
    }

    /// How many minutes before the time one may punch in.
    async fn on_advance_minutes(&self) -> Option<i64> {
        number(&self.0, "on_advance_minutes")
    }

    /// By how many minutes a going is early.
    async fn early_minutes_as_early(&self) -> Option<i64> {
        number(&self.0, "early_minutes_as_early")
    }

    /// By how many minutes it counts as none.
    async fn early_minutes_as_lack(&self) -> Option<i64> {
        number(&self.0, "early_minutes_as_lack")
    }

    /// How many minutes after the time one may punch out.
    async fn off_delay_minutes(&self) -> Option<i64> {
        number(&self.0, "off_delay_minutes")
    }
}

/// The shift that a person is scheduled for on a day.
#[derive(Clone, Debug)]
pub(super) struct AttendanceDailyShift(pub(super) Value);

/// The shift that a person is scheduled for on a day.
#[Object]
impl AttendanceDailyShift {
    /// The person, by the kind of id that was asked with.
    async fn user_id(&self) -> Option<String> {
        text(&self.0, "user_id")
    }

    /// Feishu's id of the group.
    async fn group_id(&self) -> Option<String> {
        text(&self.0, "group_id")
    }

    /// Feishu's id of the shift; `0` is rest.
    async fn shift_id(&self) -> Option<String> {
        text(&self.0, "shift_id")
    }

    /// The day.
    async fn day(&self) -> Option<NaiveDate> {
        let (month, of_month) = (number(&self.0, "month")?, number(&self.0, "day_no")?);
        day(month.checked_mul(100)?.checked_add(of_month)?)
    }

    /// Whether the schedule of that day was taken back.
    async fn is_cleared(&self) -> Option<bool> {
        truth(&self.0, "is_clear_schedule")
    }
}
