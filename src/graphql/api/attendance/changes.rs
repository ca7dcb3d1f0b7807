//! Changing groups, shifts and schedules at Feishu.

use async_graphql::{Context, InputObject, Json, Object, Result, SimpleObject};
use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};

use crate::domain::attendance::{self, Fields, Save};

use super::{
    super::kit::Caller,
    errors::{AttendanceUserError, settle},
    group::AttendanceGroup,
    shift::{AttendanceDailyShift, AttendanceShift},
    value::EmployeeType,
};

/// A group to be made or changed. What is omitted is not sent.
#[derive(Debug, InputObject)]
pub(super) struct AttendanceGroupSaveInput {
    /// Feishu's id of the group to be changed; omitted makes a new one.
    group_id: Option<String>,
    /// Which ids people are named by here.
    #[graphql(default)]
    employee_type: EmployeeType,
    /// Who does it, as Feishu knows them.
    operator_id: Option<String>,
    /// Its name.
    group_name: Option<String>,
    /// The zone of its times, such as `Asia/Shanghai`.
    time_zone: Option<String>,
    /// How its people work, in Feishu's numbers: 0 fixed hours, 2 a schedule, 3 free.
    group_type: Option<i64>,
    /// How its people punch, the sum of Feishu's numbers: 1 place, 2 Wi-Fi, 4 machine, 8 address.
    punch_type: Option<i64>,
    /// The departments that belong to it, by their open ids.
    department_ids: Option<Vec<String>>,
    /// The departments within those that do not.
    except_department_ids: Option<Vec<String>>,
    /// The people who belong to it by themselves.
    user_ids: Option<Vec<String>>,
    /// The people who do not, whatever their department.
    except_user_ids: Option<Vec<String>>,
    /// Who leads it.
    leader_ids: Option<Vec<String>>,
    /// The shifts of the seven days of a week, from Monday on.
    day_shift_ids: Option<Vec<String>>,
    /// An object of further fields in Feishu's own names; those above go before them.
    details: Option<Json<Value>>,
}

/// Which group is deleted.
#[derive(Debug, InputObject)]
pub(super) struct AttendanceGroupDeleteInput {
    /// Feishu's id of the group.
    group_id: String,
}

/// A shift to be made. What is omitted is not sent.
#[derive(Debug, InputObject)]
pub(super) struct AttendanceShiftCreateInput {
    /// Its name.
    shift_name: String,
    /// Which ids people are named by here.
    #[graphql(default)]
    employee_type: EmployeeType,
    /// How often its people come and go.
    punch_times: i64,
    /// Whether its people may come and go earlier or later.
    is_flexible: Option<bool>,
    /// By how many minutes.
    flexible_minutes: Option<i64>,
    /// Whether nobody needs to punch when going.
    no_need_off: Option<bool>,
    /// When to come and when to go, as often as `punchTimes` says.
    rules: Vec<AttendanceShiftRuleInput>,
    /// An object of further fields in Feishu's own names; those above go before them.
    details: Option<Json<Value>>,
}

/// When to come and when to go.
#[derive(Debug, InputObject)]
pub(super) struct AttendanceShiftRuleInput {
    /// When to come, such as `9:00`; hours over 24 are of the next day.
    on_time: String,
    /// When to go, such as `18:00`; hours over 24 are of the next day.
    off_time: String,
    /// After how many minutes a coming is late.
    late_minutes_as_late: i64,
    /// After how many minutes it counts as none.
    late_minutes_as_lack: i64,
    /// How many minutes before the time one may punch in.
    on_advance_minutes: i64,
    /// By how many minutes a going is early.
    early_minutes_as_early: i64,
    /// By how many minutes it counts as none.
    early_minutes_as_lack: i64,
    /// How many minutes after the time one may punch out.
    off_delay_minutes: i64,
}

/// Which shift is deleted.
#[derive(Debug, InputObject)]
pub(super) struct AttendanceShiftDeleteInput {
    /// Feishu's id of the shift.
    shift_id: String,
}

