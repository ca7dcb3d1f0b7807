//! What a generated asset has been through: where it stands, its request and its history, which agree with one another.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    domain::history::{Line, Named, sentence},
    entity::{
        approval, approval_manager, asset, history, staff,
        words::{ApprovalKind, ApprovalState, AssetStatus, Door, HistoryKind},
    },
};

use super::{Generated, Table, people::key};

/// Lines of history of each asset.
pub(super) const LINES: u64 = 5;

/// An asset with everything that belongs to it.
pub(super) struct Life {
    pub(super) asset: asset::Model,
    pub(super) request: Option<approval::Model>,
    pub(super) manager: Option<approval_manager::Model>,
    pub(super) lines: Vec<history::Model>,
}

/// How the request of an asset went, if it had one.
struct Course {
    kind: ApprovalKind,
    state: ApprovalState,
    status: AssetStatus,
    /// What history tells after the entry.
    told: &'static [HistoryKind],
}

/// Of a thousand assets that had a request; the others are in store.
fn course(roll: u64) -> Course {
    use HistoryKind::{Accept, Apply, Delete, Reject, Submit};
    let (kind, state, status, told): (_, _, _, &[HistoryKind]) = match roll {
        0..20 => (ApprovalKind::Claim, ApprovalState::Pending, AssetStatus::ClaimPending, &[Submit]),
        20..40 => (ApprovalKind::Transfer, ApprovalState::Pending, AssetStatus::TransferPending, &[Submit]),
        40..50 => (ApprovalKind::Return, ApprovalState::Pending, AssetStatus::ReturnPending, &[Submit]),
        50..90 => (ApprovalKind::Repair, ApprovalState::Approved, AssetStatus::InRepair, &[Submit, Accept]),
        90..140 => (ApprovalKind::Claim, ApprovalState::Rejected, AssetStatus::Retired, &[Submit, Reject, Delete]),
        _ => (ApprovalKind::Claim, ApprovalState::Approved, AssetStatus::InUse, &[Submit, Apply]),
    };
    Course { kind, state, status, told }
}

impl Generated {
    /// The life of the asset at `place`, which is as it was entered.
    pub(super) fn live(&self, place: u64, mut asset: asset::Model) -> Life {
        let mut dice = self.dice(Table::Life, place);
        let admin = self.asset_admin(dice.below(self.size.staff));
        let (mut request, mut manager, mut told) = (None, None, vec![HistoryKind::Entry]);
        let applicant = self.general_staff(dice.below(self.size.staff));
        let target = self.general_staff(applicant.id as u64 + dice.below(self.size.staff - 1));
        let transfers = |kind| kind == ApprovalKind::Transfer;
        if place.is_multiple_of(2) {
            let course = course(dice.below(1000));
            told.extend(course.told);
            let asked =
                Asked { applicant: &applicant, target: transfers(course.kind).then_some(&target), admin: &admin };
            asset.status = course.status;
            asset.holder_id = match course.status {
                AssetStatus::Unused | AssetStatus::ClaimPending => asset.holder_id,
                AssetStatus::Retired => None,
                _ => Some(applicant.id),
            };
            asset.applicant_id = (course.status == AssetStatus::ClaimPending).then_some(applicant.id);
            asset.target_id = asked.target.map(|target| target.id);
            let made = asked.request(key(place / 2), &asset, &course);
            manager = Some(approval_manager::Model { approval_id: made.id, staff_id: admin.id, named: false });
            request = Some(made);
        }
        // What nobody asked for are corrections by the asset admin.
        while (told.len() as u64) < LINES {
            told.insert(1, HistoryKind::Edit);
        }
        let lines = told.into_iter().enumerate().map(|(number, kind)| {
            let mut line = Line::about(kind, &asset);
            if !matches!(kind, HistoryKind::Entry | HistoryKind::Edit | HistoryKind::Delete) {
                line.related = Some(Named::from(&applicant));
                line.approval_id = request.as_ref().map(|request| request.id);
            }
            let at = asset.created_at + TimeDelta::days(7 * number as i64);
            let acting = if kind == HistoryKind::Submit { &applicant } else { &admin };
            self.line(place * LINES + number as u64, &line, &Named::from(acting), at)
        });
        let lines = lines.collect();
        Life { asset, request, manager, lines }
    }

    fn line(&self, place: u64, line: &Line<'_>, actor: &Named, at: DateTime<Utc>) -> history::Model {
        history::Model {
            id: key(place),
            kind: line.kind,
            asset_id: line.asset.id,
            asset_unique_id: line.asset.unique_id.clone(),
            asset_name: line.asset.name.clone(),
            related_id: line.related.as_ref().map(|person| person.id),
            related_unique_id: line.related.as_ref().map(|person| person.unique_id.clone()),
            related_name: line.related.as_ref().map(|person| person.name.clone()),
            actor_id: Some(actor.id),
            actor_unique_id: Some(actor.unique_id.clone()),
            actor_name: Some(actor.name.clone()),
            approval_id: line.approval_id,
            door: Door::Graphql,
            description: sentence(line, Some(actor), at.with_timezone(&self.zone)),
            at,
        }
    }
}

/// Who asks for an asset, for whom, and whom.
struct Asked<'a> {
    applicant: &'a staff::Model,
    target: Option<&'a staff::Model>,
    admin: &'a staff::Model,
}

impl Asked<'_> {
    fn request(&self, id: i64, asset: &asset::Model, course: &Course) -> approval::Model {
        let decided = (course.state != ApprovalState::Pending).then_some(self.admin);
        let asked_at = asset.created_at + TimeDelta::days(28);
        approval::Model {
            id,
            kind: course.kind,
            asset_id: asset.id,
            quantity: asset.quantity,
            whole: true,
            holder_id: asset.holder_id,
            applicant_id: Some(self.applicant.id),
            applicant_unique_id: self.applicant.unique_id.clone(),
            applicant_name: self.applicant.name.clone(),
            target_id: self.target.map(|target| target.id),
            target_unique_id: self.target.map(|target| target.unique_id.clone()),
            target_name: self.target.map(|target| target.name.clone()),
            target_group_unique_id: None,
            state: course.state,
            submitted_via: Door::Graphql,
            decided_by_id: decided.map(|person| person.id),
            decided_by_unique_id: decided.map(|person| person.unique_id.clone()),
            decided_by_name: decided.map(|person| person.name.clone()),
            decided_via: decided.map(|_| Door::Graphql),
            decided_at: decided.map(|_| asked_at + TimeDelta::days(1)),
            reason: None,
            version: if decided.is_some() { 2 } else { 1 },
            created_at: asked_at,
            updated_at: asked_at,
        }
    }
}
