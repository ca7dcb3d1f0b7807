//! §9, 7.33 and 7.34: what is told of assets, to the letter and for ever, and how it is searched.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::super::scene::{Scene, batch, decision, done};

const SEARCH: &str = "/api/search_assets_history/";
const IN_USE: [&str; 2] = ["1603786083cjxyxHTB", "1603786083MWxAHSEX"];
const DEMO_ROW: &str = "1603786083EzlAqBbc";

fn row(asset: (&str, &str), related: (&str, &str), kind: &str, description: &str, datetime: &str) -> Value {
    json!({
        "asset_id": asset.0, "asset_name": asset.1, "related_user_id": related.0, "related_user_name": related.1,
        "type": kind, "description": description, "datetime": datetime,
    })
}

/// The one row of the demo data.
fn demo_row() -> Value {
    row(
        (DEMO_ROW, "test_asset2"),
        ("samplestaff", "测试员工"),
        "transfer",
        "2020-11-03 11:42:19.538946, 员工samplestaff(测试员工)转移了资产1603786083EzlAqBbc(test_asset2)给员工1603162639kQsLBBHw(测试员工3)",
        "2020-11-03T03:42:19.540Z",
    )
}

/// One row of each kind, a moment apart: the applicant of the first is leaver, the decider is mover.
async fn tell(scene: &Scene) -> Vec<Value> {
    const CLAIMED: &str = "1603191152cvwLfWvh";
    const MOVING: &str = "test_asset_transfering";
    let pause = |micros: i64| scene.world.clock.advance(TimeDelta::microseconds(micros));
    let leaver = ("1602554050TBuCGtE", "待删除员工");
    let staff = ("samplestaff", "测试员工");
    let call = async |by: &str, path: &str, body: Value| {
        let answer = scene.ask(by, path, body).await;
        assert_eq!(answer["code"], 0, "{path}: {answer}");
    };
    call("leaver", "/api/assets_apply/", batch(&[CLAIMED])).await;
    call("myusername", "/api/assets_return_apply/", batch(&[IN_USE[0]])).await;
    call("myusername", "/api/assets_repair_apply/", batch(&[IN_USE[1]])).await;
    pause(1);
    call("mover", "/api/assets_apply/confirm/", decision(CLAIMED, "yes")).await;
    pause(999_998);
    call("mover", "/api/assets_transfer_to/confirm/", decision(MOVING, "yes")).await;
    pause(1);
    call("mover", "/api/assets_return/confirm/", decision(IN_USE[0], "yes")).await;
    pause(123_456);
    call("mover", "/api/asset_repair_finish/", json!({ "asset_id": IN_USE[1] })).await;
    scene.world.clock.advance(TimeDelta::hours(6));
    call("mover", "/api/assets_delete/", batch(&[MOVING, IN_USE[0]])).await;
    vec![
        row(
            (CLAIMED, "test_asset2"),
            leaver,
            "apply",
            "2020-11-04 10:00:00.000001, 员工1602554050TBuCGtE(待删除员工)领用了资产1603191152cvwLfWvh(test_asset2)",
            "2020-11-04T02:00:00.000Z",
        ),
        row(
            (MOVING, "测试资产 转移中"),
            staff,
            "transfer",
            "2020-11-04 10:00:00.999999, 员工samplestaff(测试员工)转移了资产test_asset_transfering(测试资产 转移中)给员工1603162639kQsLBBHw(测试员工3)",
            "2020-11-04T02:00:00.999Z",
        ),
        row(
            (IN_USE[0], "test_asset1"),
            staff,
            "return",
            "2020-11-04 10:00:01.000000, 员工samplestaff(测试员工)退库了资产1603786083cjxyxHTB(test_asset1)",
            "2020-11-04T02:00:01.000Z",
        ),
        row(
            (IN_USE[1], "test_asset3"),
            staff,
            "repair",
            "2020-11-04 10:00:01.123456, 员工samplestaff(测试员工)的资产1603786083MWxAHSEX(test_asset3)维保完成",
            "2020-11-04T02:00:01.123Z",
        ),
        row(
            (MOVING, "测试资产 转移中"),
            ("1602554682pJpNnlfJ", "待调岗员工"),
            "delete",
            "2020-11-04 16:00:01.123456, 资产管理员1602554682pJpNnlfJ(待调岗员工)清退了资产test_asset_transfering(测试资产 转移中)",
            "2020-11-04T08:00:01.123Z",
        ),
        row(
            (IN_USE[0], "test_asset1"),
            ("1602554682pJpNnlfJ", "待调岗员工"),
            "delete",
            "2020-11-04 16:00:01.123456, 资产管理员1602554682pJpNnlfJ(待调岗员工)清退了资产1603786083cjxyxHTB(test_asset1)",
            "2020-11-04T08:00:01.123Z",
        ),
    ]
}

