//! §10: what an asset is worth by the day.

use chrono::TimeDelta;
use serde_json::json;

use super::super::scene::{Scene, batch};

/// Origin, years, days, worth.
const WORTH: [(i64, i64, i64, i64); 28] = [
    (100, 3, 0, 100),
    (100, 3, 10, 100),
    (100, 3, 11, 99),
    (100, 3, 365, 67),
    (100, 3, 730, 34),
    (100, 3, 1094, 1),
    (100, 3, 1095, 0),
    (100, 3, 1096, 0),
    (100, 3, -365, 100),
    (12_000, 5, 365, 9600),
    (12_000, 5, 366, 9594),
    (1000, 7, 365, 858),
    (100, 10, 2555, 30),
    (1, 5, 1824, 1),
    (1, 5, 1825, 0),
    (100, 0, 0, 0),
    (100, 0, 1, 0),
    (100, 0, -1, 0),
    (2_147_483_647, 0, 365, 0),
    (0, 5, 0, 0),
    (0, 5, 1, 0),
    (0, 0, 0, 0),
    (2_147_483_647, 1, 1, 2_141_600_131),
    (2_147_483_647, 3, 1094, 1_961_173),
    (2_147_483_647, 2_147_483_647, 1, 2_147_483_647),
    (2_147_483_647, 2_147_483_647, 2555, 2_147_483_640),
    (2_147_483_647, 1, 364, 5_883_517),
    (1, 2_147_483_647, 2555, 1),
];

#[tokio::test]
async fn worth_falls_by_the_day_and_never_below_nothing() {
    let scene = Scene::demo().await;
    let items: Vec<_> = WORTH
        .iter()
        .map(|(origin, years, ..)| json!({ "group": "0", "display_name": "x", "value_origin": origin, "use_year": years }))
        .collect();
    assert_eq!(scene.ask("asdf", "/api/add_assets/", json!({ "data": items })).await["code"], 0);
    let rows = scene.part("asdf", "/api/asset_list/", json!({}), "data").await;
    let mut ids: Vec<_> = rows.as_array().unwrap()[..WORTH.len()].iter().map(|row| row["unique_id"].clone()).collect();
    ids.reverse();
    let mut today = 0;
    let mut days: Vec<_> = WORTH.iter().map(|(_, _, day, _)| *day).collect();
    days.sort_unstable();
    days.dedup();
    for day in days {
        scene.world.clock.advance(TimeDelta::days(day - today));
        today = day;
        // Nobody stays logged in for that long.
        scene.forget().await;
        for ((origin, years, _, worth), id) in WORTH.iter().zip(&ids).filter(|((_, _, on, _), _)| *on == day) {
            let asset = scene.asset(id.as_str().unwrap()).await;
            assert_eq!(
                json!([asset["value_worth"], asset["value_origin"], asset["use_year"], asset["date"]]),
                json!([worth, origin, years, "2020-11-04"]),
                "{origin} over {years} years after {day} days"
            );
        }
    }
    let held = scene.part("asdf", "/api/assets_of_staff_list/", json!({ "unique_id": "lwk4j5lk234" }), "data").await;
    assert_eq!(held.as_array().unwrap().len(), WORTH.len() + 4);
    for (row, (origin, years, ..)) in held.as_array().unwrap()[4..].iter().zip(WORTH) {
        let asset = scene.asset(row["asset_id"].as_str().unwrap()).await;
        assert_eq!(row["value_worth"], asset["value_worth"], "{origin} over {years} years");
    }
}

#[tokio::test]
async fn a_day_begins_at_midnight_where_the_server_is() {
    let scene = Scene::demo().await;
    let item = json!({ "group": "0", "display_name": "x", "value_origin": 100, "use_year": 3 });
    // It is ten in the morning; at midnight in Shanghai it is still the day before by UTC.
    scene.world.clock.advance(TimeDelta::hours(14) - TimeDelta::microseconds(1));
    let evening = scene.enter(item.clone()).await;
    scene.world.clock.advance(TimeDelta::microseconds(1));
    let midnight = scene.enter(item).await;
    assert_eq!(scene.asset(&evening).await["date"], "2020-11-04");
    assert_eq!(scene.asset(&midnight).await["date"], "2020-11-05");
    scene.world.clock.advance(TimeDelta::days(10));
    scene.forget().await;
    assert_eq!(scene.asset(&evening).await["value_worth"], 99);
    assert_eq!(scene.asset(&midnight).await["value_worth"], 100);
    scene.world.clock.advance(TimeDelta::days(1) - TimeDelta::microseconds(1));
    assert_eq!(scene.asset(&midnight).await["value_worth"], 100);
    scene.world.clock.advance(TimeDelta::microseconds(1));
    assert_eq!(scene.asset(&midnight).await["value_worth"], 99);
}

#[tokio::test]
async fn what_has_been_cleared_out_is_shown_as_worth_nothing_and_keeps_its_value() {
    let scene = Scene::demo().await;
    let id = "1603786083cjxyxHTB";
    assert_eq!(scene.ask("asdf", "/api/assets_delete/", batch(&[id])).await["code"], 0);
    let asset = scene.asset(id).await;
    let shown = |row: &serde_json::Value| {
        json!([row["value_origin"], row["status_id"], row["belongs_to_id"], row["belongs_to_name"]])
    };
    let expected = json!([0, "deleted", null, null]);
    assert_eq!(shown(&asset), expected);
    assert_eq!(json!([asset["value_worth"], asset["use_year"], asset["location"]]), json!([0, 3, null]));
    assert_eq!(json!([asset["belongs_department_id"], asset["belongs_department_name"]]), json!([null, null]));
    for path in ["/api/asset_list/", "/api/search_asset/"] {
        let rows = scene.part("asdf", path, json!({ "search_string": "" }), "data").await;
        let row = rows.as_array().unwrap().iter().find(|row| row["unique_id"] == id).unwrap();
        assert_eq!(shown(row), expected, "{path}");
    }
    let modify = json!({ "asset_id": id, "data": { "value_origin": 7, "remarks": "gone" } });
    assert_eq!(scene.ask("asdf", "/api/modify_asset", modify).await["code"], 0);
    let asset = scene.asset(id).await;
    assert_eq!(json!([asset["value_origin"], asset["value_worth"], asset["remarks"]]), json!([0, 0, "gone"]));
    let entered =
        scene.enter(json!({ "group": "0", "display_name": "x", "status": "deleted", "value_origin": 500 })).await;
    let token = scene.token("suadmin").await;
    let query = "query($id: String!) { asset(by: {uniqueId: $id}) { valueOrigin } }";
    for (asset, stored) in [(id, 7), (entered.as_str(), 500)] {
        let answer = scene.world.graphql(query, json!({ "id": asset }), Some(&token)).await;
        assert_eq!(answer["data"]["asset"]["valueOrigin"], stored, "the stored value is kept: {answer}");
    }
}
