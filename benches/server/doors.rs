//! The same through both doors: a list of 1,000 assets, and a request with its decision.

use std::cell::Cell;

use serde_json::{Value, json};

use super::{
    home::Home,
    measure::{median, ms, ratio},
    server::Server,
};

const LIST: &str =
    "query ($after: String) { assets(first: 200, after: $after, orderBy: {by: ENTRY, descending: true}) {
    nodes { uniqueId name group { uniqueId name } under { uniqueId name } holder { uniqueId name } enteredOn model
            valueOrigin netValue status remarks }
    pageInfo { hasNextPage endCursor }
} }";
const CLAIM: &str = "mutation ($id: ID!) {
    approvalSubmitMany(input: {type: CLAIM, assetIds: [$id], whole: true, acceptWarnings: true}) { userErrors { code } }
}";
const DECIDE: &str = "mutation ($id: ID!) {
    approvalDecide(input: {type: CLAIM, assetId: $id, decision: APPROVE}) { userErrors { code } }
}";

/// Requests and decisions that are timed.
const LIVES: usize = 60;

pub(crate) async fn run(home: &Home) {
    let data = home.generated(0.01).await;
    let server = Server::start(&data).await;
    println!("\n### Both doors on {}: 1,000 assets\n", home.name());
    println!("| what | GraphQL, ms | REST, ms | ratio REST to GraphQL |");
    println!("| --- | --- | --- | --- |");
    let graphql = median(20, || whole_list(&server)).await;
    let rest = median(20, || async {
        let answer = server.rest("/api/asset_list/", json!({})).await;
        assert_eq!(answer["data"].as_array().unwrap().len(), 1000);
    })
    .await;
    println!(
        "| list of 1,000 assets (GraphQL: five pages of 200) | {} | {} | {} |",
        ms(graphql),
        ms(rest),
        ratio(rest, graphql)
    );

    let fresh = enter(&server, 2 * (LIVES + 1)).await;
    let next = Cell::new(0);
    let take = || {
        next.set(next.get() + 1);
        fresh[next.get() - 1].as_str()
    };
    let graphql = median(LIVES, || {
        let id = take();
        let server = &server;
        async move {
            for operation in [CLAIM, DECIDE] {
                let data = server.graphql(operation, json!({ "id": id })).await;
                let errors = data.as_object().unwrap().values().next().unwrap()["userErrors"].clone();
                assert_eq!(errors, json!([]));
            }
        }
    })
    .await;
    let rest = median(LIVES, || {
        let id = take();
        let server = &server;
        async move {
            let asked = server.rest("/api/assets_apply/", json!({ "data": [{ "asset_id": id }] })).await;
            let decided = server.rest("/api/assets_apply/confirm/", json!({ "asset_id": id, "result": "yes" })).await;
            assert_eq!((&asked["code"], &decided["code"]), (&json!(0), &json!(0)), "{asked} {decided}");
        }
    })
    .await;
    println!("| a request for an asset and its approval | {} | {} | {} |", ms(graphql), ms(rest), ratio(rest, graphql));
    drop(server);
    data.forget().await;
}

async fn whole_list(server: &Server) {
    let (mut after, mut rows) = (Value::Null, 0);
    loop {
        let data = server.graphql(LIST, json!({ "after": after })).await;
        rows += data["assets"]["nodes"].as_array().unwrap().len();
        if data["assets"]["pageInfo"]["hasNextPage"] != json!(true) {
            break;
        }
        after = data["assets"]["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(rows, 1000);
}

/// Enters assets that nobody has, and gives their legacy keys.
async fn enter(server: &Server, count: usize) -> Vec<String> {
    let item = json!({ "group": "0", "display_name": "bench", "under": null });
    let answer = server.rest("/api/add_assets/", json!({ "data": vec![item; count] })).await;
    assert_eq!(answer["code"], 0, "{answer}");
    let list = server.rest("/api/asset_list/", json!({})).await;
    let ids = list["data"].as_array().unwrap().iter().take(count);
    ids.map(|row| row["unique_id"].as_str().unwrap().to_owned()).collect()
}
