//! Reading the events about people and departments, of both generations.

use serde_json::{Map, Value};

use crate::{
    domain::directory::feishu::{departments, people::What},
    feishu::{Department, Object, Person},
};

/// What an event tells.
pub(super) enum Event {
    /// Of a person.
    Person {
        /// What happened.
        what: What,
        /// The person, as far as they are told.
        person: Person,
        /// Whether it names them and tells nothing else.
        ids_only: bool,
    },
    /// Of a department that is there.
    Department {
        /// The department.
        department: Department,
        /// Whether it names it and tells nothing else.
        ids_only: bool,
    },
    /// Of a department that was deleted.
    DepartmentGone(String),
    /// That we may see more than before.
    Scope {
        /// Departments.
        departments: Vec<Department>,
        /// People.
        people: Vec<Person>,
    },
    /// That we may see something else than before, it does not say what.
    ScopeChanged,
    /// Nothing that can be used, because of this.
    Useless(&'static str),
    /// Nothing that is about people or departments.
    Other,
}

/// The event of this kind with this payload.
pub(super) fn event(kind: &str, payload: &Object) -> Event {
    match kind {
        "contact.user.created_v3" => person(What::Came, payload.get("object"), false),
        "contact.user.updated_v3" => person(What::Changed, payload.get("object"), false),
        "contact.user.deleted_v3" => person(What::Left, payload.get("object"), false),
        "user_add" => person(What::Came, Some(&old(payload)), true),
        "user_update" | "user_status_change" => person(What::Changed, Some(&old(payload)), true),
        "user_leave" => person(What::Left, Some(&old(payload)), true),
        "contact.department.created_v3" | "contact.department.updated_v3" => department(payload.get("object"), false),
        "contact.department.deleted_v3" => gone(payload.get("object")),
        "dept_add" | "dept_update" => department(Some(&Value::Object(payload.clone())), true),
        "dept_delete" => gone(Some(&Value::Object(payload.clone()))),
        "contact.scope.updated_v3" => scope(payload),
        "contact_scope_change" => Event::ScopeChanged,
        _ => Event::Other,
    }
}

fn person(what: What, object: Option<&Value>, ids_only: bool) -> Event {
    match object.and_then(Value::as_object).and_then(|object| Person::read(&in_letters(object))) {
        Some(person) => Event::Person { what, person, ids_only },
        None => Event::Useless("it names nobody"),
    }
}

fn department(object: Option<&Value>, ids_only: bool) -> Event {
    match object.and_then(Department::read).filter(|it| departments::is_id(&it.open_department_id)) {
        Some(department) => Event::Department { department, ids_only },
        None => Event::Useless("it names no department"),
    }
}

fn gone(object: Option<&Value>) -> Event {
    match department(object, true) {
        Event::Department { department, .. } => Event::DepartmentGone(department.open_department_id),
        other => other,
    }
}

fn scope(payload: &Object) -> Event {
    let added = |key: &str| match payload.get("added").and_then(|added| added.get(key)) {
        Some(Value::Array(items)) => items.clone(),
        _ => Vec::new(),
    };
    Event::Scope {
        departments: added("departments").iter().filter_map(Department::read).collect(),
        people: added("users").iter().filter_map(Person::read).collect(),
    }
}

/// The ids of an event of the first generation, as the second spells them.
fn old(payload: &Object) -> Value {
    let mut object = Map::new();
    for (key, spelt) in [("open_id", "open_id"), ("union_id", "union_id"), ("employee_id", "user_id")] {
        object.extend(payload.get(key).map(|id| (spelt.to_owned(), id.clone())));
    }
    if let Some(id) = payload.get("user_id") {
        object.insert("user_id".to_owned(), id.clone());
    }
    Value::Object(object)
}

/// A person whose ids may be whole numbers (contract: feishu-app §1.1).
fn in_letters(object: &Object) -> Value {
    let letters = object.iter().map(|(key, value)| {
        let is_text = ["open_id", "union_id", "user_id", "name", "mobile"].contains(&key.as_str());
        let value = match value {
            Value::Number(number) if is_text && !number.is_f64() => Value::String(number.to_string()),
            other => other.clone(),
        };
        (key.clone(), value)
    });
    Value::Object(letters.collect())
}
