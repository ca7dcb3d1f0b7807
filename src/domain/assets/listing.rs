//! Assets as long lists for the legacy dialects, each row with the names of what it belongs to.

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationTrait, Select,
    sea_query::{Expr, Query},
};

use crate::{
    domain::{
        Code, Context, Key, Outcome, Permission,
        listing::{Listing, Titled, faults},
    },
    entity::{asset, asset_group, department, staff, words::AssetStatus},
};

use super::list;

/// An asset with the names of what it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Listed {
    /// The legacy key.
    pub unique_id: String,
    /// The name.
    pub name: String,
    /// The asset group: the legacy key.
    pub group_id: String,
    /// The asset group: the name.
    pub group_name: String,
    /// The asset it is part of: the legacy key.
    pub under_id: Option<String>,
    /// The asset it is part of: the name.
    pub under_name: Option<String>,
    /// The holder: the legacy key.
    pub holder_id: Option<String>,
    /// The holder: the name.
    pub holder_name: Option<String>,
    /// The day of entry.
    pub entered_on: NaiveDate,
    /// The maker's model.
    pub model: String,
    /// What it cost.
    pub value_origin: i64,
    /// Where it stands in its life.
    pub status: AssetStatus,
    /// Free text.
    pub remarks: String,
}

/// An asset with everything that is recorded about it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Detailed {
    /// What every list shows.
    #[sea_orm(nested)]
    pub listed: Listed,
    /// The holder's department: the legacy key.
    pub department_id: Option<String>,
    /// The holder's department: the name.
    pub department_name: Option<String>,
    /// Where the holder's department is.
    pub location: Option<String>,
    /// Who claims it: the legacy key.
    pub applicant_id: Option<String>,
    /// Who claims it: the name.
    pub applicant_name: Option<String>,
    /// Years over which it loses its value.
    pub use_year: i64,
    /// The maker.
    pub brand: String,
    /// The maker's serial number.
    pub serial_number: String,
}

/// An asset that waits for a decision.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Pending {
    /// The legacy key.
    pub unique_id: String,
    /// The name.
    pub name: String,
    /// What it waits for.
    pub status: AssetStatus,
    /// Who claims it: the legacy key.
    pub applicant_id: Option<String>,
    /// Who claims it: the name.
    pub applicant_name: Option<String>,
    /// Who is to receive it: the legacy key.
    pub target_id: Option<String>,
    /// Who is to receive it: the name.
    pub target_name: Option<String>,
}

/// A person, where they belong, and everything they hold.
pub struct Holding {
    /// The person.
    pub person: staff::Model,
    /// The department's name.
    pub department: Option<String>,
    /// The assets, in order of entry.
    pub assets: Listing<Titled>,
}

/// Every asset, the newest first. Permission `/assets/*`.
pub async fn newest_first(ctx: &Context) -> Outcome<Listing<Listed>> {
    ctx.may(Permission::Assets)?;
    let snapshot = ctx.db().long_snapshot().await?;
    Ok(faults(snapshot.rows(listed().order_by_desc(asset::Column::Id))))
}

/// Every asset whose name or remarks contain `text`, the oldest first; ASCII letters compare without case. Permission `/assets/*`.
pub async fn search(ctx: &Context, text: &str) -> Outcome<Listing<Listed>> {
    ctx.may(Permission::Assets)?;
    let wanted = Condition::all().add_option(list::WORDS.containing(ctx.db(), text));
    let snapshot = ctx.db().long_snapshot().await?;
    Ok(faults(snapshot.rows(listed().filter(wanted).order_by_asc(asset::Column::Id))))
}

/// Every asset by key and name, the oldest first. Anybody logged in may.
pub async fn titles(ctx: &Context) -> Outcome<Listing<Titled>> {
    ctx.known()?;
    let snapshot = ctx.db().long_snapshot().await?;
    Ok(faults(snapshot.rows(titled())))
}

