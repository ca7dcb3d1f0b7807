//! What people hold: the grants of their group, of their roles, and what everybody has.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement};

use crate::{
    domain::{Permission, Permissions},
    entity::staff,
};

/// Everything `staff` holds; nothing while locked.
pub async fn permissions_of(db: &impl ConnectionTrait, staff: &staff::Model) -> Result<Permissions, DbErr> {
    if staff.locked {
        return Ok(Permissions::default());
    }
    const SQL: &str = "SELECT DISTINCT role_permission.permission FROM staff_role \
                       JOIN role_permission ON role_permission.role_id = staff_role.role_id WHERE staff_role.staff_id = $1";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), SQL, [staff.id.into()]);
    let granted = Granted::find_by_statement(statement).all(db).await?;
    let roles = granted.iter().filter_map(|granted| Permission::parse(&granted.permission));
    Ok(roles.fold(Permissions::of_group(staff.staff_group), Permissions::with))
}

#[derive(Debug, FromQueryResult)]
struct Granted {
    permission: String,
}
