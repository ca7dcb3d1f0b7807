//! Changing things: omitted is not null, versions, keys that make a call count once, batches that are all or nothing.

use serde_json::{Value, json};

use crate::harness::World;

const ADMIN: &str = "lwk4j5lk234";
const ASSET: &str = "1603191152ZrfbUKEi";

async fn ask(world: &World, query: &str, variables: Value) -> Value {
    let reply = world.graphql(query, variables, Some(&world.token(ADMIN).await)).await;
    assert!(reply["errors"].is_null(), "{reply}");
    reply["data"].clone()
}

const UPDATE: &str = "mutation($id: ID!, $under: ID, $name: String, $version: Int) {
    assetUpdate(input: {id: $id, underId: $under, name: $name, expectedVersion: $version}) {
        asset { name version under { uniqueId } } userErrors { code field }
    }
}";

#[tokio::test]
async fn what_is_omitted_stays_and_what_is_null_is_emptied() {
    let world = World::demo().await;
    let kept = ask(&world, UPDATE, json!({"id": ASSET, "name": "renamed"})).await;
    let expected = json!({"name": "renamed", "version": 2, "under": {"uniqueId": "34k5jfkwertfwer"}});
    assert_eq!(kept["assetUpdate"]["asset"], expected);
    let emptied = ask(&world, UPDATE, json!({"id": ASSET, "under": null})).await;
    assert_eq!(emptied["assetUpdate"]["asset"], json!({"name": "renamed", "version": 3, "under": null}));
    let refused = ask(&world, UPDATE, json!({"id": ASSET, "name": null})).await;
    assert_eq!(refused["assetUpdate"], json!({"asset": null, "userErrors": [{"code": "REQUIRED", "field": "name"}]}));
}

#[tokio::test]
async fn a_change_of_another_version_is_refused() {
    let world = World::demo().await;
    let first = ask(&world, UPDATE, json!({"id": ASSET, "name": "first", "version": 1})).await;
    assert_eq!(first["assetUpdate"]["asset"]["version"], 2);
    let late = ask(&world, UPDATE, json!({"id": ASSET, "name": "late", "version": 1})).await;
    assert_eq!(late["assetUpdate"]["userErrors"][0]["code"], "VERSION_CONFLICT");
    let now = ask(&world, "query($id: String!) { asset(by: {uniqueId: $id}) { name } }", json!({"id": ASSET})).await;
    assert_eq!(now["asset"]["name"], "first");
}

#[tokio::test]
async fn an_asset_is_never_part_of_itself() {
    let world = World::demo().await;
    let cycle = ask(&world, UPDATE, json!({"id": "34k5jfkwertfwer", "under": ASSET})).await;
    assert_eq!(cycle["assetUpdate"]["userErrors"], json!([{"code": "ASSET_CYCLE", "field": "underId"}]));
}

