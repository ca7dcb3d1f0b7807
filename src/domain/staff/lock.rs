//! Keeping somebody from logging in, and letting them again.

use sea_orm::{ConnectionTrait, Set};

use crate::{
    domain::{Context, Key, Outcome, Permission, rbac::Administrators, sessions, transact},
    entity::words::LockedBy,
};

use super::{Staff, change, find, somebody_else};

/// Locks a person and ends all their sessions; once more is fine. Permission `/users/*` (contract: asset-platform §7.6).
pub async fn lock(ctx: &Context, key: &Key) -> Outcome<Staff> {
    ctx.may(Permission::Users)?;
    transact!(ctx, |tx| lock_somebody(&tx, ctx, key))
}

/// Unlocks a person, whoever locked them; no session revives. Permission `/users/*`.
pub async fn unlock(ctx: &Context, key: &Key) -> Outcome<Staff> {
    ctx.may(Permission::Users)?;
    transact!(ctx, |tx| unlock_somebody(&tx, ctx, key))
}

async fn lock_somebody(db: &impl ConnectionTrait, ctx: &Context, key: &Key) -> Outcome<Staff> {
    let staff = find(db, key).await?;
    somebody_else(ctx, &staff)?;
    let administrators = Administrators::before(db).await?;
    let staff = lock_in(db, ctx, staff, LockedBy::Person).await?;
    administrators.remain(db).await?;
    Ok(staff)
}

async fn unlock_somebody(db: &impl ConnectionTrait, ctx: &Context, key: &Key) -> Outcome<Staff> {
    let staff = find(db, key).await?;
    unlock_in(db, ctx, staff).await
}

/// Locks a person within a transaction, in the name of `by`, and ends all their sessions. A lock by hand replaces one by a
/// platform, and never the other way round.
pub async fn lock_in(db: &impl ConnectionTrait, ctx: &Context, staff: Staff, by: LockedBy) -> Outcome<Staff> {
    sessions::end_all(db, staff.id, ctx.now()).await?;
    if staff.locked && (by != LockedBy::Person || staff.locked_by == Some(by)) {
        return Ok(staff);
    }
    change(db, ctx, staff, |row| {
        row.locked = Set(true);
        row.locked_by = Set(Some(by));
    })
    .await
}

/// Unlocks a person within a transaction, whoever locked them.
pub async fn unlock_in(db: &impl ConnectionTrait, ctx: &Context, staff: Staff) -> Outcome<Staff> {
    if !staff.locked {
        return Ok(staff);
    }
    change(db, ctx, staff, |row| {
        row.locked = Set(false);
        row.locked_by = Set(None);
    })
    .await
}
