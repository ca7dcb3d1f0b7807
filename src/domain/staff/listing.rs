//! Everybody as long lists for the legacy dialects.

use sea_orm::{EntityTrait, FromQueryResult, JoinType, QueryOrder, QuerySelect, RelationTrait};

use crate::{
    domain::{
        Context, Outcome,
        listing::{Listing, Titled, faults},
    },
    entity::{department, staff, words::StaffGroup},
};

/// A person with the name of their department.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Listed {
    /// The legacy key.
    pub unique_id: String,
    /// The staff group.
    pub staff_group: StaffGroup,
    /// The department: the legacy key.
    pub department_id: Option<String>,
    /// The department: the name.
    pub department_name: Option<String>,
    /// The display name.
    pub name: String,
    /// The login name.
    pub username: String,
    /// Whether the person is kept from logging in.
    pub locked: bool,
}

/// Everybody, the oldest first. Anybody logged in may.
pub async fn everybody(ctx: &Context) -> Outcome<Listing<Listed>> {
    use staff::Column::{Id, Locked, Name, StaffGroup, UniqueId, Username};
    ctx.known()?;
    let people = staff::Entity::find()
        .select_only()
        .columns([UniqueId, StaffGroup, Name, Username, Locked])
        .join(JoinType::LeftJoin, staff::Relation::Department.def())
        .column_as(department::Column::UniqueId, "department_id")
        .column_as(department::Column::Name, "department_name")
        .order_by_asc(Id);
    let snapshot = ctx.db().long_snapshot().await?;
    Ok(faults(snapshot.rows(people)))
}

/// Everybody by key and name, the oldest first. Anybody logged in may.
pub async fn titles(ctx: &Context) -> Outcome<Listing<Titled>> {
    ctx.known()?;
    let people = staff::Entity::find()
        .select_only()
        .columns([staff::Column::UniqueId, staff::Column::Name])
        .order_by_asc(staff::Column::Id);
    let snapshot = ctx.db().long_snapshot().await?;
    Ok(faults(snapshot.rows(people)))
}