#[tokio::test]
async fn a_key_makes_a_call_count_once() {
    let world = World::demo().await;
    let create = "mutation($name: String!) {
        assetCreate(input: {name: $name, categoryId: \"others\", idempotencyKey: \"k1\"}) { asset { uniqueId } userErrors { code } }
    }";
    let first = ask(&world, create, json!({"name": "desk"})).await;
    let again = ask(&world, create, json!({"name": "desk"})).await;
    assert_eq!(first["assetCreate"], again["assetCreate"]);
    let other = ask(&world, create, json!({"name": "lamp"})).await;
    assert_eq!(other["assetCreate"]["userErrors"][0]["code"], "IDEMPOTENCY_KEY_REUSED");
    let desks = ask(&world, "{ assets(search: \"desk\") { totalCount } }", json!({})).await;
    assert_eq!(desks["assets"]["totalCount"], 1);
}

#[tokio::test]
async fn a_submission_with_a_key_counts_once_too() {
    let world = World::demo().await;
    let submit = "mutation($id: ID!) {
        approvalSubmit(input: {type: CLAIM, assetId: $id, acceptWarnings: true, idempotencyKey: \"k\"}) {
            approval { id } userErrors { code }
        }
    }";
    let first = ask(&world, submit, json!({"id": ASSET})).await;
    assert_eq!(first["approvalSubmit"]["userErrors"], json!([]));
    let again = ask(&world, submit, json!({"id": ASSET})).await;
    assert_eq!(first["approvalSubmit"]["approval"], again["approvalSubmit"]["approval"]);
}

#[tokio::test]
async fn many_assets_are_entered_or_none_and_the_first_fault_in_order_is_told() {
    let world = World::demo().await;
    let register = "mutation($items: [AssetRegisterItem!]!) {
        assetRegister(input: {items: $items}) { assets { name status holder { uniqueId } } userErrors { code field itemIndex } }
    }";
    let items = json!([
        {"groupId": "others", "name": "a"},
        {"groupId": "others", "name": "b", "status": null},
        {"groupId": "nowhere", "name": "c"},
    ]);
    let refused = ask(&world, register, json!({ "items": items })).await;
    let fault = json!([{"code": "ASSET_STATUS_INVALID", "field": "status", "itemIndex": 1}]);
    assert_eq!(refused["assetRegister"], json!({"assets": null, "userErrors": fault}));
    let count = ask(&world, "{ assets { totalCount } }", json!({})).await;
    assert_eq!(count["assets"]["totalCount"], 9);

    let items = json!([{"groupId": "others", "name": "a"}, {"groupId": "others", "name": "b", "status": "RETIRED"}]);
    let made = ask(&world, register, json!({ "items": items })).await;
    let expected = json!([
        {"name": "a", "status": "UNUSED", "holder": {"uniqueId": ADMIN}},
        {"name": "b", "status": "RETIRED", "holder": null},
    ]);
    assert_eq!(made["assetRegister"]["assets"], expected);
}

#[tokio::test]
async fn a_batch_of_requests_is_all_or_nothing() {
    let world = World::demo().await;
    let submit = "mutation($ids: [ID!]!) {
        approvalSubmitMany(input: {type: CLAIM, assetIds: $ids, acceptWarnings: true}) {
            approvals { asset { uniqueId status } } userErrors { code itemIndex }
        }
    }";
    let refused = ask(&world, submit, json!({"ids": [ASSET, "1603786083EzlAqBbc"]})).await;
    let fault = json!([{"code": "ASSET_STATUS_MISMATCH", "itemIndex": 1}]);
    assert_eq!(refused["approvalSubmitMany"], json!({"approvals": null, "userErrors": fault}));
    let once = ask(&world, submit, json!({"ids": [ASSET, ASSET]})).await;
    let expected = json!([{"asset": {"uniqueId": ASSET, "status": "CLAIM_PENDING"}}]);
    assert_eq!(once["approvalSubmitMany"]["approvals"], expected, "one named twice counts once");
}

#[tokio::test]
async fn retiring_closes_what_waits_and_empties_hands() {
    let world = World::demo().await;
    let retire = "mutation { assetRetire(input: {assetIds: [\"test_asset_transfering\"]}) {
        assets { status holder { name } target { name } approvals { nodes { state decidedBy { uniqueId } } } } userErrors { code }
    } }";
    let retired = ask(&world, retire, json!({})).await;
    let closed = json!({"nodes": [{"state": "CANCELLED", "decidedBy": {"uniqueId": ADMIN}}]});
    let expected = json!([{"status": "RETIRED", "holder": null, "target": null, "approvals": closed}]);
    assert_eq!(retired["assetRetire"]["assets"], expected);
    let again = ask(&world, retire, json!({})).await;
    assert_eq!(again["assetRetire"]["userErrors"][0]["code"], "ASSET_ALREADY_RETIRED");
}

#[tokio::test]
async fn each_mutation_of_a_document_sees_what_the_one_before_it_did() {
    let world = World::demo().await;
    let both = "mutation($id: ID!) {
        claim: approvalSubmit(input: {type: CLAIM, assetId: $id, acceptWarnings: true}) { approval { asset { status } } }
        decision: approvalDecide(input: {type: CLAIM, assetId: $id, decision: APPROVE}) {
            approval { state asset { status full { holder { uniqueId } } } }
        }
    }";
    let done = ask(&world, both, json!({"id": ASSET})).await;
    assert_eq!(done["claim"]["approval"]["asset"]["status"], "CLAIM_PENDING");
    let asset = json!({"status": "IN_USE", "full": {"holder": {"uniqueId": ADMIN}}});
    assert_eq!(done["decision"]["approval"], json!({"state": "APPROVED", "asset": asset}));
}

