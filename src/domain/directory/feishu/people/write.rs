//! Writing what became of a number of people, each table at once.

use std::collections::HashMap;

use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Set, sea_query::OnConflict};

use crate::{
    domain::{
        Code, Context, Outcome,
        rbac::{self, RoleKey},
        sessions,
    },
    entity::{person_binding, staff, staff_role},
};

/// The role of everybody whom Feishu brings.
const ROLE: &str = "user";

/// An account after the news.
pub(super) enum Account {
    /// It is as it was, or there is none.
    Kept,
    /// To be stored.
    Changed {
        /// The row.
        row: staff::Model,
        /// Whether all sessions end.
        ended: bool,
    },
    /// To be made; the key is not known yet.
    New(staff::Model),
}

/// A link after the news; the key is 0 when it is new.
pub(super) enum Link {
    /// As it was.
    Same(person_binding::Model),
    /// To be stored.
    Changed(person_binding::Model),
}

impl Link {
    /// The row.
    pub(super) fn row(&self) -> &person_binding::Model {
        let (Self::Same(row) | Self::Changed(row)) = self;
        row
    }
}

/// What became of one person.
pub(super) struct Entry {
    /// The account.
    pub(super) account: Account,
    /// Who they are on Feishu.
    pub(super) link: Link,
}

impl Entry {
    /// A change of nothing but the link.
    pub(super) fn of_link(row: person_binding::Model) -> Self {
        Self { account: Account::Kept, link: Link::Changed(row) }
    }

    /// Whether there is anything to be written.
    pub(super) fn is_change(&self) -> bool {
        !matches!((&self.account, &self.link), (Account::Kept, Link::Same(_)))
    }
}

/// Stores it all.
pub(super) async fn write(db: &impl ConnectionTrait, ctx: &Context, entries: Vec<Entry>) -> Outcome<()> {
    let made = make(db, &entries).await?;
    change(db, ctx, &entries).await?;
    link(db, &entries, &made).await
}

/// Makes the new people, and gives their keys by username.
async fn make(db: &impl ConnectionTrait, entries: &[Entry]) -> Outcome<HashMap<String, i64>> {
    let rows: Vec<_> = entries
        .iter()
        .filter_map(|entry| match &entry.account {
            Account::New(row) => {
                let mut row = row.clone().into_active_model().reset_all();
                row.not_set(staff::Column::Id);
                Some(row)
            }
            Account::Kept | Account::Changed { .. } => None,
        })
        .collect();
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let made = staff::Entity::insert_many(rows).exec_with_returning(db).await?;
    let made: HashMap<String, i64> = made.into_iter().map(|row| (row.username, row.id)).collect();
    match rbac::find(db, &RoleKey::Name(ROLE.to_owned())).await {
        Ok(role) => {
            let given = made.values().map(|id| staff_role::ActiveModel { staff_id: Set(*id), role_id: Set(role.id) });
            staff_role::Entity::insert_many(given).exec_without_returning(db).await?;
        }
        Err(fault) if fault.code == Code::RoleNotFound => {
            tracing::warn!(role = ROLE, "people from Feishu get no role: it was deleted");
        }
        Err(fault) => return Err(fault),
    }
    Ok(made)
}

/// Stores the accounts that changed, and ends the sessions of who is locked now.
async fn change(db: &impl ConnectionTrait, ctx: &Context, entries: &[Entry]) -> Outcome<()> {
    use staff::Column::{DepartmentId, Id, Locked, LockedBy, Name, UpdatedAt, Version};
    let (mut rows, mut ended) = (Vec::new(), Vec::new());
    for entry in entries {
        if let Account::Changed { row, ended: locked } = &entry.account {
            rows.push(row.clone().into_active_model().reset_all());
            ended.extend(Some(row.id).filter(|_| *locked));
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    let again =
        OnConflict::column(Id).update_columns([Name, DepartmentId, Locked, LockedBy, Version, UpdatedAt]).to_owned();
    staff::Entity::insert_many(rows).on_conflict(again).exec_without_returning(db).await?;
    Ok(sessions::end_all_of(db, &ended, ctx.now()).await?)
}

/// Stores the links that changed.
async fn link(db: &impl ConnectionTrait, entries: &[Entry], made: &HashMap<String, i64>) -> Outcome<()> {
    use person_binding::Column::{
        ExternalId, Id, Info, MadeAccount, Name, NewsAt, Phone, StaffId, Tenant, UnionId, UserId,
    };
    let (mut new, mut known) = (Vec::new(), Vec::new());
    for entry in entries {
        let Link::Changed(row) = &entry.link else { continue };
        let staff_id = match &entry.account {
            Account::New(account) => made.get(&account.username).copied(),
            Account::Kept | Account::Changed { .. } => row.staff_id,
        };
        let is_new = row.id == 0;
        let mut row = person_binding::Model { staff_id, ..row.clone() }.into_active_model().reset_all();
        if is_new {
            row.not_set(Id);
            new.push(row);
        } else {
            known.push(row);
        }
    }
    if !known.is_empty() {
        let again = OnConflict::column(Id)
            .update_columns([StaffId, Tenant, ExternalId, UnionId, UserId, Name, Phone, Info, MadeAccount, NewsAt])
            .to_owned();
        person_binding::Entity::insert_many(known).on_conflict(again).exec_without_returning(db).await?;
    }
    if !new.is_empty() {
        person_binding::Entity::insert_many(new).exec_without_returning(db).await?;
    }
    Ok(())
}
