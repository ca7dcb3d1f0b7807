//! Inputs of the asset mutations and filters, and how they become the domain's.

use async_graphql::{ID, InputObject, MaybeUndefined};
use chrono::NaiveDate;

use crate::{
    domain::{
        Context, Outcome,
        assets::{self, EntryStatus, Holder, NewAsset},
    },
    entity::words::{AssetKind, AssetStatus},
};

use super::super::kit::{InSubtreeOf, NodeKind, change, day, given, key, named, searchable};

/// Which assets are wanted.
#[derive(Debug, Default, InputObject)]
pub(super) struct AssetFilter {
    /// Only with one of these statuses.
    status: Option<Vec<AssetStatus>>,
    /// Only of this kind.
    kind: Option<AssetKind>,
    /// Only of this group.
    group_id: Option<ID>,
    /// Only of this group or one below it.
    group: Option<InSubtreeOf>,
    /// Only held by this person.
    holder_id: Option<ID>,
    /// Only held by people of this department or one below it.
    department: Option<InSubtreeOf>,
    /// Only parts of this asset.
    under_id: Option<ID>,
    /// Only parts of this asset, or parts of parts.
    under: Option<InSubtreeOf>,
    /// Only entered on this day or later.
    entered_from: Option<NaiveDate>,
    /// Only entered before this day.
    entered_before: Option<NaiveDate>,
}

/// The rows that a filter's references lead to; a reference to nothing wants nothing.
pub(super) async fn filter(
    ctx: &Context,
    input: AssetFilter,
    search: Option<String>,
) -> Outcome<Option<assets::Filter>> {
    use crate::entity;
    let subtree = |place: &Option<InSubtreeOf>| place.as_ref().map(|place| place.in_subtree_of.clone());
    searchable(search.as_deref())?;
    let group = named::<entity::asset_group::Entity>(ctx, NodeKind::AssetGroup, input.group_id.as_ref()).await?;
    let group_subtree =
        named::<entity::asset_group::Entity>(ctx, NodeKind::AssetGroup, subtree(&input.group).as_ref()).await?;
    let holder = named::<entity::staff::Entity>(ctx, NodeKind::Staff, input.holder_id.as_ref()).await?;
    let department =
        named::<entity::department::Entity>(ctx, NodeKind::Department, subtree(&input.department).as_ref()).await?;
    let under = named::<entity::asset::Entity>(ctx, NodeKind::Asset, input.under_id.as_ref()).await?;
    let under_subtree = named::<entity::asset::Entity>(ctx, NodeKind::Asset, subtree(&input.under).as_ref()).await?;
    let (Some(group), Some(group_subtree), Some(holder), Some(department_subtree), Some(under), Some(under_subtree)) =
        (group, group_subtree, holder, department, under, under_subtree)
    else {
        return Ok(None);
    };
    Ok(Some(assets::Filter {
        statuses: input.status,
        kind: input.kind,
        group,
        group_subtree,
        holder,
        department_subtree,
        under,
        under_subtree,
        entered_from: day("enteredFrom", input.entered_from)?,
        entered_before: day("enteredBefore", input.entered_before)?,
        search,
    }))
}

/// How assets are ordered.
#[derive(Debug, Default, InputObject)]
pub(super) struct AssetOrder {
    /// By what; ties by order of entry.
    #[graphql(default)]
    pub(super) by: assets::Order,
    /// Whether the largest comes first.
    #[graphql(default)]
    pub(super) descending: bool,
}

/// An asset to be entered.
#[derive(Debug, InputObject)]
pub(super) struct AssetCreateInput {
    /// Its name.
    name: String,
    /// Its asset group.
    category_id: ID,
    /// The asset it is part of.
    under_id: Option<ID>,
    /// One thing, or a number of like things.
    #[graphql(default_with = "AssetKind::Item")]
    kind: AssetKind,
    /// Pieces; 1 for an item, 0 or more for a quantity asset.
    #[graphql(default = 1)]
    quantity: i64,
    /// Its status.
    #[graphql(default_with = "EntryStatus::Unused")]
    status: EntryStatus,
    /// Who holds it; the caller when omitted, nobody when null.
    holder_id: MaybeUndefined<ID>,
    /// Years over which it loses its value, 0 … 2147483647; 5 when omitted.
    use_year: Option<i64>,
    /// What one piece cost, 0 … 2147483647; 1 when omitted.
    value_origin: Option<i64>,
    /// The maker.
    brand: Option<String>,
    /// The maker's model.
    model: Option<String>,
    /// The maker's serial number.
    serial_number: Option<String>,
    /// Free text.
    remarks: Option<String>,
    /// Makes a repetition of the call give the same asset.
    idempotency_key: Option<String>,
}

