//! Quantity assets: pieces split from one holding and merged into another, never negative, their sum kept.

use serde_json::{Value, json};

use crate::harness::World;

const ADMIN: &str = "lwk4j5lk234";
const CLAIMANT: &str = "samplestaff";
const RECEIVER: &str = "1603162639kQsLBBHw";

struct Store {
    world: World,
    admin: String,
    claimant: String,
}

impl Store {
    /// Ten chairs in the hands of the asset admin.
    async fn of_ten() -> (Self, String) {
        let world = World::demo().await;
        let (admin, claimant) = (world.token(ADMIN).await, world.token(CLAIMANT).await);
        let store = Self { world, admin, claimant };
        let create = "mutation {
            assetCreate(input: {name: \"chair\", categoryId: \"others\", kind: QUANTITY, quantity: 10}) {
                asset { uniqueId quantity kind holder { uniqueId } } userErrors { code }
            }
        }";
        let made = store.ask(create, json!({}), &store.admin).await;
        let chairs = &made["assetCreate"]["asset"];
        assert_eq!((&chairs["quantity"], &chairs["holder"]["uniqueId"]), (&json!(10), &json!(ADMIN)));
        let id = chairs["uniqueId"].as_str().unwrap().to_owned();
        (store, id)
    }

    async fn ask(&self, query: &str, variables: Value, token: &str) -> Value {
        let reply = self.world.graphql(query, variables, Some(token)).await;
        assert!(reply["errors"].is_null(), "{reply}");
        reply["data"].clone()
    }

    async fn submit(&self, input: Value, token: &str) -> Value {
        let submit = "mutation($input: ApprovalSubmitInput!) {
            approvalSubmit(input: $input) {
                approval { id state whole quantity } warnings { code } userErrors { code legacyCode message }
            }
        }";
        self.ask(submit, json!({ "input": input }), token).await["approvalSubmit"].clone()
    }

    async fn approve(&self, request: &Value) -> Value {
        let decide = "mutation($id: ID!) {
            approvalDecide(input: {approvalId: $id, decision: APPROVE}) {
                approval { state decidedVia decidedBy { uniqueId } } userErrors { code legacyCode message }
            }
        }";
        let id = &request["approval"]["id"];
        self.ask(decide, json!({ "id": id }), &self.admin).await["approvalDecide"].clone()
    }

    /// Every holding of chairs: holder, status and pieces.
    async fn holdings(&self) -> Vec<(String, String, i64)> {
        let list = "{ assets(search: \"chair\", first: 200) { nodes { quantity status holder { uniqueId } } } }";
        let all = self.ask(list, json!({}), &self.admin).await;
        let row = |row: &Value| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&row["holder"]["uniqueId"]), text(&row["status"]), row["quantity"].as_i64().unwrap())
        };
        all["assets"]["nodes"].as_array().unwrap().iter().map(row).collect()
    }
}

fn holding(holder: &str, status: &str, pieces: i64) -> (String, String, i64) {
    (holder.to_owned(), status.to_owned(), pieces)
}

#[tokio::test]
async fn claimed_pieces_leave_the_store_and_come_together_with_the_claimant() {
    let (store, chairs) = Store::of_ten().await;
    for _ in 0..2 {
        let request = store.submit(json!({"type": "CLAIM", "assetId": chairs, "quantity": 3}), &store.claimant).await;
        assert_eq!(request["userErrors"], json!([]));
        assert_eq!(request["approval"]["whole"], json!(false));
        let decided = store.approve(&request).await;
        assert_eq!(
            decided["approval"],
            json!({"state": "APPROVED", "decidedVia": "GRAPHQL", "decidedBy": {"uniqueId": ADMIN}})
        );
    }
    assert_eq!(store.holdings().await, [holding(ADMIN, "UNUSED", 4), holding(CLAIMANT, "IN_USE", 6)]);
}

#[tokio::test]
async fn more_than_there_is_is_refused_at_submission_and_again_at_the_decision() {
    let (store, chairs) = Store::of_ten().await;
    let eleven = json!({"type": "CLAIM", "assetId": chairs, "quantity": 11});
    let refused = store.submit(eleven.clone(), &store.claimant).await;
    assert_eq!(refused["approval"], Value::Null);
    assert_eq!(
        refused["userErrors"],
        json!([{"code": "QUANTITY_INSUFFICIENT", "legacyCode": 4, "message": "资产chair数量不足"}])
    );

    let accepted = json!({"type": "CLAIM", "assetId": chairs, "quantity": 11, "acceptWarnings": true});
    let stored = store.submit(accepted, &store.claimant).await;
    assert_eq!(stored["warnings"], json!([{"code": "QUANTITY_INSUFFICIENT"}]));
    let decided = store.approve(&stored).await;
    assert_eq!(decided["userErrors"][0]["legacyCode"], json!(4));
    assert_eq!(store.holdings().await, [holding(ADMIN, "UNUSED", 10)], "nothing moved");
}

#[tokio::test]
async fn pieces_are_handed_on_and_given_back_and_their_sum_stays() {
    let (store, chairs) = Store::of_ten().await;
    let claim = store.submit(json!({"type": "CLAIM", "assetId": chairs, "quantity": 6}), &store.claimant).await;
    store.approve(&claim).await;
    let own = "{ assets(search: \"chair\") { nodes { uniqueId } } }";
    let own = store.ask(own, json!({}), &store.claimant).await;
    let mine = own["assets"]["nodes"][0]["uniqueId"].clone();

    let transfer = store
        .submit(json!({"type": "TRANSFER", "assetId": mine, "quantity": 2, "targetId": RECEIVER}), &store.claimant)
        .await;
    assert_eq!(transfer["userErrors"], json!([]), "{transfer}");
    store.approve(&transfer).await;
    let back = store.submit(json!({"type": "RETURN", "assetId": mine, "quantity": 4}), &store.claimant).await;
    store.approve(&back).await;

    let holdings = store.holdings().await;
    let expected = [holding(ADMIN, "UNUSED", 8), holding(CLAIMANT, "IN_USE", 0), holding(RECEIVER, "IN_USE", 2)];
    assert_eq!(holdings, expected);
    let history =
        "query($id: ID!) { history(filter: {assetId: $id, types: [TRANSFER, RETURN]}) { nodes { description } } }";
    let told = store.ask(history, json!({ "id": mine }), &store.admin).await;
    let told: Vec<_> = told["history"]["nodes"].as_array().unwrap().iter().collect();
    assert_eq!(told.len(), 2);
    assert!(told[0]["description"].as_str().unwrap().ends_with(" ×2"));
    assert!(told[1]["description"].as_str().unwrap().ends_with(" ×4"));
}

#[tokio::test]
async fn no_pieces_and_pieces_of_one_thing_are_refused_with_the_card_s_numbers() {
    let (store, chairs) = Store::of_ten().await;
    let none = store.submit(json!({"type": "CLAIM", "assetId": chairs, "quantity": 0}), &store.claimant).await;
    assert_eq!(
        (&none["userErrors"][0]["code"], &none["userErrors"][0]["legacyCode"]),
        (&json!("CLAIM_OF_NOTHING"), &json!(250))
    );
    let input = json!({"type": "CLAIM", "assetId": "1603191152ZrfbUKEi", "quantity": 2});
    let two = store.submit(input, &store.claimant).await;
    assert_eq!(two["userErrors"][0]["legacyCode"], json!(3));
}
