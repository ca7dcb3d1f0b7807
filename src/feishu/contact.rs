//! Departments and people, page by page (contract: feishu-app §1.3, §1.4, §4.5).

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{
    Client, Failure, Patience,
    client::{Call, segment},
};

/// Items of a page.
const PAGE: &str = "50";
/// Most pages of one list.
const PAGES: usize = 10_000;
/// Most people asked for at once.
const BATCH: usize = 50;
/// Which ids of people and departments are spoken of.
const IDS: [(&str, &str); 2] = [("user_id_type", "open_id"), ("department_id_type", "open_department_id")];
/// The department above all.
pub const ROOT: &str = "0";

/// A department as Feishu delivers it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Department {
    /// Its `open_department_id`.
    pub open_department_id: String,
    /// Its id within the tenant.
    pub department_id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// The `open_department_id` of the one above; [`ROOT`] below none.
    pub parent: Option<String>,
}

/// A person as Feishu delivers them; what is missing was not delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The person, for this app.
    pub open_id: Option<String>,
    /// The person, for all apps of the developer.
    pub union_id: Option<String>,
    /// The person, within the tenant; given to others later.
    pub user_id: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The phone number.
    pub mobile: Option<String>,
    /// The departments.
    pub departments: Option<Vec<String>>,
    /// The most important department.
    pub primary_department: Option<String>,
    /// `status.is_frozen`.
    pub is_frozen: Option<bool>,
    /// `status.is_exited`: they left by themselves.
    pub is_exited: Option<bool>,
    /// `status.is_resigned`.
    pub is_resigned: Option<bool>,
}

/// By which id somebody is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<'a> {
    /// By `open_id`.
    OpenId(&'a str),
    /// By `user_id`.
    UserId(&'a str),
}

/// What of the company the app may see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Departments, with all below them, by `open_department_id`.
    pub departments: Vec<String>,
    /// People, by `open_id`.
    pub people: Vec<String>,
}

impl Department {
    /// The department in an object; none without an id.
    pub fn read(from: &Value) -> Option<Self> {
        Some(Self {
            open_department_id: text(from, "open_department_id")?,
            department_id: text(from, "department_id"),
            name: text(from, "name"),
            parent: text(from, "parent_department_id"),
        })
    }
}

impl Person {
    /// The person in an object; none without any id. What has a wrong type was not delivered.
    pub fn read(from: &Value) -> Option<Self> {
        let (open_id, user_id) = (text(from, "open_id"), text(from, "user_id"));
        if open_id.is_none() && user_id.is_none() {
            return None;
        }
        let orders = from["orders"].as_array().map(Vec::as_slice).unwrap_or_default();
        let primary = orders.iter().find(|order| order["is_primary_dept"] == true);
        let status = |key: &str| from["status"][key].as_bool();
        Some(Self {
            open_id,
            union_id: text(from, "union_id"),
            user_id,
            name: text(from, "name"),
            mobile: text(from, "mobile"),
            departments: from["department_ids"].as_array().map(|ids| texts(ids)),
            primary_department: primary.and_then(|order| text(order, "department_id")),
            is_frozen: status("is_frozen"),
            is_exited: status("is_exited"),
            is_resigned: status("is_resigned"),
        })
    }
}

impl Client {
    /// The departments below one; with `all`, those below them as well. One that cannot be read is left out.
    pub async fn departments_below(&self, department: &str, all: bool) -> Result<Vec<Department>, Failure> {
        let path = format!("/open-apis/contact/v3/departments/{}/children", segment(department)?);
        let fetch_child = if all { "true" } else { "false" };
        let departments = self.pages(&path, &[("fetch_child", fetch_child)], &["items"]).await?;
        Ok(departments.iter().filter_map(|(_, department)| Department::read(department)).collect())
    }

    /// One department.
    pub async fn department(&self, department: &str, patience: Patience) -> Result<Department, Failure> {
        self.find_department(department, patience).await?.ok_or(Failure::NoAnswer("no department"))
    }

    /// One department; none if Feishu answers without telling of it.
    pub async fn find_department(&self, department: &str, patience: Patience) -> Result<Option<Department>, Failure> {
        let path = format!("/open-apis/contact/v3/departments/{}", segment(department)?);
        let answer = self.call(&Call::get(&path, &IDS, patience)).await?;
        Ok(Department::read(&answer["data"]["department"]))
    }

    /// The people right within a department. One who cannot be read is left out.
    pub async fn people_of(&self, department: &str) -> Result<Vec<Person>, Failure> {
        let path = "/open-apis/contact/v3/users/find_by_department";
        let people = self.pages(path, &[("department_id", department)], &["items"]).await?;
        Ok(people.iter().filter_map(|(_, person)| Person::read(person)).collect())
    }

