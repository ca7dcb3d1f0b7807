//! What functions stream is what their operations give in pages, so that a front end which moves to GraphQL sees the same.

use assetry::{
    graphql::StoredOperation,
    rest::{
        asset_platform::AssetPlatform,
        guide,
        row::{Answer, Row},
        run::Dialect,
        shape::Shape,
    },
};
use async_graphql::Value;
use serde_json::{Value as Json, json};

use super::super::{ASSETS, IN_STORE, STAFF, SYSTEM, call, login};
use crate::harness::World;

/// What an endpoint is asked, and the variables of the operation.
const ASKED: [(&str, &str, &str); 15] = [
    ("/api/staff_info/", "{}", "{}"),
    ("/api/staff_list/", "{}", "{}"),
    ("/api/staff_list_title_value/", "{}", "{}"),
    ("/api/asset_list/", "{}", "{}"),
    ("/api/asset_list_title_value/", "{}", "{}"),
    ("/api/search_asset/", r#"{"search_string":"ASSET1"}"#, r#"{"search":"ASSET1"}"#),
    ("/api/search_asset/", r#"{"search_string":""}"#, r#"{"search":""}"#),
    ("/api/assets_of_staff_list/", r#"{"unique_id":"samplestaff"}"#, r#"{"id":"samplestaff"}"#),
    ("/api/asset_pending_list/", "{}", "{}"),
    ("/api/asset_group_tree/", r#"{"option":"query","unique_id":"0"}"#, r#"{"id":"0"}"#),
    ("/api/department/info/", r#"{"department_id":"sampledepartment"}"#, r#"{"id":"sampledepartment"}"#),
    ("/api/department/info/", r#"{"department_id":"subdepartment1"}"#, r#"{"id":"subdepartment1"}"#),
    ("/api/department/all/", "{}", "{}"),
    ("/api/single_asset_history/", r#"{"unique_id":"1603786083EzlAqBbc"}"#, r#"{"id":"1603786083EzlAqBbc"}"#),
    ("/api/search_assets_history/", r#"{"search_string":"asset"}"#, r#"{"search":"asset"}"#),
];

/// Something of every kind: an asset in each list, a claim that waits, one that was agreed to, one that was cleared out.
async fn lived_in() -> World {
    let world = World::demo().await;
    let (staff, admin) = (login(&world, STAFF).await, login(&world, ASSETS).await);
    let batch = |ids: &[&str]| json!({ "data": ids.iter().map(|id| json!({ "asset_id": id })).collect::<Vec<_>>() });
    for (token, path, body) in [
        (&staff, "/api/assets_apply/", batch(&[IN_STORE, "1603191152cvwLfWvh"])),
        (&admin, "/api/assets_apply/confirm/", json!({ "asset_id": IN_STORE, "result": "yes" })),
        (&admin, "/api/assets_delete/", batch(&["1603191152IdSfJKmr", "1603786083MWxAHSEX"])),
        (&staff, "/api/assets_return_apply/", batch(&["1603786083cjxyxHTB"])),
    ] {
        assert_eq!(call(&world, token, path, body).await["code"], 0, "{path}");
    }
    world
}

fn operation_and_row(path: &str) -> (&'static str, Row) {
    let row = AssetPlatform.rows().iter().find(|row| row.path == path).unwrap();
    match row.answer {
        Answer::Choice(choice) => (choice.words[0].1.like.unwrap(), choice.words[0].1),
        _ => (row.like.unwrap(), *row),
    }
}

/// The operation with the fragments that it spreads, as a client would send it.
fn alone(name: &str) -> String {
    let parts = || AssetPlatform.operations().split("\n\n");
    let operation = parts().find(|part| part.lines().any(|line| line.starts_with(&format!("query {name}")))).unwrap();
    let fragments = parts().filter(|part| {
        let name = part.split_once("fragment ").and_then(|(_, rest)| rest.split_once(' '));
        name.is_some_and(|(name, _)| operation.contains(&format!("...{name}")))
    });
    std::iter::once(operation).chain(fragments).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_list_is_what_its_operation_gives_in_pages() {
    let world = lived_in().await;
    let token = login(&world, ASSETS).await;
    let operations = StoredOperation::parse_all(AssetPlatform.operations()).unwrap();
    for (path, body, variables) in ASKED {
        let mut legacy = call(&world, &token, path, serde_json::from_str(body).unwrap()).await;
        let legacy = legacy.as_object_mut().unwrap();
        assert_eq!(legacy.remove("code"), Some(json!(0)), "{path}");
        legacy.remove("message");
        let (name, row) = operation_and_row(path);
        let variables = serde_json::from_str(variables).unwrap();
        let answer = world.graphql(&alone(name), variables, Some(&token)).await;
        assert_eq!(answer.get("errors"), None, "{name}: {answer}");
        let shape = Shape::of(operations[name].document());
        let data = Value::from_json(answer["data"].clone()).unwrap();
        let paged = shape.apply(data, row.rewrites, world.app.zone).into_json().unwrap();
        assert_eq!(paged, Json::Object(legacy.clone()), "{name}");
    }
}

#[tokio::test]
async fn who_may_not_ask_is_told_what_the_guide_says() {
    let world = lived_in().await;
    let token = login(&world, SYSTEM).await;
    let guide = guide::guide(&AssetPlatform);
    let mut told = 0;
    for (path, body, variables) in ASKED {
        let legacy = call(&world, &token, path, serde_json::from_str(body).unwrap()).await;
        let section = guide.split("\n### ").find(|section| section.starts_with(&format!("`POST {path}`"))).unwrap();
        let refusal = format!("| {} | {} | ", legacy["code"], legacy["message"].as_str().unwrap());
        let Some(line) = section.lines().find_map(|line| line.strip_prefix(&refusal)) else {
            assert_eq!(legacy["code"], 0, "{path}: the guide does not say {legacy}");
            continue;
        };
        let (name, _) = operation_and_row(path);
        let answer = world.graphql(&alone(name), serde_json::from_str(variables).unwrap(), Some(&token)).await;
        match line {
            "`FORBIDDEN` |" => assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{path}"),
            "– (only what the viewer may see) |" => assert_eq!(answer.get("errors"), None, "{path}"),
            other => panic!("{path}: {other}"),
        }
        told += 1;
    }
    assert!(told > 5, "{told}");
}

#[test]
fn every_function_has_an_operation_that_is_compared() {
    let functions = AssetPlatform.rows().iter().flat_map(|row| match row.answer {
        Answer::Native(_) => vec![row.path],
        Answer::Choice(choice) if choice.words.iter().any(|(_, row)| matches!(row.answer, Answer::Native(_))) => {
            vec![row.path]
        }
        _ => Vec::new(),
    });
    for path in functions {
        // The one that no operation can say: a tree of any depth.
        let compared = path == "/api/get_all_asset_group/" || ASKED.iter().any(|(asked, ..)| *asked == path);
        assert!(compared && !operation_and_row(path).0.is_empty(), "{path}");
    }
}
