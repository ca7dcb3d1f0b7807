//! Transactions that race lose nothing.

use std::sync::atomic::{AtomicU32, Ordering};

use assetry::{
    db::{Database, Transient},
    entity::asset,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, Set,
    Statement,
};

use crate::harness::World;

const RACERS: i64 = 32;
const ASSET: &str = "34k5jfkwertfwer";

/// Reads the value, then writes one more: lost when two do it at once without a lock or a retry.
async fn add_one(db: &Database) -> Result<(), DbErr> {
    let tx = db.begin().await?;
    let row = asset::Entity::find().filter(asset::Column::UniqueId.eq(ASSET)).one(&tx).await?;
    let row = row.ok_or(DbErr::RecordNotFound(ASSET.to_owned()))?;
    let value = row.value_origin;
    let mut row = row.into_active_model();
    row.value_origin = Set(value + 1);
    row.update(&tx).await?;
    tx.commit().await
}

async fn value(db: &Database) -> i64 {
    let found = asset::Entity::find().filter(asset::Column::UniqueId.eq(ASSET)).one(db.read()).await.unwrap();
    found.unwrap().value_origin
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_two_that_read_and_write_lose_nothing() {
    let world = World::demo().await;
    let before = value(world.db()).await;
    let racers = (0..RACERS).map(|_| {
        let db = world.db().clone();
        tokio::spawn(async move { db.retry(|| add_one(&db)).await })
    });
    for racer in racers.collect::<Vec<_>>() {
        racer.await.unwrap().unwrap();
    }
    assert_eq!(value(world.db()).await, before + RACERS);
}

#[tokio::test]
async fn what_is_not_committed_is_gone() {
    let world = World::demo().await;
    let before = value(world.db()).await;
    let tx = world.db().begin().await.unwrap();
    asset::Entity::update_many()
        .col_expr(asset::Column::ValueOrigin, 77.into())
        .filter(asset::Column::UniqueId.eq(ASSET))
        .exec(&tx)
        .await
        .unwrap();
    drop(tx);
    assert_eq!(value(world.db()).await, before);
}

#[tokio::test]
async fn a_snapshot_sees_one_state() {
    let world = World::demo().await;
    let snapshot = world.db().snapshot().await.unwrap();
    let count = async || {
        let found: Vec<i64> = asset::Entity::find()
            .select_only()
            .column(asset::Column::ValueOrigin)
            .filter(asset::Column::UniqueId.eq(ASSET))
            .into_tuple()
            .all(&snapshot)
            .await
            .unwrap();
        found[0]
    };
    let before = count().await;
    add_one(world.db()).await.unwrap();
    assert_eq!(count().await, before);
    snapshot.commit().await.unwrap();
    assert_eq!(value(world.db()).await, before + 1);
}

#[tokio::test]
async fn what_only_reads_cannot_write() {
    let world = World::demo().await;
    if world.db().is_sqlite() {
        let refused = world.db().read().execute_unprepared("UPDATE asset SET value_origin = 1").await;
        assert!(refused.is_err());
    } else {
        let snapshot = world.db().snapshot().await.unwrap();
        assert!(snapshot.execute_unprepared("UPDATE asset SET value_origin = 1").await.is_err());
    }
}

#[derive(Debug)]
struct Failed {
    transient: bool,
}

impl Transient for Failed {
    fn is_transient(&self) -> bool {
        self.transient
    }
}

#[tokio::test]
async fn only_what_may_pass_is_tried_again() {
    let world = World::empty().await;
    let tried = AtomicU32::new(0);
    let outcome = world
        .db()
        .retry(|| async {
            let before = tried.fetch_add(1, Ordering::SeqCst);
            if before < 3 { Err(Failed { transient: true }) } else { Ok(before) }
        })
        .await;
    assert_eq!(outcome.unwrap(), 3);

    tried.store(0, Ordering::SeqCst);
    let outcome: Result<(), Failed> = world
        .db()
        .retry(|| async {
            tried.fetch_add(1, Ordering::SeqCst);
            Err(Failed { transient: false })
        })
        .await;
    assert!(outcome.is_err());
    assert_eq!(tried.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn statements_are_heard_one_by_one() {
    let world = World::demo().await;
    let (_, sent) = world
        .statements(async {
            let sql = |text: &str| Statement::from_string(world.db().read().get_database_backend(), text);
            world.db().read().query_one_raw(sql("SELECT 1")).await.unwrap();
            world.db().read().query_one_raw(sql("SELECT 2")).await.unwrap();
        })
        .await;
    assert_eq!(sent, ["SELECT 1", "SELECT 2"]);
}
