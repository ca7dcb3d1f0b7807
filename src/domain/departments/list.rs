//! Lists of departments, for everybody logged in.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, Select};

use super::Department;
use crate::{
    db::{self, Children, CursorKey, Numbered, Page, PageKey, Shape, Tree, Window},
    domain::{Context, Outcome, in_subtree},
    entity::department,
};

/// Which departments are wanted; an empty filter wants all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only directly below this one.
    pub parent: Option<i64>,
    /// Only this one and those below it.
    pub subtree: Option<i64>,
    /// Only those with, or without, a department above.
    pub root: Option<bool>,
    /// Only whose name or location contains this text; ASCII letters compare without case.
    pub search: Option<String>,
}

/// How departments are ordered; ties by order of entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, async_graphql::Enum)]
#[graphql(name = "DepartmentOrderField")]
pub enum Order {
    /// By order of entry.
    #[default]
    Entry,
    /// By name.
    Name,
}

impl Order {
    fn key(self, descending: bool) -> PageKey<department::Entity> {
        use department::Column::{Id, Name};
        let by_id = PageKey {
            name: "entry",
            column: None,
            id: Id,
            descending,
            read: |row: &Department| (CursorKey::None(()), row.id),
        };
        match self {
            Self::Entry => by_id,
            Self::Name => PageKey {
                name: "name",
                column: Some((Name, Shape::Text)),
                read: |row| (CursorKey::Text(row.name.clone()), row.id),
                ..by_id
            },
        }
    }

    /// The order's name in cursors.
    pub fn name(self) -> &'static str {
        self.key(false).name
    }
}

/// A window of the departments that `filter` wants.
pub async fn list(
    ctx: &Context,
    filter: &Filter,
    order: Order,
    descending: bool,
    window: &Window,
) -> Outcome<Page<Department>> {
    ctx.known()?;
    Ok(db::page(ctx.db().read(), select(filter), &order.key(descending), window).await?)
}

/// Page `page` (from 1) of the departments, oldest first, `size` a page.
pub async fn numbered(ctx: &Context, page: u64, size: u64) -> Outcome<Numbered<Department>> {
    ctx.known()?;
    Ok(db::numbered(ctx.db().read(), department::Entity::find(), department::Column::Id, page, size).await?)
}

/// How many departments `filter` wants.
pub async fn count(ctx: &Context, filter: &Filter) -> Outcome<u64> {
    ctx.known()?;
    Ok(select(filter).count(ctx.db().read()).await?)
}

/// The departments right below a department.
const BELOW: Children<department::Entity> = Children {
    name: "entry",
    parent: department::Column::ParentId,
    id: department::Column::Id,
    read: |row| (row.parent_id, row.id),
};

/// Of each department, the first `limit` right below it behind key `after`, oldest first.
pub async fn list_each(
    ctx: &Context,
    parents: &[i64],
    limit: u64,
    after: Option<i64>,
) -> Outcome<HashMap<i64, Page<Department>>> {
    ctx.known()?;
    Ok(db::page_each(ctx.db().read(), department::Entity::find(), &BELOW, parents, limit, after).await?)
}

/// How many departments are right below each.
pub async fn count_each(ctx: &Context, parents: &[i64]) -> Outcome<HashMap<i64, u64>> {
    ctx.known()?;
    Ok(db::count_each(ctx.db().read(), department::Entity::find(), BELOW.parent, parents).await?)
}

fn select(filter: &Filter) -> Select<department::Entity> {
    use department::Column;
    let search =
        filter.search.as_deref().filter(|text| !text.is_empty()).map(|text| {
            Condition::any().add(db::contains(Column::Name, text)).add(db::contains(Column::Location, text))
        });
    department::Entity::find().filter(
        Condition::all()
            .add_option(filter.parent.map(|parent| Column::ParentId.eq(parent)))
            .add_option(filter.subtree.map(|root| in_subtree(Column::Id, Tree::Departments, root)))
            .add_option(filter.root.map(
                |root| {
                    if root { Column::ParentId.is_null() } else { Column::ParentId.is_not_null() }
                },
            ))
            .add_option(search),
    )
}
