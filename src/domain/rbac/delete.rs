//! Deleting a role.

use sea_orm::{ConnectionTrait, ModelTrait};

use super::{Administrators, Role, RoleKey, SUPERIOR, find, within_rank};
use crate::domain::{Code, Context, Outcome, Permission, transact};

/// Deletes a role and takes it from everybody; never `suadmin`, none above the actor's rank, and somebody with `/rbac/*` remains.
/// Gives the row as it was. Permission `/rbac/*` (contract: laravel-template §4.14).
pub async fn delete(ctx: &Context, key: &RoleKey) -> Outcome<Role> {
    ctx.may(Permission::Rbac)?;
    transact!(ctx, |tx| delete_in(&tx, ctx, key))
}

async fn delete_in(db: &impl ConnectionTrait, ctx: &Context, key: &RoleKey) -> Outcome<Role> {
    let role = find(db, key).await?;
    if role.name == SUPERIOR {
        return Err(Code::RoleProtected.on("id"));
    }
    within_rank(db, ctx, &[role.id]).await.map_err(|fault| fault.on("id"))?;
    let administrators = Administrators::before(db).await?;
    role.clone().delete(db).await?;
    administrators.remain(db).await.map_err(|fault| fault.on("id"))?;
    Ok(role)
}
