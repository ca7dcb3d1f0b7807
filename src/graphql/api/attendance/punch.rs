//! Punches and their results.

use async_graphql::{Json, Object};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::value::{day, fraction, moment, number, object, objects, text, texts, truth};

/// What came of the punches of people.
#[derive(Clone, Debug)]
pub(super) struct AttendanceResults(pub(super) Value);

/// What came of the punches of people.
#[Object]
impl AttendanceResults {
    /// The results, one a person and day.
    async fn results(&self) -> Vec<AttendanceResult> {
        objects(&self.0, "user_task_results").map(AttendanceResult).collect()
    }

    /// Those of the people asked for whom Feishu does not know.
    async fn invalid_user_ids(&self) -> Vec<String> {
        texts(&self.0, "invalid_user_ids")
    }

    /// Those of the people asked for whom the app may not see.
    async fn unauthorized_user_ids(&self) -> Vec<String> {
        texts(&self.0, "unauthorized_user_ids")
    }
}

/// What came of the punches of a person on a day.
#[derive(Clone, Debug)]
pub(super) struct AttendanceResult(Value);

/// What came of the punches of a person on a day.
#[Object]
impl AttendanceResult {
    /// Feishu's id of the result.
    async fn result_id(&self) -> Option<String> {
        text(&self.0, "result_id")
    }

    /// The person, by the kind of id that was asked with.
    async fn user_id(&self) -> Option<String> {
        text(&self.0, "user_id")
    }

    /// The person's name at Feishu.
    async fn employee_name(&self) -> Option<String> {
        text(&self.0, "employee_name")
    }

    /// The day.
    async fn day(&self) -> Option<NaiveDate> {
        number(&self.0, "day").and_then(day)
    }

    /// Feishu's id of the group.
    async fn group_id(&self) -> Option<String> {
        text(&self.0, "group_id")
    }

    /// Feishu's id of the shift.
    async fn shift_id(&self) -> Option<String> {
        text(&self.0, "shift_id")
    }

    /// Each coming and going that the shift wants.
    async fn records(&self) -> Vec<AttendanceRecord> {
        objects(&self.0, "records").map(AttendanceRecord).collect()
    }

    /// Everything, as Feishu says it.
    async fn raw(&self) -> Json<&Value> {
        Json(&self.0)
    }
}

/// A coming and a going that a shift wants, and what came of them.
#[derive(Clone, Debug)]
pub(super) struct AttendanceRecord(Value);

/// A coming and a going that a shift wants, and what came of them.
#[Object]
impl AttendanceRecord {
    /// The punch in.
    async fn check_in(&self) -> Option<AttendanceFlow> {
        object(&self.0, "check_in_record").map(AttendanceFlow)
    }

    /// The punch out.
    async fn check_out(&self) -> Option<AttendanceFlow> {
        object(&self.0, "check_out_record").map(AttendanceFlow)
    }

    /// What came of the punch in, in Feishu's words: `NoNeedCheck`, `SystemCheck`, `Normal`, `Early`, `Late`, `SeriousLate`, `Lack`,
    /// `Invalid`, `None`, `Todo`.
    async fn check_in_result(&self) -> Option<String> {
        text(&self.0, "check_in_result")
    }

    /// What came of the punch out, in the same words.
    async fn check_out_result(&self) -> Option<String> {
        text(&self.0, "check_out_result")
    }

    /// Why the result of the punch in is another than the punch says, in Feishu's words: `None`, `ManagerModification`,
    /// `CardReplacement`, `ShiftChange`, `Travel`, `Leave`, `GoOut`, `CardReplacementApplication`, `FieldPunch`.
    async fn check_in_supplement(&self) -> Option<String> {
        text(&self.0, "check_in_result_supplement")
    }

    /// Why the result of the punch out is another than the punch says, in the same words.
    async fn check_out_supplement(&self) -> Option<String> {
        text(&self.0, "check_out_result_supplement")
    }

    /// When the shift wants the punch in.
    async fn check_in_shift_time(&self) -> Option<DateTime<Utc>> {
        moment(&self.0, "check_in_shift_time")
    }

    /// When the shift wants the punch out.
    async fn check_out_shift_time(&self) -> Option<DateTime<Utc>> {
        moment(&self.0, "check_out_shift_time")
    }
}

/// The punches of people.
#[derive(Clone, Debug)]
pub(super) struct AttendanceFlows(pub(super) Value);

/// The punches of people.
#[Object]
impl AttendanceFlows {
    /// The punches.
    async fn flows(&self) -> Vec<AttendanceFlow> {
        objects(&self.0, "user_flow_results").map(AttendanceFlow).collect()
    }

    /// Those of the people asked for whom Feishu does not know.
    async fn invalid_user_ids(&self) -> Vec<String> {
        texts(&self.0, "invalid_user_ids")
    }
}

/// One punch.
#[derive(Clone, Debug)]
pub(super) struct AttendanceFlow(Value);

/// One punch.
#[Object]
impl AttendanceFlow {
    /// Feishu's id of the punch.
    async fn record_id(&self) -> Option<String> {
        text(&self.0, "record_id")
    }

    /// Who punched, by the kind of id that was asked with.
    async fn user_id(&self) -> Option<String> {
        text(&self.0, "user_id")
    }

    /// Who entered it.
    async fn creator_id(&self) -> Option<String> {
        text(&self.0, "creator_id")
    }

    /// When.
    async fn check_time(&self) -> Option<DateTime<Utc>> {
        moment(&self.0, "check_time")
    }

    /// What came of it, in Feishu's words.
    async fn check_result(&self) -> Option<String> {
        text(&self.0, "check_result")
    }

    /// The name of the place.
    async fn location_name(&self) -> Option<String> {
        text(&self.0, "location_name")
    }

    /// The place, in degrees east.
    async fn longitude(&self) -> Option<f64> {
        fraction(&self.0, "longitude")
    }

    /// The place, in degrees north.
    async fn latitude(&self) -> Option<f64> {
        fraction(&self.0, "latitude")
    }

    /// Whether it was made in the field.
    async fn is_field(&self) -> Option<bool> {
        truth(&self.0, "is_field")
    }

    /// Whether it was made by Wi-Fi.
    async fn is_wifi(&self) -> Option<bool> {
        truth(&self.0, "is_wifi")
    }

    /// The name of the Wi-Fi.
    async fn ssid(&self) -> Option<String> {
        text(&self.0, "ssid")
    }

    /// The address of the Wi-Fi.
    async fn bssid(&self) -> Option<String> {
        text(&self.0, "bssid")
    }

    /// The device.
    async fn device_id(&self) -> Option<String> {
        text(&self.0, "device_id")
    }

    /// Addresses of pictures.
    async fn photo_urls(&self) -> Vec<String> {
        texts(&self.0, "photo_urls")
    }

    /// A remark.
    async fn comment(&self) -> Option<String> {
        text(&self.0, "comment")
    }

    /// Everything, as Feishu says it.
    async fn raw(&self) -> Json<&Value> {
        Json(&self.0)
    }
}
