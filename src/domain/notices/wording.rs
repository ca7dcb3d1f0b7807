//! What messages say (contract: feishu-app §3.2, §3.5).

use crate::{
    entity::words::{ApprovalKind, ApprovalState},
    feishu::escape,
};

/// The heading of a card.
pub(super) fn title(kind: ApprovalKind) -> String {
    format!("资产{}", kind.title())
}

/// The line below it.
pub(super) fn summary(
    kind: ApprovalKind,
    applicant: &str,
    asset: &str,
    quantity: i64,
    receiver: Option<&str>,
) -> String {
    let receiver = receiver.map(|receiver| format!(" → {receiver}")).unwrap_or_default();
    format!("{applicant}申请{}：{asset} × {quantity}{receiver}", kind.title())
}

/// The text to an applicant whose request was submitted.
pub(super) fn submitted(kind: ApprovalKind, asset: &str, quantity: i64) -> String {
    format!("您的资产{}申请已提交：{} × {quantity}", kind.title(), escape(asset))
}

/// The text to an applicant whose request was decided; none for one that was closed.
pub(super) fn decided(kind: ApprovalKind, asset: &str, quantity: i64, state: ApprovalState) -> Option<String> {
    let told = match state {
        ApprovalState::Approved => "已通过",
        ApprovalState::Rejected => "未通过",
        ApprovalState::Pending | ApprovalState::Cancelled => return None,
    };
    Some(format!("您的资产{}申请{told}：{} × {quantity}", kind.title(), escape(asset)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_say_what_the_contract_prints() {
        assert_eq!(title(ApprovalKind::Repair), "资产维保");
        assert_eq!(summary(ApprovalKind::Claim, "甲", "纸", 2, None), "甲申请领用：纸 × 2");
        assert_eq!(summary(ApprovalKind::Transfer, "甲", "纸", 2, Some("乙")), "甲申请转移：纸 × 2 → 乙");
        assert_eq!(submitted(ApprovalKind::Return, "纸", 1), "您的资产退库申请已提交：纸 × 1");
        let told = |state| decided(ApprovalKind::Claim, "纸", 1, state);
        assert_eq!(told(ApprovalState::Approved).as_deref(), Some("您的资产领用申请已通过：纸 × 1"));
        assert_eq!(told(ApprovalState::Rejected).as_deref(), Some("您的资产领用申请未通过：纸 × 1"));
        assert_eq!((told(ApprovalState::Cancelled), told(ApprovalState::Pending)), (None, None));
    }

    #[test]
    fn nobody_is_mentioned_by_the_name_of_an_asset() {
        let all = "<at user_id=\"all\"></at>&";
        assert!(!submitted(ApprovalKind::Claim, all, 1).contains('<'));
        assert!(decided(ApprovalKind::Claim, all, 1, ApprovalState::Approved).unwrap().ends_with("&amp; × 1"));
    }
}
