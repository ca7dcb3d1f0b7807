//! What would be answered to a person's request for an asset, without submitting it.

use crate::{
    domain::{
        Code, Context, Outcome,
        assets::{
            Asset,
            state::{Action, Who, step, who_may},
        },
    },
    entity::{
        staff,
        words::{ApprovalKind, AssetKind, AssetStatus},
    },
};

use super::{
    addressees::Addressees,
    checks::{self, Facts},
    submit,
};

/// A person as an applicant: read once, asked for any number of assets.
#[derive(Debug)]
pub struct Standing {
    applicant: staff::Model,
    addressees: Addressees,
}

impl Standing {
    /// The actor as an applicant.
    pub async fn read(ctx: &Context) -> Outcome<Self> {
        let db = ctx.db().read();
        let applicant = submit::applicant(db, ctx).await?;
        let addressees = Addressees::read(db, &applicant, None).await?;
        Ok(Self { applicant, addressees })
    }

    /// The code that a request of `kind` for one piece of `asset` would be refused with; none when it would be stored. Who is to
    /// receive a transfer is not known here.
    pub fn refusal(&self, kind: ApprovalKind, asset: &Asset) -> Option<Code> {
        let action = Action::submit(kind);
        if who_may(action) == Who::Holder && asset.holder_id != Some(self.applicant.id) {
            return Some(Code::NotHolder);
        }
        let whole = asset.kind == AssetKind::Item || kind == ApprovalKind::Repair;
        if whole && let Err(code) = step(asset.status, action) {
            return Some(code);
        }
        if asset.status == AssetStatus::Retired {
            return Some(Code::AssetNotFound);
        }
        let managers = self.addressees.of(kind, asset.holder_id);
        let facts = Facts {
            kind,
            asset,
            quantity: 1,
            applicant: &self.applicant,
            target: None,
            managers: &managers,
            target_group_gone: false,
            available: checks::available(kind, asset, asset.holder_id),
        };
        checks::refusals(&facts).first().map(|fault| fault.code)
    }
}
