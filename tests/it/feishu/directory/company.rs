//! A company on Feishu, and what its directory came to here.

use std::sync::Arc;

use assetry::{
    domain::{
        Actor, Context, Outcome,
        directory::feishu::{self, Synced},
        sessions::{self, Face},
    },
    entity::{department, department_binding, inbox, learned, person_binding, session, staff, staff_role, words::Door},
    settings,
};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use crate::harness::{Content, Feishu, Reply, World};

/// Where departments are listed.
pub(super) const CHILDREN: &str = "/open-apis/contact/v3/departments/0/children";
/// Where people of a department are listed.
pub(super) const PEOPLE: &str = "/open-apis/contact/v3/users/find_by_department";
/// Where people are asked for by their ids.
pub(super) const BATCH: &str = "/open-apis/contact/v3/users/batch";
/// Who asks for syncs, on Feishu.
pub(super) const ADMIN: &str = "ou_admin";

/// A world with the demo data on a Feishu of its own. Its administrator is bound.
pub(crate) async fn both() -> (World, Feishu) {
    both_with(|_| {}).await
}

/// The same, with other settings.
pub(crate) async fn both_with(set: impl FnOnce(&mut settings::Feishu)) -> (World, Feishu) {
    let feishu = Feishu::start().await;
    let mut settings = feishu.settings();
    set(&mut settings);
    let world = World::on_feishu(Content::Demo, settings).await;
    world.bind_on_feishu("suadmin", ADMIN).await;
    (world, feishu)
}

/// A department.
pub(super) fn department(id: &str, parent: &str, name: &str) -> Value {
    json!({ "open_department_id": id, "parent_department_id": parent, "name": name })
}

/// A person who works.
pub(super) fn person(open_id: &str, name: &str) -> Value {
    json!({
        "open_id": open_id, "name": name,
        "status": { "is_frozen": false, "is_resigned": false, "is_activated": true, "is_exited": false },
    })
}

/// `object` with more members, or others.
pub(super) fn with(mut object: Value, more: Value) -> Value {
    for (key, value) in more.as_object().unwrap() {
        object[key] = value.clone();
    }
    object
}

/// A page that is the last.
pub(super) fn page(items: &[Value]) -> Value {
    json!({ "code": 0, "data": { "items": items, "has_more": false } })
}

impl Feishu {
    /// Has these departments.
    pub(super) fn departments(&self, departments: &[Value]) {
        self.answer(CHILDREN, [page(departments)]);
    }

    /// Has these people in a department.
    pub(super) fn people(&self, department: &str, people: &[Value]) {
        self.answer(&format!("{PEOPLE}?department_id={department}"), [page(people)]);
    }

    /// Tells of a person who is asked for.
    pub(super) fn tells_of(&self, id: &str, person: Value) {
        let path = format!("/open-apis/contact/v3/users/{id}");
        self.answer(&path, [json!({ "code": 0, "data": { "user": person } })]);
    }

    /// Tells of a department that is asked for.
    pub(super) fn tells_of_department(&self, department: Value) {
        let path = format!("/open-apis/contact/v3/departments/{}", department["open_department_id"].as_str().unwrap());
        self.answer(&path, [json!({ "code": 0, "data": { "department": department } })]);
    }
}

/// The text of a success.
pub(super) fn success() -> Value {
    json!({ "code": 0, "info": "Success" })
}

impl World {
    /// Binds the account with this legacy key.
    pub(crate) async fn bind_on_feishu(&self, unique_id: &str, open_id: &str) {
        self.bound(Some(unique_id), open_id, |_| {}).await;
    }

    /// A session of the person with this legacy key, as this dialect writes it.
    pub(crate) async fn feishu_session(&self, unique_id: &str) -> String {
        let person = staff::Entity::find().filter(staff::Column::UniqueId.eq(unique_id)).one(self.db().read()).await;
        let opened = sessions::open_for(&self.server_itself(), person.unwrap().unwrap().id).await.unwrap();
        opened.token(&self.app, Face::Session).unwrap()
    }

    pub(crate) fn server_itself(&self) -> Context {
        Context::new(Arc::clone(&self.app), Actor::System, Door::System)
    }

    /// The context of a request by the administrator.
    pub(super) async fn syncer(&self) -> Context {
        let person = self.who_is(ADMIN).await.unwrap();
        let opened = sessions::open_for(&self.server_itself(), person.id).await.unwrap();
        Context::new(self.app.clone(), Actor::Person(opened.person), Door::Feishu)
    }

