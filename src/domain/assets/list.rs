//! Lists of assets: in full for those who may see them, and a catalogue of names for everybody.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, Select, sea_query::Query};

use crate::{
    db::{self, Children, CursorKey, Database, Page, PageKey, Pieces, Shape, Tree, Window},
    domain::{Context, Outcome, in_subtree},
    entity::{
        asset, staff,
        words::{AssetKind, AssetStatus},
    },
};

use super::{Asset, visible};

/// Which assets are wanted; an empty filter wants all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only with one of these statuses.
    pub statuses: Option<Vec<AssetStatus>>,
    /// Only of this kind.
    pub kind: Option<AssetKind>,
    /// Only of this group.
    pub group: Option<i64>,
    /// Only of this group or one below it.
    pub group_subtree: Option<i64>,
    /// Only held by this person.
    pub holder: Option<i64>,
    /// Only held by people of this department or one below it.
    pub department_subtree: Option<i64>,
    /// Only parts of this asset.
    pub under: Option<i64>,
    /// Only parts of this asset, or parts of parts.
    pub under_subtree: Option<i64>,
    /// Only entered on this day or later.
    pub entered_from: Option<NaiveDate>,
    /// Only entered before this day.
    pub entered_before: Option<NaiveDate>,
    /// Only whose name or remarks contain this text; ASCII letters compare without case.
    pub search: Option<String>,
}

/// How assets are ordered; ties by order of entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, async_graphql::Enum)]
#[graphql(name = "AssetOrderField")]
pub enum Order {
    /// By order of entry.
    #[default]
    Entry,
    /// By name.
    Name,
    /// By the day of entry.
    EnteredOn,
    /// By what it cost.
    ValueOrigin,
}

type ReadCursor = fn(&Asset) -> (CursorKey, i64);

impl Order {
    /// Names the order in cursors.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Name => "name",
            Self::EnteredOn => "enteredOn",
            Self::ValueOrigin => "valueOrigin",
        }
    }

    fn key(self, descending: bool) -> PageKey<asset::Entity> {
        use asset::Column::{EnteredOn, Id, Name, ValueOrigin};
        let (column, read): (_, ReadCursor) = match self {
            Self::Entry => (None, |row| (CursorKey::None(()), row.id)),
            Self::Name => (Some((Name, Shape::Text)), |row| (CursorKey::Text(row.name.clone()), row.id)),
            Self::EnteredOn => {
                (Some((EnteredOn, Shape::Date)), |row| (CursorKey::Date { day: row.entered_on }, row.id))
            }
            Self::ValueOrigin => (Some((ValueOrigin, Shape::Int)), |row| (CursorKey::Int(row.value_origin), row.id)),
        };
        PageKey { name: self.name(), column, id: Id, descending, read }
    }
}

/// A window of the assets that `filter` wants and the actor sees in full.
pub async fn list(
    ctx: &Context,
    filter: &Filter,
    order: Order,
    descending: bool,
    window: &Window,
) -> Outcome<Page<Asset>> {
    ctx.known()?;
    Ok(db::page(ctx.db().read(), select(ctx.db(), filter).filter(visible(ctx)), &order.key(descending), window).await?)
}

/// How many assets `filter` wants and the actor sees in full.
pub async fn count(ctx: &Context, filter: &Filter) -> Outcome<u64> {
    ctx.known()?;
    Ok(db::count(ctx.db().read(), select(ctx.db(), filter).filter(visible(ctx))).await?)
}

/// What people hold, by the holder's key.
const OF_HOLDER: Children<asset::Entity> = Children {
    name: "entry",
    parent: asset::Column::HolderId,
    id: asset::Column::Id,
    read: |row| (row.holder_id, row.id),
};

/// Of each holder, the first `limit` assets behind key `after` that the actor sees in full, oldest first.
pub async fn list_each(
    ctx: &Context,
    holders: &[i64],
    limit: u64,
    after: Option<i64>,
) -> Outcome<HashMap<i64, Page<Asset>>> {
    ctx.known()?;
    let select = asset::Entity::find().filter(visible(ctx));
    Ok(db::page_each(ctx.db().read(), select, &OF_HOLDER, holders, limit, after).await?)
}

