//! An asset: one thing, or a holding of like things with one holder and one status.

use sea_orm::entity::prelude::*;

use crate::entity::words::{AssetKind, AssetStatus};

/// One row of `asset`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "asset")]
pub struct Model {
    /// The key; never given out twice.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The legacy key, compared exactly.
    pub unique_id: String,
    /// What people call it; names may repeat.
    pub name: String,
    /// One thing or a number of like things.
    pub kind: AssetKind,
    /// Pieces in this holding; 1 for an item.
    pub quantity: i64,
    /// The asset group it belongs to.
    pub group_id: i64,
    /// The asset it is part of.
    pub under_id: Option<i64>,
    /// Where it stands in its life.
    pub status: AssetStatus,
    /// Who has it; nobody once retired.
    pub holder_id: Option<i64>,
    /// Who claims it, while a claim of the whole row waits.
    pub applicant_id: Option<i64>,
    /// Who is to receive it, while a transfer of the whole row waits.
    pub target_id: Option<i64>,
    /// The local day of entry, from which depreciation counts.
    pub entered_on: Date,
    /// What one piece cost, in whole currency units, 0 … 2147483647.
    pub value_origin: i64,
    /// Years over which it loses its value, 0 … 2147483647.
    pub use_year: i64,
    /// The maker.
    pub brand: String,
    /// The maker's model.
    pub model: String,
    /// The maker's serial number.
    pub serial_number: String,
    /// Free text.
    pub remarks: String,
    /// Counts the changes of this row, from 1.
    pub version: i64,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The asset group.
    #[sea_orm(
        belongs_to = "super::asset_group::Entity",
        from = "Column::GroupId",
        to = "super::asset_group::Column::Id"
    )]
    Group,
    /// The holder.
    #[sea_orm(
        belongs_to = "crate::entity::staff::Entity",
        from = "Column::HolderId",
        to = "crate::entity::staff::Column::Id"
    )]
    Holder,
    /// The asset it is part of.
    #[sea_orm(belongs_to = "Entity", from = "Column::UnderId", to = "Column::Id")]
    Under,
    /// Who claims it.
    #[sea_orm(
        belongs_to = "crate::entity::staff::Entity",
        from = "Column::ApplicantId",
        to = "crate::entity::staff::Column::Id"
    )]
    Applicant,
    /// Who is to receive it.
    #[sea_orm(
        belongs_to = "crate::entity::staff::Entity",
        from = "Column::TargetId",
        to = "crate::entity::staff::Column::Id"
    )]
    Target,
}

impl ActiveModelBehavior for ActiveModel {}
