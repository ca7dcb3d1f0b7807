//! §11: what was settled where the document and the original disagree.
//!
//! | line | held by |
//! | --- | --- |
//! | `code` of success | `people/staff`, `order` (integers), here |
//! | success texts, failure texts | each endpoint's own test compares whole answers |
//! | invalid JSON | `transport`, `replay`, `fuzz` |
//! | missing token, body not an object | `order` |
//! | bad values | `values` |
//! | who may asset_list, who is a 系统管理员, who may edit departments | `people/permissions` |
//! | who may asset_info | `assets/shown`, `people/permissions` |
//! | staff_info, asset_list row, asset_info, pending row | `login`, `lists`, `assets/shown` |
//! | keys of an item in add_assets, status in add_assets | `register`, `values`, `assets/machine` |
//! | unique display names of staff | `people/staff` |
//! | department of a new asset | here |
//! | get_all_asset_group, parent in group add | `trees/groups` |
//! | asset_info, modify_asset key | `values` |
//! | search path | here |
//! | precondition of modify_asset | `assets/machine` |
//! | order of asset_list | `lists` |
//! | single_asset_history, unknown id | `history` |

use serde_json::{Value, json};

use super::{
    paths, says,
    scene::{Scene, batch, decision},
};

#[tokio::test]
async fn success_is_the_text_0_on_five_endpoints_and_the_number_on_all_others() {
    let scene = Scene::demo().await;
    let held = "1603786083cjxyxHTB";
    let id = |key: &str, id: &str| json!({ key: id });
    let tree = |option: &str| {
        json!({
            "unique_id": "others", "option": option, "new_group_id": option, "new_group_name": option,
            "new_parent_id": "sampleassetgroup1",
        })
    };
    let mut called = Vec::new();
    for (by, path, body) in [
        (
            "sdfg",
            "/api/user_manage/create_new_staff/",
            json!({ "group": "itadmin", "department": "subdepartment1", "display_name": "x", "username": "x", "password": "x" }),
        ),
        ("sdfg", "/api/user_manage/delete_staff/", id("unique_id", "1602554050TBuCGtE")),
        (
            "sdfg",
            "/api/user_manage/change_staff_password/",
            json!({ "unique_id": "1602514534djDKboCE", "new_password": "x" }),
        ),
        ("sdfg", "/api/user_manage/locked_staff/", json!({ "unique_id": "1602514534djDKboCE", "locked": "lock" })),
        ("sdfg", "/api/user_manage/set_character/", json!({ "unique_id": "1602514534djDKboCE", "group": "itadmin" })),
        ("demo", "/api/login/", json!({ "username": "demo", "password": "testpw" })),
        ("demo", "/api/staff_info/", json!({})),
        ("demo", "/api/staff_list/", json!({})),
        ("demo", "/api/staff_list_title_value/", json!({})),
        ("asdf", "/api/asset_list/", json!({})),
        ("demo", "/api/asset_list_title_value/", json!({})),
        ("asdf", "/api/add_assets/", json!({ "data": [{ "group": "0", "display_name": "x" }] })),
        ("asdf", "/api/asset_group_tree/", tree("query")),
        ("asdf", "/api/asset_group_tree/", tree("add")),
        ("asdf", "/api/asset_group_tree/", tree("change_parent")),
        ("asdf", "/api/asset_group_tree/", tree("change_name")),
        ("asdf", "/api/asset_group_tree/", tree("delete")),
        ("demo", "/api/get_all_asset_group/", json!({})),
        ("asdf", "/api/search_asset/", id("search_string", "")),
        ("asdf", "/api/search_assets/", id("search_string", "")),
        ("demo", "/api/assets_apply/", batch(&["1603191152ZrfbUKEi"])),
        ("asdf", "/api/assets_apply/confirm/", decision("1603191152ZrfbUKEi", "yes")),
        ("asdf", "/api/assets_delete/", batch(&["1603191152ZrfbUKEi"])),
        (
            "myusername",
            "/api/assets_transfer_to_apply/",
            json!({ "transfer_to_id": "demo", "data": [{ "asset_id": held }] }),
        ),
        ("asdf", "/api/assets_transfer_to/confirm/", decision(held, "no")),
        ("myusername", "/api/assets_return_apply/", batch(&[held])),
        ("asdf", "/api/assets_return/confirm/", decision(held, "no")),
        ("myusername", "/api/assets_repair_apply/", batch(&[held])),
        ("asdf", "/api/asset_repair_finish/", id("asset_id", held)),
        ("asdf", "/api/asset_info", id("asset_id", held)),
        ("asdf", "/api/modify_asset", json!({ "asset_id": held, "data": { "remarks": "x" } })),
        (
            "asdf",
            "/api/department/create/",
            json!({ "parent_id": null, "new_id": "x", "new_name": "x", "location": "x" }),
        ),
        ("asdf", "/api/department/modify/", id("department_id", "x")),
        ("asdf", "/api/department/delete/", id("department_id", "x")),
        ("demo", "/api/department/info/", id("department_id", "sampledepartment")),
        ("demo", "/api/department/all/", json!({})),
        ("asdf", "/api/assets_of_staff_list/", id("unique_id", "samplestaff")),
        ("asdf", "/api/single_asset_history/", id("unique_id", held)),
        ("asdf", "/api/search_assets_history/", id("search_string", "")),
        ("asdf", "/api/asset_pending_list/", json!({})),
    ] {
        let answer = scene.ask(by, path, body).await;
        let zero = if path.starts_with("/api/user_manage/") { json!("0") } else { json!(0) };
        assert_eq!(answer["code"], zero, "{path}: {answer}");
        called.push(path.trim_end_matches('/'));
    }
    for path in paths() {
        assert!(called.contains(&path.trim_end_matches('/')), "{path} was not called");
    }
}

#[tokio::test]
async fn a_new_asset_is_in_the_department_of_its_holder() {
    let scene = Scene::demo().await;
    for (status, department) in [
        ("unused", json!(["sampledepartment", "测试部门", "default"])),
        ("inuse", json!(["sampledepartment", "测试部门", "default"])),
        ("tobeconfirmed", json!(["sampledepartment", "测试部门", "default"])),
        ("deleted", json!([null, null, null])),
    ] {
        let id = scene.enter(json!({ "group": "0", "display_name": "x", "status": status })).await;
        let asset = scene.asset(&id).await;
        let shown = json!([asset["belongs_department_id"], asset["belongs_department_name"], asset["location"]]);
        assert_eq!(shown, department, "{status}");
    }
}

#[tokio::test]
async fn both_paths_of_the_search_answer_alike() {
    let scene = Scene::demo().await;
    let paths = ["/api/search_asset/", "/api/search_asset", "/api/search_assets/", "/api/search_assets"];
    for (by, body) in [
        ("asdf", json!({ "search_string": "3" })),
        ("asdf", json!({ "search_string": null })),
        ("demo", json!({ "search_string": "3" })),
    ] {
        let first = scene.ask(by, paths[0], body.clone()).await;
        for path in paths {
            assert_eq!(scene.ask(by, path, body.clone()).await, first, "{path} {body}");
        }
        let refused = [says(-2, "JSON参数错误"), says(-5, "没有搜索资产列表权限")];
        assert!(refused.contains(&first) || first["data"].as_array().map(Vec::len) == Some(3), "{first}");
    }
    let none: Value = scene.part("asdf", paths[2], json!({ "search_string": "nothing like it" }), "data").await;
    assert_eq!(none, json!([]));
}
