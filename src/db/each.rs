//! The same window of many lists at once: the rows of each parent, read in one statement.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, Iterable, Order, QueryFilter, QuerySelect,
    QueryTrait, Select,
};

use super::{Cursor, CursorKey, Page};

/// Parents asked about by one statement; the databases bound the number of parameters.
const CHUNK: usize = 1000;

/// How the rows of a parent are found, ordered by key, and shown.
pub struct Children<E: EntityTrait> {
    /// Names the order in cursors.
    pub name: &'static str,
    /// The column that holds the parent's key.
    pub parent: E::Column,
    /// The key column.
    pub id: E::Column,
    /// Both keys of a row: the parent's, and its own.
    pub read: fn(&E::Model) -> (Option<i64>, i64),
}

/// Of each parent, the first `limit` rows of `select` behind key `after`, in order of their keys; parents without rows are left out.
pub async fn page_each<E>(
    db: &impl ConnectionTrait,
    select: Select<E>,
    children: &Children<E>,
    parents: &[i64],
    limit: u64,
    after: Option<i64>,
) -> Result<HashMap<i64, Page<E::Model>>, DbErr>
where
    E: EntityTrait,
    E::Model: FromQueryResult + Send + Sync,
{
    let mut pages: HashMap<i64, Page<E::Model>> = HashMap::new();
    for chunk in parents.chunks(CHUNK) {
        let mut ranked = select.clone().filter(children.parent.is_in(chunk.iter().copied()));
        if let Some(after) = after {
            ranked = ranked.filter(children.id.gt(after));
        }
        let mut ranked = ranked.into_query();
        ranked.expr_as(rank(children), "rank_of_parent");
        let rows = Query::select()
            .columns(E::Column::iter())
            .from_subquery(ranked, "ranked")
            .and_where(Expr::col("rank_of_parent").lte(limit + 1))
            .order_by(children.id, Order::Asc)
            .to_owned();
        for row in E::find().from_raw_sql(db.get_database_backend().build(&rows)).all(db).await? {
            let (Some(parent), id) = (children.read)(&row) else { continue };
            let page = pages.entry(parent).or_insert_with(|| Page { has_previous: after.is_some(), ..Page::empty() });
            if page.rows.len() as u64 == limit {
                page.has_next = true;
            } else {
                let cursor = Cursor { order: children.name.to_owned(), key: CursorKey::None(()), id };
                page.rows.push((cursor, row));
            }
        }
    }
    Ok(pages)
}

/// How many rows of `select` each parent has; parents without rows are left out.
pub async fn count_each<E: EntityTrait>(
    db: &impl ConnectionTrait,
    select: Select<E>,
    parent: E::Column,
    parents: &[i64],
) -> Result<HashMap<i64, u64>, DbErr> {
    let mut counts = HashMap::new();
    for chunk in parents.chunks(CHUNK) {
        let counted: Vec<(i64, i64)> = select
            .clone()
            .filter(parent.is_in(chunk.iter().copied()))
            .select_only()
            .column(parent)
            .column_as(Expr::cust("COUNT(*)"), "rows_of_parent")
            .group_by(parent)
            .into_tuple()
            .all(db)
            .await?;
        counts.extend(counted.into_iter().map(|(parent, count)| (parent, u64::try_from(count).unwrap_or_default())));
    }
    Ok(counts)
}

fn rank<E: EntityTrait>(children: &Children<E>) -> SimpleExpr {
    use sea_orm::IdenStatic;
    let (parent, id) = (children.parent.as_str(), children.id.as_str());
    Expr::cust(format!("ROW_NUMBER() OVER (PARTITION BY {parent} ORDER BY {id})"))
}
