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

/// Every action with the code of its refusal, in the order in which the operations check; `standing` is the actor's, `requested`
/// whether a request for the whole asset waits.
pub fn available(ctx: &Context, standing: &Standing, requested: bool, asset: &Asset) -> Vec<Available> {
    let refusal = |action| match kind_of(action) {
        Some(kind) => standing.refusal(kind, asset),
        None => decided(ctx, requested, asset, action),
    };
    Action::ALL.into_iter().map(|action| Available { action, refusal: refusal(action) }).collect()
}

/// The kind of request that an action submits.
fn kind_of(action: Action) -> Option<ApprovalKind> {
    ApprovalKind::ALL.iter().copied().find(|kind| Action::submit(*kind) == action)
}

fn decided(ctx: &Context, requested: bool, asset: &Asset, action: Action) -> Option<Code> {
    let refused = match who_may(action) {
        Who::May(permission) => ctx.may(permission).err().map(|fault| fault.code),
        Who::Anybody | Who::Holder => None,
    };
    let decides =
        |kind: &ApprovalKind| [true, false].into_iter().any(|approve| Action::decide(*kind, approve) == action);
    let nothing_to_decide = !requested && ApprovalKind::ALL.iter().any(decides);
    refused.or_else(|| step(asset.status, action).err()).or(nothing_to_decide.then_some(Code::AssetStatusMismatch))
}
