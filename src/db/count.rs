//! How many rows a query has.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QuerySelect, Select, sea_query::Expr};

/// How many rows `select` gives; one statement that reads no columns.
pub async fn count<E: EntityTrait>(db: &impl ConnectionTrait, select: Select<E>) -> Result<u64, DbErr> {
    let counted: Option<i64> =
        select.select_only().column_as(Expr::cust("COUNT(*)"), "rows_counted").into_tuple().one(db).await?;
    Ok(counted.and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
}
