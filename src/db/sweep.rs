//! Clearing away many rows without holding up those who write.

use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::Database;

/// Most rows deleted in one transaction.
const BATCH: u64 = 1000;

/// Deletes the rows that are `dead`, a thousand in a transaction, and gives their number.
pub async fn sweep<E: EntityTrait>(db: &Database, id: E::Column, dead: Condition) -> Result<u64, DbErr> {
    let mut swept = 0;
    loop {
        let batch = db
            .retry(|| async {
                let some = E::find().select_only().column(id).filter(dead.clone()).limit(BATCH).into_query();
                let tx = db.begin().await?;
                let deleted = E::delete_many().filter(id.in_subquery(some)).exec(&tx).await?.rows_affected;
                tx.commit().await?;
                Ok::<_, DbErr>(deleted)
            })
            .await?;
        swept += batch;
        if batch < BATCH {
            return Ok(swept);
        }
    }
}
