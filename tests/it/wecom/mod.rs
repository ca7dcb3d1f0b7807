//! WeCom, against a server that stands in for it.

mod callback;
mod client;
mod facts;
mod login;
mod messages;
mod quiet;
mod sync;
mod work;

use std::future;

use assetry::{
    domain::{Actor, Code, Context, Outcome, Person, directory::wecom, sessions},
    entity::{department, department_binding, person_binding, staff, words::Door},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use crate::harness::{Content, WecomStandIn, World};

/// A world and the WeCom that it is on.
async fn both(content: Content) -> (World, WecomStandIn) {
    let stand_in = WecomStandIn::start().await;
    (World::on_wecom(content, stand_in.settings()).await, stand_in)
}

fn code<T>(outcome: Outcome<T>) -> Option<Code> {
    outcome.err().map(|fault| fault.code)
}

impl World {
    fn server(&self) -> Context {
        Context::new(self.app.clone(), Actor::System, Door::System)
    }

    /// The context of a request by the person with this username.
    async fn called(&self, username: &str) -> Context {
        let opened = sessions::open_for(&self.server(), self.person_called(username).await.id).await.unwrap();
        self.speaking(opened.person)
    }

    fn speaking(&self, person: Person) -> Context {
        Context::new(self.app.clone(), Actor::Person(person), Door::Laravel)
    }

    async fn person_called(&self, username: &str) -> staff::Model {
        self.maybe_called(username).await.unwrap_or_else(|| panic!("nobody is called {username}"))
    }

    async fn maybe_called(&self, username: &str) -> Option<staff::Model> {
        let people = staff::Entity::find().filter(staff::Column::Username.eq(username));
        people.one(self.db().read()).await.unwrap()
    }

    async fn link_of(&self, staff: i64) -> Option<person_binding::Model> {
        let links = person_binding::Entity::find().filter(person_binding::Column::StaffId.eq(staff));
        links.one(self.db().read()).await.unwrap()
    }

    /// Our department for WeCom's id, and how it stands there.
    async fn place(&self, id: i64) -> Option<(department::Model, department_binding::Model)> {
        let links =
            department_binding::Entity::find().filter(department_binding::Column::ExternalId.eq(id.to_string()));
        let link = links.one(self.db().read()).await.unwrap()?;
        let row = department::Entity::find_by_id(link.department_id).one(self.db().read()).await.unwrap()?;
        Some((row, link))
    }

    /// Asks for a sync and does it.
    async fn sync(&self) {
        wecom::sync_soon(&self.server(), wecom::Part::Staff).await.unwrap();
        assert!(wecom::sync_next(&self.app, future::pending()).await.unwrap());
    }

    /// Acts on everything that came in.
    async fn act(&self) {
        while wecom::act_on_next(&self.app).await.unwrap() {}
    }

    /// Every row that a sync can touch, as text.
    async fn everything(&self) -> String {
        let db = self.db().read();
        let people = staff::Entity::find().order_by_asc(staff::Column::Id).all(db).await.unwrap();
        let places = department::Entity::find().order_by_asc(department::Column::Id).all(db).await.unwrap();
        let links = person_binding::Entity::find().order_by_asc(person_binding::Column::Id).all(db).await.unwrap();
        let placed = department_binding::Entity::find().all(db).await.unwrap();
        format!("{people:#?}{places:#?}{links:#?}{placed:#?}")
    }
}

/// A member of one department, with whatever else is told.
fn member(userid: &str, rest: Value) -> Value {
    let mut member = json!({ "userid": userid, "name": userid, "department": [1], "status": 1 });
    for (name, value) in rest.as_object().unwrap() {
        member[name] = value.clone();
    }
    member
}

fn department(id: i64, parent: i64, name: &str) -> Value {
    json!({ "id": id, "name": name, "parentid": parent, "order": 100 + id })
}
