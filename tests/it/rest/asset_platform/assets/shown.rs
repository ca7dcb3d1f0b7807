//! 7.11, 7.15, 7.25, 7.26, 7.32, 7.35: what is shown of assets, and changing what they say.

use serde_json::{Value, json};

use super::super::{
    says,
    scene::{Scene, batch, decision},
};

const INFO: &str = "/api/asset_info";
const MODIFY: &str = "/api/modify_asset";
const SEARCH: &str = "/api/search_asset/";
const OF_STAFF: &str = "/api/assets_of_staff_list/";
const PENDING: &str = "/api/asset_pending_list/";
const PARENT: &str = "34k5jfkwertfwer";
const IN_USE: &str = "1603786083cjxyxHTB";

/// An asset in full.
fn in_full() -> Value {
    json!({
        "group_id": "sampleassetgroup1", "group_name": "test_asset_group", "under_id": PARENT, "under_name": "test_asset",
        "display_name": "test_asset1", "belongs_to_id": "samplestaff", "belongs_to_name": "测试员工", "location": "default",
        "date": "2020-10-27", "status_id": "inuse", "status_name": "使用中", "remarks": "Write something",
        "belongs_department_id": "sampledepartment", "belongs_department_name": "测试部门", "applicant_id": null,
        "applicant_name": null, "use_year": 3, "value_origin": 100, "value_worth": 100, "brand": "苹果",
        "model": "Macbook air", "serial_number": "123456",
    })
}

/// `row` but for these keys.
fn but(mut row: Value, keys: Value) -> Value {
    for (key, value) in keys.as_object().unwrap() {
        row[key] = value.clone();
    }
    row
}

#[tokio::test]
async fn assets_are_named_to_everybody_the_oldest_first() {
    let scene = Scene::demo().await;
    let assets = [
        ("test_asset", PARENT),
        ("test_asset1", "1603191152ZrfbUKEi"),
        ("test_asset2", "1603191152cvwLfWvh"),
        ("test_asset3", "1603191152IdSfJKmr"),
        ("test_asset3", "1603191717PqTxpBFu"),
        ("test_asset1", IN_USE),
        ("test_asset2", "1603786083EzlAqBbc"),
        ("test_asset3", "1603786083MWxAHSEX"),
        ("测试资产 转移中", "test_asset_transfering"),
    ];
    let mut data: Vec<_> = assets.iter().map(|(title, value)| json!({ "title": title, "value": value })).collect();
    let list = |data: &[Value]| json!({ "code": 0, "message": "成功获取资产列表", "data": data });
    for person in ["demo", "sdfg", "asdf"] {
        assert_eq!(scene.ask(person, "/api/asset_list_title_value/", json!({})).await, list(&data));
    }
    let id = scene.enter(json!({ "group": "0", "display_name": "gone", "status": "deleted" })).await;
    data.push(json!({ "title": "gone", "value": id }));
    assert_eq!(scene.ask("demo", "/api/asset_list_title_value/", json!({})).await, list(&data));
}

