//! The user's document replayed: every request as it is printed there, and what is printed for an answer where the contract keeps it.

use serde_json::{Value, json};

use super::{says, scene::Scene, send};

/// Each path, the body that the document prints for it (`TOKEN` for the tokens), and the answer, less notes and final commas.
const DOCUMENT: &str = include_str!("replay.txt");

const NOT_JSON: &str = "请求体不是合法的json";

fn printed() -> Vec<(&'static str, &'static str, &'static str)> {
    let pieces = DOCUMENT.split("## ").filter(|piece| !piece.is_empty());
    let pieces = pieces.map(|piece| {
        let (path, rest) = piece.split_once('\n').unwrap();
        let (request, answer) = rest.split_once("\n->\n").unwrap();
        (path, request, answer)
    });
    pieces.collect()
}

/// A printed body without the notes of the page, final commas and typographic quotes.
fn proper(printed: &str) -> String {
    let lines: Vec<_> = printed.lines().filter(|line| !line.trim_start().starts_with("//")).map(str::trim).collect();
    lines.concat().replace(['“', '”'], "\"").replace(",}", "}").replace(",]", "]")
}

/// Whether all of `printed` is in `answer`, rows in any order.
fn holds(answer: &Value, printed: &Value) -> bool {
    match (answer, printed) {
        (Value::Object(answer), Value::Object(printed)) => {
            printed.iter().all(|(key, value)| answer.get(key).is_some_and(|found| holds(found, value)))
        }
        (Value::Array(answer), Value::Array(printed)) => {
            printed.iter().all(|value| answer.iter().any(|found| holds(found, value)))
        }
        (Value::String(_), Value::String(printed)) if printed == "TOKEN" => true,
        _ => answer == printed,
    }
}

/// What of the printed answers the contract settles otherwise, or what the demo data shows otherwise.
fn settled(path: &str, mut printed: Value) -> Value {
    match path {
        // A number on all but the five.
        "/api/staff_list/" | "/api/add_assets/" => printed["code"] = json!(0),
        // One of the alternatives is sent.
        "/api/user_manage/locked_staff/" => printed["message"] = json!("成功锁定"),
        // Every asset has a status.
        "/api/asset_list/" => {
            printed["data"][0]["status_id"] = json!("unused");
            printed["data"][0]["status_name"] = json!("未使用");
        }
        // A child is not listed at top level as well, and the root is there.
        "/api/get_all_asset_group/" => {
            let mut sample = printed["data"][0].take();
            sample["children"][0]["children"] = json!([]);
            printed["data"] = json!([{ "title": "所有类别", "value": "0", "children": [sample] }]);
        }
        // The printed rows are of other assets and departments than the printed requests ask for.
        "/api/asset_info" => {
            printed["data"]["display_name"] = json!("test_asset2");
            printed["data"]["under_id"] = json!("34k5jfkwertfwer");
            printed["data"]["under_name"] = json!("test_asset");
            printed["data"]["date"] = json!("2020-10-20");
            printed["data"]["remarks"] = json!("Write something");
            printed["data"]["value_worth"] = json!(99);
        }
        "/api/department/info/" => {
            printed["data"] = json!({
                "display_name": "子部门1", "location": "Mars", "parent_id": "sampledepartment", "parent_name": "测试部门",
                "sub_deparments": [], "staff": [],
            });
        }
        _ => {}
    }
    printed
}

const READING_AND_EDITING: &[(&str, &str)] = &[
    ("myusername", "/api/login/"),
    ("myusername", "/api/staff_info/"),
    ("myusername", "/api/staff_list/"),
    ("myusername", "/api/staff_list_title_value/"),
    ("asdf", "/api/asset_list/"),
    ("myusername", "/api/asset_list_title_value/"),
    ("myusername", "/api/asset_group_tree/"),
    ("myusername", "/api/get_all_asset_group/"),
    ("asdf", "/api/search_asset/"),
    ("asdf", "/api/asset_info"),
    ("asdf", "/api/modify_asset"),
    ("myusername", "/api/assets_of_staff_list/"),
    ("asdf", "/api/single_asset_history/"),
    ("asdf", "/api/search_assets_history/"),
    ("asdf", "/api/asset_pending_list/"),
    ("asdf", "/api/department/create/"),
    ("myusername", "/api/department/info/"),
    ("myusername", "/api/department/all/"),
    ("asdf", "/api/department/delete/"),
    ("asdf", "/api/department/modify/"),
    ("asdf", "/api/add_assets/"),
    ("sdfg", "/api/user_manage/create_new_staff/"),
    ("sdfg", "/api/user_manage/delete_staff/"),
    ("sdfg", "/api/user_manage/change_staff_password/"),
    ("sdfg", "/api/user_manage/locked_staff/"),
    ("sdfg", "/api/user_manage/set_character/"),
];
const TRANSFERRING: &[(&str, &str)] = &[
    ("myusername", "/api/assets_apply/"),
    ("asdf", "/api/assets_apply/confirm/"),
    ("myusername", "/api/assets_transfer_to_apply/"),
    ("asdf", "/api/assets_transfer_to/confirm/"),
];
const RETURNING: &[(&str, &str)] = &[
    ("myusername", "/api/assets_apply/"),
    ("asdf", "/api/assets_apply/confirm/"),
    ("myusername", "/api/assets_return_apply/"),
    ("asdf", "/api/assets_return/confirm/"),
    ("asdf", "/api/assets_delete/"),
];
const REPAIRING: &[(&str, &str)] =
    &[("myusername", "/api/assets_repair_apply/"), ("asdf", "/api/asset_repair_finish/")];

