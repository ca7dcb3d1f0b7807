//! Numbered pages of people and departments, and the rows on them (contract: laravel-template §4.10, §4.17, §4.19, §6).

use async_graphql::Variables;
use futures_util::future::BoxFuture;
use serde_json::json;

use super::super::spelling::local;
use crate::{
    app::App,
    db::Numbered,
    domain::{
        Code, Context, Outcome,
        departments::{self, Department},
        directory::wecom,
        rbac::{self, RoleKey},
        staff::{self, Filter, Staff},
    },
    rest::{
        payload::Payload,
        values::{members, text},
    },
};

/// Rows on a page.
const SIZE: u64 = 15;

/// The number of a page: the parameter if it is a number from 1 without leading zeros, else 1.
fn page(variables: &Variables) -> u64 {
    let sent =
        text(variables, "page").filter(|sent| !sent.starts_with('0') && sent.bytes().all(|it| it.is_ascii_digit()));
    let number = sent.and_then(|sent| sent.parse::<i64>().ok());
    number.and_then(|number| u64::try_from(number).ok()).filter(|number| *number > 0).unwrap_or(1)
}

/// A list that is cut into pages.
struct Paginator<'a> {
    app: &'a App,
    /// Where it is, without a trailing slash.
    path: String,
    search: Option<&'a str>,
    page: u64,
    total: u64,
}

impl Paginator<'_> {
    fn payload(&self, rows: Vec<serde_json::Value>) -> Outcome<Payload> {
        let last = self.total.div_ceil(SIZE);
        let (page, count) = (self.page, rows.len() as u64);
        let next = (page < last).then(|| self.url(page + 1));
        let previous = (page > 1).then(|| self.url(page - 1));
        // There are rows, so the page lies within the list and its numbers are small.
        let from = (count > 0).then(|| (page - 1) * SIZE + 1);
        let to = from.map(|from| from + count - 1);
        members(json!({ "data": {
            "total": self.total, "per_page": SIZE, "current_page": page, "last_page": last,
            "next_page_url": next, "prev_page_url": previous, "from": from, "to": to, "data": rows,
        } }))
    }

    fn url(&self, page: u64) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(search) = self.search {
            query.append_pair("search", search);
        }
        let query = query.append_pair("page", &page.to_string()).finish();
        format!("{}{}?{query}", self.app.public_url, self.path)
    }
}

/// `GET /api/users`.
pub(in super::super) fn users(context: Context, variables: Variables) -> BoxFuture<'static, Outcome<Payload>> {
    Box::pin(async move {
        let (page, search) = (page(&variables), text(&variables, "search"));
        let filter = Filter { search: search.map(str::to_owned), ..Filter::default() };
        let Numbered { total, rows } = staff::numbered(&context, &filter, page, SIZE).await?;
        let rows = people(&context, &rows).await?;
        Paginator { app: &context.app, path: "/api/users".to_owned(), search, page, total }.payload(rows)
    })
}

/// `GET /api/rbac/roles/users/{rolename}`.
pub(in super::super) fn role_members(context: Context, variables: Variables) -> BoxFuture<'static, Outcome<Payload>> {
    Box::pin(async move {
        let (page, name) = (page(&variables), text(&variables, "rolename").unwrap_or_default());
        let role = rbac::get(&context, &RoleKey::Name(name.to_owned())).await?.ok_or(Code::RoleNotFound)?;
        let filter = Filter { role: Some(role.id), ..Filter::default() };
        let Numbered { total, rows: found } = staff::numbered(&context, &filter, page, SIZE).await?;
        let mut rows = people(&context, &found).await?;
        for (row, person) in rows.iter_mut().zip(&found) {
            row["pivot"] = json!({ "role_id": role.id, "user_id": person.id });
        }
        let segment = percent_encoding::utf8_percent_encode(name, SEGMENT);
        let path = format!("/api/rbac/roles/users/{segment}");
        Paginator { app: &context.app, path, search: None, page, total }.payload(rows)
    })
}

/// What is escaped in a segment of a path.
const SEGMENT: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `GET /api/departments`.
pub(in super::super) fn departments(context: Context, variables: Variables) -> BoxFuture<'static, Outcome<Payload>> {
    Box::pin(async move {
        let page = page(&variables);
        let Numbered { total, rows } = departments::numbered(&context, page, SIZE).await?;
        let rows = places(&context, &rows).await?;
        Paginator { app: &context.app, path: "/api/departments".to_owned(), search: None, page, total }.payload(rows)
    })
}

/// The rows of people.
async fn people(context: &Context, people: &[Staff]) -> Outcome<Vec<serde_json::Value>> {
    let zone = context.app.zone;
    let keys: Vec<i64> = people.iter().map(|person| person.id).collect();
    let profiles = wecom::profiles(context, &keys).await?;
    let row = |person: &Staff| {
        let profile = profiles.get(&person.id);
        json!({
            "created_at": local(person.created_at, zone),
            "departments": profile.map_or(NOTHING, |it| &it.departments),
            "email": person.email.as_deref().filter(|email| !email.is_empty()),
            "id": person.id,
            "info": profile.map_or(NOTHING, |it| &it.info),
            "mobile": person.mobile.as_deref().unwrap_or_default(),
            "name": person.name,
            "status": i32::from(person.locked),
            "updated_at": local(person.updated_at, zone),
            "username": person.username,
        })
    };
    Ok(people.iter().map(row).collect())
}

/// The rows of departments, with the keys of a person that old clients read.
async fn places(context: &Context, departments: &[Department]) -> Outcome<Vec<serde_json::Value>> {
    let zone = context.app.zone;
    let keys: Vec<i64> = departments.iter().map(|department| department.id).collect();
    let known = wecom::placements(context.db().read(), &keys).await?;
    let row = |department: &Department| {
        json!({
            "created_at": local(department.created_at, zone),
            "departments": NOTHING,
            "email": null,
            "id": department.id,
            "info": NOTHING,
            "mobile": "",
            "name": department.name,
            "status": i32::from(known.get(&department.id).is_some_and(|place| !place.delivered)),
            "updated_at": local(department.updated_at, zone),
            "username": "",
            "parentid": department.parent_id.unwrap_or_default(),
            "order": known.get(&department.id).map_or(0, |place| place.position),
        })
    };
    Ok(departments.iter().map(row).collect())
}

/// What stands where nothing is known: JSON in a text.
const NOTHING: &str = "{}";