impl AssetCreateInput {
    pub(super) fn into_domain(self, ctx: &Context) -> assets::Create {
        let usual = NewAsset::new(self.name, key(ctx, NodeKind::AssetGroup, &self.category_id));
        let asset = NewAsset {
            under: self.under_id.map(|id| key(ctx, NodeKind::Asset, &id)),
            kind: self.kind,
            quantity: self.quantity,
            status: Some(self.status),
            holder: match self.holder_id {
                MaybeUndefined::Undefined => Holder::Caller,
                MaybeUndefined::Null => Holder::Nobody,
                MaybeUndefined::Value(id) => Holder::Person(key(ctx, NodeKind::Staff, &id)),
            },
            value_origin: self.value_origin.unwrap_or(usual.value_origin),
            use_year: self.use_year.unwrap_or(usual.use_year),
            brand: self.brand.unwrap_or(usual.brand),
            model: self.model.unwrap_or(usual.model),
            serial_number: self.serial_number.unwrap_or(usual.serial_number),
            remarks: self.remarks.unwrap_or(usual.remarks),
            name: usual.name,
            group: usual.group,
        };
        assets::Create { asset, idempotency_key: self.idempotency_key }
    }
}

/// One asset of many to be entered.
#[derive(Debug, InputObject)]
pub(super) struct AssetRegisterItem {
    /// Its asset group.
    group_id: ID,
    /// Its name.
    name: String,
    /// The asset it is part of.
    under_id: Option<ID>,
    /// Its status, `UNUSED` when omitted; null stands for a word that is no status and is refused.
    status: MaybeUndefined<EntryStatus>,
    /// What it cost, 0 … 2147483647; 1 when omitted.
    value_origin: Option<i64>,
    /// Years over which it loses its value, 0 … 2147483647; 5 when omitted.
    use_year: Option<i64>,
    /// The maker.
    brand: Option<String>,
    /// The maker's model.
    model: Option<String>,
    /// The maker's serial number.
    serial_number: Option<String>,
    /// Free text.
    remarks: Option<String>,
}

impl AssetRegisterItem {
    fn into_domain(self, ctx: &Context) -> NewAsset {
        let usual = NewAsset::new(self.name, key(ctx, NodeKind::AssetGroup, &self.group_id));
        NewAsset {
            under: self.under_id.map(|id| key(ctx, NodeKind::Asset, &id)),
            status: match self.status {
                MaybeUndefined::Undefined => Some(EntryStatus::Unused),
                MaybeUndefined::Null => None,
                MaybeUndefined::Value(status) => Some(status),
            },
            value_origin: self.value_origin.unwrap_or(usual.value_origin),
            use_year: self.use_year.unwrap_or(usual.use_year),
            brand: self.brand.unwrap_or(usual.brand),
            model: self.model.unwrap_or(usual.model),
            serial_number: self.serial_number.unwrap_or(usual.serial_number),
            remarks: self.remarks.unwrap_or(usual.remarks),
            ..NewAsset::new(usual.name, usual.group)
        }
    }
}

/// Assets to be entered, all or none.
#[derive(Debug, InputObject)]
pub(super) struct AssetRegisterInput {
    /// The assets, entered in this order and held by the caller.
    items: Vec<AssetRegisterItem>,
    /// Makes a repetition of the call give the same assets.
    pub(super) idempotency_key: Option<String>,
}

impl AssetRegisterInput {
    pub(super) fn into_domain(self, ctx: &Context) -> Vec<NewAsset> {
        self.items.into_iter().map(|item| item.into_domain(ctx)).collect()
    }
}

/// What to change about an asset; what is omitted stays.
#[derive(Debug, InputObject)]
pub(super) struct AssetUpdateInput {
    /// The asset.
    pub(super) id: ID,
    /// The asset group it moves to.
    group_id: MaybeUndefined<ID>,
    /// The asset it becomes part of; null makes it part of none.
    under_id: MaybeUndefined<ID>,
    /// Its name.
    name: MaybeUndefined<String>,
    /// Free text.
    remarks: MaybeUndefined<String>,
    /// Years over which it loses its value, 0 … 2147483647.
    use_year: MaybeUndefined<i64>,
    /// What one piece cost, 0 … 2147483647.
    value_origin: MaybeUndefined<i64>,
    /// The maker.
    brand: MaybeUndefined<String>,
    /// The maker's model.
    model: MaybeUndefined<String>,
    /// The maker's serial number.
    serial_number: MaybeUndefined<String>,
    /// The version the caller saw.
    expected_version: Option<i64>,
}

impl AssetUpdateInput {
    pub(super) fn into_domain(self, ctx: &Context) -> Outcome<assets::Update> {
        Ok(assets::Update {
            group: change(ctx, NodeKind::AssetGroup, &self.group_id),
            under: change(ctx, NodeKind::Asset, &self.under_id),
            name: given("name", self.name)?,
            remarks: given("remarks", self.remarks)?,
            use_year: given("useYear", self.use_year)?,
            value_origin: given("valueOrigin", self.value_origin)?,
            brand: given("brand", self.brand)?,
            model: given("model", self.model)?,
            serial_number: given("serialNumber", self.serial_number)?,
            expected_version: self.expected_version,
        })
    }
}
