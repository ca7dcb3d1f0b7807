//! News that came before the person did: a change that overtook what it changes is kept until they come (contract: feishu-app §4.3).

use serde_json::{Value, json};

use super::{News, What};
use crate::{entity::person_binding, feishu::Person};

/// What is kept of a person who is changed before they came.
pub(super) fn remember(person: &Person) -> String {
    let told = json!({
        "open_id": person.open_id, "union_id": person.union_id, "user_id": person.user_id, "name": person.name,
        "mobile": person.mobile, "department_ids": person.departments,
        "orders": person.primary_department.iter().map(|id| json!({ "department_id": id, "is_primary_dept": true }))
            .collect::<Vec<_>>(),
        "status": { "is_frozen": person.is_frozen, "is_exited": person.is_exited },
    });
    json!({ "early": told }).to_string()
}

/// The news that somebody came or is there, with the changes that overtook it; none if it is just old.
pub(super) fn later_than(link: &person_binding::Model, news: &News) -> Option<News> {
    if !matches!(news.what, What::Came | What::There) || link.staff_id.is_some() {
        return None;
    }
    let mut kept: Value = serde_json::from_str(&link.info).ok()?;
    let later = Person::read(&kept["early"].take())?;
    let told = news.person.clone();
    let person = Person {
        open_id: later.open_id.or(told.open_id),
        union_id: later.union_id.or(told.union_id),
        user_id: later.user_id.or(told.user_id),
        name: later.name.or(told.name),
        mobile: later.mobile.or(told.mobile),
        departments: later.departments.or(told.departments),
        primary_department: later.primary_department.or(told.primary_department),
        is_frozen: later.is_frozen.or(told.is_frozen),
        is_exited: later.is_exited.or(told.is_exited),
        is_resigned: told.is_resigned,
    };
    Some(News { person, at: link.news_at, ..*news })
}