#[tokio::test]
async fn an_asset_is_shown_in_full_to_who_may_see_it() {
    let scene = Scene::demo().await;
    let shown = |data: Value| json!({ "code": 0, "message": "成功获取资产信息", "data": data });
    let parent = but(
        in_full(),
        json!({
            "under_id": null, "under_name": null, "display_name": "test_asset", "belongs_to_id": null,
            "belongs_to_name": null, "location": null, "date": "2020-10-20", "status_id": "unused", "status_name": "未使用",
            "remarks": "无", "belongs_department_id": null, "belongs_department_name": null, "use_year": 5,
            "value_origin": 1, "value_worth": 1, "brand": "unknown", "model": "unknown", "serial_number": "unknown",
        }),
    );
    let transferring = but(
        in_full(),
        json!({
            "under_id": null, "under_name": null, "display_name": "测试资产 转移中", "status_id": "transfer_confirming",
            "status_name": "转移待确认", "remarks": "Unknown", "use_year": 5, "brand": "Unknown", "model": "Unknown",
            "serial_number": "Unknown",
        }),
    );
    let forbidden = says(-4, "没有查看该资产的权限");
    let unknown = says(-5, "该资产不存在");
    scene.ask("leaver", "/api/assets_apply/", batch(&["1603191152cvwLfWvh"])).await;
    let applied = but(
        in_full(),
        json!({
            "display_name": "test_asset2", "belongs_to_id": "lwk4j5lk234", "belongs_to_name": "测试员工 资产",
            "date": "2020-10-20", "status_id": "get_confirming", "status_name": "领用待确认", "value_worth": 99,
            "applicant_id": "1602554050TBuCGtE", "applicant_name": "待删除员工", "brand": "Unknown", "model": "Unknown",
            "serial_number": "Unknown",
        }),
    );
    scene
        .play([
            ("asdf", INFO, json!({ "asset_id": IN_USE }), shown(in_full())),
            ("myusername", INFO, json!({ "unique_id": IN_USE }), shown(in_full())),
            ("suadmin", INFO, json!({ "asset_id": IN_USE, "unique_id": IN_USE }), shown(in_full())),
            ("mover", INFO, json!({ "asset_id": PARENT }), shown(parent)),
            ("asdf", INFO, json!({ "asset_id": "test_asset_transfering" }), shown(transferring)),
            ("asdf", INFO, json!({ "asset_id": "1603191152cvwLfWvh" }), shown(applied)),
            // Neither the applicant nor the one to whom it shall go is the holder.
            ("leaver", INFO, json!({ "asset_id": "1603191152cvwLfWvh" }), forbidden.clone()),
            ("staff3", INFO, json!({ "asset_id": "test_asset_transfering" }), forbidden.clone()),
            ("demo", INFO, json!({ "asset_id": IN_USE }), forbidden.clone()),
            ("sdfg", INFO, json!({ "asset_id": IN_USE }), forbidden.clone()),
            ("admin", INFO, json!({ "asset_id": PARENT }), forbidden),
            ("demo", INFO, json!({ "asset_id": "nothing" }), unknown.clone()),
            ("asdf", INFO, json!({ "asset_id": "34K5jfkwertfwer" }), unknown.clone()),
            ("asdf", INFO, json!({ "asset_id": "" }), unknown),
        ])
        .await;
}

#[tokio::test]
async fn what_a_person_holds_is_shown_to_them_and_to_asset_administrators() {
    let scene = Scene::demo().await;
    let plain = json!({ "brand": "Unknown", "model": "Unknown", "serial_number": "Unknown" });
    let second = but(in_full(), json!({ "asset_id": "1603786083EzlAqBbc", "display_name": "test_asset2" }));
    let third = but(
        in_full(),
        json!({ "asset_id": "1603786083MWxAHSEX", "display_name": "test_asset3", "remarks": "Unknown" }),
    );
    let last = but(
        in_full(),
        json!({
            "asset_id": "test_asset_transfering", "under_id": null, "under_name": null, "display_name": "测试资产 转移中",
            "status_id": "transfer_confirming", "status_name": "转移待确认", "remarks": "Unknown", "use_year": 5,
        }),
    );
    let rows = [
        but(in_full(), json!({ "asset_id": IN_USE })),
        but(second, plain.clone()),
        but(third, plain.clone()),
        but(last, plain),
    ];
    let shown = |data: &[Value]| json!({ "code": 0, "message": "成功获取单个员工名下挂账资产", "data": data });
    let forbidden = says(-4, "没有查看该员工资产的权限");
    let unknown = says(-5, "员工unique_id不存在");
    scene
        .play([
            ("myusername", OF_STAFF, json!({ "unique_id": "samplestaff" }), shown(&rows)),
            ("asdf", OF_STAFF, json!({ "unique_id": "samplestaff" }), shown(&rows)),
            ("demo", OF_STAFF, json!({ "unique_id": "demo" }), shown(&[])),
            ("suadmin", OF_STAFF, json!({ "unique_id": "demo" }), shown(&[])),
            ("myusername", OF_STAFF, json!({ "unique_id": "lwk4j5lk234" }), forbidden.clone()),
            ("sdfg", OF_STAFF, json!({ "unique_id": "samplestaff" }), forbidden.clone()),
            ("admin", OF_STAFF, json!({ "unique_id": "demo" }), forbidden),
            ("myusername", OF_STAFF, json!({ "unique_id": "nobody" }), unknown.clone()),
            ("asdf", OF_STAFF, json!({ "unique_id": "SampleStaff" }), unknown.clone()),
            ("myusername", OF_STAFF, json!({ "unique_id": "myusername" }), unknown),
        ])
        .await;
}

