//! Lists without bound: rows read one after the other inside one snapshot, while somebody takes them.

use std::{sync::Arc, time::Duration};

use futures_util::{
    StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, IntoSimpleExpr, Select,
    sea_query::{Expr, Func, SimpleExpr},
};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    time,
};

use super::Database;

/// Rows in batches, in order. A failure comes as the last item; without one the list is complete.
pub type Rows<M> = BoxStream<'static, Result<Vec<M>, DbErr>>;

/// Most rows of a batch.
const BATCH: usize = 64;
/// Batches that wait to be taken.
const WAITING: usize = 2;
/// How long a batch waits to be taken before the reading is given up: a snapshot must not stay open for a client that has gone to sleep.
const PATIENCE: Duration = Duration::from_secs(60);

/// A text column that is never NULL, as no index knows it. Where a list without bound is chosen by the column's own index, SQLite sorts the
/// whole list in memory before it gives the first row; by this it reads in the order of the keys.
pub fn unindexed(column: impl ColumnTrait) -> SimpleExpr {
    Func::coalesce([column.into_simple_expr(), Expr::val("")]).into()
}

/// One state of the database, for a list without bound. Only so many are open at once that single reads always find a connection.
#[derive(Debug)]
pub struct Snapshot {
    tx: DatabaseTransaction,
    place: Option<OwnedSemaphorePermit>,
}

impl Database {
    /// A snapshot, as soon as there is a place for one.
    pub async fn long_snapshot(&self) -> Result<Snapshot, DbErr> {
        // The semaphore is never closed.
        let place = Arc::clone(&self.long).acquire_owned().await.ok();
        Ok(Snapshot { tx: self.snapshot().await?, place })
    }
}

impl Snapshot {
    /// For what is read before the list.
    pub fn tx(&self) -> &DatabaseTransaction {
        &self.tx
    }

    /// The rows of `select`, read as they are taken: memory does not grow with their number.
    pub fn rows<E, M>(self, select: Select<E>) -> Rows<M>
    where
        E: EntityTrait,
        M: FromQueryResult + Send + Sync + 'static,
    {
        let (give, take) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            let end = pump(&self.tx, select, &give).await.map(|()| None);
            // The connection goes back before the place does.
            drop(self.tx);
            drop(self.place);
            // Nobody may be there to hear it.
            let _ = give.send_timeout(end, PATIENCE).await;
        });
        stream::unfold(Some(take), |take| async {
            let mut take = take?;
            match take.recv().await {
                Some(Ok(Some(rows))) => Some((Ok(rows), Some(take))),
                Some(Ok(None)) => None,
                Some(Err(error)) => Some((Err(error), None)),
                None => Some((Err(DbErr::Custom("the rows stopped before their end".to_owned())), None)),
            }
        })
        .boxed()
    }
}

type Batch<M> = Result<Option<Vec<M>>, DbErr>;

async fn pump<E, M>(tx: &DatabaseTransaction, select: Select<E>, give: &mpsc::Sender<Batch<M>>) -> Result<(), DbErr>
where
    E: EntityTrait,
    M: FromQueryResult + Send + Sync,
{
    let mut batches = select.into_model::<M>().stream(tx).await?.try_ready_chunks(BATCH);
    while let Some(batch) = batches.next().await {
        let rows = batch.map_err(|error| error.1)?;
        match time::timeout(PATIENCE, give.send(Ok(Some(rows)))).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Ok(()),
            Err(_) => return Err(DbErr::Custom("nobody took the rows".to_owned())),
        }
    }
    Ok(())
}
