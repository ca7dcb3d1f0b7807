//! Retiring assets (清退): out of everybody's hands, open requests closed, kept in every list.

use sea_orm::{ConnectionTrait, sea_query::Expr};

use crate::{
    domain::{
        Code, Context, Key, Outcome, Permission, approvals, by_ids, find_all,
        history::{self, Line, Named},
        transact,
    },
    entity::{
        asset, staff,
        words::{AssetStatus, HistoryKind},
    },
};

use super::{
    Asset, change_all,
    state::{Action, step},
};

/// Retires all assets named, or none; one named twice counts once. Permission `/assets/*` (contract: asset-platform §7.18).
pub async fn retire(ctx: &Context, keys: &[Key]) -> Outcome<Vec<Asset>> {
    ctx.may(Permission::Assets)?;
    transact!(ctx, |tx| retire_in(&tx, ctx, keys))
}

async fn retire_in(db: &impl ConnectionTrait, ctx: &Context, keys: &[Key]) -> Outcome<Vec<Asset>> {
    let found = find_all::<asset::Entity>(db, keys).await?;
    let mut assets: Vec<&Asset> = Vec::with_capacity(keys.len());
    let mut seen = std::collections::HashSet::with_capacity(keys.len());
    for (at, key) in keys.iter().enumerate() {
        let asset = found.get(key).ok_or_else(|| Code::AssetNotFound.on("assetIds").at_item(at))?;
        step(asset.status, Action::Retire).map_err(|code| code.on("assetIds").at_item(at))?;
        if seen.insert(asset.id) {
            assets.push(asset);
        }
    }
    let holders: Vec<i64> = assets.iter().filter_map(|asset| asset.holder_id).collect();
    let people = by_ids::<staff::Entity>(db, &holders).await?;
    for status in AssetStatus::ALL {
        let of_status: Vec<i64> = assets.iter().filter(|asset| asset.status == *status).map(|asset| asset.id).collect();
        change_all(db, ctx, &of_status, *status, |update| {
            update
                .col_expr(asset::Column::Status, Expr::value(AssetStatus::Retired))
                .col_expr(asset::Column::HolderId, Expr::value(None::<i64>))
                .col_expr(asset::Column::ApplicantId, Expr::value(None::<i64>))
                .col_expr(asset::Column::TargetId, Expr::value(None::<i64>))
        })
        .await?;
    }
    let ids: Vec<i64> = assets.iter().map(|asset| asset.id).collect();
    approvals::cancel_open(db, ctx, &ids).await?;
    let lines: Vec<Line<'_>> = assets
        .iter()
        .map(|asset| Line {
            related: history::acting(ctx).or_else(|| asset.holder_id.and_then(|id| people.get(&id)).map(Named::from)),
            ..Line::about(HistoryKind::Delete, asset)
        })
        .collect();
    history::write(db, ctx, ctx.now(), &lines).await?;
    let mut after = by_ids::<asset::Entity>(db, &ids).await?;
    Ok(ids.iter().filter_map(|id| after.remove(id)).collect())
}