#[tokio::test]
async fn modify_refuses_in_its_order_and_changes_nothing() {
    const GROUP: &str = "修改资产失败，资产必须属于一个存在的分组";
    const UNDER: &str = "修改资产失败，父资产不存在";
    const CYCLE: &str = "修改资产失败，父资产不可为自己或自己的子资产";
    let scene = Scene::demo().await;
    let change = |asset: &str, data: Value| json!({ "asset_id": asset, "data": data });
    let refusals = [
        (change("nothing", json!({ "group": null, "under": "nothing" })), "修改资产失败，该资产不存在"),
        (change(PARENT, json!({ "group": null, "under": "nothing", "remarks": "x" })), GROUP),
        (change(PARENT, json!({ "group": "", "display_name": "x" })), GROUP),
        (change(PARENT, json!({ "group": "nothing", "under": PARENT })), GROUP),
        (change(PARENT, json!({ "group": "Others", "brand": "x" })), GROUP),
        (change(PARENT, json!({ "group": "others", "under": "nothing", "brand": "x" })), UNDER),
        (change(PARENT, json!({ "group": "others", "under": "samplestaff", "use_year": 9 })), UNDER),
        (change(PARENT, json!({ "group": "others", "under": PARENT, "use_year": 9 })), CYCLE),
        (change(PARENT, json!({ "under": IN_USE, "display_name": "x" })), CYCLE),
        (change(IN_USE, json!({ "under": IN_USE, "serial_number": "x" })), CYCLE),
    ];
    scene.refuses(refusals.map(|(body, text)| ("asdf", MODIFY, body, says(-2, text)))).await;
    scene
        .refuses([
            ("myusername", MODIFY, change(IN_USE, json!({ "remarks": "x" })), says(-5, "没有修改资产权限")),
            ("admin", MODIFY, change(IN_USE, json!({ "remarks": "x" })), says(-5, "没有修改资产权限")),
        ])
        .await;
}

