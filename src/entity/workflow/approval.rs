//! A request for an asset to change hands or be repaired, and what was decided.

use sea_orm::entity::prelude::*;

use crate::entity::words::{ApprovalKind, ApprovalState, Door};

/// One row of `approval`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "approval")]
pub struct Model {
    /// The key; never given out twice.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// What is asked for.
    pub kind: ApprovalKind,
    /// The asset asked for.
    pub asset_id: i64,
    /// Pieces asked for; for a whole row, those it had at submission.
    pub quantity: i64,
    /// Whether the row itself changes hands, rather than pieces of it.
    pub whole: bool,
    /// Who held the asset at submission.
    pub holder_id: Option<i64>,
    /// Who asks; none once that person is deleted.
    pub applicant_id: Option<i64>,
    /// Who asks: the legacy key at that time.
    pub applicant_unique_id: String,
    /// Who asks: the name at that time.
    pub applicant_name: String,
    /// Who is to receive it (transfer).
    pub target_id: Option<i64>,
    /// Who is to receive it: the legacy key at that time.
    pub target_unique_id: Option<String>,
    /// Who is to receive it: the name at that time.
    pub target_name: Option<String>,
    /// The asset group wanted on the receiver's side (transfer of pieces).
    pub target_group_unique_id: Option<String>,
    /// Whether it was decided, and how.
    pub state: ApprovalState,
    /// The door the request came through.
    pub submitted_via: Door,
    /// Who decided.
    pub decided_by_id: Option<i64>,
    /// Who decided: the legacy key at that time.
    pub decided_by_unique_id: Option<String>,
    /// Who decided: the name at that time.
    pub decided_by_name: Option<String>,
    /// The door the decision came through.
    pub decided_via: Option<Door>,
    /// When it was decided or closed.
    pub decided_at: Option<DateTimeUtc>,
    /// What the decider wrote.
    pub reason: Option<String>,
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
    /// The asset asked for.
    #[sea_orm(
        belongs_to = "crate::entity::asset::Entity",
        from = "Column::AssetId",
        to = "crate::entity::asset::Column::Id"
    )]
    Asset,
}

impl ActiveModelBehavior for ActiveModel {}
