//! The punches and results that Feishu told us of, as they are kept (contract: feishu-app §6.4).

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, Select, sea_query::Expr};

use crate::{
    db::{self, CursorKey, Page, PageKey, Shape, Window},
    domain::{Context, Outcome, Permission},
    entity::attendance_event,
};

/// An event as it was told.
pub type Event = attendance_event::Model;

/// Which events are wanted; an empty filter wants all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only of this type: `user_flow`, `user_task`, or as Feishu writes it.
    pub kind: Option<String>,
    /// Only about this person, by their Feishu user id.
    pub employee: Option<String>,
    /// Only from this time on.
    pub from: Option<DateTime<Utc>>,
    /// Only before this time.
    pub to: Option<DateTime<Utc>>,
}

/// Short names of types.
const KINDS: [(&str, &str); 2] =
    [("user_flow", "attendance.user_flow.created_v1"), ("user_task", "attendance.user_task.updated_v1")];

const NEWEST_FIRST: PageKey<attendance_event::Entity> = PageKey {
    name: "attendanceEvent",
    column: Some((attendance_event::Column::At, Shape::Time)),
    id: attendance_event::Column::Id,
    descending: true,
    read: |row| (CursorKey::Time { at: row.at }, row.id),
};

/// A window of the events that `filter` wants, the newest first. Permission `/attendance/*`.
pub async fn list(ctx: &Context, filter: &Filter, window: &Window) -> Outcome<Page<Event>> {
    ctx.may(Permission::Attendance)?;
    Ok(db::page(ctx.db().read(), select(filter), &NEWEST_FIRST, window).await?)
}

/// How many events `filter` wants. Permission `/attendance/*`.
pub async fn count(ctx: &Context, filter: &Filter) -> Outcome<u64> {
    ctx.may(Permission::Attendance)?;
    Ok(db::count(ctx.db().read(), select(filter)).await?)
}

fn select(filter: &Filter) -> Select<attendance_event::Entity> {
    use attendance_event::Column::{At, EmployeeId, Kind};
    let kind = filter.kind.as_deref();
    let kind = kind.map(|kind| KINDS.iter().find(|(short, _)| *short == kind).map_or(kind, |(_, full)| *full));
    let is = |column: attendance_event::Column, text: &str| {
        // PostgreSQL cannot hold U+0000, so nothing can be called by it.
        if text.contains('\0') { Expr::val(false) } else { column.eq(text) }
    };
    attendance_event::Entity::find().filter(
        Condition::all()
            .add_option(kind.map(|kind| is(Kind, kind)))
            .add_option(filter.employee.as_deref().map(|employee| is(EmployeeId, employee)))
            .add_option(filter.from.map(|from| At.gte(from)))
            .add_option(filter.to.map(|to| At.lt(to))),
    )
}
