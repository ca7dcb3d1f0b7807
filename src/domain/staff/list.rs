//! Lists of staff, for everybody logged in.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, Select, sea_query::Query};

use crate::{
    db::{self, Children, CursorKey, Numbered, Page, PageKey, Shape, Tree, Window},
    domain::{Context, Outcome, Permission, in_subtree},
    entity::{staff, staff_role, words::StaffGroup},
};

use super::Staff;

/// Which people are wanted; an empty filter wants all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only of one of these groups.
    pub groups: Option<Vec<StaffGroup>>,
    /// Only of this department.
    pub department: Option<i64>,
    /// Only of this department or one below it.
    pub department_subtree: Option<i64>,
    /// Only who is locked, or who is not.
    pub locked: Option<bool>,
    /// Only who has this role. Who does not see roles finds nobody.
    pub role: Option<i64>,
    /// Only whose name or username contains this text, or, for who keeps staff, whose mobile number or mail address does;
    /// ASCII letters compare without case.
    pub search: Option<String>,
}

/// How people are ordered; ties by order of entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, async_graphql::Enum)]
#[graphql(name = "StaffOrderField")]
pub enum Order {
    /// By order of entry.
    #[default]
    Entry,
    /// By display name.
    Name,
    /// By login name.
    Username,
}

impl Order {
    fn key(self, descending: bool) -> PageKey<staff::Entity> {
        use staff::Column::{Id, Name, Username};
        let by_id = PageKey {
            name: "entry",
            column: None,
            id: Id,
            descending,
            read: |row: &Staff| (CursorKey::None(()), row.id),
        };
        match self {
            Self::Entry => by_id,
            Self::Name => PageKey {
                name: "name",
                column: Some((Name, Shape::Text)),
                read: |row| (CursorKey::Text(row.name.clone()), row.id),
                ..by_id
            },
            Self::Username => PageKey {
                name: "username",
                column: Some((Username, Shape::Text)),
                read: |row| (CursorKey::Text(row.username.clone()), row.id),
                ..by_id
            },
        }
    }

    /// The order's name in cursors.
    pub fn name(self) -> &'static str {
        self.key(false).name
    }
}

/// A window of the people that `filter` wants.
pub async fn list(
    ctx: &Context,
    filter: &Filter,
    order: Order,
    descending: bool,
    window: &Window,
) -> Outcome<Page<Staff>> {
    ctx.known()?;
    Ok(db::page(ctx.db().read(), select(ctx, filter), &order.key(descending), window).await?)
}

/// Page `page` (from 1) of the people that `filter` wants, oldest first, `size` a page.
pub async fn numbered(ctx: &Context, filter: &Filter, page: u64, size: u64) -> Outcome<Numbered<Staff>> {
    ctx.known()?;
    Ok(db::numbered(ctx.db().read(), select(ctx, filter), staff::Column::Id, page, size).await?)
}

/// How many people `filter` wants.
pub async fn count(ctx: &Context, filter: &Filter) -> Outcome<u64> {
    ctx.known()?;
    Ok(select(ctx, filter).count(ctx.db().read()).await?)
}

/// The people who belong to a department directly.
const OF_DEPARTMENT: Children<staff::Entity> = Children {
    name: "entry",
    parent: staff::Column::DepartmentId,
    id: staff::Column::Id,
    read: |row| (row.department_id, row.id),
};

/// Of each department, the first `limit` people behind key `after` who belong to it directly, oldest first.
pub async fn list_each(
    ctx: &Context,
    departments: &[i64],
    limit: u64,
    after: Option<i64>,
) -> Outcome<HashMap<i64, Page<Staff>>> {
    ctx.known()?;
    Ok(db::page_each(ctx.db().read(), staff::Entity::find(), &OF_DEPARTMENT, departments, limit, after).await?)
}

/// How many people belong to each department directly.
pub async fn count_each(ctx: &Context, departments: &[i64]) -> Outcome<HashMap<i64, u64>> {
    ctx.known()?;
    Ok(db::count_each(ctx.db().read(), staff::Entity::find(), OF_DEPARTMENT.parent, departments).await?)
}

fn select(ctx: &Context, filter: &Filter) -> Select<staff::Entity> {
    use staff::Column;
    let keeps_staff = ctx.holds(Permission::Users);
    let search = filter.search.as_deref().filter(|text| !text.is_empty()).map(|text| {
        let open = [Column::Name, Column::Username];
        let private = [Column::Mobile, Column::Email];
        let columns = open.into_iter().chain(private.into_iter().filter(|_| keeps_staff));
        columns.fold(Condition::any(), |any, column| any.add(db::contains(column, text)))
    });
    let with_role = filter.role.map(|role| {
        let mut people = Query::select();
        people
            .column(staff_role::Column::StaffId)
            .from(staff_role::Entity)
            .and_where(staff_role::Column::RoleId.eq(role));
        if !keeps_staff && !ctx.holds(Permission::Rbac) {
            let own = ctx.person().map_or(0, |person| person.id);
            people.and_where(staff_role::Column::StaffId.eq(own));
        }
        Column::Id.in_subquery(people)
    });
    staff::Entity::find().filter(
        Condition::all()
            .add_option(filter.groups.as_ref().map(|groups| Column::StaffGroup.is_in(groups.iter().copied())))
            .add_option(filter.department.map(|department| Column::DepartmentId.eq(department)))
            .add_option(filter.department_subtree.map(|root| in_subtree(Column::DepartmentId, Tree::Departments, root)))
            .add_option(filter.locked.map(|locked| Column::Locked.eq(locked)))
            .add_option(with_role)
            .add_option(search),
    )
}
