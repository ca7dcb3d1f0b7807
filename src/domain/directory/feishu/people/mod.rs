//! People from Feishu: found again by their ids, never by name; everything is looked up first, then each table is written once
//! (contract: feishu-app §1.4, §4.3, §4.5).

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::{
    binding::{self, knows_open_id},
    departments,
};
use crate::{
    domain::{Context, Outcome},
    entity::{
        person_binding, staff,
        words::{LockedBy, StaffGroup},
    },
    feishu::{Person, ROOT},
};

mod book;
mod early;
mod names;
mod write;

use book::Book;
use write::{Account, Entry};

/// People brought up to date at once.
const CHUNK: usize = 500;

/// What is told of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// They came, perhaps again.
    Came,
    /// They are there: a sync has met them.
    There,
    /// Something about them changed.
    Changed,
    /// They left for good.
    Left,
}

/// News of a person.
#[derive(Clone, Debug)]
pub(super) struct News {
    /// The person, as far as they are told.
    pub(super) person: Person,
    /// What is told.
    pub(super) what: What,
    /// When it was so.
    pub(super) at: DateTime<Utc>,
    /// Whether a sync tells it, which reads for a while from that moment on; else an event.
    of_sync: bool,
}

impl News {
    /// News that can be kept: what no database takes is left out. None if nothing names the person any more.
    pub(super) fn new(person: Person, what: What, at: DateTime<Utc>) -> Option<Self> {
        let id = |id: Option<String>| id.filter(|id| departments::is_id(id));
        let text = |text: Option<String>| text.and_then(|text| departments::name(&text));
        let resigned = person.is_resigned == Some(true);
        let person = Person {
            open_id: id(person.open_id),
            union_id: id(person.union_id),
            user_id: id(person.user_id),
            name: text(person.name),
            mobile: text(person.mobile),
            ..person
        };
        let named = person.open_id.is_some() || person.user_id.is_some();
        let of_sync = what == What::There;
        named.then_some(Self { person, what: if resigned { What::Left } else { what }, at, of_sync })
    }

    /// Whether what is known is newer than this.
    fn is_old(&self, known: DateTime<Utc>) -> bool {
        if self.of_sync { known > self.at } else { known >= self.at }
    }

    /// Whether they may log in, as far as that was told.
    fn locks(&self) -> Option<bool> {
        let status = [self.person.is_frozen, self.person.is_exited, self.person.is_resigned];
        match self.what {
            What::Left => Some(true),
            _ if status.contains(&Some(true)) => Some(true),
            What::Came => Some(false),
            What::There | What::Changed => status.contains(&Some(false)).then_some(false),
        }
    }
}

/// Where the people are who are told of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Where<'a> {
    /// The tenant, empty while none is known.
    pub(super) tenant: &'a str,
    /// Our department that stands for the whole company, and takes newcomers whose department is not known.
    pub(super) root: Option<i64>,
}

/// Brings people up to date; of news of one and the same person at once the first counts. Says whether any of it was news.
pub(super) async fn apply(db: &impl ConnectionTrait, ctx: &Context, place: Where<'_>, news: &[News]) -> Outcome<bool> {
    let mut acted = false;
    for chunk in news.chunks(CHUNK) {
        let mut book = Book::read(db, chunk).await?;
        let mut entries = Vec::with_capacity(chunk.len());
        for news in chunk {
            let entry = entry(ctx, &mut book, place, news);
            entries.extend(entry.as_ref().and_then(|entry| unnamed(news, entry, place)));
            entries.extend(entry);
        }
        acted |= !entries.is_empty();
        let stale = book.given_to_others(&entries);
        entries.extend(stale.into_iter().map(Entry::of_link));
        entries.retain(Entry::is_change);
        names::give(db, ctx, &mut entries).await?;
        write::write(db, ctx, entries).await?;
    }
    Ok(acted)
}

/// What becomes of one person; none if it is no news, or nothing comes of it.
fn entry(ctx: &Context, book: &mut Book, place: Where<'_>, news: &News) -> Option<Entry> {
    let link = book.link(&news.person);
    if !book.is_first(link.as_ref(), &news.person) {
        return None;
    }
    let mut news = news.clone();
    if let Some(link) = link.as_ref().filter(|link| news.is_old(link.news_at)) {
        news = early::later_than(link, &news)?;
    }
    let holder = link.as_ref().and_then(|link| Some(book.person(link.staff_id?)?.clone()));
    let department = department(book, place, &news.person);
    let made = link.as_ref().is_some_and(|link| link.made_account);
    let account = match (&holder, news.what) {
        (Some(person), _) => follow(ctx, book, person, &news, made, department),
        (None, What::Came | What::There) => Account::New(new(ctx, &news, department.or(place.root))),
        // A sync remembers nobody who is not there.
        (None, What::Left) if news.of_sync => return None,
        (None, What::Changed | What::Left) => Account::Kept,
    };
    let mut changed = matches!(account, Account::Changed { .. } | Account::New(_));
    let mut link = link;
    if let Some(link) = &mut link
        && news.person.user_id.is_none()
    {
        // Feishu gives a user_id to one person at a time.
        changed |= link.user_id.take_if(|id| book.is_told(id)).is_some();
    }
    let link = bound(link, place.tenant, &news, matches!(account, Account::New(_)), changed);
    Some(Entry { account, link })
}

/// Where nothing but a user_id names who left, it is also remembered that the user_id was theirs until then: older news of it is theirs.
fn unnamed(news: &News, entry: &Entry, place: Where<'_>) -> Option<Entry> {
    let user_id = news.person.user_id.as_deref().filter(|_| news.person.open_id.is_none())?;
    if news.what != What::Left || entry.link.row().staff_id.is_none() {
        return None;
    }
    let person = Person { user_id: Some(user_id.to_owned()), ..Person::default() };
    let news = News { person, ..news.clone() };
    Some(Entry { account: Account::Kept, link: bound(None, place.tenant, &news, false, true) })
}