#[tokio::test]
async fn modify_changes_what_is_sent_and_nothing_else() {
    let scene = Scene::demo().await;
    let old = in_full();
    assert_eq!(scene.ask("asdf", MODIFY, json!({ "asset_id": IN_USE, "data": {} })).await, says(0, "操作成功"));
    assert_eq!(scene.asset(IN_USE).await, old);
    for (data, changed) in [
        (json!({ "group": "others" }), json!({ "group_id": "others", "group_name": "其他" })),
        (json!({ "under": null }), json!({ "under_id": null, "under_name": null })),
        (json!({ "under": PARENT }), json!({})),
        (json!({ "under": "" }), json!({ "under_id": null, "under_name": null })),
        (
            json!({ "under": "1603191152ZrfbUKEi" }),
            json!({ "under_id": "1603191152ZrfbUKEi", "under_name": "test_asset1" }),
        ),
        (json!({ "display_name": 7 }), json!({ "display_name": "7" })),
        (json!({ "remarks": "" }), json!({ "remarks": "" })),
        (json!({ "use_year": " 10 " }), json!({ "use_year": 10 })),
        (json!({ "use_year": 0 }), json!({ "use_year": 0, "value_worth": 0 })),
        (json!({ "value_origin": 12000.0 }), json!({ "value_origin": 12000, "value_worth": 11913 })),
        (json!({ "brand": "" }), json!({ "brand": "" })),
        (json!({ "model": "模型" }), json!({ "model": "模型" })),
        (json!({ "serial_number": 0 }), json!({ "serial_number": "0" })),
        (
            json!({
                "status": "deleted", "status_id": [], "belongs_to": "demo", "date": "1999-01-01", "unique_id": "x",
                "value_worth": 1, "applicant": "demo", "location": "Mars",
            }),
            json!({}),
        ),
        (
            json!({
                "group": "test1", "under": null, "display_name": "all", "remarks": "r", "use_year": 3, "value_origin": 0,
                "brand": "b", "model": "m", "serial_number": "s",
            }),
            json!({
                "group_id": "test1", "group_name": "test1", "under_id": null, "under_name": null, "display_name": "all",
                "remarks": "r", "value_origin": 0, "value_worth": 0, "brand": "b", "model": "m", "serial_number": "s",
            }),
        ),
    ] {
        let answer = scene.ask("asdf", MODIFY, json!({ "unique_id": IN_USE, "data": data })).await;
        assert_eq!(answer, says(0, "操作成功"), "{data}");
        assert_eq!(scene.asset(IN_USE).await, but(old.clone(), changed), "{data}");
        let back = json!({
            "group": "sampleassetgroup1", "under": PARENT, "display_name": "test_asset1", "remarks": "Write something",
            "use_year": 3, "value_origin": 100, "brand": "苹果", "model": "Macbook air", "serial_number": "123456",
        });
        let answer = scene.ask("mover", MODIFY, json!({ "asset_id": IN_USE, "data": back })).await;
        assert_eq!(answer, says(0, "操作成功"));
        assert_eq!(scene.asset(IN_USE).await, old, "{data}");
    }
    assert_eq!(scene.history(IN_USE).await, json!([]));
}

#[tokio::test]
async fn search_looks_at_names_and_remarks() {
    const ASSETS: [&str; 6] = ["A%b", "a_c", "back\\slash", "quo'te\"", "É中文", "emoji 😀"];
    let scene = Scene::demo().await;
    for name in ASSETS {
        scene.enter(json!({ "group": "0", "display_name": name, "brand": "zzz", "serial_number": "zzz" })).await;
    }
    scene.enter(json!({ "group": "0", "display_name": "r", "remarks": "In The Remarks", "status": "deleted" })).await;
    for (asked, found) in [
        ("%", &["A%b"][..]),
        ("_c", &["a_c"]),
        ("_B", &[]),
        ("a%B", &["A%b"]),
        ("A_C", &["a_c"]),
        ("\\", &["back\\slash"]),
        ("'", &["quo'te\""]),
        ("\"", &["quo'te\""]),
        ("É", &["É中文"]),
        ("é", &[]),
        ("中文", &["É中文"]),
        ("😀", &["emoji 😀"]),
        ("the remarks", &["r"]),
        ("IN THE", &["r"]),
        ("zzz", &[]),
        ("test_asset1", &["test_asset1", "test_asset1"]),
        ("TEST_ASSET3", &["test_asset3", "test_asset3", "test_asset3"]),
        (" 转移中", &["测试资产 转移中"]),
        ("34k5jfkwertfwer", &[]),
        ("test_asset_group", &[]),
    ] {
        let rows = scene.part("asdf", SEARCH, json!({ "search_string": asked }), "data").await;
        let names: Vec<_> = rows.as_array().unwrap().iter().map(|row| row["display_name"].as_str().unwrap()).collect();
        assert_eq!(names, found, "{asked}");
    }
    let all = scene.part("asdf", "/api/search_assets", json!({ "search_string": "" }), "data").await;
    let mut listed = scene.part("asdf", "/api/asset_list/", json!({}), "data").await;
    let listed = listed.as_array_mut().unwrap();
    listed.reverse();
    for row in listed.iter_mut() {
        row.as_object_mut().unwrap().shift_remove("model");
    }
    assert_eq!(all, json!(listed), "everything, the oldest first, without the model");
    let row = json!({
        "unique_id": PARENT, "group_id": "sampleassetgroup1", "group_name": "test_asset_group", "under_id": null,
        "under_name": null, "display_name": "test_asset", "belongs_to_id": null, "belongs_to_name": null,
        "date": "2020-10-20", "value_origin": 1, "status_id": "unused", "status_name": "未使用", "remarks": "无",
    });
    let answer = scene.ask("suadmin", SEARCH, json!({ "search_string": "无" })).await;
    let first = &answer["data"][0];
    assert_eq!((&answer["code"], &answer["message"], first), (&json!(0), &json!("搜索成功"), &row));
}

