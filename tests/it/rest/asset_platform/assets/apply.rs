//! 7.16, 7.17, the batch rule, and what racing calls do.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::super::{ASSETS, IN_STORE, STAFF, call, listed, login, says};
use crate::harness::World;

const APPLY: &str = "/api/assets_apply/";
const CONFIRM: &str = "/api/assets_apply/confirm/";
const OTHER: &str = "1603191152cvwLfWvh";
const IN_USE: &str = "1603786083cjxyxHTB";

fn batch(ids: &[&str]) -> Value {
    json!({ "data": ids.iter().map(|id| json!({ "asset_id": id })).collect::<Vec<_>>() })
}

fn decision(asset: &str, result: &str) -> Value {
    json!({ "asset_id": asset, "result": result })
}

/// The status and the holder of an asset.
async fn state(world: &World, token: &str, asset: &str) -> (String, Value) {
    let row = listed(world, token, asset).await;
    (row["status_id"].as_str().unwrap().to_owned(), row["belongs_to_id"].clone())
}

#[tokio::test]
async fn a_claim_that_is_agreed_to_gives_the_asset_to_the_applicant() {
    let world = World::demo().await;
    let (staff, admin) = (login(&world, STAFF).await, login(&world, ASSETS).await);
    assert_eq!(call(&world, &staff, APPLY, batch(&[IN_STORE])).await, says(0, "成功申请领用资产"));
    assert_eq!(state(&world, &admin, IN_STORE).await, ("get_confirming".to_owned(), json!("lwk4j5lk234")));
    assert_eq!(call(&world, &admin, CONFIRM, decision(IN_STORE, "yes")).await, says(0, "操作成功"));
    assert_eq!(state(&world, &admin, IN_STORE).await, ("inuse".to_owned(), json!("samplestaff")));
    assert_eq!(call(&world, &admin, CONFIRM, decision(IN_STORE, "yes")).await, says(-6, "审批资产状态应为领用待确认"));
}

#[tokio::test]
async fn a_claim_that_is_refused_leaves_the_asset_where_it_was() {
    let world = World::demo().await;
    let (staff, admin) = (login(&world, STAFF).await, login(&world, ASSETS).await);
    assert_eq!(call(&world, &staff, APPLY, batch(&["34k5jfkwertfwer"])).await["code"], 0);
    assert_eq!(call(&world, &admin, CONFIRM, decision("34k5jfkwertfwer", "no")).await, says(0, "操作成功"));
    assert_eq!(state(&world, &admin, "34k5jfkwertfwer").await, ("unused".to_owned(), Value::Null));
    let history = call(&world, &admin, "/api/single_asset_history/", json!({ "unique_id": "34k5jfkwertfwer" })).await;
    assert_eq!(history["data"], json!([]));
    assert_eq!(call(&world, &staff, APPLY, batch(&["34k5jfkwertfwer"])).await["code"], 0);
}

#[tokio::test]
async fn whoever_is_logged_in_may_claim_and_whoever_decides_may_be_the_applicant() {
    let world = World::demo().await;
    for person in [STAFF, ASSETS, super::super::SYSTEM, ("admin", "adminpass")] {
        let (token, admin) = (login(&world, person).await, login(&world, ASSETS).await);
        assert_eq!(call(&world, &token, APPLY, batch(&[OTHER])).await["code"], 0, "{person:?}");
        assert_eq!(call(&world, &admin, CONFIRM, decision(OTHER, "no")).await["code"], 0, "{person:?}");
    }
}

