//! §10, volume: lists of every kind leave as they are read, and cost as many statements long as short.

use axum::{body::Body, http::Request};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::super::scene::Scene;

const MANY: usize = 1200;

/// Every list, its body, where its rows are, and whether so many rows are made that they leave in pieces.
const LISTS: [(&str, &str, &str, bool); 13] = [
    ("/api/staff_info/", "{}", "/user/asset", true),
    ("/api/staff_list/", "{}", "/data", false),
    ("/api/staff_list_title_value/", "{}", "/data", false),
    ("/api/asset_list/", "{}", "/data", true),
    ("/api/asset_list_title_value/", "{}", "/data", true),
    ("/api/asset_group_tree/", r#"{"unique_id":"0","option":"query"}"#, "/data", false),
    ("/api/get_all_asset_group/", "{}", "/data/0/children", false),
    ("/api/search_asset/", r#"{"search_string":"s"}"#, "/data", true),
    ("/api/department/info/", r#"{"department_id":"sampledepartment"}"#, "/data/staff", false),
    ("/api/department/all/", "{}", "/departments", false),
    ("/api/assets_of_staff_list/", r#"{"unique_id":"suadmin"}"#, "/data", true),
    ("/api/search_assets_history/", r#"{"search_string":"s"}"#, "/data", true),
    ("/api/asset_pending_list/", "{}", "/data", true),
];

fn body(token: &str, body: &str) -> String {
    let mut body: Value = serde_json::from_str(body).unwrap();
    body["token"] = token.into();
    body.to_string()
}

/// How many rows a list has, and how many statements it takes.
async fn cost(scene: &Scene, token: &str, (path, asked, rows, _): (&str, &str, &str, bool)) -> (usize, usize) {
    let (reply, statements) = scene.world.statements(super::super::send(&scene.world, path, body(token, asked))).await;
    let answer = reply.json();
    let rows = answer.pointer(rows).unwrap_or_else(|| panic!("{path}: {answer:.300}"));
    (rows.as_array().unwrap().len(), statements.len())
}

#[tokio::test]
async fn no_list_costs_more_statements_the_longer_it_is() {
    let scene = Scene::demo().await;
    let token = scene.token("suadmin").await;
    // One of everything, so that the short lists are not empty.
    fill(&scene, 0..2).await;
    let mut short = Vec::new();
    for list in LISTS {
        short.push(cost(&scene, &token, list).await);
    }
    fill(&scene, 2..MANY).await;
    for (list, (few, cheap)) in LISTS.into_iter().zip(short) {
        let (many, dear) = cost(&scene, &token, list).await;
        assert!(many > few + 20, "{}: {few} rows and then {many}", list.0);
        assert_eq!(dear, cheap, "{}: statements for {many} rows and for {few}", list.0);
        if list.3 {
            assert!(many >= 1000, "{}: {many}", list.0);
            let request = Request::post(list.0).body(Body::from(body(&token, list.1))).unwrap();
            let mut pieces = scene.world.router.clone().oneshot(request).await.unwrap().into_body().into_data_stream();
            let (mut count, mut longest) = (0, 0);
            while let Some(piece) = pieces.next().await {
                longest = longest.max(piece.unwrap().len());
                count += 1;
            }
            assert!(count > 1 && longest < 100_000, "{}: {count} pieces of at most {longest} bytes", list.0);
        }
    }
}

/// Assets in every list, people, and some departments and groups.
async fn fill(scene: &Scene, numbers: std::ops::Range<usize>) {
    let items = |status: &str| -> Value {
        numbers
            .clone()
            .map(|number| json!({ "group": "0", "display_name": format!("s{number}"), "status": status, "remarks": "备注" }))
            .collect::<Vec<_>>()
            .into()
    };
    let add = async |status: &str| -> Vec<Value> {
        scene.part("suadmin", "/api/add_assets/", json!({ "data": items(status) }), "code").await;
        let listed = scene.part("suadmin", "/api/asset_list/", json!({}), "data").await;
        listed.as_array().unwrap()[..numbers.len()].iter().map(|row| json!({ "asset_id": row["unique_id"] })).collect()
    };
    add("inuse").await;
    add("tobeconfirmed").await;
    let gone = add("unused").await;
    scene.part("suadmin", "/api/assets_delete/", json!({ "data": gone }), "code").await;
    for number in numbers.clone().take(40) {
        for (path, body) in [
            (
                "/api/department/create/",
                json!({ "parent_id": null, "new_id": format!("d{number}"), "new_name": "d", "location": "" }),
            ),
            (
                "/api/asset_group_tree/",
                json!({ "unique_id": "0", "option": "add", "new_group_id": number + 1, "new_group_name": number }),
            ),
        ] {
            scene.part("suadmin", path, body, "code").await;
        }
    }
    for number in numbers.take(40) {
        let person = json!({
            "group": "generalstaff", "department": "sampledepartment", "display_name": "x",
            "username": number, "password": "x",
        });
        let answer = scene.ask("suadmin", "/api/user_manage/create_new_staff/", person).await;
        assert_eq!(answer["code"], "0");
    }
}