/// Shifts of people on single days.
#[derive(Debug, InputObject)]
pub(super) struct AttendanceDailyShiftsSaveInput {
    /// Which ids people are named by here.
    #[graphql(default)]
    employee_type: EmployeeType,
    /// Who does it, as Feishu knows them.
    operator_id: Option<String>,
    /// The shifts, 1 to 50.
    shifts: Vec<AttendanceDailyShiftInput>,
}

/// The shift of a person on a day.
#[derive(Debug, InputObject)]
pub(super) struct AttendanceDailyShiftInput {
    /// The person.
    user_id: String,
    /// Feishu's id of the group.
    group_id: String,
    /// Feishu's id of the shift; `0` is rest.
    shift_id: String,
    /// The day.
    day: NaiveDate,
    /// Whether the schedule of that day is taken back; `shiftId` is `0` then.
    clear: Option<bool>,
}

/// What came of making or changing a group.
#[derive(Debug, SimpleObject)]
pub(super) struct AttendanceGroupSavePayload {
    /// The group as Feishu has it now.
    group: Option<AttendanceGroup>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<AttendanceUserError>,
}

/// What came of deleting a group.
#[derive(Debug, SimpleObject)]
pub(super) struct AttendanceGroupDeletePayload {
    /// The id it had.
    deleted_group_id: Option<String>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<AttendanceUserError>,
}

/// What came of making a shift.
#[derive(Debug, SimpleObject)]
pub(super) struct AttendanceShiftCreatePayload {
    /// The shift as Feishu has it now.
    shift: Option<AttendanceShift>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<AttendanceUserError>,
}

/// What came of deleting a shift.
#[derive(Debug, SimpleObject)]
pub(super) struct AttendanceShiftDeletePayload {
    /// The id it had.
    deleted_shift_id: Option<String>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<AttendanceUserError>,
}

/// What came of scheduling people.
#[derive(Debug, SimpleObject)]
pub(super) struct AttendanceDailyShiftsSavePayload {
    /// The shifts as Feishu has them now.
    daily_shifts: Vec<AttendanceDailyShift>,
    /// Why it was refused; empty when it was done.
    user_errors: Vec<AttendanceUserError>,
}

#[derive(Debug, Default)]
pub(in crate::graphql::api) struct AttendanceMutation;

#[Object]
impl AttendanceMutation {
    /// Makes or changes an attendance group at Feishu. Permission `/attendance/*`.
    async fn attendance_group_save(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The group.")] input: AttendanceGroupSaveInput,
    ) -> Result<AttendanceGroupSavePayload> {
        let (employees, operator) = (input.employee_type.word(), input.operator_id.clone());
        let save = Save { employees, operator, content: group(input) };
        let (group, user_errors) = settle(ctx, attendance::save_group(ctx.domain()?, save).await)?;
        Ok(AttendanceGroupSavePayload { group: group.map(AttendanceGroup), user_errors })
    }

