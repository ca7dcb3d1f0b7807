//! Writing what became of a number of people, each table at once.

use std::collections::HashMap;

use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, sea_query::OnConflict};

use crate::{
    domain::{Context, Outcome, directory::rows},
    entity::{person_binding, staff},
};

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
    let new = entries.iter().filter_map(|entry| match &entry.account {
        Account::New(row) => Some(row.clone()),
        _ => None,
    });
    rows::make_people(db, new.collect()).await
}

/// Stores the people who changed, and ends the sessions of who is locked now.
async fn change(db: &impl ConnectionTrait, ctx: &Context, entries: &[Entry]) -> Outcome<()> {
    let (mut people, mut ended) = (Vec::new(), Vec::new());
    for entry in entries {
        if let Account::Changed { row, ended: locked } = &entry.account {
            people.push(row.clone());
            ended.extend(Some(row.id).filter(|_| *locked));
        }
    }
    rows::store_people(db, ctx, people, &ended).await
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
