//! The life cycle of an asset, every status × action × person, generated from its table and played through GraphQL.

use assetry::{
    domain::{
        Code,
        assets::state::{Action, Owner, Who, step, who_may},
    },
    entity::{
        approval, asset, asset_group, staff,
        words::{ApprovalKind, ApprovalState, AssetKind, AssetStatus, Door},
    },
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};
use serde_json::{Value, json};

use crate::harness::World;

const HOLDER: &str = "samplestaff";
const OTHER: &str = "1603162639kQsLBBHw";
/// Everybody who plays: the holder, general staff, one of each administrator, and who may do everything.
const PEOPLE: [&str; 6] = [HOLDER, OTHER, "lwk4j5lk234", "29384uieweretr", "admin", "suadmin"];

#[tokio::test]
async fn every_status_action_and_person_does_what_the_table_says() {
    let stage = Stage::set().await;
    for status in AssetStatus::ALL {
        for action in Action::ALL {
            for person in PEOPLE {
                stage.play(*status, action, person).await;
            }
        }
    }
}

/// The codes with which GraphQL warns of requests that could not be agreed to as things stand.
const WARNINGS: [&str; 8] = [
    "MANAGER_NOT_FOUND",
    "CLAIMANT_NOT_GENERAL_STAFF",
    "RETURNER_NOT_GENERAL_STAFF",
    "SENDER_NOT_GENERAL_STAFF",
    "CLAIMANT_ELSEWHERE",
    "RETURNER_ELSEWHERE",
    "SENDER_ELSEWHERE",
    "TRANSFER_TO_SELF",
];

struct Stage {
    world: World,
    tokens: Vec<(&'static str, String)>,
    holder: i64,
    other: i64,
    group: i64,
}

impl Stage {
    async fn set() -> Self {
        let world = World::demo().await;
        let mut tokens = Vec::new();
        for person in PEOPLE {
            tokens.push((person, world.token(person).await));
        }
        let id = async |unique_id: &str| {
            let found =
                staff::Entity::find().filter(staff::Column::UniqueId.eq(unique_id)).one(world.db().read()).await;
            found.unwrap().unwrap().id
        };
        let (holder, other) = (id(HOLDER).await, id(OTHER).await);
        let group = asset_group::Entity::find().one(world.db().read()).await.unwrap().unwrap().id;
        Self { tokens, holder, other, group, world }
    }

    fn token(&self, person: &str) -> &str {
        &self.tokens.iter().find(|(name, _)| *name == person).unwrap().1
    }

    /// One cell: an asset in this status, the action by this person, and what came of it.
    async fn play(&self, status: AssetStatus, action: Action, person: &str) {
        let cell = format!("{status:?} × {action:?} × {person}");
        let before = self.asset_in(status).await;
        let told = self.told(&before, action, person).await;
        let (mut answer, acted) = self.act(&before, action, person, false).await;
        if let Some(told) = told {
            assert_eq!(told, answer, "{cell}: availableActions and the mutation disagree");
        }
        let expected = self.expected(status, action, person);
        let mut after = self.reload(&before).await;
        if expected.is_none() && answer.as_deref().is_some_and(|code| WARNINGS.contains(&code)) {
            assert_eq!(after, before, "{cell}: a warning changed the asset");
            answer = self.act(&before, action, person, true).await.0;
            after = self.reload(&before).await;
        }
        assert_eq!(answer, expected.map(name), "{cell}: {acted}");
        match step(status, action) {
            Ok(row) if expected.is_none() => {
                let holder = match row.owner {
                    Owner::Same => before.holder_id,
                    Owner::Applicant | Owner::Target => Some(self.other),
                    Owner::Decider => Some(self.id_of(person).await),
                    Owner::Nobody => None,
                };
                assert_eq!((after.status, after.holder_id), (row.to, holder), "{cell}");
                assert_eq!(after.version, before.version + 1, "{cell}");
            }
            _ => assert_eq!(after, before, "{cell}: a refusal changed the asset"),
        }
    }

    fn expected(&self, status: AssetStatus, action: Action, person: &str) -> Option<Code> {
        let asset_admin = ["lwk4j5lk234", "suadmin"].contains(&person);
        let refused = match who_may(action) {
            Who::Anybody => None,
            Who::Holder => (person != HOLDER || status == AssetStatus::Retired).then_some(Code::NotHolder),
            Who::May(_) => (!asset_admin).then_some(Code::Forbidden),
        };
        refused.or_else(|| step(status, action).err())
    }

    /// What `availableActions` says: nothing when the person may not see the asset, else the reason, if any.
    async fn told(&self, asset: &asset::Model, action: Action, person: &str) -> Option<Option<String>> {
        const QUERY: &str =
            "query($id: String!) { asset(by: {uniqueId: $id}) { availableActions { action allowed reason } } }";
        let reply = self.world.graphql(QUERY, json!({"id": asset.unique_id}), Some(self.token(person))).await;
        let all = reply["data"]["asset"]["availableActions"].as_array()?;
        let one = all.iter().find(|one| one["action"] == enum_name(action)).unwrap();
        assert_eq!(one["allowed"], one["reason"].is_null());
        Some(one["reason"].as_str().map(str::to_owned))
    }

    /// The code that the mutation answers, and its whole reply.
    async fn act(&self, asset: &asset::Model, action: Action, person: &str, accept: bool) -> (Option<String>, Value) {
        let (query, input) = mutation(action, &asset.unique_id, accept);
        let reply = self.world.graphql(query, json!({ "input": input }), Some(self.token(person))).await;
        let code = match reply["errors"].as_array().and_then(|errors| errors.first()) {
            Some(error) => Some(error["extensions"]["code"].as_str().unwrap().to_owned()),
            None => reply["data"]["done"]["userErrors"][0]["code"].as_str().map(str::to_owned),
        };
        (code, reply)
    }