    /// A sync, asked for by the administrator.
    pub(super) async fn brought(&self) -> Outcome<Synced> {
        feishu::sync(&self.syncer().await, false).await
    }

    /// A push to the door for events.
    pub(crate) async fn pushed(&self, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
        let mut request = Request::post("/api/feishu_get_event");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Pushes this and acts on it.
    pub(super) async fn told(&self, body: &Value) {
        let reply = self.pushed(&[], body.to_string()).await;
        assert_eq!((reply.status, reply.json()), (StatusCode::OK, success()));
        self.act_for_feishu().await;
    }

    /// An event of the second generation that happened so many seconds after the world began, acted on.
    pub(super) async fn happened(&self, kind: &str, second: i64, event: Value) {
        self.told(&self.envelope(kind, second, event)).await;
    }

    /// An event about an object.
    pub(super) async fn news(&self, kind: &str, second: i64, object: Value) {
        self.happened(kind, second, json!({ "object": object })).await;
    }

    pub(super) fn envelope(&self, kind: &str, second: i64, event: Value) -> Value {
        let at = self.began().timestamp_millis() + second * 1000;
        let id = format!("{kind} {second} {event}");
        json!({
            "schema": "2.0", "event": event,
            "header": { "event_id": id, "event_type": kind, "create_time": at.to_string(), "tenant_key": "tenant" },
        })
    }

    /// When the clock began to stand still.
    pub(super) fn began(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_secs(1_604_455_200).unwrap()
    }

    /// Acts on everything that is due.
    pub(crate) async fn act_for_feishu(&self) {
        while feishu::act_on_next(&self.app).await.unwrap() {}
    }

    /// Who is bound to this person of Feishu.
    pub(super) async fn who_is(&self, open_id: &str) -> Option<staff::Model> {
        let id = self.binding_of(open_id).await?.staff_id?;
        staff::Entity::find_by_id(id).one(self.db().read()).await.unwrap()
    }

    /// The binding of this person of Feishu.
    pub(super) async fn binding_of(&self, open_id: &str) -> Option<person_binding::Model> {
        let links = person_binding::Entity::find().filter(person_binding::Column::ExternalId.eq(open_id));
        links.one(self.db().read()).await.unwrap()
    }

    /// Our department for Feishu's id.
    pub(super) async fn place_of(&self, id: &str) -> Option<department::Model> {
        let links = department_binding::Entity::find().filter(department_binding::Column::ExternalId.eq(id));
        let link = links.one(self.db().read()).await.unwrap()?;
        department::Entity::find_by_id(link.department_id).one(self.db().read()).await.unwrap()
    }

    /// The department with this legacy key.
    pub(super) async fn department_called(&self, unique_id: &str) -> Option<department::Model> {
        let called = department::Entity::find().filter(department::Column::UniqueId.eq(unique_id));
        called.one(self.db().read()).await.unwrap()
    }

    /// What became of each event, in order of arrival.
    pub(super) async fn inbox_states(&self) -> Vec<String> {
        self.inbox_rows().await.into_iter().map(|row| row.state.word().to_owned()).collect()
    }

    /// The events, in order of arrival.
    pub(crate) async fn inbox_rows(&self) -> Vec<inbox::Model> {
        inbox::Entity::find().order_by_asc(inbox::Column::Id).all(self.db().read()).await.unwrap()
    }

    /// Every row that a sync or an event can touch, as text.
    pub(crate) async fn everything_known(&self) -> String {
        let db = self.db().read();
        let people = staff::Entity::find().order_by_asc(staff::Column::Id).all(db).await.unwrap();
        let places = department::Entity::find().order_by_asc(department::Column::Id).all(db).await.unwrap();
        let links = person_binding::Entity::find().order_by_asc(person_binding::Column::Id).all(db).await.unwrap();
        let placed = department_binding::Entity::find().order_by_asc(department_binding::Column::Id);
        let placed = placed.all(db).await.unwrap();
        let roles = staff_role::Entity::find().order_by_asc(staff_role::Column::StaffId).all(db).await.unwrap();
        let learned = learned::Entity::find().order_by_asc(learned::Column::Name).all(db).await.unwrap();
        format!("{people:#?}{places:#?}{links:#?}{placed:#?}{roles:#?}{learned:#?}")
    }

    /// How many sessions of a person are alive.
    pub(super) async fn live_sessions(&self, staff: i64) -> usize {
        let sessions = session::Entity::find()
            .filter(session::Column::StaffId.eq(staff))
            .filter(session::Column::EndedAt.is_null());
        sessions.all(self.db().read()).await.unwrap().len()
    }
}
