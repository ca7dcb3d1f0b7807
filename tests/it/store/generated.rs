//! Generated data: as much as was asked for, the same for the same seed, and what is made next gets keys of its own.

use assetry::{
    commands::generate::{self, Size},
    entity::{approval, asset, department, history, staff},
};
use sea_orm::{EntityTrait, PaginatorTrait, QueryOrder, QuerySelect, Set};

use crate::harness::World;

const SIZE: Size = Size { departments: 12, staff: 90, groups: 9, assets: 1200 };

async fn first_assets(world: &World) -> Vec<asset::Model> {
    asset::Entity::find().order_by_asc(asset::Column::Id).limit(100).all(world.db().read()).await.unwrap()
}

#[tokio::test]
async fn it_is_as_much_as_was_asked_for_and_goes_into_an_empty_database() {
    let world = World::empty().await;
    generate::fill(&world.app, SIZE, 1).await.unwrap();
    let db = world.db().read();
    assert_eq!(department::Entity::find().count(db).await.unwrap(), SIZE.departments);
    assert_eq!(staff::Entity::find().count(db).await.unwrap(), SIZE.staff);
    assert_eq!(asset::Entity::find().count(db).await.unwrap(), SIZE.assets);
    assert_eq!(approval::Entity::find().count(db).await.unwrap(), SIZE.assets / 2);
    assert_eq!(history::Entity::find().count(db).await.unwrap(), SIZE.assets * 5);

    let refused = generate::fill(&world.app, SIZE, 1).await.unwrap_err();
    assert!(refused.sentence().contains("empty one only"), "{}", refused.sentence());

    let tx = world.db().begin().await.unwrap();
    let made = department::ActiveModel {
        unique_id: Set("next".to_owned()),
        name: Set("next".to_owned()),
        location: Set(String::new()),
        created_at: Set(world.app.now()),
        updated_at: Set(world.app.now()),
        ..Default::default()
    };
    let made = department::Entity::insert(made).exec_with_returning(&tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(made.id as u64, SIZE.departments + 1);
}

#[tokio::test]
async fn the_seed_decides() {
    let worlds = [World::empty().await, World::empty().await, World::empty().await];
    for (world, seed) in worlds.iter().zip([7, 7, 8]) {
        generate::fill(&world.app, SIZE, seed).await.unwrap();
    }
    let [one, same, other] = &worlds;
    assert_eq!(first_assets(one).await, first_assets(same).await);
    assert_ne!(first_assets(one).await, first_assets(other).await);
}
