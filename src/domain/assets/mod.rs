//! Assets: entering, editing, looking up, retiring, and the life cycle that requests move them through.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};

use crate::entity::{
    asset,
    words::{AssetStatus, Door},
};

use super::{Actor, Code, Context, Key, Outcome, Permission};

mod actions;
mod edit;
mod enter;
mod list;
pub mod listing;
mod repair;
mod retire;
pub mod state;
mod value;

pub use actions::{Available, available};
pub use edit::{Update, update};
pub use enter::{Create, EntryStatus, Holder, NewAsset, create, register};
pub use list::{CatalogueFilter, Filter, Order, catalogue, catalogue_count, count, count_each, list, list_each};
pub use repair::finish_repair;
pub use retire::retire;
pub use value::net_value;

/// An asset.
pub type Asset = asset::Model;

/// Whether the actor sees every asset in full: who keeps assets, and who decides on requests. The asset platform shows the latter
/// only what waits for a decision (contract: asset-platform §7.25).
pub fn sees_all(ctx: &Context) -> bool {
    let decides = ctx.holds(Permission::Approvals) && ctx.door != Door::AssetPlatform;
    ctx.holds(Permission::Assets) || decides
}

/// Whether the actor sees `asset` in full: who sees all, and its holder (contract: asset-platform §7.25).
pub fn may_see(ctx: &Context, asset: &Asset) -> bool {
    sees_all(ctx) || asset.holder_id.is_some_and(|holder| ctx.is(holder))
}

/// The assets that the actor sees in full, as a condition.
fn visible(ctx: &Context) -> Condition {
    match &ctx.actor {
        _ if sees_all(ctx) => Condition::all(),
        Actor::Person(person) => Condition::any().add(asset::Column::HolderId.eq(person.id)),
        Actor::Nobody | Actor::System => Condition::any().add(Expr::val(false)),
    }
}

/// The asset with this key; `FORBIDDEN` when the actor may not see it.
pub async fn get(ctx: &Context, key: &Key) -> Outcome<Option<Asset>> {
    ctx.known()?;
    let asset = key.find::<asset::Entity>(ctx.db().read()).await?;
    match asset {
        Some(asset) if !may_see(ctx, &asset) => Err(Code::Forbidden.into()),
        asset => Ok(asset),
    }
}

/// How many rows one statement changes or inserts; the databases bound the number of parameters.
const CHUNK: usize = 500;

/// Changes every asset in `assets` that still has status `from`, and fails unless all had it; `set` adds what changes.
pub(super) async fn change_all(
    db: &impl ConnectionTrait,
    ctx: &Context,
    assets: &[i64],
    from: AssetStatus,
    set: impl Fn(sea_orm::UpdateMany<asset::Entity>) -> sea_orm::UpdateMany<asset::Entity>,
) -> Outcome<()> {
    for chunk in assets.chunks(CHUNK) {
        let update = asset::Entity::update_many()
            .col_expr(asset::Column::Version, Expr::col(asset::Column::Version).add(1))
            .col_expr(asset::Column::UpdatedAt, Expr::value(ctx.now()))
            .filter(asset::Column::Id.is_in(chunk.iter().copied()))
            .filter(asset::Column::Status.eq(from));
        let changed = set(update).exec(db).await?.rows_affected;
        if changed != chunk.len() as u64 {
            return Err(Code::VersionConflict.into());
        }
    }
    Ok(())
}
