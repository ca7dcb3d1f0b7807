//! Departments as long lists for the legacy dialects.

use futures_util::{StreamExt, stream};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
    sea_query::Expr,
};

use crate::{
    domain::{
        Code, Context, Key, Outcome,
        listing::{Listing, Titled, faults},
    },
    entity::{department, staff},
};

use super::Department;

/// A department and those right below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The legacy key.
    pub unique_id: String,
    /// The name.
    pub name: String,
    /// The department above: the legacy key.
    pub parent_id: Option<String>,
    /// The departments right below, the oldest first.
    pub children: Vec<Titled>,
}

/// A department and one right below it, or none.
#[derive(FromQueryResult)]
struct Pair {
    unique_id: String,
    name: String,
    parent_id: Option<String>,
    child_id: Option<String>,
    child_name: Option<String>,
}

/// A department with what is above it, right below it, and in it.
pub struct Described {
    /// The department.
    pub department: Department,
    /// The department above.
    pub parent: Option<Department>,
    /// The departments right below, the oldest first.
    pub children: Vec<Titled>,
    /// The people who belong to it directly, the oldest first.
    pub staff: Listing<Titled>,
}

/// Every department, the oldest first. Anybody logged in may.
pub async fn all(ctx: &Context) -> Outcome<Listing<Listed>> {
    use department::Column::{Id, Name, UniqueId};
    ctx.known()?;
    let pairs = department::Entity::find()
        .select_only()
        .columns([UniqueId, Name])
        .join_as(JoinType::LeftJoin, department::Relation::Parent.def(), "parent")
        .expr_as(Expr::col(("parent", UniqueId)), "parent_id")
        .join_as(JoinType::LeftJoin, department::Relation::Parent.def().rev(), "child")
        .expr_as(Expr::col(("child", UniqueId)), "child_id")
        .expr_as(Expr::col(("child", Name)), "child_name")
        .order_by_asc(Id)
        .order_by_asc(Expr::col(("child", Id)));
    let snapshot = ctx.db().long_snapshot().await?;
    Ok(gathered(faults(snapshot.rows(pairs))))
}

/// Pairs that follow one another with the same department, as one row.
fn gathered(pairs: Listing<Pair>) -> Listing<Listed> {
    let state = (Some(pairs), None::<Listed>);
    let rows = stream::unfold(state, |(pairs, mut open)| async {
        let mut pairs = pairs?;
        match pairs.next().await {
            Some(Ok(batch)) => {
                let mut done = Vec::new();
                for pair in batch {
                    let child = pair.child_id.zip(pair.child_name);
                    let child = child.map(|(unique_id, name)| Titled { unique_id, name });
                    match &mut open {
                        Some(open) if open.unique_id == pair.unique_id => open.children.extend(child),
                        _ => {
                            let next = Listed {
                                unique_id: pair.unique_id,
                                name: pair.name,
                                parent_id: pair.parent_id,
                                children: child.into_iter().collect(),
                            };
                            done.extend(open.replace(next));
                        }
                    }
                }
                Some((Ok(done), (Some(pairs), open)))
            }
            Some(Err(fault)) => Some((Err(fault), (None, None))),
            None => open.map(|last| (Ok(vec![last]), (None, None))),
        }
    });
    rows.boxed()
}

/// The department with this key, all as of one moment. Anybody logged in may.
pub async fn described(ctx: &Context, key: &Key) -> Outcome<Described> {
    ctx.known()?;
    let snapshot = ctx.db().long_snapshot().await?;
    let department = key.find::<department::Entity>(snapshot.tx()).await?.ok_or(Code::DepartmentNotFound)?;
    let parent = match department.parent_id {
        Some(parent) => department::Entity::find_by_id(parent).one(snapshot.tx()).await?,
        None => None,
    };
    let children = department::Entity::find()
        .select_only()
        .columns([department::Column::UniqueId, department::Column::Name])
        .filter(department::Column::ParentId.eq(department.id))
        .order_by_asc(department::Column::Id)
        .into_model::<Titled>()
        .all(snapshot.tx())
        .await?;
    let staff = staff::Entity::find()
        .select_only()
        .columns([staff::Column::UniqueId, staff::Column::Name])
        .filter(staff::Column::DepartmentId.eq(department.id))
        .order_by_asc(staff::Column::Id);
    Ok(Described { department, parent, children, staff: faults(snapshot.rows(staff)) })
}
