//! Entering assets: many of a file at once, or one with everything that is known about it.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, EntityTrait, Set};
use serde::Serialize;

use crate::{
    domain::{
        Actor, Code, Context, Fault, Key, Outcome, Permission, approvals, find_all,
        history::{self, Line, acting},
        idempotency::Once,
        text, transact,
    },
    entity::{
        asset, asset_group, staff,
        words::{ApprovalKind, AssetKind, AssetStatus, HistoryKind},
    },
};

use super::{Asset, CHUNK};

/// With which status an asset is entered (contract: asset-platform §7.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, async_graphql::Enum)]
#[graphql(name = "AssetEntryStatus")]
pub enum EntryStatus {
    /// 未使用: in store, in the hands of who enters it.
    Unused,
    /// 使用中: in use by who enters it.
    InUse,
    /// 领用待确认: claimed by who enters it, waiting for a decision.
    ToBeConfirmed,
    /// 已清退: entered for the record only; nobody holds it.
    Retired,
}

impl EntryStatus {
    const fn status(self) -> AssetStatus {
        match self {
            Self::Unused => AssetStatus::Unused,
            Self::InUse => AssetStatus::InUse,
            Self::ToBeConfirmed => AssetStatus::ClaimPending,
            Self::Retired => AssetStatus::Retired,
        }
    }
}

/// Who holds an asset that is entered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Holder {
    /// Who enters it.
    #[default]
    Caller,
    /// Nobody.
    Nobody,
    /// This person.
    Person(Key),
}

/// An asset to be entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAsset {
    /// Its name.
    pub name: String,
    /// Its group.
    pub group: Key,
    /// The asset it is part of.
    pub under: Option<Key>,
    /// One thing or a number of like things.
    pub kind: AssetKind,
    /// Pieces; 1 for an item.
    pub quantity: i64,
    /// Its status; none stands for a word that is no status, and is refused in its turn.
    pub status: Option<EntryStatus>,
    /// Who holds it.
    pub holder: Holder,
    /// What one piece cost.
    pub value_origin: i64,
    /// Years over which it loses its value.
    pub use_year: i64,
    /// The maker.
    pub brand: String,
    /// The maker's model.
    pub model: String,
    /// The maker's serial number.
    pub serial_number: String,
    /// Free text.
    pub remarks: String,
}

impl NewAsset {
    /// An asset with what the contract fills in: unused, 5 years, worth 1, everything else unknown.
    pub fn new(name: String, group: Key) -> Self {
        let unknown = || "unknown".to_owned();
        Self {
            name,
            group,
            under: None,
            kind: AssetKind::Item,
            quantity: 1,
            status: Some(EntryStatus::Unused),
            holder: Holder::Caller,
            value_origin: 1,
            use_year: 5,
            brand: unknown(),
            model: unknown(),
            serial_number: unknown(),
            remarks: "无".to_owned(),
        }
    }

    fn check(&self) -> Outcome<()> {
        text::name("name", &self.name)?;
        text::number("valueOrigin", self.value_origin)?;
        text::number("useYear", self.use_year)?;
        text::bounded("brand", &self.brand, text::SHORT)?;
        text::bounded("model", &self.model, text::SHORT)?;
        text::bounded("serialNumber", &self.serial_number, text::SHORT)?;
        text::bounded("remarks", &self.remarks, text::LONG)?;
        match self.kind {
            AssetKind::Item if self.quantity != 1 => Err(Code::NotQuantityAsset.about(&self.name).on("quantity")),
            AssetKind::Item => Ok(()),
            AssetKind::Quantity => text::number("quantity", self.quantity),
        }
    }
}

/// One asset to be entered, once.
#[derive(Clone, Debug)]
pub struct Create {
    /// The asset.
    pub asset: NewAsset,
    /// Makes a repetition of the call give the same asset.
    pub idempotency_key: Option<String>,
}

/// Enters one asset. Permission `/assets/*`.
pub async fn create(ctx: &Context, input: Create) -> Outcome<Asset> {
    let mut made = register(ctx, std::slice::from_ref(&input.asset), input.idempotency_key.as_deref())
        .await
        .map_err(Fault::of_whole)?;
    made.pop().ok_or_else(|| Code::Internal.into())
}

/// Enters all `items` in order, or none. Permission `/assets/*`. First every item's values are checked, then item by item its
/// group, parent, status and holder (contract: asset-platform §7.12).
pub async fn register(ctx: &Context, items: &[NewAsset], idempotency_key: Option<&str>) -> Outcome<Vec<Asset>> {
    ctx.may(Permission::Assets)?;
    for (at, item) in items.iter().enumerate() {
        item.check().map_err(|fault| fault.at_item(at))?;
    }
    let once = Once::new("assetRegister", idempotency_key, || format!("{items:?}"))?;
    transact!(ctx, |tx| register_in(&tx, ctx, items, once.as_ref()))
}