#[tokio::test]
async fn a_batch_is_checked_in_order_and_done_whole_or_not_at_all() {
    let world = World::demo().await;
    let (staff, admin) = (login(&world, STAFF).await, login(&world, ASSETS).await);
    let unknown = says(-6, "asset_id不存在");
    let mismatch = says(-7, "资产状态应为未使用才能申请领用");
    for (ids, answer) in [
        (&["nothing"][..], &unknown),
        (&[""], &unknown),
        (&[IN_STORE, "nothing"], &unknown),
        (&[IN_STORE, IN_USE], &mismatch),
        (&[IN_USE, "nothing"], &mismatch),
        (&["nothing", IN_USE], &unknown),
        (&[IN_STORE, "test_asset_transfering"], &mismatch),
        (&["1603191152zrfbukei"], &unknown),
        (&["samplestaff"], &unknown),
    ] {
        assert_eq!(call(&world, &staff, APPLY, batch(ids)).await, *answer, "{ids:?}");
    }
    assert_eq!(state(&world, &admin, IN_STORE).await.0, "unused");
    assert_eq!(call(&world, &staff, APPLY, batch(&[])).await, says(0, "成功申请领用资产"));
    assert_eq!(
        call(&world, &staff, APPLY, batch(&[IN_STORE, OTHER, IN_STORE])).await["code"],
        0,
        "named twice counts once"
    );
    for asset in [IN_STORE, OTHER] {
        assert_eq!(state(&world, &admin, asset).await.0, "get_confirming");
        assert_eq!(call(&world, &staff, APPLY, batch(&[asset])).await, mismatch);
    }
}

#[tokio::test]
async fn wrong_bodies_are_told_apart_from_wrong_assets() {
    let world = World::demo().await;
    let (staff, admin) = (login(&world, STAFF).await, login(&world, ASSETS).await);
    for body in [
        json!({}),
        json!({ "data": null }),
        json!({ "data": {} }),
        json!({ "data": "[]" }),
        json!({ "data": [null] }),
        json!({ "data": [IN_STORE] }),
        json!({ "data": [{}] }),
        json!({ "data": [{ "asset_id": null }] }),
        json!({ "data": [{ "asset_id": [] }] }),
        json!({ "data": [{ "asset_id": "nothing" }, { "asset_id": 1.5 }] }),
    ] {
        assert_eq!(
            call(&world, &staff, APPLY, body.clone()).await,
            says(-2, "申请领用资产失败，JSON参数错误"),
            "{body}"
        );
    }
    for body in [
        json!({}),
        json!({ "asset_id": IN_STORE }),
        json!({ "result": "yes" }),
        json!({ "asset_id": null, "result": "yes" }),
        json!({ "asset_id": IN_STORE, "result": "Yes" }),
        json!({ "asset_id": IN_STORE, "result": true }),
        json!({ "asset_id": "nothing", "result": "" }),
        json!({ "asset_id": {}, "result": "no" }),
        json!({ "asset_id": [IN_STORE], "result": "no" }),
    ] {
        assert_eq!(
            call(&world, &admin, CONFIRM, body.clone()).await,
            says(-2, "审批领用资产失败，JSON参数错误"),
            "{body}"
        );
    }
    for (asset, answer) in [
        ("nothing", says(-7, "asset_id不存在")),
        (IN_STORE, says(-6, "审批资产状态应为领用待确认")),
        (IN_USE, says(-6, "审批资产状态应为领用待确认")),
        ("test_asset_transfering", says(-6, "审批资产状态应为领用待确认")),
    ] {
        for result in ["yes", "no"] {
            assert_eq!(call(&world, &admin, CONFIRM, decision(asset, result)).await, answer, "{asset} {result}");
        }
    }
    assert_eq!(state(&world, &admin, "test_asset_transfering").await.0, "transfer_confirming");
}

#[tokio::test]
async fn of_racing_claims_one_wins_and_the_rest_are_refused() {
    let world = World::demo().await;
    let (staff, other, admin) =
        (login(&world, STAFF).await, login(&world, ("staff3", "staff3pass")).await, login(&world, ASSETS).await);
    let racers = (0..32)
        .map(|number| call(&world, if number % 2 == 0 { &staff } else { &other }, APPLY, batch(&[IN_STORE, OTHER])));
    let answers = join_all(racers).await;
    let won = answers.iter().filter(|answer| **answer == says(0, "成功申请领用资产")).count();
    let refused = answers.iter().filter(|answer| **answer == says(-7, "资产状态应为未使用才能申请领用")).count();
    assert_eq!((won, refused), (1, 31), "{answers:?}");
    let deciders = (0..16)
        .map(|number| call(&world, &admin, CONFIRM, decision(IN_STORE, if number % 2 == 0 { "yes" } else { "no" })));
    let answers = join_all(deciders).await;
    let won = answers.iter().filter(|answer| **answer == says(0, "操作成功")).count();
    let refused = answers.iter().filter(|answer| **answer == says(-6, "审批资产状态应为领用待确认")).count();
    assert_eq!((won, refused), (1, 15), "{answers:?}");
}