/// How many assets that the actor sees in full each holder has.
pub async fn count_each(ctx: &Context, holders: &[i64]) -> Outcome<HashMap<i64, u64>> {
    ctx.known()?;
    let select = asset::Entity::find().filter(visible(ctx));
    Ok(db::count_each(ctx.db().read(), select, OF_HOLDER.parent, holders).await?)
}

/// Which cards of the catalogue are wanted. Only by what the cards show, so that a filter tells nothing more.
#[derive(Clone, Debug, Default)]
pub struct CatalogueFilter {
    /// Only with one of these statuses.
    pub statuses: Option<Vec<AssetStatus>>,
    /// Only of this group or one below it.
    pub group_subtree: Option<i64>,
    /// Only whose name contains this text; ASCII letters compare without case.
    pub name: Option<String>,
}

/// A window of the catalogue: every asset in order of entry, to be shown as name, group, status and quantity only, so that
/// everybody logged in can find what to ask for.
pub async fn catalogue(ctx: &Context, filter: &CatalogueFilter, window: &Window) -> Outcome<Page<Asset>> {
    ctx.known()?;
    Ok(db::page(ctx.db().read(), select_cards(ctx.db(), filter), &Order::Entry.key(false), window).await?)
}

/// How many assets of the catalogue `filter` wants.
pub async fn catalogue_count(ctx: &Context, filter: &CatalogueFilter) -> Outcome<u64> {
    ctx.known()?;
    Ok(db::count(ctx.db().read(), select_cards(ctx.db(), filter)).await?)
}

fn select_cards(db: &Database, filter: &CatalogueFilter) -> Select<asset::Entity> {
    let general =
        Filter { statuses: filter.statuses.clone(), group_subtree: filter.group_subtree, ..Filter::default() };
    let name = filter.name.as_deref().and_then(|text| NAMES.containing(db, text));
    select(db, &general).filter(Condition::all().add_option(name))
}

/// Name and remarks, which are searched.
pub(super) const WORDS: Pieces<asset::Entity> =
    Pieces { columns: &[asset::Column::Name, asset::Column::Remarks], ..NAMES };

/// The name alone, which everybody may search.
const NAMES: Pieces<asset::Entity> = Pieces {
    columns: &[asset::Column::Name],
    id: asset::Column::Id,
    trigrams: "asset_search",
    terms: "asset_search_term",
};

fn select(db: &Database, filter: &Filter) -> Select<asset::Entity> {
    use asset::Column;
    let search = filter.search.as_deref().and_then(|text| WORDS.containing(db, text));
    let of_department = filter.department_subtree.map(|root| {
        let people = Query::select()
            .column(staff::Column::Id)
            .from(staff::Entity)
            .and_where(in_subtree(staff::Column::DepartmentId, Tree::Departments, root))
            .to_owned();
        Column::HolderId.in_subquery(people)
    });
    asset::Entity::find().filter(
        Condition::all()
            .add_option(filter.statuses.as_ref().map(|wanted| Column::Status.is_in(wanted.iter().copied())))
            .add_option(filter.kind.map(|kind| Column::Kind.eq(kind)))
            .add_option(filter.group.map(|group| Column::GroupId.eq(group)))
            .add_option(filter.group_subtree.map(|root| in_subtree(Column::GroupId, Tree::AssetGroups, root)))
            .add_option(filter.holder.map(|holder| Column::HolderId.eq(holder)))
            .add_option(of_department)
            .add_option(filter.under.map(|under| Column::UnderId.eq(under)))
            .add_option(
                filter.under_subtree.map(|root| {
                    Condition::all().add(in_subtree(Column::Id, Tree::Assets, root)).add(Column::Id.ne(root))
                }),
            )
            .add_option(filter.entered_from.map(|day| Column::EnteredOn.gte(day)))
            .add_option(filter.entered_before.map(|day| Column::EnteredOn.lt(day)))
            .add_option(search),
    )
}