async fn register_in(
    db: &impl ConnectionTrait,
    ctx: &Context,
    items: &[NewAsset],
    once: Option<&Once>,
) -> Outcome<Vec<Asset>> {
    if let Some(once) = once
        && let Some(earlier) = once.earlier(db, ctx).await?
    {
        let mut rows = crate::domain::by_ids::<asset::Entity>(db, &earlier).await?;
        return Ok(earlier.iter().filter_map(|id| rows.remove(id)).collect());
    }
    let groups = find_all::<asset_group::Entity>(db, items.iter().map(|item| &item.group)).await?;
    let parents = find_all::<asset::Entity>(db, items.iter().filter_map(|item| item.under.as_ref())).await?;
    let holders = find_all::<staff::Entity>(
        db,
        items.iter().filter_map(|item| match &item.holder {
            Holder::Person(key) => Some(key),
            Holder::Caller | Holder::Nobody => None,
        }),
    )
    .await?;
    let caller = acting(ctx).map(|person| person.id);
    let mut places = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let fault = |code: Code, field| code.on(field).at_item(at);
        let group = groups.get(&item.group).ok_or_else(|| fault(Code::AssetGroupNotFound, "groupId"))?;
        let under = match &item.under {
            Some(key) => Some(parents.get(key).ok_or_else(|| fault(Code::AssetParentNotFound, "underId"))?.id),
            None => None,
        };
        let status = item.status.ok_or_else(|| fault(Code::AssetStatusInvalid, "status"))?;
        let holder = match &item.holder {
            _ if status == EntryStatus::Retired => None,
            Holder::Caller => caller,
            Holder::Nobody if status == EntryStatus::InUse => return Err(fault(Code::HolderNotFound, "holderId")),
            Holder::Nobody => None,
            Holder::Person(key) => Some(holders.get(key).ok_or_else(|| fault(Code::HolderNotFound, "holderId"))?.id),
        };
        if status == EntryStatus::ToBeConfirmed && caller.is_none() {
            return Err(fault(Code::AssetStatusInvalid, "status"));
        }
        places.push(Place { status, group: group.id, under, holder });
    }
    let mut assets: Vec<Asset> = Vec::with_capacity(items.len());
    for (items, places) in items.chunks(CHUNK).zip(places.chunks(CHUNK)) {
        let rows: Vec<_> = items.iter().zip(places).map(|(item, place)| new_row(ctx, item, place, caller)).collect();
        let order: Vec<String> = rows.iter().filter_map(|row| row.unique_id.try_as_ref().cloned()).collect();
        let made = asset::Entity::insert_many(rows).exec_with_returning(db).await?;
        let mut made: HashMap<String, Asset> = made.into_iter().map(|row| (row.unique_id.clone(), row)).collect();
        let entered: Vec<Asset> = order.iter().filter_map(|id| made.remove(id)).collect();
        let lines: Vec<Line<'_>> = entered.iter().map(|asset| Line::about(HistoryKind::Entry, asset)).collect();
        history::write(db, ctx, ctx.now(), &lines).await?;
        assets.extend(entered);
    }
    let claimed: Vec<&Asset> = assets.iter().filter(|asset| asset.status == AssetStatus::ClaimPending).collect();
    approvals::open(db, ctx, ApprovalKind::Claim, &claimed).await?;
    if let Some(once) = once {
        once.remember(db, ctx, &assets.iter().map(|asset| asset.id).collect::<Vec<_>>()).await?;
    }
    Ok(assets)
}

/// Where a new asset goes, by our keys.
struct Place {
    status: EntryStatus,
    group: i64,
    under: Option<i64>,
    holder: Option<i64>,
}

fn new_row(ctx: &Context, item: &NewAsset, place: &Place, caller: Option<i64>) -> asset::ActiveModel {
    let Place { status, group, under, holder } = *place;
    let applicant = match (status, &ctx.actor) {
        (EntryStatus::ToBeConfirmed, Actor::Person(_)) => caller,
        _ => None,
    };
    asset::ActiveModel {
        unique_id: Set(ctx.app.unique_id()),
        name: Set(item.name.clone()),
        kind: Set(item.kind),
        quantity: Set(item.quantity),
        group_id: Set(group),
        under_id: Set(under),
        status: Set(status.status()),
        holder_id: Set(holder),
        applicant_id: Set(applicant),
        target_id: Set(None),
        entered_on: Set(ctx.app.today()),
        value_origin: Set(item.value_origin),
        use_year: Set(item.use_year),
        brand: Set(item.brand.clone()),
        model: Set(item.model.clone()),
        serial_number: Set(item.serial_number.clone()),
        remarks: Set(item.remarks.clone()),
        version: Set(1),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
        ..Default::default()
    }
}