#[tokio::test]
async fn every_printed_request_works_on_the_demo_data() {
    let mut unplayed: Vec<_> = printed().into_iter().map(|(path, ..)| path).collect();
    assert_eq!(unplayed.len(), 35);
    for act in [READING_AND_EDITING, TRANSFERRING, RETURNING, REPAIRING] {
        let scene = Scene::demo().await;
        for &(by, path) in act {
            let (_, request, answer) = printed().into_iter().find(|(known, ..)| *known == path).unwrap();
            let request = proper(request).replace("TOKEN", &scene.token(by).await);
            let answer: Value = serde_json::from_str(answer).unwrap();
            let printed = settled(path, answer);
            let found = send(&scene.world, path, request.clone()).await.json();
            assert!(holds(&found, &printed), "{path}\n{request}\n{found:#}\nbut printed is\n{printed:#}");
            unplayed.retain(|unplayed| *unplayed != path);
            if path == "/api/assets_apply/confirm/" {
                // The page prints one decision of three.
                for asset in ["1603191152ZrfbUKEi", "1603191152IdSfJKmr"] {
                    let body = json!({ "asset_id": asset, "result": "yes" });
                    assert_eq!(scene.ask(by, path, body).await["code"], 0, "{asset}");
                }
            }
        }
    }
    assert!(unplayed.is_empty(), "{unplayed:?}");
}

#[tokio::test]
async fn the_printed_tree_request_serves_every_option() {
    let scene = Scene::demo().await;
    let (path, request, _) = printed().into_iter().find(|(path, ..)| path.contains("tree")).unwrap();
    for (option, group, message) in [
        ("add", "sampleassetgroup1", "创建分组成功"),
        ("delete", "测试资产类别2", "删除分组成功"),
        ("change_parent", "sampleassetgroup1", "修改分组成功"),
        ("change_name", "sampleassetgroup1", "修改分组成功"),
    ] {
        let mut body: Value = serde_json::from_str(request).unwrap();
        body["option"] = json!(option);
        body["unique_id"] = json!(group);
        assert_eq!(scene.ask("asdf", path, body).await, says(0, message), "{option}");
    }
    let renamed = scene.asset("34k5jfkwertfwer").await;
    assert_eq!(renamed["group_name"], "sampleassetgroup2");
}

#[tokio::test]
async fn what_is_printed_for_a_department_is_shown_once_the_printed_department_is_there() {
    let scene = Scene::demo().await;
    let (path, request, _) = printed().into_iter().find(|(path, ..)| *path == "/api/department/create/").unwrap();
    let body = serde_json::from_str(request).unwrap();
    assert_eq!(scene.ask("asdf", path, body).await, says(0, "添加部门成功!"));
    let (path, _, answer) = printed().into_iter().find(|(path, ..)| *path == "/api/department/info/").unwrap();
    let found = scene.ask("demo", path, json!({ "department_id": "sampledepartment" })).await;
    let answer: Value = serde_json::from_str(answer).unwrap();
    assert!(holds(&found, &answer), "{found:#}\n{answer:#}");
}

#[tokio::test]
async fn what_belongs_to_the_page_is_not_json() {
    let scene = Scene::demo().await;
    let token = scene.token("suadmin").await;
    let before = scene.everything().await;
    let mut not_json = Vec::new();
    for (path, request, _) in printed() {
        let request = request.replace("TOKEN", &token);
        let proper = proper(&request);
        if serde_json::from_str::<Value>(&request).is_err() {
            not_json.push(path);
            assert_eq!(send(&scene.world, path, request).await.json(), says(-1, NOT_JSON), "{path}");
        }
        let inner = proper.strip_suffix('}').unwrap();
        for wrong in [
            format!("{inner},}}"),
            format!("{inner}//note\n}}"),
            format!("{inner}/*note*/}}"),
            format!("//note\n{proper}"),
            proper.replace('"', "”"),
            proper.replacen('"', "“", 2),
            proper.replace('"', "'"),
            inner.to_owned(),
        ] {
            let answer = send(&scene.world, path, wrong.clone()).await.json();
            assert_eq!(answer, says(-1, NOT_JSON), "{path} {wrong}");
        }
    }
    assert_eq!(
        not_json,
        [
            "/api/login/",
            "/api/asset_list/",
            "/api/asset_list_title_value/",
            "/api/get_all_asset_group/",
            "/api/modify_asset",
            "/api/department/modify/",
        ]
    );
    assert_eq!(scene.everything().await, before);
}