#[tokio::test]
async fn five_things_are_told_and_stay_as_they_were_told() {
    let scene = Scene::demo().await;
    let mut told = vec![demo_row()];
    told.extend(tell(&scene).await);
    let all = json!({ "code": 0, "message": "搜索成功", "data": told });
    let everything = json!({ "search_string": "" });
    assert_eq!(scene.ask("asdf", SEARCH, everything.clone()).await, all);
    // Nothing that happens to people or assets later changes what was told of them.
    let claimed = "1603191152cvwLfWvh";
    for (by, path, body, answer) in [
        ("leaver", "/api/assets_return_apply/", batch(&[claimed]), json!(0)),
        ("asdf", "/api/assets_return/confirm/", decision(claimed, "no"), json!(0)),
        ("asdf", "/api/modify_asset", json!({ "asset_id": claimed, "data": { "display_name": "renamed" } }), json!(0)),
        ("asdf", "/api/modify_asset", json!({ "asset_id": DEMO_ROW, "data": { "display_name": "renamed" } }), json!(0)),
        (
            "leaver",
            "/api/assets_transfer_to_apply/",
            json!({ "transfer_to_id": "demo", "data": [{ "asset_id": claimed }] }),
            json!(0),
        ),
        ("asdf", "/api/assets_transfer_to/confirm/", decision(claimed, "no"), json!(0)),
    ] {
        assert_eq!(scene.ask(by, path, body).await["code"], answer, "{path}");
    }
    assert_eq!(scene.ask("asdf", SEARCH, everything.clone()).await, all, "refusals and edits are not told");
    assert_eq!(scene.ask("asdf", "/api/assets_delete/", batch(&[claimed])).await["code"], 0);
    told.push(row(
        (claimed, "renamed"),
        ("lwk4j5lk234", "测试员工 资产"),
        "delete",
        "2020-11-04 16:00:01.123456, 资产管理员lwk4j5lk234(测试员工 资产)清退了资产1603191152cvwLfWvh(renamed)",
        "2020-11-04T08:00:01.123Z",
    ));
    scene.mutate("staffUpdate", json!({ "id": "samplestaff", "name": "改名" })).await;
    scene.mutate("staffUpdate", json!({ "id": "lwk4j5lk234", "name": "改名" })).await;
    for person in ["1602554050TBuCGtE", "1602554682pJpNnlfJ"] {
        let answer = scene.ask("sdfg", "/api/user_manage/delete_staff/", json!({ "unique_id": person })).await;
        assert_eq!(answer, done("成功删除"), "{person}");
    }
    let all = json!({ "code": 0, "message": "搜索成功", "data": told });
    assert_eq!(scene.ask("asdf", SEARCH, everything).await, all);
    let of_one: Vec<_> = told.iter().filter(|row| row["asset_id"] == claimed).cloned().collect();
    let answer = scene.ask("asdf", "/api/single_asset_history/", json!({ "unique_id": claimed })).await;
    assert_eq!(answer, json!({ "code": 0, "message": "搜索成功", "data": of_one }));
    assert_eq!(of_one.len(), 2);
}

#[tokio::test]
async fn history_is_searched_in_all_that_it_shows_but_the_time() {
    let scene = Scene::demo().await;
    let told = tell(&scene).await;
    assert_eq!(told.len(), 6);
    // The rows by their number, the one of the demo data being 0.
    for (asked, found) in [
        ("", &[0, 1, 2, 3, 4, 5, 6][..]),
        ("transfer", &[0, 2, 5]),
        ("TRANSFER", &[0, 2, 5]),
        ("apply", &[1]),
        ("return", &[3]),
        ("repair", &[4]),
        ("DeLeTe", &[5, 6]),
        ("领用了", &[1]),
        ("维保完成", &[4]),
        ("10:00:01", &[3, 4]),
        ("538946", &[0]),
        ("540Z", &[]),
        ("2020-11-03T", &[]),
        ("1603786083ezlaqbbc", &[0]),
        ("1603786083", &[0, 3, 4, 6]),
        ("test_asset1", &[3, 6]),
        ("TEST_ASSET2", &[0, 1]),
        ("转移中", &[2, 5]),
        ("samplestaff", &[0, 2, 3, 4]),
        ("待删除员工", &[1]),
        ("1602554682PJPNNLFJ", &[5, 6]),
        ("测试员工3", &[0, 2]),
        ("lwk4j5lk234", &[]),
        ("%", &[]),
        ("_", &[0, 1, 2, 3, 4, 5, 6]),
        ("test_asset_", &[2, 5]),
        ("test%asset", &[]),
        ("testXasset", &[]),
        ("\\", &[]),
        ("'", &[]),
        ("\"", &[]),
        ("nothing like it", &[]),
    ] {
        let rows = scene.part("asdf", SEARCH, json!({ "search_string": asked }), "data").await;
        let expected: Vec<_> =
            found.iter().map(|number| if *number == 0 { demo_row() } else { told[number - 1].clone() }).collect();
        assert_eq!(rows, json!(expected), "{asked}");
    }
}

