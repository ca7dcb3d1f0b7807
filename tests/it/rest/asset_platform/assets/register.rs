//! 7.12: add_assets.

use serde_json::{Value, json};

use super::super::{ASSETS, call, listed, login, says};
use crate::harness::World;

const PATH: &str = "/api/add_assets/";

/// The rows of asset_list that are not of the demo data, in the order of entry.
async fn entered(world: &World, token: &str) -> Vec<Value> {
    let answer = call(world, token, "/api/asset_list/", json!({})).await;
    let mut rows = answer["data"].as_array().unwrap().clone();
    rows.truncate(rows.len() - 9);
    rows.reverse();
    rows
}

#[tokio::test]
async fn items_are_stored_in_order_with_their_defaults() {
    let world = World::demo().await;
    let token = login(&world, ASSETS).await;
    let items = json!([
        { "group": "others", "display_name": " plain ", "value_worth": "x", "belongs_to": 5, "date": [] },
        {
            "group": "test1", "display_name": 42, "under": "34k5jfkwertfwer", "status": "inuse", "value_origin": " 12000 ", "use_year": 3.0,
            "brand": "", "model": 7, "serial_number": "S", "remarks": "😀\n\"%_'",
        },
        {
            "group": "0", "display_name": "nulls", "under": null, "status": null, "value_origin": null, "use_year": null, "brand": null,
            "model": null, "serial_number": null, "remarks": null,
        },
        { "group": "0", "display_name": "empty", "under": "", "remarks": "" },
    ]);
    let answer = call(&world, &token, PATH, json!({ "data": items })).await;
    assert_eq!(answer, says(0, "成功"));
    let rows = entered(&world, &token).await;
    let shown = |row: &Value| {
        [
            &row["group_id"],
            &row["under_id"],
            &row["display_name"],
            &row["model"],
            &row["value_origin"],
            &row["status_id"],
            &row["remarks"],
        ]
        .map(Value::clone)
    };
    let shown: Vec<_> = rows.iter().map(shown).collect();
    assert_eq!(
        json!(shown),
        json!([
            ["others", null, " plain ", "unknown", 1, "unused", "无"],
            ["test1", "34k5jfkwertfwer", "42", "7", 12000, "inuse", "😀\n\"%_'"],
            ["0", null, "nulls", "unknown", 1, "unused", "无"],
            ["0", null, "empty", "unknown", 1, "unused", ""],
        ])
    );
    for row in &rows {
        assert_eq!((&row["belongs_to_id"], &row["date"]), (&json!("lwk4j5lk234"), &json!("2020-11-04")));
        let (seconds, letters) = row["unique_id"].as_str().unwrap().split_at(10);
        assert!(
            seconds == "1604455200" && letters.len() >= 8 && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
        );
    }
    assert_eq!(call(&world, &token, PATH, json!({ "data": [] })).await, says(0, "成功"));
}

#[tokio::test]
async fn a_status_decides_how_an_asset_begins() {
    let world = World::demo().await;
    let token = login(&world, ASSETS).await;
    for (sent, stored, holder) in [
        ("unused", "unused", json!("lwk4j5lk234")),
        ("inuse", "inuse", json!("lwk4j5lk234")),
        ("tobeconfirmed", "get_confirming", json!("lwk4j5lk234")),
        ("deleted", "deleted", Value::Null),
    ] {
        let item = json!({ "group": "0", "display_name": sent, "status": sent });
        assert_eq!(call(&world, &token, PATH, json!({ "data": [item] })).await["code"], 0, "{sent}");
        let row = entered(&world, &token).await.pop().unwrap();
        assert_eq!(
            (&row["display_name"], &row["status_id"], &row["belongs_to_id"]),
            (&json!(sent), &json!(stored), &holder)
        );
    }
    let claimed = entered(&world, &token).await[2]["unique_id"].as_str().unwrap().to_owned();
    let answer =
        call(&world, &token, "/api/assets_apply/confirm/", json!({ "asset_id": claimed, "result": "yes" })).await;
    assert_eq!(answer, says(0, "操作成功"));
    let row = listed(&world, &token, &claimed).await;
    assert_eq!((&row["status_id"], &row["belongs_to_id"]), (&json!("inuse"), &json!("lwk4j5lk234")));
}

