//! WeCom, beside a stand-in: the client, the sync, callbacks (contract: laravel-template §8 to §10).

mod callback;
mod client;
mod sync;

use assetry::{
    delivery,
    domain::{Actor, Context},
    entity::{department, person_binding, staff, words::Door},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::harness::World;

impl World {
    /// Does what was left for later.
    pub(crate) async fn work(&self) {
        delivery::round(&self.app, &CancellationToken::new()).await.unwrap();
    }

    /// Everything a sync may touch, as one value.
    async fn directory(&self) -> Value {
        let db = self.db().read();
        let people = staff::Entity::find().all(db).await.unwrap();
        let departments = department::Entity::find().all(db).await.unwrap();
        let links = person_binding::Entity::find().all(db).await.unwrap();
        json!(format!("{people:?} {departments:?} {links:?}"))
    }
}

fn system(world: &World) -> Context {
    Context::new(world.app.clone(), Actor::System, Door::System)
}

async fn person(world: &World, username: &str) -> Option<staff::Model> {
    staff::Entity::find().filter(staff::Column::Username.eq(username)).one(world.db().read()).await.unwrap()
}