#[tokio::test]
async fn what_waits_for_a_decision_is_listed() {
    let scene = Scene::demo().await;
    let waiting = |id: &str, name: &str, status: (&str, &str), applicant: [Value; 2], target: [Value; 2]| {
        json!({
            "unique_id": id, "display_name": name, "status_id": status.0, "status_name": status.1,
            "applicant_id": applicant[0], "applicant_name": applicant[1], "belongs_to_pending_id": target[0],
            "belongs_to_pending_name": target[1],
        })
    };
    let none = || [Value::Null, Value::Null];
    let target = || [json!("1603162639kQsLBBHw"), json!("测试员工3")];
    let transferring =
        waiting("test_asset_transfering", "测试资产 转移中", ("transfer_confirming", "转移待确认"), none(), target());
    let list = |data: &[&Value]| json!({ "code": 0, "message": "列出成功", "data": data });
    assert_eq!(scene.ask("asdf", PENDING, json!({})).await, list(&[&transferring]));
    for (person, path, body) in [
        ("myusername", "/api/assets_return_apply/", batch(&["1603786083MWxAHSEX"])),
        ("myusername", "/api/assets_repair_apply/", batch(&["1603786083EzlAqBbc"])),
        ("leaver", "/api/assets_apply/", batch(&["1603191152cvwLfWvh"])),
        (
            "myusername",
            "/api/assets_transfer_to_apply/",
            json!({ "transfer_to_id": "1603162639kQsLBBHw", "data": [{ "asset_id": IN_USE }] }),
        ),
    ] {
        assert_eq!(scene.ask(person, path, body).await["code"], 0, "{path}");
    }
    let applicant = || [json!("1602554050TBuCGtE"), json!("待删除员工")];
    let claimed = ("get_confirming", "领用待确认");
    let applied = waiting("1603191152cvwLfWvh", "test_asset2", claimed, applicant(), none());
    let moving = waiting(IN_USE, "test_asset1", ("transfer_confirming", "转移待确认"), none(), target());
    let returned = waiting("1603786083MWxAHSEX", "test_asset3", ("return_confirming", "退库待确认"), none(), none());
    let answer = scene.ask("mover", PENDING, json!({})).await;
    assert_eq!(answer, list(&[&applied, &moving, &returned, &transferring]));
    for (path, asset, result) in [
        ("/api/assets_apply/confirm/", "1603191152cvwLfWvh", "no"),
        ("/api/assets_transfer_to/confirm/", "test_asset_transfering", "yes"),
        ("/api/assets_return/confirm/", "1603786083MWxAHSEX", "no"),
    ] {
        assert_eq!(scene.ask("asdf", path, decision(asset, result)).await, says(0, "操作成功"));
    }
    assert_eq!(scene.ask("asdf", PENDING, json!({})).await, list(&[&moving]));
}
