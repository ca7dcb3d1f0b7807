//! Callers who race for one thing: one wins, the others get the ordinary refusal.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::json;

use crate::harness::World;

const CLAIM: &str = "mutation($asset: ID!) {
    approvalSubmit(input: {type: CLAIM, assetId: $asset, acceptWarnings: true}) { approval { id } userErrors { code } }
}";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_32_claims_of_one_asset_one_succeeds() {
    let world = Arc::new(World::demo().await);
    let people = ["samplestaff", "1603162639kQsLBBHw", "demo", "testuser"];
    let mut tokens = Vec::new();
    for person in people {
        tokens.push(world.token(person).await);
    }
    let claims: Vec<_> = (0..32)
        .map(|at| {
            let (world, token) = (Arc::clone(&world), tokens[at % tokens.len()].clone());
            tokio::spawn(async move {
                let reply = world.graphql(CLAIM, json!({"asset": "1603191152ZrfbUKEi"}), Some(&token)).await;
                assert!(reply["errors"].is_null(), "{reply}");
                let refused = reply["data"]["approvalSubmit"]["userErrors"][0]["code"].as_str().map(str::to_owned);
                refused.unwrap_or_else(|| "stored".to_owned())
            })
        })
        .collect();
    let mut answers: BTreeMap<String, usize> = BTreeMap::new();
    for claim in claims {
        *answers.entry(claim.await.unwrap()).or_default() += 1;
    }
    let expected = BTreeMap::from([("ASSET_STATUS_MISMATCH".to_owned(), 31), ("stored".to_owned(), 1)]);
    assert_eq!(answers, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_16_decisions_on_one_request_one_counts() {
    let world = Arc::new(World::demo().await);
    let token = world.token("lwk4j5lk234").await;
    let list = "{ approvals(filter: {state: [PENDING]}, first: 1) { nodes { id } } }";
    let waiting = world.graphql(list, json!({}), Some(&token)).await;
    let id = waiting["data"]["approvals"]["nodes"][0]["id"].clone();
    let decide = "mutation($id: ID!, $decision: ApprovalDecision!) {
        approvalDecide(input: {approvalId: $id, decision: $decision}) { approval { state } userErrors { code } }
    }";
    let decisions: Vec<_> = (0..16)
        .map(|at| {
            let (world, token, id) = (Arc::clone(&world), token.clone(), id.clone());
            let decision = if at % 2 == 0 { "APPROVE" } else { "REJECT" };
            tokio::spawn(async move {
                let reply = world.graphql(decide, json!({"id": id, "decision": decision}), Some(&token)).await;
                reply["data"]["approvalDecide"]["userErrors"][0]["code"].as_str().map(str::to_owned)
            })
        })
        .collect();
    let mut refused = 0;
    for decision in decisions {
        match decision.await.unwrap().as_deref() {
            None => {}
            Some("APPROVAL_DECIDED") => refused += 1,
            Some(other) => panic!("{other}"),
        }
    }
    assert_eq!(refused, 15);
    let history = "{ history(first: 200) { nodes { type assetUniqueId } } }";
    let history = world.graphql(history, json!({}), Some(&token)).await;
    let told = history["data"]["history"]["nodes"].as_array().unwrap();
    let moves = told.iter().filter(|line| line["assetUniqueId"] == "test_asset_transfering").count();
    assert_eq!(moves, 1, "{history}");
}