/// Our department in which a person is on Feishu, as far as we know it.
fn department(book: &Book, place: Where<'_>, person: &Person) -> Option<i64> {
    let ids = person.primary_department.iter().chain(person.departments.iter().flatten());
    ids.into_iter().find_map(|id| if id == ROOT { place.root } else { book.place(id) })
}

/// A person to be made: no password, general staff. The login name is the display name, until it is made free.
fn new(ctx: &Context, news: &News, department: Option<i64>) -> staff::Model {
    let person = &news.person;
    let name = person.name.clone().or_else(|| person.user_id.clone()).or_else(|| person.open_id.clone());
    let name = name.unwrap_or_default();
    let locked = news.locks() == Some(true);
    staff::Model {
        id: 0,
        unique_id: ctx.app.unique_id(),
        username: name.clone(),
        name,
        staff_group: StaffGroup::GeneralStaff,
        department_id: department,
        mobile: None,
        email: None,
        locked,
        locked_by: locked.then_some(LockedBy::Feishu),
        version: 1,
        created_at: ctx.now(),
        updated_at: ctx.now(),
    }
}

/// A known person as they are from now on. Name and department follow only when the account came from Feishu, and a lock that somebody
/// set by hand stays.
fn follow(
    ctx: &Context,
    book: &mut Book,
    person: &staff::Model,
    news: &News,
    made: bool,
    department: Option<i64>,
) -> Account {
    let mut now = person.clone();
    if made && news.what != What::Left {
        now.name = news.person.name.clone().unwrap_or(now.name);
        now.department_id = department.or(now.department_id);
    }
    match news.locks() {
        Some(true) if !now.locked => {
            if book.may_be_locked(now.id) {
                (now.locked, now.locked_by) = (true, Some(LockedBy::Feishu));
            } else {
                tracing::warn!(staff = now.id, "Feishu locked the last administrator; they stay unlocked here");
            }
        }
        Some(false) if now.locked_by == Some(LockedBy::Feishu) => (now.locked, now.locked_by) = (false, None),
        _ => {}
    }
    if now == *person {
        return Account::Kept;
    }
    let ended = now.locked && !person.locked;
    Account::Changed { row: staff::Model { version: person.version + 1, updated_at: ctx.now(), ..now }, ended }
}

/// The link of a person as it is from now on; its account is filled in when it is written. An event is always newer than what was known;
/// a sync is news only where it changed something.
fn bound(
    link: Option<person_binding::Model>,
    tenant: &str,
    news: &News,
    makes_account: bool,
    changed: bool,
) -> write::Link {
    let person = &news.person;
    let known = link.as_ref();
    let kept = |new: &Option<String>, old: fn(&person_binding::Model) -> &Option<String>| {
        new.clone().or_else(|| old(known?).clone())
    };
    let left = news.what == What::Left;
    let user_id = kept(&person.user_id, |link| &link.user_id);
    let external_id = match &person.open_id {
        Some(open_id) => open_id.clone(),
        None => match known {
            // Somebody else may be given this user_id, and must not be taken for who left.
            Some(link) if left && link.staff_id.is_some() && !knows_open_id(link) => binding::left(link.id),
            Some(link) => link.external_id.clone(),
            None => binding::by_user_id(user_id.as_deref().unwrap_or_default()),
        },
    };
    let is_early = known.is_none_or(|link| link.staff_id.is_none()) && !makes_account;
    let row = person_binding::Model {
        id: known.map_or(0, |link| link.id),
        platform: super::PLATFORM.to_owned(),
        staff_id: known.and_then(|link| link.staff_id),
        tenant: known.map(|link| link.tenant.clone()).filter(|known| !known.is_empty()).unwrap_or(tenant.to_owned()),
        external_id,
        union_id: kept(&person.union_id, |link| &link.union_id),
        user_id: user_id.filter(|_| !left),
        name: kept(&person.name, |link| &link.name),
        phone: person
            .mobile
            .as_deref()
            .map(super::phone::normalised)
            .or_else(|| known.and_then(|link| link.phone.clone())),
        info: if is_early && !left { early::remember(person) } else { "{}".to_owned() },
        made_account: makes_account || known.is_some_and(|link| link.made_account),
        news_at: known.map_or(news.at, |link| link.news_at),
    };
    match link {
        Some(link) if link == row && !changed && news.of_sync => write::Link::Same(row),
        _ => write::Link::Changed(person_binding::Model { news_at: news.at, ..row }),
    }
}

/// The link of the person whom the news are about.
pub(super) async fn link(db: &impl ConnectionTrait, news: &News) -> Outcome<Option<person_binding::Model>> {
    Ok(Book::read(db, std::slice::from_ref(news)).await?.link(&news.person))
}

/// Those of these open_ids that are somebody's.
pub(super) async fn known(db: &impl ConnectionTrait, open_ids: &[String]) -> Outcome<HashSet<String>> {
    let mut known = HashSet::new();
    for chunk in open_ids.chunks(CHUNK) {
        let links = person_binding::Entity::find()
            .filter(person_binding::Column::Platform.eq(super::PLATFORM))
            .filter(person_binding::Column::StaffId.is_not_null())
            .filter(person_binding::Column::ExternalId.is_in(chunk.iter().map(String::as_str)))
            .all(db)
            .await?;
        known.extend(links.into_iter().map(|link| link.external_id));
    }
    Ok(known)
}
