//! Numbered pages, for legacy clients that count; everybody else pages by cursor.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryOrder, QuerySelect, Select};

use super::count;

/// One page of a list that is cut into pages of one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered<M> {
    /// How many rows the whole list has.
    pub total: u64,
    /// The rows of the page; none beyond the end.
    pub rows: Vec<M>,
}

/// Page `page` (from 1) of the rows of `select` in order of `id`, `size` rows a page. Two statements, one where the page lies beyond
/// the end.
pub async fn numbered<E: EntityTrait>(
    db: &impl ConnectionTrait,
    select: Select<E>,
    id: E::Column,
    page: u64,
    size: u64,
) -> Result<Numbered<E::Model>, DbErr> {
    let total = count(db, select.clone()).await?;
    let offset = page.saturating_sub(1).checked_mul(size).filter(|offset| *offset < total);
    let rows = match offset {
        Some(offset) => select.order_by_asc(id).offset(offset).limit(size).all(db).await?,
        None => Vec::new(),
    };
    Ok(Numbered { total, rows })
}
