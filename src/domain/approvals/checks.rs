//! What the approval card's door would refuse as things stand (contract: feishu-app §1.6, rows 8.2 to 8.9), in its order; row 8.1, a retired
//! asset, is refused outright.
//!
//! GraphQL asks at submission, so that nobody waits for a request that cannot be agreed to.

use crate::{
    domain::{Code, Fault, assets::Asset},
    entity::{
        staff,
        words::{ApprovalKind, AssetKind, AssetStatus, StaffGroup},
    },
};

/// A request as the checks see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'a> {
    pub(super) kind: ApprovalKind,
    pub(super) asset: &'a Asset,
    pub(super) quantity: i64,
    pub(super) applicant: &'a staff::Model,
    pub(super) target: Option<&'a staff::Model>,
    pub(super) managers: &'a [&'a staff::Model],
    /// The named group of the receiver's side does not exist.
    pub(super) target_group_gone: bool,
    /// Pieces that could be had now.
    pub(super) available: i64,
}

/// The legacy number of a refusal (contract: feishu-app §1.6); none for codes that table does not know.
pub const fn legacy_code(code: Code) -> Option<i32> {
    match code {
        Code::ApprovalNotFound | Code::CardNotFound | Code::CardForbidden => Some(1),
        Code::AssetNotFound
        | Code::ManagerNotFound
        | Code::ClaimantNotGeneralStaff
        | Code::ReturnerNotGeneralStaff
        | Code::SenderNotGeneralStaff
        | Code::ReceiverNotGeneralStaff
        | Code::ClaimantElsewhere
        | Code::ReturnerElsewhere
        | Code::SenderElsewhere
        | Code::TargetGroupGone => Some(2),
        Code::NotQuantityAsset => Some(3),
        Code::QuantityInsufficient => Some(4),
        Code::CardActionInvalid => Some(11),
        Code::ClaimOfNothing | Code::ReturnOfNothing | Code::TransferOfNothing => Some(250),
        Code::TransferToSelf => Some(529),
        _ => None,
    }
}

type Check = fn(&Facts<'_>) -> Option<Fault>;

/// The checks in order, from row 8.2 on; a repair has that row only.
const CHECKS: &[Check] = &[
    manager_fit,
    general_staff_asks,
    general_staff_receives,
    same_department,
    something_asked,
    pieces_only_of_quantities,
    target_group_exists,
    enough_pieces,
    not_to_oneself,
];

/// Every refusal, in order.
pub(super) fn refusals(facts: &Facts<'_>) -> Vec<Fault> {
    let checks = if facts.kind == ApprovalKind::Repair { &CHECKS[..1] } else { CHECKS };
    checks.iter().filter_map(|check| check(facts)).collect()
}

/// Whether a request for one thing asks for one thing; asked again at the decision, since such requests can be stored as warnings.
pub(super) fn one_of_an_item(kind: ApprovalKind, asset: &Asset, quantity: i64) -> Result<(), Fault> {
    if asset.kind == AssetKind::Quantity || quantity == 1 {
        return Ok(());
    }
    Err(if quantity > 1 { Code::NotQuantityAsset.about(&asset.name) } else { nothing(kind).into() })
}

const fn nothing(kind: ApprovalKind) -> Code {
    match kind {
        ApprovalKind::Claim => Code::ClaimOfNothing,
        ApprovalKind::Return => Code::ReturnOfNothing,
        ApprovalKind::Transfer | ApprovalKind::Repair => Code::TransferOfNothing,
    }
}

/// Pieces of `asset` that a request of `kind` by `applicant` could have now (contract: feishu-app §2.3).
pub(super) fn available(kind: ApprovalKind, asset: &Asset, holder: Option<i64>) -> i64 {
    let wanted = match kind {
        ApprovalKind::Claim => AssetStatus::Unused,
        ApprovalKind::Return | ApprovalKind::Transfer | ApprovalKind::Repair => AssetStatus::InUse,
    };
    if asset.status == wanted && asset.holder_id == holder { asset.quantity } else { 0 }
}

fn manager_fit(facts: &Facts<'_>) -> Option<Fault> {
    let fit = |person: &staff::Model| !person.locked && person.staff_group == StaffGroup::AssetAdmin;
    (!facts.managers.iter().any(|person| fit(person))).then(|| Code::ManagerNotFound.on("managerId"))
}

/// The refusal of a request that nobody of the general staff asks for.
pub(super) const fn nobody_asks(kind: ApprovalKind) -> Code {
    match kind {
        ApprovalKind::Claim => Code::ClaimantNotGeneralStaff,
        ApprovalKind::Return => Code::ReturnerNotGeneralStaff,
        ApprovalKind::Transfer | ApprovalKind::Repair => Code::SenderNotGeneralStaff,
    }
}

fn general_staff_asks(facts: &Facts<'_>) -> Option<Fault> {
    (facts.applicant.staff_group != StaffGroup::GeneralStaff).then(|| nobody_asks(facts.kind).into())
}

fn general_staff_receives(facts: &Facts<'_>) -> Option<Fault> {
    let target = facts.target?;
    (target.staff_group != StaffGroup::GeneralStaff).then(|| Code::ReceiverNotGeneralStaff.on("targetId"))
}

fn same_department(facts: &Facts<'_>) -> Option<Fault> {
    let code = match facts.kind {
        ApprovalKind::Claim => Code::ClaimantElsewhere,
        ApprovalKind::Return => Code::ReturnerElsewhere,
        ApprovalKind::Transfer | ApprovalKind::Repair => Code::SenderElsewhere,
    };
    let home = facts.applicant.department_id;
    let together = home.is_some() && facts.managers.iter().any(|manager| manager.department_id == home);
    (!together).then(|| code.into())
}

fn something_asked(facts: &Facts<'_>) -> Option<Fault> {
    (facts.quantity <= 0).then(|| nothing(facts.kind).on("quantity"))
}

fn pieces_only_of_quantities(facts: &Facts<'_>) -> Option<Fault> {
    let pieces_of_item = facts.asset.kind == AssetKind::Item && facts.quantity > 1;
    pieces_of_item.then(|| Code::NotQuantityAsset.about(&facts.asset.name).on("quantity"))
}

fn target_group_exists(facts: &Facts<'_>) -> Option<Fault> {
    facts.target_group_gone.then(|| Code::TargetGroupGone.on("categoryId"))
}

fn enough_pieces(facts: &Facts<'_>) -> Option<Fault> {
    (facts.available < facts.quantity).then(|| Code::QuantityInsufficient.about(&facts.asset.name).on("quantity"))
}

fn not_to_oneself(facts: &Facts<'_>) -> Option<Fault> {
    let target = facts.target?;
    (target.id == facts.applicant.id).then(|| Code::TransferToSelf.on("targetId"))
}
