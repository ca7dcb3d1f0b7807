//! What the system can do, against both databases.

mod departments;
mod files;
mod roles;
mod sessions;
mod staff;

use assetry::{
    domain::{Actor, Code, Context, Key, Outcome, Person, departments as department, rbac::RoleKey, staff as people},
    entity::words::{Door, StaffGroup},
};

use crate::harness::World;

/// The code of a refusal; none of a success.
fn code<T>(outcome: Outcome<T>) -> Option<Code> {
    outcome.err().map(|fault| fault.code)
}

impl World {
    /// The server itself, which may do everything.
    fn system(&self) -> Context {
        Context::new(self.app.clone(), Actor::System, Door::System)
    }

    /// Nobody.
    fn nobody(&self) -> Context {
        Context::new(self.app.clone(), Actor::Nobody, Door::Graphql)
    }

    /// A person of this group, whose password is the username and `pass`.
    async fn person(&self, username: &str, group: StaffGroup) -> people::Staff {
        let input = people::Create {
            group: Some(group),
            department: None,
            name: format!("name of {username}"),
            username: username.to_owned(),
            password: Some(format!("{username}pass")),
            mobile: None,
            email: None,
            idempotency_key: None,
        };
        people::create(&self.system(), input).await.unwrap()
    }

    /// The context of a request by a person with an open session.
    async fn by(&self, staff: &people::Staff) -> Context {
        let opened = assetry::domain::sessions::open_for(&self.system(), staff.id).await.unwrap();
        self.as_person(opened.person)
    }

    /// The context of a request by this person.
    fn as_person(&self, person: Person) -> Context {
        Context::new(self.app.clone(), Actor::Person(person), Door::Graphql)
    }

    /// A person of this group and the context of a request by them.
    async fn acting(&self, username: &str, group: StaffGroup) -> (people::Staff, Context) {
        let staff = self.person(username, group).await;
        let ctx = self.by(&staff).await;
        (staff, ctx)
    }

    /// Gives a person these roles.
    async fn give(&self, staff: &people::Staff, roles: &[&str]) {
        let roles: Vec<RoleKey> = roles.iter().map(|name| RoleKey::Name((*name).to_owned())).collect();
        people::set_roles(&self.system(), &Key::Id(staff.id), &roles).await.unwrap();
    }

    /// A department called by its key.
    async fn department(&self, unique_id: &str, parent: Option<&department::Department>) -> department::Department {
        let input = department::Create {
            unique_id: Some(unique_id.to_owned()),
            name: unique_id.to_owned(),
            location: String::new(),
            parent: parent.map(|parent| Key::Id(parent.id)),
            idempotency_key: None,
        };
        department::create(&self.system(), input).await.unwrap()
    }
}
