//! Editing what is recorded about an asset; never its status or holder.

use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel, Set};

use crate::{
    db::{Tree, ancestors},
    domain::{
        Change, Code, Context, Key, Outcome, Permission,
        history::{self, Line},
        text, transact,
    },
    entity::{asset, asset_group, words::HistoryKind},
};

use super::Asset;

/// What to change; what is not given stays.
#[derive(Clone, Debug, Default)]
pub struct Update {
    /// The group it moves to; clearing it is refused.
    pub group: Change<Key>,
    /// The asset it becomes part of.
    pub under: Change<Key>,
    /// Its name.
    pub name: Option<String>,
    /// Free text.
    pub remarks: Option<String>,
    /// Years over which it loses its value.
    pub use_year: Option<i64>,
    /// What one piece cost.
    pub value_origin: Option<i64>,
    /// The maker.
    pub brand: Option<String>,
    /// The maker's model.
    pub model: Option<String>,
    /// The maker's serial number.
    pub serial_number: Option<String>,
    /// The version the caller saw; refused when it is another by now.
    pub expected_version: Option<i64>,
}

/// Changes an asset in any status (contract: asset-platform §7.26). Permission `/assets/*`.
pub async fn update(ctx: &Context, key: &Key, input: &Update) -> Outcome<Asset> {
    ctx.may(Permission::Assets)?;
    check(input)?;
    transact!(ctx, |tx| update_in(&tx, ctx, key, input))
}

fn check(input: &Update) -> Outcome<()> {
    input.name.as_deref().map_or(Ok(()), |name| text::name("name", name))?;
    input.remarks.as_deref().map_or(Ok(()), |remarks| text::bounded("remarks", remarks, text::LONG))?;
    input.use_year.map_or(Ok(()), |years| text::number("useYear", years))?;
    input.value_origin.map_or(Ok(()), |value| text::number("valueOrigin", value))?;
    for (field, value) in [("brand", &input.brand), ("model", &input.model), ("serialNumber", &input.serial_number)] {
        value.as_deref().map_or(Ok(()), |value| text::bounded(field, value, text::SHORT))?;
    }
    Ok(())
}

async fn update_in(db: &impl ConnectionTrait, ctx: &Context, key: &Key, input: &Update) -> Outcome<Asset> {
    let asset = key.find::<asset::Entity>(db).await?.ok_or(Code::AssetNotFound.on("id"))?;
    if input.expected_version.is_some_and(|version| version != asset.version) {
        return Err(Code::VersionConflict.on("expectedVersion"));
    }
    let group = match &input.group {
        Change::Keep => None,
        Change::Clear => return Err(Code::AssetGroupNotFound.on("groupId")),
        Change::Set(key) => {
            Some(key.find::<asset_group::Entity>(db).await?.ok_or(Code::AssetGroupNotFound.on("groupId"))?.id)
        }
    };
    let under = match &input.under {
        Change::Keep => None,
        Change::Clear => Some(None),
        Change::Set(key) => {
            let parent = key.find::<asset::Entity>(db).await?.ok_or(Code::AssetParentNotFound.on("underId"))?;
            if ancestors(db, Tree::Assets, parent.id).await?.contains(&asset.id) {
                return Err(Code::AssetCycle.on("underId"));
            }
            Some(Some(parent.id))
        }
    };
    let version = asset.version;
    let mut row = asset.into_active_model();
    macro_rules! set {
        ($($column:ident = $value:expr;)+) => {$(if let Some(value) = $value { row.$column = Set(value.clone()); })+};
    }
    set! {
        group_id = &group;
        under_id = &under;
        name = &input.name;
        remarks = &input.remarks;
        use_year = &input.use_year;
        value_origin = &input.value_origin;
        brand = &input.brand;
        model = &input.model;
        serial_number = &input.serial_number;
    }
    row.version = Set(version + 1);
    row.updated_at = Set(ctx.now());
    let asset = row.update(db).await?;
    history::write(db, ctx, ctx.now(), &[Line::about(HistoryKind::Edit, &asset)]).await?;
    Ok(asset)
}
