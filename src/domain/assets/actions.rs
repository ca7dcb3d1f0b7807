//! What this actor may do to this asset now.

use crate::{
    domain::{Code, Context},
    entity::words::AssetKind,
};

use super::{
    Asset,
    state::{Action, Who, step, who_may},
};

/// One action and whether it would be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Available {
    /// The action.
    pub action: Action,
    /// The code that the operation would answer; none when it would be taken.
    pub refusal: Option<Code>,
}

/// Every action with the code of its refusal, in the order in which the operations check: permission, holder, status.
pub fn available(ctx: &Context, asset: &Asset) -> Vec<Available> {
    Action::ALL.into_iter().map(|action| Available { action, refusal: refusal(ctx, asset, action) }).collect()
}

fn refusal(ctx: &Context, asset: &Asset, action: Action) -> Option<Code> {
    let allowed = match who_may(action) {
        Who::Anybody => ctx.known().err().map(|fault| fault.code),
        Who::Holder => (!asset.holder_id.is_some_and(|holder| ctx.is(holder))).then_some(Code::NotHolder),
        Who::May(permission) => ctx.may(permission).err().map(|fault| fault.code),
    };
    let pieces =
        asset.kind == AssetKind::Quantity && matches!(action, Action::Claim | Action::Return | Action::Transfer);
    let enough = (pieces && asset.quantity == 0).then_some(Code::QuantityInsufficient);
    allowed.or_else(|| step(asset.status, action).err()).or(enough)
}