#[tokio::test]
async fn odd_names_are_found_in_history_as_they_are() {
    let scene = Scene::demo().await;
    for name in ["É%", "back\\slash", "quo'te\"", "(😀)"] {
        let asset = scene.enter(json!({ "group": "0", "display_name": name })).await;
        assert_eq!(scene.ask("asdf", "/api/assets_delete/", batch(&[&asset])).await["code"], 0);
        let description =
            format!("2020-11-04 10:00:00.000000, 资产管理员lwk4j5lk234(测试员工 资产)清退了资产{asset}({name})");
        let related = ("lwk4j5lk234", "测试员工 资产");
        let expected = row((&asset, name), related, "delete", &description, "2020-11-04T02:00:00.000Z");
        assert_eq!(scene.history(&asset).await, json!([expected]));
        let found = scene.part("asdf", SEARCH, json!({ "search_string": name }), "data").await;
        assert_eq!(found, json!([expected]));
    }
    for (asked, count) in [("é", 0), ("É", 1), ("%", 1), ("\\", 1), ("'", 1), ("\"", 1), ("😀", 1), ("(", 5)] {
        let found = scene.part("asdf", SEARCH, json!({ "search_string": asked }), "data").await;
        assert_eq!(found.as_array().unwrap().len(), count, "{asked}");
    }
}

#[tokio::test]
async fn the_longest_names_are_told_whole() {
    let scene = Scene::demo().await;
    let (person, thing) = ("😀".repeat(255), "中".repeat(255));
    for id in ["lwk4j5lk234", "samplestaff"] {
        scene.mutate("staffUpdate", json!({ "id": id, "name": person })).await;
    }
    let asset = scene.enter(json!({ "group": "0", "display_name": thing, "status": "inuse" })).await;
    let transfer = json!({ "transfer_to_id": "samplestaff", "data": [{ "asset_id": asset }] });
    assert_eq!(scene.ask("asdf", "/api/assets_transfer_to_apply/", transfer).await["code"], 0);
    assert_eq!(scene.ask("asdf", "/api/assets_transfer_to/confirm/", decision(&asset, "yes")).await["code"], 0);
    let description = format!(
        "2020-11-04 10:00:00.000000, 员工lwk4j5lk234({person})转移了资产{asset}({thing})给员工samplestaff({person})"
    );
    let told = row((&asset, &thing), ("lwk4j5lk234", &person), "transfer", &description, "2020-11-04T02:00:00.000Z");
    assert_eq!(scene.history(&asset).await, json!([told]));
    let found = scene.part("asdf", SEARCH, json!({ "search_string": description }), "data").await;
    assert_eq!(found, json!([told]));
}

#[tokio::test]
async fn names_are_those_of_the_moment_that_is_told() {
    let scene = Scene::demo().await;
    let (claimed, moving) = ("1603191152cvwLfWvh", "test_asset_transfering");
    assert_eq!(scene.ask("leaver", "/api/assets_apply/", batch(&[claimed])).await["code"], 0);
    for (person, name) in [("1602554050TBuCGtE", "甲"), ("samplestaff", "乙"), ("1603162639kQsLBBHw", "丙")] {
        scene.mutate("staffUpdate", json!({ "id": person, "name": name })).await;
    }
    for (asset, name) in [(claimed, "子"), (moving, "丑")] {
        let rename = json!({ "asset_id": asset, "data": { "display_name": name } });
        assert_eq!(scene.ask("asdf", "/api/modify_asset", rename).await["code"], 0);
    }
    assert_eq!(scene.ask("asdf", "/api/assets_apply/confirm/", decision(claimed, "yes")).await["code"], 0);
    assert_eq!(scene.ask("asdf", "/api/assets_transfer_to/confirm/", decision(moving, "yes")).await["code"], 0);
    let told = scene.part("asdf", SEARCH, json!({ "search_string": "" }), "data").await;
    let at = "2020-11-04T02:00:00.000Z";
    let expected = json!([
        demo_row(),
        row(
            (claimed, "子"),
            ("1602554050TBuCGtE", "甲"),
            "apply",
            "2020-11-04 10:00:00.000000, 员工1602554050TBuCGtE(甲)领用了资产1603191152cvwLfWvh(子)",
            at,
        ),
        row(
            (moving, "丑"),
            ("samplestaff", "乙"),
            "transfer",
            "2020-11-04 10:00:00.000000, 员工samplestaff(乙)转移了资产test_asset_transfering(丑)给员工1603162639kQsLBBHw(丙)",
            at,
        ),
    ]);
    assert_eq!(told, expected);
}
