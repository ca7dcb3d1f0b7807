//! Moving somebody to another of the four staff groups.

use sea_orm::{ConnectionTrait, Set};

use crate::{
    domain::{Code, Context, Key, Outcome, Permission, rbac::Administrators, transact},
    entity::words::StaffGroup,
};

use super::{Staff, change, find, somebody_else};

/// Puts a person into a group; none stands for a word that is no group, and is refused in its turn. Sessions stay and have the
/// new rights at once; further roles stay. Permission `/users/*` (contract: asset-platform §7.7).
pub async fn set_group(ctx: &Context, key: &Key, group: Option<StaffGroup>) -> Outcome<Staff> {
    ctx.may(Permission::Users)?;
    transact!(ctx, |tx| set_group_in(&tx, ctx, key, group))
}

async fn set_group_in(
    db: &impl ConnectionTrait,
    ctx: &Context,
    key: &Key,
    group: Option<StaffGroup>,
) -> Outcome<Staff> {
    let staff = find(db, key).await?;
    let group = group.ok_or(Code::StaffGroupUnknown.on("group"))?;
    somebody_else(ctx, &staff)?;
    if staff.staff_group == group {
        return Ok(staff);
    }
    let administrators = Administrators::before(db).await?;
    let staff = change(db, ctx, staff, |row| row.staff_group = Set(group)).await?;
    administrators.remain(db).await?;
    Ok(staff)
}
