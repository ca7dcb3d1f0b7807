//! Secrets that the server makes for itself, once per database.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use sea_orm::{EntityTrait, Set, sea_query::OnConflict};

use crate::{app::Random, db::Database, entity::server_secret};

use super::{Code, Outcome};

/// The secret kept under `name`, made of 48 random bytes when there is none. Of any number of servers that start at once, one
/// makes it and all get it.
pub async fn kept(db: &Database, random: &dyn Random, now: DateTime<Utc>, name: &str) -> Outcome<String> {
    if let Some(known) = server_secret::Entity::find_by_id(name).one(db.read()).await? {
        return Ok(known.value);
    }
    let mut bytes = [0; 48];
    random.fill(&mut bytes);
    let made = STANDARD.encode(bytes);
    db.retry(|| async {
        let tx = db.begin().await?;
        let row =
            server_secret::ActiveModel { name: Set(name.to_owned()), value: Set(made.clone()), created_at: Set(now) };
        let once = OnConflict::column(server_secret::Column::Name).do_nothing().to_owned();
        server_secret::Entity::insert(row).on_conflict(once).exec_without_returning(&tx).await?;
        let kept = server_secret::Entity::find_by_id(name).one(&tx).await?;
        tx.commit().await?;
        kept.map(|row| row.value).ok_or_else(|| Code::Internal.into())
    })
    .await
}
