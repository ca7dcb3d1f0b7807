//! People as WeCom delivers them (contract: laravel-template §9).

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    sea_query::{Expr, Func},
};
use serde_json::{Map, Value, json};

use super::{
    WECOM,
    places::{self},
};
use crate::{
    domain::{
        Context, Outcome,
        rbac::{self, RoleKey},
        staff::{self, Staff},
        text,
    },
    entity::{
        department_binding, person_binding, staff as row, staff_role,
        words::{LockedBy, StaffGroup},
    },
    wecom::Person,
};

/// The role of people who come from WeCom.
const ROLE: &str = "user";
/// What WeCom says of who is locked, or has left.
const LOCKED: [i64; 2] = [2, 5];
/// What WeCom says of who is active, or not yet.
const ACTIVE: [i64; 2] = [1, 4];
/// Most characters of a userid.
const USERID: usize = 64;

/// Whether `userid` can be somebody's.
pub(super) fn is_userid(userid: &str) -> bool {
    let first = userid.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"_.@-".contains(&byte);
    first && userid.len() <= USERID && userid.bytes().all(known)
}

/// Makes our people those that were delivered: what is missing or empty stays as it is here. Who cannot be somebody is left out.
pub(super) async fn take_in(db: &impl ConnectionTrait, ctx: &Context, corp: &str, people: &[Person]) -> Outcome<()> {
    let places = places::bindings(db, corp).await?;
    let known = Known::of(db, corp, people).await?;
    for person in people {
        if !is_userid(&person.userid) {
            tracing::warn!("a member of WeCom has a userid that cannot be one of ours, and was left out");
            continue;
        }
        take_in_one(db, ctx, corp, person, &places, &known).await?;
    }
    Ok(())
}

/// Whom we know of some members: the links by userid, the people by key, and by login name in lower case.
struct Known {
    links: HashMap<String, person_binding::Model>,
    linked: HashMap<i64, Staff>,
    named: HashMap<String, Vec<Staff>>,
}

impl Known {
    async fn of(db: &impl ConnectionTrait, corp: &str, people: &[Person]) -> Outcome<Self> {
        let folded: Vec<String> = people.iter().map(|person| person.userid.to_lowercase()).collect();
        let links = person_binding::Entity::find()
            .filter(person_binding::Column::Platform.eq(WECOM))
            .filter(person_binding::Column::Tenant.eq(corp))
            .filter(person_binding::Column::ExternalId.is_in(&folded))
            .all(db)
            .await?;
        let keys = links.iter().filter_map(|link| link.staff_id);
        let linked = row::Entity::find().filter(row::Column::Id.is_in(keys)).all(db).await?;
        let name = Expr::expr(Func::lower(Expr::col(row::Column::Username)));
        let mut named: HashMap<String, Vec<Staff>> = HashMap::new();
        for person in row::Entity::find().filter(name.is_in(folded)).all(db).await? {
            named.entry(person.username.to_lowercase()).or_default().push(person);
        }
        Ok(Self {
            links: links.into_iter().map(|link| (link.external_id.clone(), link)).collect(),
            linked: linked.into_iter().map(|person| (person.id, person)).collect(),
            named,
        })
    }

    /// The person linked with `userid`, else whose login name it is: exactly, or without regard to case if one alone is called so.
    fn person(&self, userid: &str) -> (Option<&person_binding::Model>, Option<&Staff>) {
        let folded = userid.to_lowercase();
        let link = self.links.get(&folded);
        if let Some(person) = link.and_then(|link| self.linked.get(&link.staff_id?)) {
            return (link, Some(person));
        }
        let named = self.named.get(&folded).map_or(&[][..], Vec::as_slice);
        let exactly = named.iter().find(|person| person.username == userid);
        let alone = named.first().filter(|_| named.len() == 1);
        (link, exactly.or(alone))
    }
}

