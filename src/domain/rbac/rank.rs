//! Who may hand out which role, and that somebody always remains who can (contract: laravel-template §3.4).

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, Statement};

use super::{permissions_of, permissions_of_roles};
use crate::{
    domain::{Actor, Code, Context, Outcome, Permission, Permissions},
    entity::staff,
};

/// The name of the role that cannot be deleted, and whose last holder keeps it.
pub const SUPERIOR: &str = "suadmin";

/// What the actor holds as `db` sees it now: within a transaction that is what counts, not what the session held before.
pub(super) async fn standing(db: &impl ConnectionTrait, ctx: &Context) -> Outcome<Permissions> {
    match &ctx.actor {
        Actor::Nobody => Ok(Permissions::default()),
        Actor::System => Ok(Permission::ALL.into_iter().collect()),
        Actor::Person(person) => match staff::Entity::find_by_id(person.id).one(db).await? {
            Some(staff) => permissions_of(db, &staff).await,
            None => Ok(Permissions::default()),
        },
    }
}

/// Refuses to grant, take away or delete roles that hold a permission which the actor lacks.
pub async fn within_rank(db: &impl ConnectionTrait, ctx: &Context, roles: &[i64]) -> Outcome<()> {
    let standing = standing(db, ctx).await?;
    let granted = permissions_of_roles(db, roles).await?;
    if granted.values().all(|granted| standing.covers(*granted)) { Ok(()) } else { Err(Code::RankExceeded.into()) }
}

/// Whether there was somebody unlocked with `/rbac/*`, and with the role `suadmin`, before a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Administrators {
    /// Somebody holds `/rbac/*`.
    managing: bool,
    /// Somebody has the role `suadmin`.
    superior: bool,
}

/// Whether `staff` has the role `suadmin`, and nobody else who is not locked has it.
pub async fn is_last_superior(db: &impl ConnectionTrait, staff: i64) -> Result<bool, DbErr> {
    const SQL: &str = "SELECT EXISTS (SELECT 1 FROM role JOIN staff_role ON staff_role.role_id = role.id \
            WHERE role.name = 'suadmin' AND staff_role.staff_id = $1) \
        AND NOT EXISTS (SELECT 1 FROM role JOIN staff_role ON staff_role.role_id = role.id \
            JOIN staff ON staff.id = staff_role.staff_id WHERE role.name = 'suadmin' AND NOT staff.locked AND staff.id <> $1)";
    let row = db.query_one_raw(Statement::from_sql_and_values(db.get_database_backend(), SQL, [staff.into()])).await?;
    row.ok_or_else(|| DbErr::RecordNotFound("a SELECT without FROM gave no row".to_owned()))?.try_get_by_index(0)
}

impl Administrators {
    /// Looks before a change.
    pub async fn before(db: &impl ConnectionTrait) -> Result<Self, DbErr> {
        const SQL: &str = "SELECT \
            EXISTS (SELECT 1 FROM staff WHERE staff_group = 'itadmin' AND NOT locked) \
            OR EXISTS (SELECT 1 FROM role_permission JOIN staff_role ON staff_role.role_id = role_permission.role_id \
                       JOIN staff ON staff.id = staff_role.staff_id WHERE role_permission.permission = '/rbac/*' AND NOT staff.locked), \
            EXISTS (SELECT 1 FROM role JOIN staff_role ON staff_role.role_id = role.id \
                    JOIN staff ON staff.id = staff_role.staff_id WHERE role.name = 'suadmin' AND NOT staff.locked)";
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), SQL)).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("a SELECT without FROM gave no row".to_owned()))?;
        Ok(Self { managing: row.try_get_by_index(0)?, superior: row.try_get_by_index(1)? })
    }

    /// Looks after the change, in the same transaction: refuses it if it left nobody with `/rbac/*`.
    pub async fn remain(self, db: &impl ConnectionTrait) -> Outcome<()> {
        let now = Self::before(db).await?;
        if self.managing && !now.managing { Err(Code::LastAdministrator.into()) } else { Ok(()) }
    }

    /// Like [`Administrators::remain`], and refuses the change if it left nobody with the role `suadmin`.
    pub async fn remain_and_superior(self, db: &impl ConnectionTrait) -> Outcome<()> {
        let now = Self::before(db).await?;
        let lost = (self.managing && !now.managing) || (self.superior && !now.superior);
        if lost { Err(Code::LastAdministrator.into()) } else { Ok(()) }
    }
}
