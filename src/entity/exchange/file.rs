//! An uploaded file; the bytes lie on disk under its id.

use sea_orm::entity::prelude::*;

/// One row of `file`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "file")]
pub struct Model {
    /// The key; never given out twice.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// 24 hexadecimal digits, not guessable.
    pub unique_id: String,
    /// Who uploaded it.
    pub owner_id: Option<i64>,
    /// The name it was uploaded under, made safe.
    pub name: String,
    /// The declared type, or the sniffed one.
    pub mime: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of the bytes, in hex.
    pub sha256: String,
    /// The type of the thumbnail, if there is one.
    pub thumbnail_mime: Option<String>,
    /// SHA-256 of the thumbnail, in hex.
    pub thumbnail_sha256: Option<String>,
    /// A mark the uploader gave it.
    pub tag: Option<String>,
    /// A title the uploader gave it.
    pub title: Option<String>,
    /// A remark of the uploader.
    pub comment: Option<String>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// The tables that a query joins to this one.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