    /// Deletes an attendance group at Feishu. Permission `/attendance/*`.
    async fn attendance_group_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The group.")] input: AttendanceGroupDeleteInput,
    ) -> Result<AttendanceGroupDeletePayload> {
        let (deleted, user_errors) = settle(ctx, attendance::delete_group(ctx.domain()?, &input.group_id).await)?;
        Ok(AttendanceGroupDeletePayload { deleted_group_id: deleted.map(|()| input.group_id), user_errors })
    }

    /// Makes a shift at Feishu. Permission `/attendance/*`.
    async fn attendance_shift_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The shift.")] input: AttendanceShiftCreateInput,
    ) -> Result<AttendanceShiftCreatePayload> {
        let save = Save { employees: input.employee_type.word(), operator: None, content: shift(input) };
        let (shift, user_errors) = settle(ctx, attendance::create_shift(ctx.domain()?, save).await)?;
        Ok(AttendanceShiftCreatePayload { shift: shift.map(AttendanceShift), user_errors })
    }

    /// Deletes a shift at Feishu. Permission `/attendance/*`.
    async fn attendance_shift_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The shift.")] input: AttendanceShiftDeleteInput,
    ) -> Result<AttendanceShiftDeletePayload> {
        let (deleted, user_errors) = settle(ctx, attendance::delete_shift(ctx.domain()?, &input.shift_id).await)?;
        Ok(AttendanceShiftDeletePayload { deleted_shift_id: deleted.map(|()| input.shift_id), user_errors })
    }

    /// Schedules people for shifts at Feishu, day by day. Permission `/attendance/*`.
    async fn attendance_daily_shifts_save(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The shifts.")] input: AttendanceDailyShiftsSaveInput,
    ) -> Result<AttendanceDailyShiftsSavePayload> {
        let content = input.shifts.iter().map(daily_shift).collect();
        let save = Save { employees: input.employee_type.word(), operator: input.operator_id, content };
        let (shifts, user_errors) = settle(ctx, attendance::save_daily_shifts(ctx.domain()?, save).await)?;
        let daily_shifts = shifts.unwrap_or_default().into_iter().map(AttendanceDailyShift).collect();
        Ok(AttendanceDailyShiftsSavePayload { daily_shifts, user_errors })
    }
}

fn group(input: AttendanceGroupSaveInput) -> Fields {
    let text = |text: Option<String>| text.map(Value::from);
    let texts = |texts: Option<Vec<String>>| texts.map(Value::from);
    let known = vec![
        ("group_id", text(input.group_id)),
        ("group_name", text(input.group_name)),
        ("time_zone", text(input.time_zone)),
        ("group_type", input.group_type.map(Value::from)),
        ("punch_type", input.punch_type.map(Value::from)),
        ("bind_dept_ids", texts(input.department_ids)),
        ("except_dept_ids", texts(input.except_department_ids)),
        ("bind_user_ids", texts(input.user_ids)),
        ("except_user_ids", texts(input.except_user_ids)),
        ("group_leader_ids", texts(input.leader_ids)),
        ("punch_day_shift_ids", texts(input.day_shift_ids)),
    ];
    Fields { known, details: input.details.map(|details| details.0) }
}

fn shift(input: AttendanceShiftCreateInput) -> Fields {
    let rules: Vec<Value> = input.rules.iter().map(rule).collect();
    let known = vec![
        ("shift_name", Some(input.shift_name.into())),
        ("punch_times", Some(input.punch_times.into())),
        ("is_flexible", input.is_flexible.map(Value::from)),
        ("flexible_minutes", input.flexible_minutes.map(Value::from)),
        ("no_need_off", input.no_need_off.map(Value::from)),
        ("punch_time_rule", Some(rules.into())),
    ];
    Fields { known, details: input.details.map(|details| details.0) }
}

fn rule(rule: &AttendanceShiftRuleInput) -> Value {
    json!({
        "on_time": rule.on_time,
        "off_time": rule.off_time,
        "late_minutes_as_late": rule.late_minutes_as_late,
        "late_minutes_as_lack": rule.late_minutes_as_lack,
        "on_advance_minutes": rule.on_advance_minutes,
        "early_minutes_as_early": rule.early_minutes_as_early,
        "early_minutes_as_lack": rule.early_minutes_as_lack,
        "off_delay_minutes": rule.off_delay_minutes,
    })
}

fn daily_shift(shift: &AttendanceDailyShiftInput) -> Value {
    let mut content = json!({
        "user_id": shift.user_id,
        "group_id": shift.group_id,
        "shift_id": shift.shift_id,
        "month": i64::from(shift.day.year()) * 100 + i64::from(shift.day.month()),
        "day_no": shift.day.day(),
    });
    if let Some(clear) = shift.clear {
        content["is_clear_schedule"] = clear.into();
    }
    content
}
