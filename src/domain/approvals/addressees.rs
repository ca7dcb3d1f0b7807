//! Whom a request is addressed to (contract: feishu-app §2.2): the first rule that yields somebody.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::{
    db::{Tree, ancestors},
    domain::Outcome,
    entity::{
        staff,
        words::{ApprovalKind, StaffGroup},
    },
};

/// The asset admins of the company as one applicant's requests see them.
#[derive(Debug)]
pub(super) struct Addressees {
    applicant: i64,
    named: Option<staff::Model>,
    /// Asset admins of the nearest department that has one, else of the whole company; locked people and the applicant only
    /// when nobody else is left.
    near: Vec<staff::Model>,
    admins: HashMap<i64, staff::Model>,
}

impl Addressees {
    /// Reads the asset admins once, for any number of requests of one applicant.
    pub(super) async fn read(
        db: &impl ConnectionTrait,
        applicant: &staff::Model,
        named: Option<&staff::Model>,
    ) -> Outcome<Self> {
        let admins = staff::Entity::find().filter(staff::Column::StaffGroup.eq(StaffGroup::AssetAdmin)).all(db).await?;
        let chain = match applicant.department_id {
            Some(department) => ancestors(db, Tree::Departments, department).await?,
            None => Vec::new(),
        };
        let fit = |admin: &&staff::Model| !admin.locked && admin.id != applicant.id;
        let near =
            nearest(&chain, admins.iter().filter(fit)).or_else(|| nearest(&chain, admins.iter())).unwrap_or_default();
        let named = named.cloned();
        Ok(Self {
            applicant: applicant.id,
            named,
            near,
            admins: admins.into_iter().map(|admin| (admin.id, admin)).collect(),
        })
    }

    /// Whether the applicant named somebody.
    pub(super) const fn is_named(&self) -> bool {
        self.named.is_some()
    }

    /// Whom a request of `kind` for an asset held by `holder` is addressed to.
    pub(super) fn of(&self, kind: ApprovalKind, holder: Option<i64>) -> Vec<&staff::Model> {
        if let Some(named) = &self.named {
            return vec![named];
        }
        let holder = holder
            .filter(|_| kind == ApprovalKind::Claim)
            .and_then(|holder| self.admins.get(&holder))
            .filter(|admin| !admin.locked && admin.id != self.applicant);
        match holder {
            Some(holder) => vec![holder],
            None => self.near.iter().collect(),
        }
    }
}

fn nearest<'a>(chain: &[i64], admins: impl Iterator<Item = &'a staff::Model>) -> Option<Vec<staff::Model>> {
    let admins: Vec<&staff::Model> = admins.collect();
    let of = |department: i64| {
        let here: Vec<_> = admins
            .iter()
            .filter(|admin| admin.department_id == Some(department))
            .map(|admin| (*admin).clone())
            .collect();
        (!here.is_empty()).then_some(here)
    };
    chain
        .iter()
        .find_map(|department| of(*department))
        .or_else(|| (!admins.is_empty()).then(|| admins.iter().map(|admin| (*admin).clone()).collect()))
}