#[tokio::test]
async fn a_list_in_an_input_has_an_end() {
    let world = World::demo().await;
    let ids = |count: usize| vec![ASSET; count];
    let submit = "mutation($ids: [ID!]!) {
        done: approvalSubmitMany(input: {type: CLAIM, assetIds: $ids, acceptWarnings: true}) { userErrors { code field } }
    }";
    let refused = ask(&world, submit, json!({"ids": ids(201)})).await;
    assert_eq!(refused["done"]["userErrors"], json!([{"code": "TOO_MANY", "field": "assetIds"}]));
    let stored = ask(&world, submit, json!({"ids": ids(200)})).await;
    assert_eq!(stored["done"]["userErrors"], json!([]));
    let retire = "mutation($ids: [ID!]!) { done: assetRetire(input: {assetIds: $ids}) { userErrors { code } } }";
    let refused = ask(&world, retire, json!({"ids": ids(201)})).await;
    assert_eq!(refused["done"]["userErrors"], json!([{"code": "TOO_MANY"}]));
}

#[tokio::test]
async fn asking_for_an_asset_shows_no_more_of_it() {
    let world = World::demo().await;
    let claimant = world.token("samplestaff").await;
    let submit = "mutation($id: ID!) {
        approvalSubmit(input: {type: CLAIM, assetId: $id, acceptWarnings: true}) { approval { asset { name full { remarks } } } }
    }";
    let reply = world.graphql(submit, json!({"id": ASSET}), Some(&claimant)).await;
    let expected = json!({"name": "test_asset1", "full": null});
    assert_eq!(reply["data"]["approvalSubmit"]["approval"]["asset"], expected, "{reply}");
    let asset = "query($id: String!) { asset(by: {uniqueId: $id}) { remarks } }";
    let reply = world.graphql(asset, json!({"id": ASSET}), Some(&claimant)).await;
    assert_eq!(reply["errors"][0]["extensions"]["code"], "FORBIDDEN");
}