#[tokio::test]
async fn a_bad_item_is_told_in_its_turn_and_nothing_is_stored() {
    const MALFORMED: &str = "录入资产失败，JSON参数错误";
    const GROUP: &str = "录入资产失败，资产分类不存在";
    const UNDER: &str = "录入资产失败，父资产不存在";
    const STATUS: &str = "录入资产失败，资产状态不合法";
    let world = World::demo().await;
    let token = login(&world, ASSETS).await;
    let good = json!({ "group": "0", "display_name": "good" });
    let with = |key: &str, value: Value| {
        let mut item = good.clone();
        item[key] = value;
        item
    };
    let without = |key: &str| {
        let mut item = good.clone();
        item.as_object_mut().unwrap().remove(key);
        item
    };
    for (item, text) in [
        (without("group"), MALFORMED),
        (without("display_name"), MALFORMED),
        (with("group", Value::Null), MALFORMED),
        (with("display_name", Value::Null), MALFORMED),
        (with("display_name", json!("")), MALFORMED),
        (with("display_name", json!(" \t")), MALFORMED),
        (with("display_name", json!("x".repeat(256))), MALFORMED),
        (with("display_name", json!("a\0")), MALFORMED),
        (with("under", json!([])), MALFORMED),
        (with("under", json!(false)), MALFORMED),
        (with("value_origin", json!(-1)), MALFORMED),
        (with("value_origin", json!(2_147_483_648_i64)), MALFORMED),
        (with("value_origin", json!("")), MALFORMED),
        (with("use_year", json!(1.5)), MALFORMED),
        (with("use_year", json!("five")), MALFORMED),
        (with("brand", json!(true)), MALFORMED),
        (with("model", json!({})), MALFORMED),
        (with("serial_number", json!("x".repeat(256))), MALFORMED),
        (with("remarks", json!("x".repeat(2001))), MALFORMED),
        (json!([]), MALFORMED),
        (json!(null), MALFORMED),
        (json!("x"), MALFORMED),
        (with("group", json!("unknown")), GROUP),
        (with("group", json!("")), GROUP),
        (with("group", json!("Others")), GROUP),
        (with("group", json!("34k5jfkwertfwer")), GROUP),
        (with("under", json!("unknown")), UNDER),
        (with("under", json!("34k5jfkwertfweR")), UNDER),
        (with("under", json!(" 34k5jfkwertfwer")), UNDER),
        (with("status", json!("Unused")), STATUS),
        (with("status", json!("get_confirming")), STATUS),
        (with("status", json!("")), STATUS),
        (with("status", json!(1)), STATUS),
        (with("status", json!([])), STATUS),
        (json!({ "group": "no", "display_name": "x", "under": "no", "status": "no" }), GROUP),
        (json!({ "group": "0", "display_name": "x", "under": "no", "status": "no" }), UNDER),
    ] {
        let answer = call(&world, &token, PATH, json!({ "data": [good, item, good] })).await;
        assert_eq!(answer, says(-2, text), "{item}");
    }
    let first = json!([with("status", json!("no")), with("group", json!("no"))]);
    assert_eq!(call(&world, &token, PATH, json!({ "data": first })).await, says(-2, STATUS));
    let last = json!([with("group", json!("no")), with("use_year", json!(-1))]);
    assert_eq!(call(&world, &token, PATH, json!({ "data": last })).await, says(-2, MALFORMED));
    for data in [Value::Null, json!({}), json!("[]"), json!(1)] {
        assert_eq!(call(&world, &token, PATH, json!({ "data": data })).await, says(-2, MALFORMED), "{data}");
    }
    assert_eq!(call(&world, &token, PATH, json!({})).await, says(-2, MALFORMED));
    assert_eq!(entered(&world, &token).await.len(), 0);
}

#[tokio::test]
async fn a_whole_table_goes_through() {
    let world = World::demo().await;
    let token = login(&world, ASSETS).await;
    let items: Vec<_> = (0..5000)
        .map(|number| json!({ "group": "others", "display_name": format!("{number}"), "under": "34k5jfkwertfwer", "remarks": "备注".repeat(20) }))
        .collect();
    assert_eq!(call(&world, &token, PATH, json!({ "data": items })).await, says(0, "成功"));
    assert_eq!(entered(&world, &token).await.len(), 5000);
}
