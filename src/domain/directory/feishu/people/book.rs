//! Everything that is looked up before a number of people is brought up to date.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{News, write};
use crate::{
    domain::{
        Outcome,
        directory::feishu::{PLATFORM, binding::by_user_id, departments},
        rbac::Keepers,
    },
    entity::{person_binding, staff},
    feishu::Person,
};

/// What is known about some people.
pub(super) struct Book {
    links: Vec<person_binding::Model>,
    people: HashMap<i64, staff::Model>,
    places: HashMap<String, i64>,
    /// The open_ids of those who are told of.
    told: HashSet<String>,
    /// Their user_ids.
    told_user_ids: HashSet<String>,
    keepers: Keepers,
    /// Whose turn it was.
    done: HashSet<String>,
    by_external: HashMap<String, usize>,
    by_union: HashMap<String, usize>,
    by_user: HashMap<String, usize>,
}

impl Book {
    /// Looks these people up.
    pub(super) async fn read(db: &impl ConnectionTrait, news: &[News]) -> Outcome<Self> {
        let people = || news.iter().map(|news| &news.person);
        let user_ids: Vec<&str> = people().filter_map(|person| person.user_id.as_deref()).collect();
        let external = people().filter_map(|person| person.open_id.clone());
        let external: Vec<String> = external.chain(user_ids.iter().map(|id| by_user_id(id))).collect();
        let one_of_them = Condition::any()
            .add(person_binding::Column::ExternalId.is_in(external))
            .add(person_binding::Column::UnionId.is_in(people().filter_map(|person| person.union_id.as_deref())))
            .add(person_binding::Column::UserId.is_in(user_ids));
        let links = person_binding::Entity::find()
            .filter(person_binding::Column::Platform.eq(PLATFORM))
            .filter(one_of_them)
            .order_by_asc(person_binding::Column::Id)
            .all(db)
            .await?;
        let holders = staff::Entity::find()
            .filter(staff::Column::Id.is_in(links.iter().filter_map(|link| link.staff_id)))
            .all(db)
            .await?;
        let departments = people().flat_map(|person| {
            person.departments.iter().flatten().chain(&person.primary_department).map(String::as_str)
        });
        let locking = news.iter().any(|news| news.locks() == Some(true));
        let mut book = Self {
            people: holders.into_iter().map(|person| (person.id, person)).collect(),
            places: departments::places(db, departments.collect()).await?,
            told_user_ids: people().filter_map(|person| person.user_id.clone()).collect(),
            told: people().filter_map(|person| person.open_id.clone()).collect(),
            keepers: if locking { Keepers::read(db).await? } else { Keepers::default() },
            done: HashSet::new(),
            by_external: HashMap::new(),
            by_union: HashMap::new(),
            by_user: HashMap::new(),
            links,
        };
        for (at, link) in book.links.iter().enumerate() {
            book.by_external.insert(link.external_id.clone(), at);
            if let Some(id) = &link.union_id {
                book.by_union.entry(id.clone()).or_insert(at);
            }
            if let Some(id) = &link.user_id {
                book.by_user.entry(id.clone()).or_insert(at);
            }
        }
        Ok(book)
    }

    /// The link of a person: by open_id, else by union_id, else by the user_id where nothing better is known of one of them.
    pub(super) fn link(&self, person: &Person) -> Option<person_binding::Model> {
        let by = |index: &HashMap<String, usize>, id: Option<&str>| {
            Some(&self.links[*index.get(id.filter(|id| !id.is_empty())?)?])
        };
        let user_id = person.user_id.as_deref();
        let unknown = user_id.map(by_user_id);
        by(&self.by_external, person.open_id.as_deref())
            // Somebody else who is told of has this link.
            .or_else(|| {
                by(&self.by_union, person.union_id.as_deref()).filter(|it| !self.told.contains(&it.external_id))
            })
            .or_else(|| by(&self.by_external, unknown.as_deref()))
            .or_else(|| by(&self.by_user, user_id.filter(|_| person.open_id.is_none())))
            .cloned()
    }

    /// Whether it is the first time that this person's turn has come.
    pub(super) fn is_first(&mut self, link: Option<&person_binding::Model>, person: &Person) -> bool {
        let by_user_id = || person.user_id.as_deref().map(by_user_id);
        let id = link.map(|link| link.external_id.clone()).or_else(|| person.open_id.clone()).or_else(by_user_id);
        id.is_some_and(|id| self.done.insert(id))
    }

    /// Whether one of those who are told of has this user_id now.
    pub(super) fn is_told(&self, user_id: &str) -> bool {
        self.told_user_ids.contains(user_id)
    }

    /// The person with this key.
    pub(super) fn person(&self, id: i64) -> Option<&staff::Model> {
        self.people.get(&id)
    }

    /// Our department for Feishu's id.
    pub(super) fn place(&self, id: &str) -> Option<i64> {
        self.places.get(id).copied()
    }

    /// Whether an administrator remains when this person is locked, after those for whom that was said before.
    pub(super) fn may_be_locked(&mut self, person: i64) -> bool {
        self.keepers.spare(person)
    }

    /// The links whose user_id was given to one of these, without it: Feishu gives it to one at a time.
    pub(super) fn given_to_others(&self, entries: &[write::Entry]) -> Vec<person_binding::Model> {
        let rows = || entries.iter().map(|entry| entry.link.row());
        let owners: HashMap<&str, i64> = rows().filter_map(|row| Some((row.user_id.as_deref()?, row.id))).collect();
        let told: HashSet<i64> = rows().map(|row| row.id).collect();
        let is_stale = |link: &&person_binding::Model| {
            let owner = link.user_id.as_deref().and_then(|id| owners.get(id));
            owner.is_some_and(|owner| *owner != link.id) && !told.contains(&link.id)
        };
        let stale = self.links.iter().filter(is_stale);
        stale.map(|link| person_binding::Model { user_id: None, ..link.clone() }).collect()
    }
}