    /// What the app may see, where that is not the whole company.
    pub async fn scope(&self) -> Result<Scope, Failure> {
        let mut scope = Scope::default();
        for (key, id) in self.pages("/open-apis/contact/v3/scopes", &[], &["department_ids", "user_ids"]).await? {
            let Some(id) = id.as_str() else { continue };
            let ids = if key == "user_ids" { &mut scope.people } else { &mut scope.departments };
            ids.push(id.to_owned());
        }
        Ok(scope)
    }

    /// One person, by open_id.
    pub async fn person(&self, open_id: &str, patience: Patience) -> Result<Person, Failure> {
        self.find_person(Known::OpenId(open_id), patience).await?.ok_or(Failure::NoAnswer("no person"))
    }

    /// One person; none if Feishu answers without telling of them.
    pub async fn find_person(&self, known: Known<'_>, patience: Patience) -> Result<Option<Person>, Failure> {
        let (kind, id) = match known {
            Known::OpenId(id) => ("open_id", id),
            Known::UserId(id) => ("user_id", id),
        };
        let path = format!("/open-apis/contact/v3/users/{}", segment(id)?);
        let answer = self.call(&Call::get(&path, &[("user_id_type", kind), IDS[1]], patience)).await?;
        Ok(Person::read(&answer["data"]["user"]))
    }

    /// Those of these people, by open_id, of whom Feishu knows.
    pub async fn people(&self, open_ids: &[String]) -> Result<Vec<Person>, Failure> {
        let mut people = Vec::new();
        for open_ids in open_ids.chunks(BATCH) {
            let mut query: Vec<_> = open_ids.iter().map(|open_id| ("user_ids", open_id.as_str())).collect();
            query.extend(IDS);
            let answer = self.call(&Call::get("/open-apis/contact/v3/users/batch", &query, Patience::Sync)).await?;
            people.extend(answer["data"]["items"].as_array().into_iter().flatten().filter_map(Person::read));
        }
        Ok(people)
    }

    /// The open_id of whoever has this phone number.
    pub async fn open_id_of_mobile(&self, mobile: &str) -> Result<Option<String>, Failure> {
        let body = json!({ "mobiles": [mobile] });
        let path = "/open-apis/contact/v3/users/batch_get_id";
        let answer = self.call(&Call::post(path, &[("user_id_type", "open_id")], &body, Patience::Person)).await?;
        let found = answer["data"]["user_list"].as_array().into_iter().flatten();
        Ok(found.filter_map(|person| text(person, "user_id")).next())
    }

    /// Every item of a list under these keys, with its key. A page that comes twice ends it as a failure.
    async fn pages(
        &self,
        path: &str,
        query: &[(&str, &str)],
        keys: &[&'static str],
    ) -> Result<Vec<(&'static str, Value)>, Failure> {
        let (mut items, mut seen, mut page) = (Vec::new(), HashSet::new(), None::<String>);
        loop {
            let mut query = [&IDS, query, &[("page_size", PAGE)]].concat();
            query.extend(page.as_deref().map(|page| ("page_token", page)));
            let mut answer = self.call(&Call::get(path, &query, Patience::Sync)).await?;
            for key in keys {
                if let Value::Array(found) = answer["data"][*key].take() {
                    items.extend(found.into_iter().map(|item| (*key, item)));
                }
            }
            if answer["data"]["has_more"] != true {
                return Ok(items);
            }
            let next = text(&answer["data"], "page_token").ok_or(Failure::NoAnswer("more, but no next page"))?;
            if seen.len() >= PAGES || !seen.insert(next.clone()) {
                return Err(Failure::NoAnswer("the pages do not end"));
            }
            page = Some(next);
        }
    }
}

fn text(from: &Value, key: &str) -> Option<String> {
    from[key].as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn texts(from: &[Value]) -> Vec<String> {
    from.iter().filter_map(|text| Some(text.as_str()?.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_read_as_far_as_they_are_delivered() {
        let person = Person::read(&json!({
            "open_id": "ou_x", "user_id": "", "name": " 张 ", "mobile": null, "department_ids": ["od_1", 2],
            "orders": [{ "department_id": "od_1" }, { "department_id": "od_2", "is_primary_dept": true }],
            "status": { "is_frozen": true, "is_resigned": "no" }, "unknown": [],
        }));
        let expected = Person {
            open_id: Some("ou_x".to_owned()),
            name: Some("张".to_owned()),
            departments: Some(vec!["od_1".to_owned()]),
            primary_department: Some("od_2".to_owned()),
            is_frozen: Some(true),
            ..Person::default()
        };
        assert_eq!(person, Some(expected));
        assert_eq!(Person::read(&json!({ "name": "x" })), None);
        assert_eq!(Person::read(&json!({ "user_id": "u" })).unwrap().user_id.as_deref(), Some("u"));
    }

    #[test]
    fn departments_need_an_id() {
        let department =
            Department::read(&json!({ "open_department_id": "od_1", "parent_department_id": "0" })).unwrap();
        assert_eq!((department.parent.as_deref(), department.name), (Some(ROOT), None));
        assert_eq!(Department::read(&json!({ "name": "x" })), None);
    }
}
