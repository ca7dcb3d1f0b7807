//! Migrations go up, down, and up again.

use sea_orm::{EntityTrait, PaginatorTrait};

use assetry::entity::{asset_group, role, role_permission};

use crate::harness::{Content, World};

#[tokio::test]
async fn they_go_up_and_down_and_up_again() {
    let world = World::with(Content::Nothing).await;
    let db = world.db();
    let all = db.pending_migrations().await.unwrap();
    assert!(all.len() >= 8, "{all:?}");

    db.migrate().await.unwrap();
    assert!(db.pending_migrations().await.unwrap().is_empty());
    db.migrate().await.unwrap();

    db.unmigrate(None).await.unwrap();
    assert_eq!(db.pending_migrations().await.unwrap(), all);

    db.migrate().await.unwrap();
    assert_eq!(asset_group::Entity::find().count(db.read()).await.unwrap(), 1);
    assert_eq!(role::Entity::find().count(db.read()).await.unwrap(), 3);
    assert_eq!(role_permission::Entity::find().count(db.read()).await.unwrap(), 9 + 4 + 1);
}

#[tokio::test]
async fn they_go_down_with_data_too() {
    let world = World::demo().await;
    world.db().unmigrate(None).await.unwrap();
    assert!(!world.db().pending_migrations().await.unwrap().is_empty());
    world.db().migrate().await.unwrap();
}