#[tokio::test]
async fn an_accepted_repair_is_not_decided_on_again() {
    let world = World::demo().await;
    let repair =
        "mutation { approvalSubmit(input: {type: REPAIR, assetId: \"1603786083EzlAqBbc\"}) { userErrors { code } } }";
    let reply = world.graphql(repair, json!({}), Some(&world.token("samplestaff").await)).await;
    assert_eq!(reply["data"]["approvalSubmit"]["userErrors"], json!([]), "{reply}");
    let decide =
        "mutation { approvalDecide(input: {type: REPAIR, assetId: \"1603786083EzlAqBbc\", decision: APPROVE}) {
        userErrors { code } } }";
    let actions = "{ asset(by: {uniqueId: \"1603786083EzlAqBbc\"}) { availableActions { action allowed } } }";
    let allowed = async || {
        let all = ask(&world, actions, json!({})).await;
        let all = all["asset"]["availableActions"].as_array().unwrap().clone();
        let allowed = all.iter().filter(|one| one["allowed"] == true);
        allowed.map(|one| one["action"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(allowed().await, ["ACCEPT_REPAIR", "REJECT_REPAIR", "FINISH_REPAIR", "RETIRE"]);
    assert_eq!(ask(&world, decide, json!({})).await["approvalDecide"]["userErrors"], json!([]));
    assert_eq!(allowed().await, ["FINISH_REPAIR", "RETIRE"]);
    let again = ask(&world, decide, json!({})).await;
    assert_eq!(again["approvalDecide"]["userErrors"], json!([{"code": "ASSET_STATUS_MISMATCH"}]));
}

#[tokio::test]
async fn several_of_one_thing_can_be_noted_but_not_agreed_to() {
    let world = World::demo().await;
    for (quantity, code) in [(5, "NOT_QUANTITY_ASSET"), (0, "CLAIM_OF_NOTHING"), (-1, "CLAIM_OF_NOTHING")] {
        let submit = "mutation($id: ID!, $quantity: Int!, $accept: Boolean!) {
            approvalSubmit(input: {type: CLAIM, assetId: $id, quantity: $quantity, acceptWarnings: $accept}) {
                approval { id } warnings { code } userErrors { code }
            }
        }";
        let asset = if quantity == 5 {
            ASSET
        } else if quantity == 0 {
            "1603191152cvwLfWvh"
        } else {
            "1603191152IdSfJKmr"
        };
        let claimant = world.token("samplestaff").await;
        let input = |accept| json!({"id": asset, "quantity": quantity, "accept": accept});
        let refused = world.graphql(submit, input(false), Some(&claimant)).await;
        assert_eq!(refused["data"]["approvalSubmit"]["userErrors"], json!([{"code": code}]), "{refused}");
        let stored = world.graphql(submit, input(true), Some(&claimant)).await;
        assert_eq!(stored["data"]["approvalSubmit"]["warnings"][0]["code"], code, "{stored}");
        let decide = "mutation($id: ID!) { approvalDecide(input: {approvalId: $id, decision: APPROVE}) { userErrors { code } } }";
        let decided = ask(&world, decide, json!({"id": stored["data"]["approvalSubmit"]["approval"]["id"]})).await;
        assert_eq!(decided["approvalDecide"]["userErrors"], json!([{"code": code}]));
    }
}

#[tokio::test]
async fn history_names_people_as_they_are_called_when_it_is_written() {
    let world = World::demo().await;
    let (staff, root) = (world.token("samplestaff").await, world.token("suadmin").await);
    let claim = "mutation($id: ID!) { approvalSubmit(input: {type: CLAIM, assetId: $id}) { userErrors { code } } }";
    let rename = "mutation { staffUpdate(input: {id: \"samplestaff\", name: \"新名\"}) { userErrors { code } } }";
    for (token, operation) in [(&staff, claim), (&root, rename)] {
        let reply = world.graphql(operation, json!({"id": ASSET}), Some(token)).await;
        assert!(reply.to_string().contains("\"userErrors\":[]"), "{reply}");
    }
    let approve = "mutation($id: ID!) {
        approvalDecide(input: {type: CLAIM, assetId: $id, decision: APPROVE}) { userErrors { code } }
    }";
    assert_eq!(ask(&world, approve, json!({"id": ASSET})).await["approvalDecide"]["userErrors"], json!([]));
    let told =
        "query($id: ID!) { history(filter: {assetId: $id, types: [APPLY]}) { nodes { relatedName description } } }";
    let line = &ask(&world, told, json!({"id": ASSET})).await["history"]["nodes"][0];
    assert_eq!(line["relatedName"], "新名");
    assert!(line["description"].as_str().unwrap().contains("员工samplestaff(新名)领用了"), "{line}");
}

#[tokio::test]
async fn a_department_is_renamed_and_moved_at_once_or_not_at_all() {
    let world = World::demo().await;
    let update = "mutation($id: ID!, $parent: ID, $name: String) {
        departmentUpdate(input: {id: $id, parentId: $parent, name: $name}) {
            department { name parent { uniqueId } } userErrors { code field }
        }
    }";
    let refused = ask(&world, update, json!({"id": "sampledepartment", "parent": "subdepartment1", "name": "n"})).await;
    let errors = json!([{"code": "DEPARTMENT_CYCLE", "field": "parentId"}]);
    assert_eq!(refused["departmentUpdate"], json!({"department": null, "userErrors": errors}));
    let kept = ask(&world, update, json!({"id": "sampledepartment", "parent": null})).await;
    assert_eq!(kept["departmentUpdate"]["department"], json!({"name": "测试部门", "parent": null}));
    let moved = ask(&world, update, json!({"id": "subdepartment1", "parent": "sampledepartment2", "name": "n"})).await;
    let expected = json!({"name": "n", "parent": {"uniqueId": "sampledepartment2"}});
    assert_eq!(moved["departmentUpdate"]["department"], expected);
    let kept = ask(&world, update, json!({"id": "subdepartment1"})).await;
    assert_eq!(kept["departmentUpdate"]["department"], expected);
}
