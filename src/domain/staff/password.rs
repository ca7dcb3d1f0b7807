//! Giving somebody a password.

use sea_orm::{ConnectionTrait, EntityTrait, Set, sea_query::OnConflict};

use crate::{
    domain::{Context, Key, Outcome, Permission, sessions, text, transact},
    entity::credential,
};

use super::{Staff, find};

/// A password after hashing, which takes its time and so happens before any transaction.
#[derive(Clone)]
pub struct Hashed(String);

impl std::fmt::Debug for Hashed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Hashed(…)")
    }
}

impl Hashed {
    /// The hash of `password`, with a fresh salt.
    pub async fn new(ctx: &Context, password: &str) -> Outcome<Self> {
        Ok(Self(ctx.app.hashing.hash(password).await?))
    }
}

/// Gives a person a new password and ends all their sessions; a lock stays. Permission `/users/*`
/// (contract: asset-platform §7.5).
pub async fn set_password(ctx: &Context, key: &Key, password: &str) -> Outcome<Staff> {
    ctx.may(Permission::Users)?;
    text::password("password", password)?;
    find(ctx.db().read(), key).await?;
    let hashed = &Hashed::new(ctx, password).await?;
    transact!(ctx, |tx| replace(&tx, ctx, key, hashed))
}

async fn replace(db: &impl ConnectionTrait, ctx: &Context, key: &Key, password: &Hashed) -> Outcome<Staff> {
    let staff = find(db, key).await?;
    set_password_in(db, ctx, staff.id, password).await?;
    Ok(staff)
}

/// Stores the password of a person within a transaction and ends all their sessions.
pub async fn set_password_in(db: &impl ConnectionTrait, ctx: &Context, staff: i64, password: &Hashed) -> Outcome<()> {
    let row = credential::ActiveModel {
        staff_id: Set(staff),
        password_hash: Set(password.0.clone()),
        updated_at: Set(ctx.now()),
    };
    let replace = OnConflict::column(credential::Column::StaffId)
        .update_columns([credential::Column::PasswordHash, credential::Column::UpdatedAt])
        .to_owned();
    credential::Entity::insert(row).on_conflict(replace).exec_without_returning(db).await?;
    sessions::end_all(db, staff, ctx.now()).await?;
    Ok(())
}
