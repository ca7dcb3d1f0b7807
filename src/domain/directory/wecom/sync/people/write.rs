//! Writing what became of a number of members, each table at once.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Set,
    sea_query::OnConflict,
};

use super::book::Book;
use crate::{
    domain::{Context, Fault, Outcome, directory::rows},
    entity::{membership, person_binding, staff},
};

/// A person after the news.
pub(super) enum Account {
    /// Nothing changed about this person.
    Same(i64),
    /// To be stored.
    Changed {
        /// The row.
        row: staff::Model,
        /// Whether all their sessions end.
        ended: bool,
    },
    /// To be made; the key is not known yet.
    New(staff::Model),
}

/// A link after the news; the key is 0 when it is new, and its person is not filled in.
pub(super) enum Link {
    /// As it was.
    Same(person_binding::Model),
    /// To be stored.
    Changed(person_binding::Model),
}

/// What became of one member.
pub(super) struct Entry {
    /// The person.
    pub(super) account: Account,
    /// Who they are on WeCom.
    pub(super) link: Link,
    /// Our departments that they belong to on WeCom, if that was told.
    pub(super) memberships: Option<Vec<i64>>,
}

/// Stores it all.
pub(super) async fn write(db: &impl ConnectionTrait, ctx: &Context, book: &Book, entries: Vec<Entry>) -> Outcome<()> {
    let made = make(db, &entries).await?;
    change(db, ctx, &entries).await?;
    let links = link(db, &entries, &made).await?;
    belong(db, book, &entries, &links).await
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

/// Stores the links that changed, and gives the keys of all by external id.
async fn link(
    db: &impl ConnectionTrait,
    entries: &[Entry],
    made: &HashMap<String, i64>,
) -> Outcome<HashMap<String, i64>> {
    use person_binding::Column::{ExternalId, Info, Name, NewsAt, Platform, StaffId, Tenant, UserId};
    let mut keys = HashMap::with_capacity(entries.len());
    let mut rows = Vec::new();
    for entry in entries {
        let person = match &entry.account {
            Account::Same(id) => Some(*id),
            Account::Changed { row, .. } => Some(row.id),
            Account::New(row) => made.get(&row.username).copied(),
        };
        match &entry.link {
            Link::Same(row) => {
                keys.insert(row.external_id.clone(), row.id);
            }
            Link::Changed(row) => {
                let mut row = person_binding::Model { staff_id: person, ..row.clone() }.into_active_model().reset_all();
                row.not_set(person_binding::Column::Id);
                rows.push(row);
            }
        }
    }
    if !rows.is_empty() {
        let again = OnConflict::columns([Platform, Tenant, ExternalId])
            .update_columns([StaffId, UserId, Name, Info, NewsAt])
            .to_owned();
        let stored = person_binding::Entity::insert_many(rows).on_conflict(again).exec_with_returning(db).await?;
        keys.extend(stored.into_iter().map(|row| (row.external_id, row.id)));
    }
    Ok(keys)
}

/// Replaces memberships where they were told and differ.
async fn belong(
    db: &impl ConnectionTrait,
    book: &Book,
    entries: &[Entry],
    links: &HashMap<String, i64>,
) -> Outcome<()> {
    let (mut changed, mut rows) = (Vec::new(), Vec::new());
    for entry in entries {
        let (Link::Same(link) | Link::Changed(link)) = &entry.link;
        let (Some(id), Some(places)) = (links.get(&link.external_id), &entry.memberships) else { continue };
        if book.memberships(*id) == places.as_slice() {
            continue;
        }
        changed.push(*id);
        rows.extend((0..).zip(places).map(|(place, department)| membership::ActiveModel {
            binding_id: Set(*id),
            department_id: Set(*department),
            place: Set(place),
        }));
    }
    if changed.is_empty() {
        return Ok(());
    }
    membership::Entity::delete_many().filter(membership::Column::BindingId.is_in(changed)).exec(db).await?;
    for chunk in rows.chunks(CHUNK) {
        membership::Entity::insert_many(chunk.to_vec()).exec_without_returning(db).await?;
    }
    Ok::<_, Fault>(())
}

/// Rows written by one statement.
const CHUNK: usize = 1000;
