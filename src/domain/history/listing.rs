//! History as long lists for the legacy dialects, which show five kinds of lines.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::ExprTrait,
};

use crate::{
    db,
    domain::{
        Context, Outcome, Permission,
        listing::{Listing, faults},
    },
    entity::{history, words::HistoryKind},
};

use super::list;

/// The kinds of lines that the legacy dialects show.
pub const SHOWN: [HistoryKind; 5] =
    [HistoryKind::Apply, HistoryKind::Transfer, HistoryKind::Return, HistoryKind::Repair, HistoryKind::Delete];

/// A line of history as the legacy dialects show it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Shown {
    /// The asset's legacy key.
    pub asset_unique_id: String,
    /// The asset's name at that time.
    pub asset_name: String,
    /// The person it is about: the legacy key at that time.
    pub related_unique_id: Option<String>,
    /// The person it is about: the name at that time.
    pub related_name: Option<String>,
    /// What happened.
    pub kind: HistoryKind,
    /// The sentence.
    pub description: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What happened to the asset with exactly this legacy key, the oldest first. Nothing has happened to what does not exist.
pub async fn of_asset(ctx: &Context, unique_id: &str) -> Outcome<Listing<Shown>> {
    ctx.may(Permission::Assets)?;
    let snapshot = ctx.db().long_snapshot().await?;
    Ok(faults(snapshot.rows(shown().filter(history::Column::AssetUniqueId.eq(unique_id)))))
}

/// What happened to all assets, the oldest first: lines in which type, sentence, asset or person contain `text`. Permission `/assets/*`.
pub async fn search(ctx: &Context, text: &str) -> Outcome<Listing<Shown>> {
    ctx.may(Permission::Assets)?;
    let wanted = Condition::all().add_option(list::containing(text));
    let snapshot = ctx.db().long_snapshot().await?;
    Ok(faults(snapshot.rows(shown().filter(wanted))))
}

fn shown() -> Select<history::Entity> {
    use history::Column::{AssetName, AssetUniqueId, At, Description, Id, Kind, RelatedName, RelatedUniqueId};
    history::Entity::find()
        .select_only()
        .columns([AssetUniqueId, AssetName, RelatedUniqueId, RelatedName, Kind, Description, At])
        .filter(db::unindexed(Kind).is_in(SHOWN.map(|kind| kind.to_value())))
        .order_by_asc(Id)
}
