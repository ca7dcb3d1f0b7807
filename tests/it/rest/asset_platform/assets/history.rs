//! 7.33 and §9: the history of one asset.

use serde_json::{Value, json};

use super::super::{ASSETS, IN_STORE, STAFF, call, keys, login, says};
use crate::harness::World;

const PATH: &str = "/api/single_asset_history/";

#[tokio::test]
async fn history_tells_what_was_agreed_to() {
    let world = World::demo().await;
    let (staff, admin) = (login(&world, STAFF).await, login(&world, ASSETS).await);
    let asset = json!({ "data": [{ "asset_id": IN_STORE }] });
    assert_eq!(call(&world, &staff, "/api/assets_apply/", asset).await["code"], 0);
    let decision = json!({ "asset_id": IN_STORE, "result": "yes" });
    assert_eq!(call(&world, &admin, "/api/assets_apply/confirm/", decision).await["code"], 0);
    let answer = call(&world, &admin, PATH, json!({ "unique_id": IN_STORE })).await;
    assert_eq!(
        keys(&answer["data"][0]),
        ["asset_id", "asset_name", "related_user_id", "related_user_name", "type", "description", "datetime"]
    );
    let expected = json!({
        "code": 0,
        "message": "搜索成功",
        "data": [{
            "asset_id": IN_STORE,
            "asset_name": "test_asset1",
            "related_user_id": "samplestaff",
            "related_user_name": "测试员工",
            "type": "apply",
            "description": format!("2020-11-04 10:00:00.000000, 员工samplestaff(测试员工)领用了资产{IN_STORE}(test_asset1)"),
            "datetime": "2020-11-04T02:00:00.000Z",
        }],
    });
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn history_is_of_exactly_one_asset() {
    let world = World::demo().await;
    let admin = login(&world, ASSETS).await;
    let answer = call(&world, &admin, PATH, json!({ "unique_id": "1603786083EzlAqBbc" })).await;
    let rows = answer["data"].as_array().unwrap();
    assert_eq!(
        (rows.len(), &rows[0]["type"], &rows[0]["datetime"]),
        (1, &json!("transfer"), &json!("2020-11-03T03:42:19.540Z"))
    );
    for unknown in [
        json!("1603786083EzlAqBb"),
        json!("1603786083ezlaqbbc"),
        json!("%"),
        json!(""),
        json!(1603786083),
        json!("nothing"),
    ] {
        let answer = call(&world, &admin, PATH, json!({ "unique_id": unknown })).await;
        assert_eq!(answer, json!({ "code": 0, "message": "搜索成功", "data": [] }), "{unknown}");
    }
    for wrong in [Value::Null, json!(true), json!([]), json!({}), json!(0.5)] {
        assert_eq!(
            call(&world, &admin, PATH, json!({ "unique_id": wrong })).await,
            says(-2, "JSON参数错误"),
            "{wrong}"
        );
    }
}
