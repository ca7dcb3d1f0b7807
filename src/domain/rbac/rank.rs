//! Who may hand out which role, and that somebody always remains who can (contract: laravel-template §3.4).

use std::collections::HashSet;

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

/// Who is unlocked and holds `/rbac/*`, and who is unlocked and has the role `suadmin`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keepers {
    managing: HashSet<i64>,
    superior: HashSet<i64>,
}

impl Keepers {
    /// Looks before people are locked by the number.
    pub async fn read(db: &impl ConnectionTrait) -> Result<Self, DbErr> {
        const SQL: &str = "SELECT id, FALSE AS superior FROM staff WHERE staff_group = 'itadmin' AND NOT locked \
            UNION SELECT staff.id, FALSE FROM role_permission JOIN staff_role ON staff_role.role_id = role_permission.role_id \
                JOIN staff ON staff.id = staff_role.staff_id WHERE role_permission.permission = '/rbac/*' AND NOT staff.locked \
            UNION SELECT staff.id, TRUE FROM role JOIN staff_role ON staff_role.role_id = role.id \
                JOIN staff ON staff.id = staff_role.staff_id WHERE role.name = 'suadmin' AND NOT staff.locked";
        let mut keepers = Self::default();
        for row in db.query_all_raw(Statement::from_string(db.get_database_backend(), SQL)).await? {
            let (id, superior): (i64, bool) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let people = if superior { &mut keepers.superior } else { &mut keepers.managing };
            people.insert(id);
        }
        Ok(keepers)
    }

    /// Whether somebody remains of either kind when this person is locked; if so the person counts no more.
    pub fn spare(&mut self, staff: i64) -> bool {
        let mut kinds = [&mut self.managing, &mut self.superior];
        if kinds.iter().any(|people| people.contains(&staff) && people.len() == 1) {
            return false;
        }
        for people in &mut kinds {
            people.remove(&staff);
        }
        true
    }
}
