//! Attendance groups.

use async_graphql::{Json, Object};
use serde_json::Value;

use super::value::{number, text, texts};

/// An attendance group by id and name.
#[derive(Clone, Debug)]
pub(super) struct AttendanceGroupName(pub(super) Value);

/// An attendance group by id and name.
#[Object]
impl AttendanceGroupName {
    /// Feishu's id of the group.
    async fn group_id(&self) -> Option<String> {
        text(&self.0, "group_id")
    }

    /// Its name.
    async fn group_name(&self) -> Option<String> {
        text(&self.0, "group_name")
    }
}

/// An attendance group: who punches, where, when.
#[derive(Clone, Debug)]
pub(super) struct AttendanceGroup(pub(super) Value);

/// An attendance group: who punches, where, when.
#[Object]
impl AttendanceGroup {
    /// Feishu's id of the group.
    async fn group_id(&self) -> Option<String> {
        text(&self.0, "group_id")
    }

    /// Its name.
    async fn group_name(&self) -> Option<String> {
        text(&self.0, "group_name")
    }

    /// The zone of its times, such as `Asia/Shanghai`.
    async fn time_zone(&self) -> Option<String> {
        text(&self.0, "time_zone")
    }

    /// How its people work, in Feishu's numbers: 0 fixed hours, 2 a schedule, 3 free.
    async fn group_type(&self) -> Option<i64> {
        number(&self.0, "group_type")
    }

    /// How its people punch, the sum of Feishu's numbers: 1 place, 2 Wi-Fi, 4 machine, 8 address.
    async fn punch_type(&self) -> Option<i64> {
        number(&self.0, "punch_type")
    }

    /// The departments that belong to it.
    async fn department_ids(&self) -> Vec<String> {
        texts(&self.0, "bind_dept_ids")
    }

    /// The departments within those that do not.
    async fn except_department_ids(&self) -> Vec<String> {
        texts(&self.0, "except_dept_ids")
    }

    /// The people who belong to it by themselves.
    async fn user_ids(&self) -> Vec<String> {
        texts(&self.0, "bind_user_ids")
    }

    /// The people who do not, whatever their department.
    async fn except_user_ids(&self) -> Vec<String> {
        texts(&self.0, "except_user_ids")
    }

    /// Who leads it.
    async fn leader_ids(&self) -> Vec<String> {
        texts(&self.0, "group_leader_ids")
    }

    /// The shifts of the seven days of a week, from Monday on; of a group with a schedule, those it chooses from.
    async fn day_shift_ids(&self) -> Vec<String> {
        texts(&self.0, "punch_day_shift_ids")
    }

    /// Everything, as Feishu says it.
    async fn raw(&self) -> Json<&Value> {
        Json(&self.0)
    }
}
