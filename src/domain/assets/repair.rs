//! Saying that a repair (维保) is finished.

use sea_orm::{ConnectionTrait, EntityTrait, sea_query::Expr};

use crate::{
    domain::{
        Code, Context, Key, Outcome, Permission, approvals,
        history::{self, Line, Named},
        transact,
    },
    entity::{asset, staff, words::HistoryKind},
};

use super::{
    Asset, change_all,
    state::{Action, step},
};

/// Puts an asset in repair back to use; a repair request that still waits counts as accepted. Permission `/approvals/*`
/// (contract: asset-platform §7.24).
pub async fn finish_repair(ctx: &Context, key: &Key) -> Outcome<Asset> {
    ctx.may(Permission::Approvals)?;
    transact!(ctx, |tx| finish_in(&tx, ctx, key))
}

async fn finish_in(db: &impl ConnectionTrait, ctx: &Context, key: &Key) -> Outcome<Asset> {
    let asset = key.find::<asset::Entity>(db).await?.ok_or(Code::AssetNotFound.on("assetId"))?;
    let row = step(asset.status, Action::FinishRepair).map_err(|code| code.on("assetId"))?;
    let holder = match asset.holder_id {
        Some(id) => staff::Entity::find_by_id(id).one(db).await?,
        None => None,
    };
    change_all(db, ctx, &[asset.id], row.from, |update| update.col_expr(asset::Column::Status, Expr::value(row.to)))
        .await?;
    let approval_id = approvals::accept_open_repair(db, ctx, asset.id).await?;
    let line =
        Line { related: holder.as_ref().map(Named::from), approval_id, ..Line::about(HistoryKind::Repair, &asset) };
    history::write(db, ctx, ctx.now(), &[line]).await?;
    asset::Entity::find_by_id(asset.id).one(db).await?.ok_or_else(|| Code::AssetNotFound.into())
}
