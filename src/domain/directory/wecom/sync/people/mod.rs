//! People from WeCom: found again by their link, else by name; what is absent never overwrites (contract: laravel-template §9).

use sea_orm::ConnectionTrait;

use crate::{
    domain::{Context, Outcome, directory::wecom::PLATFORM},
    entity::{
        person_binding, staff,
        words::{LockedBy, StaffGroup},
    },
    wecom::Member,
};

mod book;
mod rename;
mod write;

pub(crate) use rename::rename;

use book::{Book, Named};
use write::Entry;

/// What happens to a member whom we do not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// They get an account.
    Made,
    /// Nothing.
    Ignored,
}

/// Whether WeCom's status keeps somebody from logging in, or lets them again; others say nothing.
fn locks(status: i64) -> Option<bool> {
    match status {
        2 | 5 => Some(true),
        1 | 4 => Some(false),
        _ => None,
    }
}

/// Brings these members up to date, of whom none is named twice: everything is looked up first, then each table is written once.
pub(crate) async fn apply(
    db: &impl ConnectionTrait,
    ctx: &Context,
    corp: &str,
    members: &[Member],
    unknown: Unknown,
) -> Outcome<()> {
    let mut book = Book::read(db, corp, members).await?;
    let mut entries = Vec::with_capacity(members.len());
    let mut skipped = 0;
    for member in members {
        let key = member.userid.to_ascii_lowercase();
        let link = book.link(&key).cloned();
        let person = match link.as_ref().and_then(|link| link.staff_id) {
            Some(id) => book.person(id).cloned(),
            None => match book.named(&member.userid, &key) {
                Named::One(person) => Some(person.clone()),
                Named::Nobody if unknown == Unknown::Made => None,
                Named::Nobody => continue,
                Named::Unclear => {
                    skipped += 1;
                    continue;
                }
            },
        };
        let made_account = link.as_ref().map_or(person.is_none(), |link| link.made_account);
        let account = match person {
            Some(person) => known(ctx, &mut book, person, member, made_account),
            None => new(ctx, &book, member),
        };
        let memberships = member.departments.as_ref().map(|ids| book.places(ids));
        let link = bound(ctx, link, corp, member, made_account);
        entries.push(Entry { account, link, memberships });
    }
    if skipped > 0 {
        tracing::warn!(skipped, "members of WeCom were skipped: their userid is somebody else's username");
    }
    write::write(db, ctx, &book, entries).await
}

/// Where a member belongs, as far as we know the place.
fn department(book: &Book, member: &Member) -> Option<i64> {
    let main = member.main_department.and_then(|id| book.place(id));
    main.or_else(|| book.places(member.departments.as_deref().unwrap_or_default()).first().copied())
}

/// A person to be made: no password, general staff.
fn new(ctx: &Context, book: &Book, member: &Member) -> write::Account {
    let locked = member.status.and_then(locks) == Some(true);
    write::Account::New(staff::Model {
        id: 0,
        unique_id: ctx.app.unique_id(),
        username: member.userid.clone(),
        name: member.name.clone().unwrap_or_else(|| member.userid.clone()),
        staff_group: StaffGroup::GeneralStaff,
        department_id: department(book, member),
        mobile: member.mobile.clone(),
        email: member.email.clone(),
        locked,
        locked_by: locked.then_some(LockedBy::Wecom),
        version: 1,
        created_at: ctx.now(),
        updated_at: ctx.now(),
    })
}

/// A known person as they are from now on. The department follows only when WeCom made the account, and a lock that somebody set by
/// hand stays.
fn known(ctx: &Context, book: &mut Book, person: staff::Model, member: &Member, made_account: bool) -> write::Account {
    let mut now = person.clone();
    if let Some(name) = &member.name {
        now.name.clone_from(name);
    }
    now.mobile = member.mobile.clone().or(now.mobile);
    now.email = member.email.clone().or(now.email);
    if made_account {
        now.department_id = department(book, member).or(now.department_id);
    }
    match member.status.and_then(locks) {
        Some(true) if !now.locked => {
            if book.may_be_locked(now.id) {
                (now.locked, now.locked_by) = (true, Some(LockedBy::Wecom));
            } else {
                tracing::warn!(staff = now.id, "WeCom locked the last administrator; they stay unlocked here");
            }
        }
        Some(false) if now.locked_by == Some(LockedBy::Wecom) => (now.locked, now.locked_by) = (false, None),
        _ => {}
    }
    if now == person {
        return write::Account::Same(person.id);
    }
    let ended = now.locked && !person.locked;
    write::Account::Changed { row: staff::Model { version: person.version + 1, updated_at: ctx.now(), ..now }, ended }
}

/// The link of a member as it is from now on; its person is filled in when it is written.
fn bound(
    ctx: &Context,
    link: Option<person_binding::Model>,
    corp: &str,
    member: &Member,
    made_account: bool,
) -> write::Link {
    let known = link.as_ref().map(|link| link.info.as_str()).unwrap_or("{}");
    let mut info: serde_json::Map<_, _> = serde_json::from_str(known).unwrap_or_default();
    for (name, value) in &member.info {
        info.insert(name.clone(), value.clone());
    }
    let row = person_binding::Model {
        id: link.as_ref().map_or(0, |link| link.id),
        platform: PLATFORM.to_owned(),
        staff_id: link.as_ref().and_then(|link| link.staff_id),
        tenant: corp.to_owned(),
        external_id: member.userid.to_ascii_lowercase(),
        union_id: None,
        user_id: Some(member.userid.clone()),
        name: member.name.clone().or_else(|| link.as_ref().and_then(|link| link.name.clone())),
        phone: None,
        info: in_order(info),
        made_account,
        news_at: link.as_ref().map_or_else(|| ctx.now(), |link| link.news_at),
    };
    match link {
        Some(link) if link == row => write::Link::Same(row),
        _ => write::Link::Changed(person_binding::Model { news_at: ctx.now(), ..row }),
    }
}

/// What is told about a member, in the order in which it is always told.
fn in_order(mut told: serde_json::Map<String, serde_json::Value>) -> String {
    const NAMES: [&str; 7] = ["userid", "alias", "position", "gender", "telephone", "main_department", "status"];
    let told: serde_json::Map<_, _> =
        NAMES.iter().filter_map(|name| told.remove(*name).map(|value| ((*name).to_owned(), value))).collect();
    serde_json::Value::from(told).to_string()
}
