//! The life cycle of an asset as a table (contract: asset-platform §8): which action leads from which status to which, who may,
//! and what else happens. Domain functions, `availableActions` and the tests read this one table.

use async_graphql::Enum;

use crate::{
    domain::{Code, Permission},
    entity::words::{ApprovalKind, AssetStatus, HistoryKind},
};

/// Something that can be done with a whole asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(name = "AssetAction")]
pub enum Action {
    /// 领用: ask to receive it.
    Claim,
    /// Agree to a claim.
    ApproveClaim,
    /// Refuse a claim.
    RejectClaim,
    /// 转移: ask to hand it to somebody else.
    Transfer,
    /// Agree to a transfer.
    ApproveTransfer,
    /// Refuse a transfer.
    RejectTransfer,
    /// 退库: ask to give it back.
    Return,
    /// Agree to a return.
    ApproveReturn,
    /// Refuse a return.
    RejectReturn,
    /// 维保: ask to have it repaired.
    Repair,
    /// Accept a repair; it stays in repair until that is finished.
    AcceptRepair,
    /// Refuse a repair.
    RejectRepair,
    /// Say that a repair is finished.
    FinishRepair,
    /// 清退: clear it out for good.
    Retire,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 14] = [
        Self::Claim,
        Self::ApproveClaim,
        Self::RejectClaim,
        Self::Transfer,
        Self::ApproveTransfer,
        Self::RejectTransfer,
        Self::Return,
        Self::ApproveReturn,
        Self::RejectReturn,
        Self::Repair,
        Self::AcceptRepair,
        Self::RejectRepair,
        Self::FinishRepair,
        Self::Retire,
    ];

    /// The action that submits a request of this kind.
    pub const fn submit(kind: ApprovalKind) -> Self {
        match kind {
            ApprovalKind::Claim => Self::Claim,
            ApprovalKind::Return => Self::Return,
            ApprovalKind::Transfer => Self::Transfer,
            ApprovalKind::Repair => Self::Repair,
        }
    }

    /// The action that agrees to a request of this kind, or refuses it.
    pub const fn decide(kind: ApprovalKind, approve: bool) -> Self {
        match (kind, approve) {
            (ApprovalKind::Claim, true) => Self::ApproveClaim,
            (ApprovalKind::Claim, false) => Self::RejectClaim,
            (ApprovalKind::Return, true) => Self::ApproveReturn,
            (ApprovalKind::Return, false) => Self::RejectReturn,
            (ApprovalKind::Transfer, true) => Self::ApproveTransfer,
            (ApprovalKind::Transfer, false) => Self::RejectTransfer,
            (ApprovalKind::Repair, true) => Self::AcceptRepair,
            (ApprovalKind::Repair, false) => Self::RejectRepair,
        }
    }
}

/// Who may take an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anybody logged in.
    Anybody,
    /// The holder.
    Holder,
    /// Who holds this permission.
    May(Permission),
}

/// Who holds the asset afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The same person.
    Same,
    /// The applicant of the claim.
    Applicant,
    /// The receiver of the transfer.
    Target,
    /// The person who decides.
    Decider,
    /// Nobody.
    Nobody,
}

/// One row of the life cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The status before.
    pub from: AssetStatus,
    /// What is done.
    pub action: Action,
    /// Who may.
    pub who: Who,
    /// The status after.
    pub to: AssetStatus,
    /// Effect: who holds it afterwards.
    pub owner: Owner,
    /// Effect: the line of history.
    pub record: HistoryKind,
}

const fn row(
    from: AssetStatus,
    action: Action,
    who: Who,
    to: AssetStatus,
    owner: Owner,
    record: HistoryKind,
) -> Transition {
    Transition { from, action, who, to, owner, record }
}

const AA: Who = Who::May(Permission::Assets);
const AP: Who = Who::May(Permission::Approvals);

/// The life cycle. A pair of status and action that is not here is refused and changes nothing.
pub const TRANSITIONS: &[Transition] = {
    use Action::*;
    use AssetStatus::{ClaimPending, InRepair, InUse, Retired, ReturnPending, TransferPending, Unused};
    use HistoryKind as H;
    use Owner::{Applicant, Decider, Nobody, Same, Target};
    use Who::{Anybody, Holder};
    &[
        row(Unused, Claim, Anybody, ClaimPending, Same, H::Submit),
        row(ClaimPending, ApproveClaim, AP, InUse, Applicant, H::Apply),
        row(ClaimPending, RejectClaim, AP, Unused, Same, H::Reject),
        row(InUse, Transfer, Holder, TransferPending, Same, H::Submit),
        row(TransferPending, ApproveTransfer, AP, InUse, Target, H::Transfer),
        row(TransferPending, RejectTransfer, AP, InUse, Same, H::Reject),
        row(InUse, Return, Holder, ReturnPending, Same, H::Submit),
        row(ReturnPending, ApproveReturn, AP, Unused, Decider, H::Return),
        row(ReturnPending, RejectReturn, AP, InUse, Same, H::Reject),
        row(InUse, Repair, Holder, InRepair, Same, H::Submit),
        row(InRepair, AcceptRepair, AP, InRepair, Same, H::Accept),
        row(InRepair, RejectRepair, AP, InUse, Same, H::Reject),
        row(InRepair, FinishRepair, AP, InUse, Same, H::Repair),
        row(Unused, Retire, AA, Retired, Nobody, H::Delete),
        row(InUse, Retire, AA, Retired, Nobody, H::Delete),
        row(ClaimPending, Retire, AA, Retired, Nobody, H::Delete),
        row(TransferPending, Retire, AA, Retired, Nobody, H::Delete),
        row(ReturnPending, Retire, AA, Retired, Nobody, H::Delete),
        row(InRepair, Retire, AA, Retired, Nobody, H::Delete),
    ]
};

/// Who may take `action`, whatever the status.
pub fn who_may(action: Action) -> Who {
    match action {
        Action::Claim => Who::Anybody,
        Action::Transfer | Action::Return | Action::Repair => Who::Holder,
        Action::Retire => AA,
        _ => AP,
    }
}

/// The transition of `action` from `status`, or the code of the refusal.
pub fn step(status: AssetStatus, action: Action) -> Result<&'static Transition, Code> {
    TRANSITIONS.iter().find(|row| row.from == status && row.action == action).ok_or(match action {
        Action::Retire => Code::AssetAlreadyRetired,
        _ => Code::AssetStatusMismatch,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_agrees_with_every_row() {
        for row in TRANSITIONS {
            assert_eq!(row.who, who_may(row.action), "{row:?}");
        }
    }

    #[test]
    fn every_action_leads_somewhere_and_retired_is_the_end() {
        for action in Action::ALL {
            assert!(TRANSITIONS.iter().any(|row| row.action == action), "{action:?}");
            assert!(step(AssetStatus::Retired, action).is_err(), "{action:?}");
        }
    }

    #[test]
    fn no_pair_of_status_and_action_has_two_rows() {
        for (at, row) in TRANSITIONS.iter().enumerate() {
            assert!(
                !TRANSITIONS[at + 1..].iter().any(|other| (other.from, other.action) == (row.from, row.action)),
                "{row:?}"
            );
        }
    }
}
