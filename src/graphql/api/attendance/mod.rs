//! Attendance in GraphQL: what Feishu knows of punches, schedules, groups and shifts, and what it told by itself
//! (contract: feishu-app §7).

use async_graphql::{Context, InputObject, Object, Result, SimpleObject, connection::PageInfo};
use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::attendance::{self, Days, Listed, Times};

use super::kit::Caller;

mod changes;
mod errors;
mod events;
mod group;
mod punch;
mod shift;
mod value;

pub(super) use changes::AttendanceMutation;
pub(super) use events::AttendanceEventQuery;

use errors::told;
use group::{AttendanceGroup, AttendanceGroupName};
use punch::{AttendanceFlows, AttendanceResults};
use shift::{AttendanceDailyShift, AttendanceShift};
use value::EmployeeType;

/// People and the days that are wanted of them.
#[derive(Debug, InputObject)]
pub(super) struct AttendanceDaysInput {
    /// Which ids `userIds` are.
    #[graphql(default)]
    employee_type: EmployeeType,
    /// The people, 1 to 50.
    user_ids: Vec<String>,
    /// The first day.
    from: NaiveDate,
    /// The last day.
    to: NaiveDate,
}

impl From<AttendanceDaysInput> for Days {
    fn from(input: AttendanceDaysInput) -> Self {
        Self { employees: input.employee_type.word(), people: input.user_ids, from: input.from, to: input.to }
    }
}

/// People and the time that is wanted of them.
#[derive(Debug, InputObject)]
pub(super) struct AttendanceTimesInput {
    /// Which ids `userIds` are.
    #[graphql(default)]
    employee_type: EmployeeType,
    /// The people, 1 to 50.
    user_ids: Vec<String>,
    /// The beginning, in whole seconds.
    from: DateTime<Utc>,
    /// The end, in whole seconds.
    to: DateTime<Utc>,
}

impl From<AttendanceTimesInput> for Times {
    fn from(input: AttendanceTimesInput) -> Self {
        Self { employees: input.employee_type.word(), people: input.user_ids, from: input.from, to: input.to }
    }
}

/// A page of groups. Feishu gives neither their number nor a place for each.
#[derive(SimpleObject)]
pub(super) struct AttendanceGroupPage {
    /// The groups of this page.
    nodes: Vec<AttendanceGroupName>,
    /// Where this page stands in the list.
    page_info: PageInfo,
}

/// A page of shifts. Feishu gives neither their number nor a place for each.
#[derive(SimpleObject)]
pub(super) struct AttendanceShiftPage {
    /// The shifts of this page.
    nodes: Vec<AttendanceShift>,
    /// Where this page stands in the list.
    page_info: PageInfo,
}

/// Where a page stands of which `after` brought the beginning.
fn page_info(listed: &Listed, after: bool) -> PageInfo {
    PageInfo {
        has_previous_page: after,
        has_next_page: listed.next.is_some(),
        start_cursor: None,
        end_cursor: listed.next.clone(),
    }
}

#[derive(Debug, Default)]
pub(super) struct AttendanceQuery;

#[Object]
impl AttendanceQuery {
    /// The results of the punches of people, asked of Feishu now. Permission `/attendance/*`.
    async fn attendance_results(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "People and days.")] input: AttendanceDaysInput,
    ) -> Result<AttendanceResults> {
        let results = attendance::results(ctx.domain()?, &input.into()).await;
        results.map(AttendanceResults).map_err(told)
    }

    /// The punches of people, asked of Feishu now. Permission `/attendance/*`.
    async fn attendance_flows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "People and time.")] input: AttendanceTimesInput,
    ) -> Result<AttendanceFlows> {
        let flows = attendance::flows(ctx.domain()?, &input.into()).await;
        flows.map(AttendanceFlows).map_err(told)
    }

    /// The shifts that people are scheduled for, day by day, asked of Feishu now. Permission `/attendance/*`.
    async fn attendance_daily_shifts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "People and days.")] input: AttendanceDaysInput,
    ) -> Result<Vec<AttendanceDailyShift>> {
        let data = attendance::daily_shifts(ctx.domain()?, &input.into()).await.map_err(told)?;
        Ok(value::objects(&data, "user_daily_shifts").map(AttendanceDailyShift).collect())
    }

    /// The attendance groups, asked of Feishu now. Permission `/attendance/*`.
    async fn attendance_groups(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, 1 to 50; as many as Feishu likes when omitted.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
    ) -> Result<AttendanceGroupPage> {
        let begun = after.is_some();
        let listed = attendance::groups(ctx.domain()?, first, after).await.map_err(told)?;
        let page_info = page_info(&listed, begun);
        Ok(AttendanceGroupPage { nodes: listed.rows.into_iter().map(AttendanceGroupName).collect(), page_info })
    }

    /// One attendance group, asked of Feishu now. Permission `/attendance/*`.
    async fn attendance_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Feishu's id of the group.")] group_id: String,
    ) -> Result<AttendanceGroup> {
        attendance::group(ctx.domain()?, &group_id).await.map(AttendanceGroup).map_err(told)
    }

    /// The shifts, asked of Feishu now. Permission `/attendance/*`.
    async fn attendance_shifts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, 1 to 50; as many as Feishu likes when omitted.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
    ) -> Result<AttendanceShiftPage> {
        let begun = after.is_some();
        let listed = attendance::shifts(ctx.domain()?, first, after).await.map_err(told)?;
        let page_info = page_info(&listed, begun);
        Ok(AttendanceShiftPage { nodes: listed.rows.into_iter().map(AttendanceShift).collect(), page_info })
    }

    /// One shift, by its id or by its name, asked of Feishu now. Permission `/attendance/*`.
    async fn attendance_shift(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Feishu's id of the shift.")] shift_id: Option<String>,
        #[graphql(desc = "The name of the shift, exactly.")] name: Option<String>,
    ) -> Result<AttendanceShift> {
        let shift = attendance::shift(ctx.domain()?, shift_id.as_deref(), name.as_deref()).await;
        shift.map(AttendanceShift).map_err(told)
    }
}
