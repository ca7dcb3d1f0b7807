//! Asking twice with one key gives one effect and the same answer.

use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};
use serde::Serialize;

use crate::{app::App, entity::idempotency_key};

use super::{Code, Context, Outcome, digest, text};

/// A key that a client chose for an operation, and what makes its input this input.
#[derive(Clone, Debug)]
pub struct Once {
    operation: &'static str,
    key: String,
    fingerprint: String,
}

impl Once {
    /// The key of `operation` with what `input` gives; none when the client gave no key, and then `input` is not asked.
    pub fn new<I: Serialize>(
        operation: &'static str,
        key: Option<&str>,
        input: impl FnOnce() -> I,
    ) -> Outcome<Option<Self>> {
        let Some(key) = key else { return Ok(None) };
        text::name("idempotencyKey", key)?;
        let bytes = serde_json::to_vec(&input()).map_err(super::Fault::internal)?;
        let fingerprint = digest::sha256(bytes);
        Ok(Some(Self { operation, key: key.to_owned(), fingerprint }))
    }

    /// The keys of the rows an earlier call with this key made; refuses the key when that call had another input.
    pub async fn earlier(&self, db: &impl ConnectionTrait, ctx: &Context) -> Outcome<Option<Vec<i64>>> {
        let name = (ctx.person()?.id, self.operation.to_owned(), self.key.clone());
        let Some(row) = idempotency_key::Entity::find_by_id(name).one(db).await? else { return Ok(None) };
        if row.fingerprint != self.fingerprint {
            return Err(Code::IdempotencyKeyReused.on("idempotencyKey"));
        }
        Ok(Some(serde_json::from_str(&row.result).map_err(super::Fault::internal)?))
    }

    /// Remembers the rows this call made, in its own transaction.
    pub async fn remember(&self, db: &impl ConnectionTrait, ctx: &Context, made: &[i64]) -> Outcome<()> {
        idempotency_key::ActiveModel {
            staff_id: Set(ctx.person()?.id),
            operation: Set(self.operation.to_owned()),
            key: Set(self.key.clone()),
            fingerprint: Set(self.fingerprint.clone()),
            result: Set(serde_json::to_string(made).map_err(super::Fault::internal)?),
            created_at: Set(ctx.now()),
        }
        .insert(db)
        .await?;
        Ok(())
    }
}

/// Days for which a key is remembered.
const KEPT_DAYS: i64 = 7;

/// Forgets keys that were used long ago and gives their number.
pub async fn sweep(app: &App) -> Outcome<u64> {
    let before = app.now() - TimeDelta::days(KEPT_DAYS);
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            let old = idempotency_key::Column::CreatedAt.lt(before);
            let forgotten = idempotency_key::Entity::delete_many().filter(old).exec(&tx).await?.rows_affected;
            tx.commit().await?;
            Ok(forgotten)
        })
        .await
}
