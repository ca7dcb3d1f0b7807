//! What this actor may do to this asset now.

use crate::{
    domain::{Code, Context, approvals::Standing},
    entity::words::ApprovalKind,
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

/// Every action with the code of its refusal, in the order in which the operations check; `standing` is the actor's.
pub fn available(ctx: &Context, standing: &Standing, asset: &Asset) -> Vec<Available> {
    let refusal = |action| match requested(action) {
        Some(kind) => standing.refusal(kind, asset),
        None => decided(ctx, asset, action),
    };
    Action::ALL.into_iter().map(|action| Available { action, refusal: refusal(action) }).collect()
}

/// The kind of request that an action submits.
fn requested(action: Action) -> Option<ApprovalKind> {
    ApprovalKind::ALL.iter().copied().find(|kind| Action::submit(*kind) == action)
}

fn decided(ctx: &Context, asset: &Asset, action: Action) -> Option<Code> {
    let refused = match who_may(action) {
        Who::May(permission) => ctx.may(permission).err().map(|fault| fault.code),
        Who::Anybody | Who::Holder => None,
    };
    refused.or_else(|| step(asset.status, action).err())
}
