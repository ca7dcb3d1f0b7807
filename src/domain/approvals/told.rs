//! What history tells of a request.

use crate::{
    domain::{
        assets::Asset,
        history::{Line, Named},
    },
    entity::words::{AssetKind, HistoryKind},
};

use super::Approval;

/// A line about the request with the names it was submitted under.
pub(super) fn line<'a>(approval: &Approval, asset: &'a Asset, kind: HistoryKind) -> Line<'a> {
    let named = |id: Option<i64>, unique_id: &str, name: &str| Named {
        id: id.unwrap_or_default(),
        unique_id: unique_id.to_owned(),
        name: name.to_owned(),
    };
    let target = approval.target_unique_id.as_deref().zip(approval.target_name.as_deref());
    Line {
        related: Some(named(approval.applicant_id, &approval.applicant_unique_id, &approval.applicant_name)),
        target: target.map(|(unique_id, name)| named(approval.target_id, unique_id, name)),
        approval_id: Some(approval.id),
        pieces: (asset.kind == AssetKind::Quantity).then_some(approval.quantity),
        ..Line::about(kind, asset)
    }
}
