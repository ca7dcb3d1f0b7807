//! Secrets that the server makes for itself, once per database.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use sea_orm::{EntityTrait, Set, sea_query::OnConflict};

use crate::{
    app::{ALPHANUMERIC, Random, Vault, draw},
    db::Database,
    entity::server_secret,
};

use super::{Code, Outcome};

/// Characters of a secret that is kept sealed.
const SEALED_LENGTH: usize = 40;

/// The secret kept under `name`, made of 48 random bytes when there is none. Of any number of servers that start at once, one
/// makes it and all get it.
pub async fn kept(db: &Database, random: &dyn Random, now: DateTime<Utc>, name: &str) -> Outcome<String> {
    if let Some(known) = read(db, name).await? {
        return Ok(known);
    }
    let mut bytes = [0; 48];
    random.fill(&mut bytes);
    write(db, now, name, &STANDARD.encode(bytes), false).await
}

/// The secret kept sealed under `name`, 40 letters and digits, made when there is none or `vault` cannot open it any more. Of any number
/// of servers that start at once, one makes it and all get it.
pub async fn kept_sealed(
    db: &Database,
    vault: &Vault,
    random: &dyn Random,
    now: DateTime<Utc>,
    name: &str,
) -> Outcome<String> {
    let known = read(db, name).await?;
    let is_known = known.is_some();
    if let Some(opened) = known.and_then(|sealed| vault.open(name, &sealed)) {
        return Ok(opened);
    }
    if is_known {
        tracing::warn!(name, "a secret in the database was sealed by another JWT secret; a new one is made");
    }
    let made = draw(random, ALPHANUMERIC, SEALED_LENGTH);
    let sealed = vault.seal(random, name, &made).ok_or(Code::Internal)?;
    let kept = write(db, now, name, &sealed, is_known).await?;
    vault.open(name, &kept).ok_or_else(|| Code::Internal.into())
}

async fn read(db: &Database, name: &str) -> Outcome<Option<String>> {
    Ok(server_secret::Entity::find_by_id(name).one(db.read()).await?.map(|row| row.value))
}

/// Keeps `value` and gives what is kept: with `again` this one, else the one that was there before it.
async fn write(db: &Database, now: DateTime<Utc>, name: &str, value: &str, again: bool) -> Outcome<String> {
    use server_secret::Column::{CreatedAt, Name, Value};
    let mut once = OnConflict::column(Name);
    let once = if again { once.update_columns([Value, CreatedAt]) } else { once.do_nothing() }.to_owned();
    db.retry(|| async {
        let tx = db.begin().await?;
        let row = server_secret::ActiveModel {
            name: Set(name.to_owned()),
            value: Set(value.to_owned()),
            created_at: Set(now),
        };
        server_secret::Entity::insert(row).on_conflict(once.clone()).exec_without_returning(&tx).await?;
        let kept = server_secret::Entity::find_by_id(name).one(&tx).await?;
        tx.commit().await?;
        kept.map(|row| row.value).ok_or_else(|| Code::Internal.into())
    })
    .await
}
