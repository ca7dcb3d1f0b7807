//! Assets as long lists for the legacy dialects: every row with the names of what it belongs to, read in one statement.

use chrono::NaiveDate;
use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait, Select,
    sea_query::Expr,
};

use crate::{
    db::Rows,
    domain::{Code, Context, Fault, Outcome, Permission},
    entity::{asset, asset_group, department, staff, words::AssetStatus},
};

/// Rows in batches, in order; a fault comes as the last item.
pub type Listing<M> = BoxStream<'static, Outcome<Vec<M>>>;

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

/// Every asset, the newest first.
pub async fn newest_first(ctx: &Context) -> Outcome<Listing<Listed>> {
    ctx.may(Permission::Assets)?;
    let snapshot = ctx.db().long_snapshot().await?;
    Ok(faults(snapshot.rows(listed().order_by_desc(asset::Column::Id))))
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

/// An asset by its two names.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Titled {
    /// The legacy key.
    pub unique_id: String,
    /// The name.
    pub name: String,
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

/// The person who asks, with everything they hold, all as of one moment.
pub async fn own(ctx: &Context) -> Outcome<Holding> {
    let id = ctx.person()?.id;
    let snapshot = ctx.db().long_snapshot().await?;
    let person = staff::Entity::find_by_id(id).one(snapshot.tx()).await?.ok_or(Code::Unauthenticated)?;
    let department = match person.department_id {
        Some(department) => department::Entity::find_by_id(department).one(snapshot.tx()).await?,
        None => None,
    };
    let held = asset::Entity::find()
        .select_only()
        .columns([asset::Column::UniqueId, asset::Column::Name])
        .filter(asset::Column::HolderId.eq(id))
        .order_by_asc(asset::Column::Id);
    Ok(Holding { person, department: department.map(|it| it.name), assets: faults(snapshot.rows(held)) })
}

/// Rows whose failures are faults of ours.
pub(crate) fn faults<M: Send + 'static>(rows: Rows<M>) -> Listing<M> {
    rows.map_err(Fault::from).boxed()
}
