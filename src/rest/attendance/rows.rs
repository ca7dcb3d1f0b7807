//! The endpoints (contract: feishu-app §6.1, §6.4), in its order.

use serde_json::{Value, json};

use super::{events, faults, pass};
use crate::{
    domain::{Code, Permission},
    rest::{
        field::{Field, Kind, field, number, text, texts},
        openapi::Subject,
        row::{Case, Row, Verb},
    },
};

/// Where the calls are here; Feishu has them below another path.
pub(super) const BASE: &str = "/api/attendance/v1";

/// A call that is passed on.
const fn passed(verb: Verb, path: &'static str, about: &'static str) -> Row {
    Row::new(verb, path)
        .about(Subject::Attendance, about)
        .holds(Permission::Attendance)
        .unread()
        .exchange(pass::on)
        .replies(answered)
        .says(faults::SUCCESS)
}

const fn get(path: &'static str, about: &'static str) -> Row {
    passed(Verb::Get, path, about)
}

const fn post(path: &'static str, about: &'static str) -> Row {
    passed(Verb::Post, path, about)
}

const fn delete(path: &'static str, about: &'static str) -> Row {
    passed(Verb::Delete, path, about)
}

/// What Feishu answers is Feishu's to say.
fn answered() -> Value {
    json!({ "type": "object", "properties": { "data": { "type": ["object", "null"] } } })
}

// The calls are passed on unread; the names of variables are those of the operations beside them.
const USERS: Field = texts("user_ids").to("input.userIds");
const OPERATOR: Field = text("operator_id").optional().to("input.operatorId");
const DAYS: &[Field] = &[USERS, number("check_date_from").to("input.from"), number("check_date_to").to("input.to")];
const PAGE: &[Field] = &[number("page_size").optional(), text("page_token").optional()];

/// The endpoints.
pub const ROWS: &[Row] = &[
    post("/api/attendance/v1/user_tasks/query", "Asks for the results of the punches of 1 to 50 people.")
        .reads(DAYS)
        .like("Results"),
    post("/api/attendance/v1/user_flows/query", "Asks for the punches of 1 to 50 people.")
        .reads(&[USERS, text("check_time_from").to("input.from"), text("check_time_to").to("input.to")])
        .like("Flows"),
    get("/api/attendance/v1/user_flows/{id}", "Shows one punch."),
    post("/api/attendance/v1/user_flows/batch_create", "Enters 1 to 50 punches.")
        .reads(&[field("flow_records", Kind::Objects(&[]))]),
    post("/api/attendance/v1/user_flows/batch_del", "Deletes 1 to 10 punches.").reads(&[texts("record_ids")]),
    get("/api/attendance/v1/groups", "Lists the attendance groups.").reads(PAGE).like("Groups"),
    post("/api/attendance/v1/groups", "Makes an attendance group, or changes the one that `group.group_id` names.")
        .reads(&[field("group", Kind::Members(&[])), OPERATOR])
        .like("GroupSave"),
    get("/api/attendance/v1/groups/{id}", "Shows an attendance group.").like("Group"),
    delete("/api/attendance/v1/groups/{id}", "Deletes an attendance group.").like("GroupDelete"),
    post("/api/attendance/v1/groups/search", "Finds attendance groups by name.").reads(&[text("group_name")]),
    get("/api/attendance/v1/groups/{id}/list_user", "Lists the people of an attendance group.").reads(PAGE),
    get("/api/attendance/v1/shifts", "Lists the shifts.").reads(PAGE).like("Shifts"),
    post("/api/attendance/v1/shifts", "Makes a shift.")
        .reads(&[
            text("shift_name").to("input.shiftName"),
            number("punch_times").to("input.punchTimes"),
            field("punch_time_rule", Kind::Objects(&[])),
        ])
        .like("ShiftCreate"),
    get("/api/attendance/v1/shifts/{id}", "Shows a shift.").like("Shift"),
    delete("/api/attendance/v1/shifts/{id}", "Deletes a shift.").like("ShiftDelete"),
    post("/api/attendance/v1/shifts/query", "Finds a shift by the `shift_name` in the query.").like("ShiftNamed"),
    post("/api/attendance/v1/user_daily_shifts/query", "Asks for the schedules of 1 to 50 people.")
        .reads(DAYS)
        .like("DailyShifts"),
    post("/api/attendance/v1/user_daily_shifts/batch_create", "Writes 1 to 50 entries of schedules.")
        .reads(&[field("user_daily_shifts", Kind::Objects(&[])), OPERATOR])
        .like("DailyShiftsSave"),
    Row::new(Verb::Get, "/api/attendance/v1/events")
        .about(Subject::Attendance, "Lists what Feishu told of punches and results by itself, the newest first.")
        .holds(Permission::Attendance)
        .reads(events::INPUT)
        .runs("Events")
        .rewrites(events::REWRITES)
        .says(faults::SUCCESS)
        .unless(&[Case {
            code: Code::RequestInvalid,
            field: Some("after"),
            says: faults::wrong("param invalid: page_token"),
        }]),
];