async fn take_in_one(
    db: &impl ConnectionTrait,
    ctx: &Context,
    corp: &str,
    from: &Person,
    places: &HashMap<i64, department_binding::Model>,
    known: &Known,
) -> Outcome<()> {
    let (link, person) = known.person(&from.userid);
    let department = home(from, places);
    let made = person.is_none();
    let person = match person {
        Some(person) => {
            change(db, ctx, from, person, department.filter(|_| link.is_some_and(|it| it.made_account))).await?
        }
        None => make(db, ctx, from, department).await?,
    };
    store_link(db, ctx, corp, from, link, person.id, made).await?;
    follow_status(db, ctx, from, person).await
}

/// The department that somebody mainly belongs to, as far as it is one of ours.
fn home(from: &Person, places: &HashMap<i64, department_binding::Model>) -> Option<i64> {
    let first = from.departments.as_ref().and_then(|all| all.first().copied());
    let place = from.main_department.or(first)?;
    places.get(&place).map(|binding| binding.department_id)
}

/// A delivered text that can be stored.
fn fit(text: Option<&str>) -> Option<String> {
    text.filter(|it| text::name("", it).is_ok()).map(str::to_owned)
}

async fn make(db: &impl ConnectionTrait, ctx: &Context, from: &Person, department: Option<i64>) -> Outcome<Staff> {
    let now = ctx.now();
    let row = row::ActiveModel {
        unique_id: Set(ctx.app.unique_id()),
        username: Set(from.userid.clone()),
        name: Set(fit(from.name.as_deref()).unwrap_or_else(|| from.userid.clone())),
        staff_group: Set(StaffGroup::GeneralStaff),
        department_id: Set(department),
        mobile: Set(fit(from.mobile.as_deref())),
        email: Set(fit(from.email.as_deref())),
        locked: Set(false),
        locked_by: Set(None),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    let made = row.insert(db).await?;
    let roles = rbac::find_all(db, &[RoleKey::Name(ROLE.to_owned())]).await?;
    // An administrator may have deleted it.
    if let Some(role) = roles.get(&RoleKey::Name(ROLE.to_owned())) {
        let row = staff_role::ActiveModel { staff_id: Set(made.id), role_id: Set(role.id) };
        staff_role::Entity::insert(row).exec_without_returning(db).await?;
    }
    Ok(made)
}

async fn change(
    db: &impl ConnectionTrait,
    ctx: &Context,
    from: &Person,
    person: &Staff,
    department: Option<i64>,
) -> Outcome<Staff> {
    let name = fit(from.name.as_deref()).unwrap_or_else(|| person.name.clone());
    let mobile = fit(from.mobile.as_deref()).or_else(|| person.mobile.clone());
    let email = fit(from.email.as_deref()).or_else(|| person.email.clone());
    let department = department.or(person.department_id);
    let same =
        (&name, &mobile, &email, department) == (&person.name, &person.mobile, &person.email, person.department_id);
    if same {
        return Ok(person.clone());
    }
    let mut row = person.clone().into_active_model();
    row.name = Set(name);
    row.mobile = Set(mobile);
    row.email = Set(email);
    row.department_id = Set(department);
    row.version = Set(person.version + 1);
    row.updated_at = Set(ctx.now());
    Ok(row.update(db).await?)
}

/// Links the person with the member, and keeps what is shown of the member and nowhere else.
async fn store_link(
    db: &impl ConnectionTrait,
    ctx: &Context,
    corp: &str,
    from: &Person,
    link: Option<&person_binding::Model>,
    person: i64,
    made: bool,
) -> Outcome<()> {
    let before = link.map_or("{}", |link| link.info.as_str());
    let info = info(before, from);
    let departments = match &from.departments {
        Some(ids) => json!(ids).to_string(),
        None => link.map_or_else(|| "[]".to_owned(), |link| link.departments.clone()),
    };
    match link {
        Some(link) if link.staff_id == Some(person) && link.info == info && link.departments == departments => Ok(()),
        Some(link) => {
            let mut row = link.clone().into_active_model();
            row.staff_id = Set(Some(person));
            row.info = Set(info);
            row.departments = Set(departments);
            row.news_at = Set(ctx.now());
            row.update(db).await?;
            Ok(())
        }
        None => {
            // The person may have been linked with another member before.
            person_binding::Entity::delete_many()
                .filter(person_binding::Column::Platform.eq(WECOM))
                .filter(person_binding::Column::StaffId.eq(person))
                .exec(db)
                .await?;
            let row = person_binding::ActiveModel {
                platform: Set(WECOM.to_owned()),
                staff_id: Set(Some(person)),
                tenant: Set(corp.to_owned()),
                external_id: Set(from.userid.to_lowercase()),
                info: Set(info),
                departments: Set(departments),
                made_account: Set(made),
                news_at: Set(ctx.now()),
                ..Default::default()
            };
            row.insert(db).await?;
            Ok(())
        }
    }
}

/// The keys that are shown, in their order.
const SHOWN: [&str; 7] = ["userid", "alias", "position", "gender", "telephone", "main_department", "status"];

/// What was known as `before`, with what was delivered over it.
fn info(before: &str, from: &Person) -> String {
    let before: Map<String, Value> = serde_json::from_str(before).unwrap_or_default();
    let delivered = |key: &str| match key {
        "userid" => Some(json!(from.userid)),
        "main_department" => from.main_department.map(Value::from),
        "status" => from.status.map(Value::from),
        _ => from.more.iter().find(|(name, _)| *name == key).map(|(_, text)| json!(text)),
    };
    let known =
        SHOWN.iter().filter_map(|key| Some(((*key).to_owned(), delivered(key).or_else(|| before.get(*key).cloned())?)));
    Value::Object(known.collect()).to_string()
}

/// Locks who is locked over there or has left, and lifts a lock that came from there; one by hand stays.
async fn follow_status(db: &impl ConnectionTrait, ctx: &Context, from: &Person, person: Staff) -> Outcome<()> {
    let Some(status) = from.status else { return Ok(()) };
    if LOCKED.contains(&status) && !person.locked {
        if rbac::is_last_superior(db, person.id).await? {
            tracing::warn!("WeCom would lock the last holder of the role suadmin, who stays");
            return Ok(());
        }
        staff::lock_in(db, ctx, person, LockedBy::Wecom).await?;
    } else if ACTIVE.contains(&status) && person.locked_by == Some(LockedBy::Wecom) {
        staff::unlock_in(db, ctx, person).await?;
    }
    Ok(())
}

/// Gives the member `old` another userid: the link moves, and the login name too if it was the old userid and the new one is free.
pub(super) async fn rename(db: &impl ConnectionTrait, ctx: &Context, corp: &str, old: &str, new: &str) -> Outcome<()> {
    if !is_userid(new) || old.eq_ignore_ascii_case(new) {
        return Ok(());
    }
    let asked = [
        Person { userid: old.to_owned(), ..Person::default() },
        Person { userid: new.to_owned(), ..Person::default() },
    ];
    let known = Known::of(db, corp, &asked).await?;
    let (link, person) = known.person(old);
    let free = known.named.get(&new.to_lowercase()).is_none_or(Vec::is_empty);
    if let Some(link) = link.filter(|_| !known.links.contains_key(&new.to_lowercase())) {
        let mut row = link.clone().into_active_model();
        row.external_id = Set(new.to_lowercase());
        row.news_at = Set(ctx.now());
        row.update(db).await?;
    }
    if let Some(person) = person.filter(|person| free && person.username.eq_ignore_ascii_case(old)) {
        let version = person.version;
        let mut row = person.clone().into_active_model();
        row.username = Set(new.to_owned());
        row.version = Set(version + 1);
        row.updated_at = Set(ctx.now());
        row.update(db).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn userids_are_plain() {
        for right in ["a", "Zhang.San_1@x-y", &"9".repeat(64)] {
            assert!(is_userid(right), "{right}");
        }
        for wrong in ["", "_a", "a b", "中", "a/b", &"9".repeat(65)] {
            assert!(!is_userid(wrong), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_delivered_stays_known() {
        let person = Person {
            userid: "Li".to_owned(),
            status: Some(1),
            more: vec![("gender", "2".to_owned())],
            ..Person::default()
        };
        let before = r#"{"userid":"li","position":"x","gender":"1","other":1}"#;
        assert_eq!(info(before, &person), r#"{"userid":"Li","position":"x","gender":"2","status":1}"#);
    }
}
