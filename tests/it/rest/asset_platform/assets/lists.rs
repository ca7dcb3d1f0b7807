//! 7.10, §6, §10: asset_list.

use axum::{body::Body, http::Request};
use futures_util::{StreamExt, future::join_all};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::super::{ASSETS, call, keys, listed, login, send};
use crate::harness::World;

const R14: [&str; 14] = [
    "unique_id",
    "group_id",
    "group_name",
    "under_id",
    "under_name",
    "display_name",
    "belongs_to_id",
    "belongs_to_name",
    "date",
    "model",
    "value_origin",
    "status_id",
    "status_name",
    "remarks",
];

#[tokio::test]
async fn asset_list_shows_everything_the_newest_first() {
    let world = World::demo().await;
    let token = login(&world, ASSETS).await;
    let answer = call(&world, &token, "/api/asset_list/", json!({})).await;
    assert_eq!(keys(&answer), ["code", "message", "data"]);
    assert_eq!((&answer["code"], &answer["message"]), (&json!(0), &json!("成功获取资产列表")));
    let rows = answer["data"].as_array().unwrap();
    let ids: Vec<_> = rows.iter().map(|row| row["unique_id"].as_str().unwrap()).collect();
    assert_eq!(
        ids,
        [
            "test_asset_transfering",
            "1603786083MWxAHSEX",
            "1603786083EzlAqBbc",
            "1603786083cjxyxHTB",
            "1603191717PqTxpBFu",
            "1603191152IdSfJKmr",
            "1603191152cvwLfWvh",
            "1603191152ZrfbUKEi",
            "34k5jfkwertfwer"
        ]
    );
    assert!(rows.iter().all(|row| keys(row) == R14));
    let expected = json!({
        "unique_id": "1603786083cjxyxHTB", "group_id": "sampleassetgroup1", "group_name": "test_asset_group",
        "under_id": "34k5jfkwertfwer", "under_name": "test_asset", "display_name": "test_asset1", "belongs_to_id": "samplestaff",
        "belongs_to_name": "测试员工", "date": "2020-10-27", "model": "Macbook air", "value_origin": 100, "status_id": "inuse",
        "status_name": "使用中", "remarks": "Write something",
    });
    assert_eq!(rows[3], expected);
    let expected = json!({
        "unique_id": "34k5jfkwertfwer", "group_id": "sampleassetgroup1", "group_name": "test_asset_group",
        "under_id": null, "under_name": null, "display_name": "test_asset", "belongs_to_id": null,
        "belongs_to_name": null, "date": "2020-10-20", "model": "unknown", "value_origin": 1, "status_id": "unused",
        "status_name": "未使用", "remarks": "无",
    });
    assert_eq!(rows[8], expected);
}

#[tokio::test]
async fn a_cleared_asset_is_shown_as_worth_nothing() {
    let world = World::demo().await;
    let token = login(&world, ASSETS).await;
    let item = json!({ "data": [{ "group": "0", "display_name": "gone", "status": "deleted", "value_origin": 500 }] });
    assert_eq!(call(&world, &token, "/api/add_assets/", item).await["code"], 0);
    let answer = call(&world, &token, "/api/asset_list/", json!({})).await;
    let row = &answer["data"][0];
    assert_eq!(
        (&row["display_name"], &row["value_origin"], &row["status_id"]),
        (&json!("gone"), &json!(0), &json!("deleted"))
    );
    assert_eq!((&row["status_name"], &row["belongs_to_id"]), (&json!("已清退"), &Value::Null));
}

#[tokio::test]
async fn long_lists_leave_in_pieces_and_cost_as_many_statements_as_short_ones() {
    let world = World::demo().await;
    let token = login(&world, ASSETS).await;
    let asked = json!({ "token": token }).to_string();
    let (_, short) = world.statements(send(&world, "/api/asset_list/", asked.clone())).await;
    let items: Vec<_> =
        (0..3000).map(|number| json!({ "group": "0", "display_name": format!("资产{number}") })).collect();
    assert_eq!(call(&world, &token, "/api/add_assets/", json!({ "data": items })).await["code"], 0);
    let (reply, long) = world.statements(send(&world, "/api/asset_list/", asked.clone())).await;
    assert_eq!(short.len(), long.len(), "{long:#?}");
    let answer = reply.json();
    let names: Vec<_> =
        answer["data"].as_array().unwrap().iter().map(|row| row["display_name"].as_str().unwrap()).collect();
    assert_eq!((names.len(), names[0], names[2999]), (3009, "资产2999", "资产0"));
    let request = Request::post("/api/asset_list/").body(Body::from(asked)).unwrap();
    let mut pieces = world.router.clone().oneshot(request).await.unwrap().into_body().into_data_stream();
    let mut longest = 0;
    let mut count = 0;
    while let Some(piece) = pieces.next().await {
        longest = longest.max(piece.unwrap().len());
        count += 1;
    }
    assert!(count > 20 && longest < 100_000, "{count} pieces of at most {longest} bytes");
}

#[tokio::test]
async fn a_list_is_one_state_of_the_database_while_it_is_read() {
    let world = World::demo().await;
    let token = login(&world, ASSETS).await;
    let items: Vec<_> =
        (0..2000).map(|number| json!({ "group": "0", "display_name": format!("old {number}") })).collect();
    assert_eq!(call(&world, &token, "/api/add_assets/", json!({ "data": items })).await["code"], 0);
    let request = Request::post("/api/asset_list/").body(Body::from(json!({ "token": token }).to_string())).unwrap();
    let mut pieces = world.router.clone().oneshot(request).await.unwrap().into_body().into_data_stream();
    let mut bytes = pieces.next().await.unwrap().unwrap().to_vec();
    let item = json!({ "data": [{ "group": "0", "display_name": "new" }] });
    assert_eq!(call(&world, &token, "/api/add_assets/", item).await["code"], 0);
    while let Some(piece) = pieces.next().await {
        bytes.extend_from_slice(&piece.unwrap());
    }
    let answer: Value = serde_json::from_slice(&bytes).unwrap();
    let rows = answer["data"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["display_name"]), (2009, &json!("old 1999")));
    assert_eq!(listed(&world, &token, "34k5jfkwertfwer").await["status_id"], "unused");
}

#[tokio::test]
async fn clients_that_do_not_read_leave_room_for_others() {
    let world = World::demo().await;
    let token = login(&world, ASSETS).await;
    let items: Vec<_> = (0..2000).map(|number| json!({ "group": "0", "display_name": format!("{number}") })).collect();
    assert_eq!(call(&world, &token, "/api/add_assets/", json!({ "data": items })).await["code"], 0);
    let ask = || Request::post("/api/asset_list/").body(Body::from(json!({ "token": token }).to_string())).unwrap();
    let asleep: Vec<_> = (0..8).map(|_| tokio::spawn(world.router.clone().oneshot(ask()))).collect();
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let item = json!({ "data": [{ "asset_id": "34k5jfkwertfwer" }] });
    assert_eq!(call(&world, &token, "/api/assets_apply/", item).await["code"], 0);
    let awake = asleep.into_iter().map(|asked| async {
        let reply = asked.await.unwrap().unwrap();
        axum::body::to_bytes(reply.into_body(), usize::MAX).await.unwrap()
    });
    for body in join_all(awake).await {
        assert!(serde_json::from_slice::<Value>(&body).is_ok());
    }
}