    async fn reload(&self, asset: &asset::Model) -> asset::Model {
        asset::Entity::find_by_id(asset.id).one(self.world.db().read()).await.unwrap().unwrap()
    }

    async fn id_of(&self, unique_id: &str) -> i64 {
        let found =
            staff::Entity::find().filter(staff::Column::UniqueId.eq(unique_id)).one(self.world.db().read()).await;
        found.unwrap().unwrap().id
    }

    /// A new asset in this status, with the request that brought it there.
    async fn asset_in(&self, status: AssetStatus) -> asset::Model {
        let (app, tx) = (&self.world.app, self.world.db().begin().await.unwrap());
        let asset = asset::ActiveModel {
            unique_id: Set(app.unique_id()),
            name: Set("thing".to_owned()),
            kind: Set(AssetKind::Item),
            quantity: Set(1),
            group_id: Set(self.group),
            status: Set(status),
            holder_id: Set((status != AssetStatus::Retired).then_some(self.holder)),
            applicant_id: Set((status == AssetStatus::ClaimPending).then_some(self.other)),
            target_id: Set((status == AssetStatus::TransferPending).then_some(self.other)),
            entered_on: Set(app.today()),
            value_origin: Set(1),
            use_year: Set(5),
            brand: Set(String::new()),
            model: Set(String::new()),
            serial_number: Set(String::new()),
            remarks: Set(String::new()),
            version: Set(1),
            created_at: Set(app.now()),
            updated_at: Set(app.now()),
            ..Default::default()
        };
        let asset = asset.insert(&tx).await.unwrap();
        let kind = match status {
            AssetStatus::ClaimPending => Some(ApprovalKind::Claim),
            AssetStatus::TransferPending => Some(ApprovalKind::Transfer),
            AssetStatus::ReturnPending => Some(ApprovalKind::Return),
            AssetStatus::InRepair => Some(ApprovalKind::Repair),
            AssetStatus::Unused | AssetStatus::InUse | AssetStatus::Retired => None,
        };
        if let Some(kind) = kind {
            let applicant = if kind == ApprovalKind::Claim { (self.other, OTHER) } else { (self.holder, HOLDER) };
            let target = (kind == ApprovalKind::Transfer).then_some((self.other, OTHER));
            let request = approval::ActiveModel {
                kind: Set(kind),
                asset_id: Set(asset.id),
                quantity: Set(1),
                whole: Set(true),
                holder_id: Set(Some(self.holder)),
                applicant_id: Set(Some(applicant.0)),
                applicant_unique_id: Set(applicant.1.to_owned()),
                applicant_name: Set(applicant.1.to_owned()),
                target_id: Set(target.map(|target| target.0)),
                target_unique_id: Set(target.map(|target| target.1.to_owned())),
                target_name: Set(target.map(|target| target.1.to_owned())),
                state: Set(ApprovalState::Pending),
                submitted_via: Set(Door::System),
                created_at: Set(app.now()),
                updated_at: Set(app.now()),
                version: Set(1),
                ..Default::default()
            };
            request.insert(&tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        asset
    }
}

const SUBMIT: &str = "mutation($input: ApprovalSubmitInput!) { done: approvalSubmit(input: $input) { approval { id } userErrors { code } } }";
const DECIDE: &str = "mutation($input: ApprovalDecideInput!) { done: approvalDecide(input: $input) { approval { id } userErrors { code } } }";
const FINISH: &str = "mutation($input: AssetRepairFinishInput!) { done: assetRepairFinish(input: $input) { asset { id } userErrors { code } } }";
const RETIRE: &str =
    "mutation($input: AssetRetireInput!) { done: assetRetire(input: $input) { assets { id } userErrors { code } } }";

fn mutation(action: Action, asset: &str, accept: bool) -> (&'static str, Value) {
    let submit = |kind: &str| (SUBMIT, json!({"type": kind, "assetId": asset, "acceptWarnings": accept}));
    let decide = |kind: &str, decision: &str| (DECIDE, json!({"type": kind, "assetId": asset, "decision": decision}));
    match action {
        Action::Claim => submit("CLAIM"),
        Action::Return => submit("RETURN"),
        Action::Repair => submit("REPAIR"),
        Action::Transfer => {
            (SUBMIT, json!({"type": "TRANSFER", "assetId": asset, "targetId": OTHER, "acceptWarnings": accept}))
        }
        Action::ApproveClaim => decide("CLAIM", "APPROVE"),
        Action::RejectClaim => decide("CLAIM", "REJECT"),
        Action::ApproveReturn => decide("RETURN", "APPROVE"),
        Action::RejectReturn => decide("RETURN", "REJECT"),
        Action::ApproveTransfer => decide("TRANSFER", "APPROVE"),
        Action::RejectTransfer => decide("TRANSFER", "REJECT"),
        Action::AcceptRepair => decide("REPAIR", "APPROVE"),
        Action::RejectRepair => decide("REPAIR", "REJECT"),
        Action::FinishRepair => (FINISH, json!({ "assetId": asset })),
        Action::Retire => (RETIRE, json!({ "assetIds": [asset] })),
    }
}

fn enum_name<E: async_graphql::resolver_utils::EnumType>(word: E) -> String {
    match async_graphql::resolver_utils::enum_value(word) {
        async_graphql::Value::Enum(name) => name.to_string(),
        other => panic!("{other} is no enum value"),
    }
}

fn name(code: Code) -> String {
    enum_name(code)
}