/// Every asset with a claim, a transfer or a return that waits for a decision, the oldest first. Permission `/approvals/*`.
pub async fn pending(ctx: &Context) -> Outcome<Listing<Pending>> {
    use asset::Column::{Id, Name, Status, UniqueId};
    ctx.may(Permission::Approvals)?;
    let statuses = [AssetStatus::ClaimPending, AssetStatus::TransferPending, AssetStatus::ReturnPending];
    // Keys found by the index of statuses, rows read in the order of keys: nothing longer than a key is sorted.
    let waiting = Query::select().column(Id).from(asset::Entity).and_where(Status.is_in(statuses)).take();
    let rows = asset::Entity::find()
        .select_only()
        .columns([UniqueId, Name, Status])
        .join_as(JoinType::LeftJoin, asset::Relation::Applicant.def(), "applicant")
        .expr_as(Expr::col(("applicant", staff::Column::UniqueId)), "applicant_id")
        .expr_as(Expr::col(("applicant", staff::Column::Name)), "applicant_name")
        .join_as(JoinType::LeftJoin, asset::Relation::Target.def(), "target")
        .expr_as(Expr::col(("target", staff::Column::UniqueId)), "target_id")
        .expr_as(Expr::col(("target", staff::Column::Name)), "target_name")
        .filter(Id.in_subquery(waiting))
        .order_by_asc(Id);
    let snapshot = ctx.db().long_snapshot().await?;
    Ok(faults(snapshot.rows(rows)))
}

/// Everything that the person with this key holds, the oldest first. For that person and for who holds `/assets/*`
/// (contract: asset-platform §7.32).
pub async fn held_by(ctx: &Context, key: &Key) -> Outcome<Listing<Detailed>> {
    ctx.known()?;
    let snapshot = ctx.db().long_snapshot().await?;
    let person = key.find::<staff::Entity>(snapshot.tx()).await?.ok_or(Code::StaffNotFound)?;
    if !ctx.is(person.id) {
        ctx.may(Permission::Assets)?;
    }
    let held = detailed().filter(asset::Column::HolderId.eq(person.id)).order_by_asc(asset::Column::Id);
    Ok(faults(snapshot.rows(held)))
}

/// The person who asks, with everything they hold, all as of one moment.
pub async fn own(ctx: &Context) -> Outcome<Holding> {
    let id = ctx.person()?.id;
    let snapshot = ctx.db().long_snapshot().await?;
    let person = staff::Entity::find_by_id(id).one(snapshot.tx()).await?.ok_or(Code::Unauthenticated)?;
    let department = match person.department_id {
        Some(department) => department::Entity::find_by_id(department).one(snapshot.tx()).await?,
        None => None,
    };
    let held = titled().filter(asset::Column::HolderId.eq(id));
    Ok(Holding { person, department: department.map(|it| it.name), assets: faults(snapshot.rows(held)) })
}

/// Assets by key and name, the oldest first.
fn titled() -> Select<asset::Entity> {
    asset::Entity::find()
        .select_only()
        .columns([asset::Column::UniqueId, asset::Column::Name])
        .order_by_asc(asset::Column::Id)
}

/// Assets with the names of what they belong to.
fn listed() -> Select<asset::Entity> {
    use asset::Column::{EnteredOn, Model, Name, Remarks, Status, UniqueId, ValueOrigin};
    asset::Entity::find()
        .select_only()
        .columns([UniqueId, Name, EnteredOn, Model, ValueOrigin, Status, Remarks])
        .join(JoinType::InnerJoin, asset::Relation::Group.def())
        .column_as(asset_group::Column::UniqueId, "group_id")
        .column_as(asset_group::Column::Name, "group_name")
        .join_as(JoinType::LeftJoin, asset::Relation::Under.def(), "under")
        .expr_as(Expr::col(("under", UniqueId)), "under_id")
        .expr_as(Expr::col(("under", Name)), "under_name")
        .join(JoinType::LeftJoin, asset::Relation::Holder.def())
        .column_as(staff::Column::UniqueId, "holder_id")
        .column_as(staff::Column::Name, "holder_name")
}

/// Assets with everything that is recorded about them.
fn detailed() -> Select<asset::Entity> {
    use asset::Column::{Brand, SerialNumber, UseYear};
    listed()
        .columns([UseYear, Brand, SerialNumber])
        .join(JoinType::LeftJoin, staff::Relation::Department.def())
        .column_as(department::Column::UniqueId, "department_id")
        .column_as(department::Column::Name, "department_name")
        .column_as(department::Column::Location, "location")
        .join_as(JoinType::LeftJoin, asset::Relation::Applicant.def(), "applicant")
        .expr_as(Expr::col(("applicant", staff::Column::UniqueId)), "applicant_id")
        .expr_as(Expr::col(("applicant", staff::Column::Name)), "applicant_name")
}
