//! People who are bound at Feishu, and what they do with requests.

use assetry::{
    domain::notices,
    entity::{asset, history, outbox, person_binding, staff, words::LockedBy},
    settings,
};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use serde_json::{Value, json};

use crate::harness::{Content, Feishu, Reply, World};

/// An asset admin.
pub(super) const ADMIN: &str = "lwk4j5lk234";
/// Another, of the same department.
pub(super) const MOVER: &str = "1602554682pJpNnlfJ";
/// An applicant of the department of both.
pub(super) const STAFF: &str = "samplestaff";
/// Somebody who receives.
pub(super) const OTHER: &str = "1603162639kQsLBBHw";

/// Where approval cards are sent.
pub(super) const SEND: &str = "/open-apis/approval/v1/message/send";
/// Where they are updated.
pub(super) const UPDATE: &str = "/open-apis/approval/v1/message/update";
/// Where texts and messages with buttons are sent.
pub(super) const MESSAGES: &str = "/open-apis/im/v1/messages";

/// A world on a Feishu that takes every message; its pushes are not proved.
pub(super) async fn scene() -> (World, Feishu) {
    scene_with(|_| {}).await
}

/// Likewise, with other settings.
pub(super) async fn scene_with(change: impl FnOnce(&mut settings::Feishu)) -> (World, Feishu) {
    let feishu = Feishu::start().await;
    let mut settings = feishu.settings();
    change(&mut settings);
    let world = World::on_feishu(Content::Demo, settings).await;
    for path in [SEND, MESSAGES] {
        feishu.answer(
            path,
            (1..200).map(|number| json!({ "code": 0, "data": { "message_id": format!("m{path}{number}") } })),
        );
    }
    feishu.answer(UPDATE, [json!({ "code": 0, "data": {} })]);
    (world, feishu)
}

impl World {
    /// The person with this legacy key.
    pub(super) async fn staff(&self, unique_id: &str) -> staff::Model {
        let found = staff::Entity::find().filter(staff::Column::UniqueId.eq(unique_id)).one(self.db().read()).await;
        found.unwrap().unwrap()
    }

    /// Binds a person to `ou_<name>` and `u_<name>`.
    pub(super) async fn bind(&self, unique_id: &str, name: &str) {
        let more = |row: &mut person_binding::ActiveModel| {
            row.user_id = Set(Some(format!("u_{name}")));
            row.name = Set(Some(name.to_owned()));
        };
        self.bound(Some(unique_id), &format!("ou_{name}"), more).await;
    }

    /// Changes a person behind the back of the domain.
    pub(super) async fn change_staff(&self, unique_id: &str, change: impl FnOnce(&mut staff::ActiveModel)) {
        let mut row: staff::ActiveModel = self.staff(unique_id).await.into();
        change(&mut row);
        let tx = self.db().begin().await.unwrap();
        row.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Locks a person.
    pub(super) async fn lock(&self, unique_id: &str) {
        let change = |row: &mut staff::ActiveModel| {
            row.locked = Set(true);
            row.locked_by = Set(Some(LockedBy::Person));
        };
        self.change_staff(unique_id, change).await;
    }

    /// Data of an operation that goes well, asked by this person.
    pub(super) async fn ask_as(&self, unique_id: &str, query: &str, variables: Value) -> Value {
        let token = self.token(unique_id).await;
        let reply = self.graphql(query, variables, Some(&token)).await;
        assert!(reply["errors"].is_null(), "{reply}");
        reply["data"].clone()
    }

    /// Submits a request; gives its id.
    pub(super) async fn submit(&self, by: &str, input: Value) -> String {
        let submit = "mutation($input: ApprovalSubmitInput!) { approvalSubmit(input: $input) {
            approval { id } warnings { code } userErrors { code message } } }";
        let reply = self.ask_as(by, submit, json!({ "input": input })).await;
        let id = reply["approvalSubmit"]["approval"]["id"].as_str();
        id.unwrap_or_else(|| panic!("{reply}")).to_owned()
    }

    /// A quantity asset with so many pieces in the hands of the asset admin; gives its legacy key.
    pub(super) async fn pieces(&self, name: &str, quantity: i64) -> String {
        let create = "mutation($name: String!, $quantity: Int!) {
            assetCreate(input: { name: $name, categoryId: \"others\", kind: QUANTITY, quantity: $quantity }) {
                asset { uniqueId } userErrors { code } } }";
        let made = self.ask_as(ADMIN, create, json!({ "name": name, "quantity": quantity })).await;
        made["assetCreate"]["asset"]["uniqueId"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
    }

    /// Sends every message that is due now or within the next two seconds.
    pub(super) async fn deliver(&self) {
        for _ in 0..20 {
            let taken = notices::take(&self.app, 8).await.unwrap();
            for row in &taken.messages {
                notices::send(&self.app, row).await.unwrap();
            }
            if taken.messages.is_empty() {
                self.clock.advance(TimeDelta::milliseconds(100));
            }
        }
    }

    /// The outbox: kind, state and the error of each message, in order.
    pub(super) async fn outbox(&self) -> Vec<outbox::Model> {
        let rows = outbox::Entity::find().filter(outbox::Column::Kind.ne("demo_card"));
        rows.order_by_asc(outbox::Column::Id).all(self.db().read()).await.unwrap()
    }

    /// What is told of a request in GraphQL, and of its asset.
    pub(super) async fn request(&self, id: &str) -> Value {
        let query = "query($id: ID!) { approval(id: $id) { state decidedVia decidedBy { uniqueId } reason
            managers { uniqueId } asset { uniqueId } } }";
        let mut request = self.ask_as(ADMIN, query, json!({ "id": id })).await["approval"].clone();
        let query = "query($key: String!) { asset(by: { uniqueId: $key }) { status quantity holder { uniqueId } } }";
        let asset = self.ask_as(ADMIN, query, json!({ "key": request["asset"]["uniqueId"] })).await;
        request["asset"] = asset["asset"].clone();
        request
    }

    /// A callback of an approval card.
    pub(super) async fn tap(&self, body: &Value) -> Reply {
        self.post("/api/feishu_approval", body).await
    }

    /// Everything that a decision can change.
    pub(super) async fn all_that_a_tap_changes(&self) -> String {
        let db = self.db().read();
        let assets = asset::Entity::find().order_by_asc(asset::Column::Id).all(db).await.unwrap();
        let requests = assetry::entity::approval::Entity::find().all(db).await.unwrap();
        let lines = history::Entity::find().order_by_asc(history::Column::Id).all(db).await.unwrap();
        let messages = outbox::Entity::find().order_by_asc(outbox::Column::Id).all(db).await.unwrap();
        format!("{assets:#?}{requests:#?}{lines:#?}{messages:#?}")
    }
}
