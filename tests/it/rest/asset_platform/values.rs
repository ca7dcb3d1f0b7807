//! §4: what each key of each endpoint accepts, and what it does not.

use serde_json::{Value, json};

use super::{endpoints::ENDPOINTS, says, scene::Scene, send};

const TEXTS: [&str; 10] = [
    r#""x""#,
    r#"" 7 ""#,
    "123",
    "-5",
    "123456789012345678901234567890",
    r#""'\"%_\\\n\t""#,
    r#""\ud83d\ude00""#,
    r#""null""#,
    r#""{}""#,
    r#""' OR 1=1 --""#,
];
const NO_TEXTS: [&str; 11] =
    ["true", "false", "1.5", "-0.5", "[]", "{}", r#"["x"]"#, r#"{"x":1}"#, "[null]", "[[1]]", r#"[{"asset_id":"x"}]"#];
/// Ids of the demo data, but not exactly.
const NEARLY: [&str; 8] = [
    r#""""#,
    r#""%""#,
    r#""SAMPLESTAFF""#,
    r#"" samplestaff""#,
    r#""sampledepartment ""#,
    r#""34K5JFKWERTFWER""#,
    r#""1603191152ZrfbUKE_""#,
    r#""Others""#,
];
const NUMBERS: [&str; 9] =
    ["0", "3", "3.0", "2147483647", r#""0""#, r#""3""#, r#"" 7 ""#, r#""2147483647""#, r#""007""#];
const NO_NUMBERS: [&str; 25] = [
    "true",
    "false",
    "[]",
    "{}",
    "[3]",
    "-1",
    "1.5",
    "-0.5",
    "2147483648",
    "1e400",
    "-1e400",
    "99999999999999999999",
    r#""""#,
    r#"" ""#,
    r#""-1""#,
    r#""1.5""#,
    r#""3.0""#,
    r#""+3""#,
    r#""x""#,
    r#""3x""#,
    r#""3 3""#,
    r#""1e2""#,
    r#""３""#,
    r#""2147483648""#,
    r#""a\u0000""#,
];
const NO_OBJECTS: [&str; 10] = ["true", "1", r#""x""#, "{}", r#""[]""#, "[null]", "[1]", r#"["x"]"#, "[[]]", "[{}]"];
const NO_OBJECT: [&str; 8] = ["true", "1", r#""x""#, "[]", r#""{}""#, "[{}]", "[null]", r#"["a"]"#];

fn chars(count: usize, of: &str) -> String {
    format!("\"{}\"", of.repeat(count))
}

/// The values that a key of this kind accepts, those that it refuses, and those that may be told to be wrong or to be unknown.
fn values(kind: &str) -> [Vec<String>; 3] {
    let own = |texts: &[&str]| -> Vec<String> { texts.iter().map(|text| (*text).to_owned()).collect() };
    let with = |texts: &[&str], more: &[String]| [own(texts), more.to_vec()].concat();
    let (nul, null) = (r#""a\u0000""#.to_owned(), "null".to_owned());
    let unknowable = vec![chars(256, "x"), chars(100_000, "中"), nul.clone(), r#""\u0000""#.to_owned()];
    if let Some(kind) = kind.strip_suffix('?') {
        let [mut right, mut wrong, either] = values(kind);
        right.push(null.clone());
        wrong.retain(|value| *value != null);
        return [right, wrong, either];
    }
    if let Some(words) = kind.strip_prefix("words ") {
        let words: Vec<_> = words.split(' ').map(|word| format!("\"{word}\"")).collect();
        let blank = words[0].replacen('"', "\" ", 1);
        let wrong =
            [words[0].to_uppercase(), format!("[{}]", words[0]), blank, "1".to_owned(), r#""""#.to_owned(), null];
        return [words, with(&NO_TEXTS, &wrong), Vec::new()];
    }
    let text = |most: usize| {
        let right = [r#""""#.to_owned(), r#"" ""#.to_owned(), chars(most, "x"), chars(most, "😀")];
        let wrong = [nul.clone(), chars(most + 1, "x"), chars(most + 1, "😀"), null.clone()];
        [with(&TEXTS, &right), with(&NO_TEXTS, &wrong), Vec::new()]
    };
    match kind {
        "text" => text(255),
        "long" => text(2000),
        "name" => {
            let wrong = [r#""""#, r#"" ""#, r#"" \t\n ""#, r#""　""#].map(str::to_owned);
            let [mut right, more, _] = text(255);
            right.retain(|value| !wrong.contains(value));
            [right, [more, wrong.to_vec()].concat(), Vec::new()]
        }
        "password" => {
            let right = [chars(1024, "x"), chars(341, "中"), r#"" ""#.to_owned()];
            let wrong = [r#""""#.to_owned(), nul, chars(1025, "x"), chars(342, "中"), null];
            [with(&TEXTS, &right), with(&NO_TEXTS, &wrong), Vec::new()]
        }
        "reference" => [with(&TEXTS, &own(&NEARLY)), with(&NO_TEXTS, &[null]), unknowable],
        "reference-or-none" => [with(&TEXTS, &with(&NEARLY, &[null])), own(&NO_TEXTS), unknowable],
        // What is not none; none is answered differently.
        "parent" => [with(&TEXTS, &own(&NEARLY[1..])), own(&NO_TEXTS), unknowable],
        "none" => [vec![null, r#""""#.to_owned()], Vec::new(), Vec::new()],
        "number" => [own(&NUMBERS), with(&NO_NUMBERS, &[null]), Vec::new()],
        "objects" => [Vec::new(), with(&NO_OBJECTS, &[null]), Vec::new()],
        "object" => [Vec::new(), with(&NO_OBJECT, &[null]), Vec::new()],
        "anything" => {
            let more = [null, nul, r#""""#.to_owned(), chars(256, "x"), "1e400".to_owned()];
            [with(&TEXTS, &with(&NO_TEXTS, &more)), Vec::new(), Vec::new()]
        }
        other => panic!("no such kind: {other}"),
    }
}

/// Each key of each endpoint: whether it must be there (or that another line tells), what it holds, the body in which it is the hole,
/// and what a right value is answered, if not what the harmless body is. Another key of the body is wrong in a way that is judged
/// later, so that a right value changes nothing.
const HOLES: &str = r#"
/api/user_manage/create_new_staff/ | must anything | {"group":HOLE,"department":"nothing","display_name":"x","username":"asdf","password":"x"}
/api/user_manage/create_new_staff/ | must reference | {"group":"itadmin","department":HOLE,"display_name":"x","username":"asdf","password":"x"} | -2 创建用户失败，部门不存在
/api/user_manage/create_new_staff/ | must name | {"group":"x","department":"nothing","display_name":HOLE,"username":"asdf","password":"x"}
/api/user_manage/create_new_staff/ | must name | {"group":[],"department":"nothing","display_name":"x","username":HOLE,"password":"x"}
/api/user_manage/create_new_staff/ | must password | {"group":null,"department":"nothing","display_name":"x","username":"asdf","password":HOLE}
/api/user_manage/create_new_staff/ | may anything | {"group":"","department":"nothing","display_name":"x","username":"asdf","password":"x","unique_id":HOLE,"locked":HOLE}
/api/user_manage/delete_staff/ | must reference | {"unique_id":HOLE}
/api/user_manage/change_staff_password/ | must reference | {"unique_id":HOLE,"new_password":"x"}
/api/user_manage/change_staff_password/ | must password | {"unique_id":"nobody","new_password":HOLE}
/api/user_manage/locked_staff/ | must reference | {"unique_id":HOLE,"locked":"lock"}
/api/user_manage/locked_staff/ | must words lock unlock | {"unique_id":"nobody","locked":HOLE}
/api/user_manage/set_character/ | must reference | {"unique_id":HOLE,"group":"x"}
/api/user_manage/set_character/ | must anything | {"unique_id":"nobody","group":HOLE}
/api/user_manage/set_character/ | must anything | {"unique_id":"suadmin","group":HOLE} | -2 设置用户角色失败，用户角色不存在
/api/add_assets/ | must objects | {"data":HOLE}
/api/add_assets/ | must reference | {"data":[{"group":HOLE,"display_name":"x","status":"x","under":"nothing"}]} | -2 录入资产失败，资产分类不存在
/api/add_assets/ | must name | {"data":[{"group":"nothing","display_name":HOLE}]} | -2 录入资产失败，资产分类不存在
/api/add_assets/ | may reference-or-none | {"data":[{"group":"nothing","display_name":"x","under":HOLE}]} | -2 录入资产失败，资产分类不存在
/api/add_assets/ | elsewhere parent | {"data":[{"group":"0","display_name":"x","status":"x","under":HOLE}]} | -2 录入资产失败，父资产不存在
/api/add_assets/ | may none | {"data":[{"group":"0","display_name":"x","status":"x","under":HOLE}]} | -2 录入资产失败，资产状态不合法
/api/add_assets/ | may anything | {"data":[{"group":"nothing","display_name":"x","status":HOLE}]} | -2 录入资产失败，资产分类不存在
/api/add_assets/ | may number? | {"data":[{"group":"nothing","display_name":"x","value_origin":HOLE}]} | -2 录入资产失败，资产分类不存在
/api/add_assets/ | may number? | {"data":[{"group":"nothing","display_name":"x","use_year":HOLE}]} | -2 录入资产失败，资产分类不存在
/api/add_assets/ | may text? | {"data":[{"group":"nothing","display_name":"x","brand":HOLE}]} | -2 录入资产失败，资产分类不存在
/api/add_assets/ | may text? | {"data":[{"group":"nothing","display_name":"x","model":HOLE}]} | -2 录入资产失败，资产分类不存在
/api/add_assets/ | may text? | {"data":[{"group":"nothing","display_name":"x","serial_number":HOLE}]} | -2 录入资产失败，资产分类不存在
/api/add_assets/ | may long? | {"data":[{"group":"nothing","display_name":"x","remarks":HOLE}]} | -2 录入资产失败，资产分类不存在
/api/add_assets/ | may anything | {"data":[{"group":"nothing","display_name":"x","value_worth":HOLE,"belongs_to":HOLE,"date":HOLE}]} | -2 录入资产失败，资产分类不存在
/api/asset_group_tree/ | must reference | {"unique_id":HOLE,"option":"query"} | -2 没有这个资产分类
/api/asset_group_tree/ | must words query | {"unique_id":"0","option":HOLE,"new_group_id":"others","new_group_name":"其他","new_parent_id":"0"}
/api/asset_group_tree/ | may anything | {"unique_id":"0","option":"query","new_group_id":HOLE,"new_group_name":HOLE,"new_parent_id":HOLE}
/api/asset_group_tree/ | may anything | {"unique_id":"0","option":"delete","new_group_id":HOLE,"new_group_name":HOLE,"new_parent_id":HOLE} | -2 禁止删除所有类别
/api/asset_group_tree/ | must name | {"unique_id":"0","option":"add","new_group_id":HOLE,"new_group_name":"其他"} | -2 添加失败，该分组已存在
/api/asset_group_tree/ | must name | {"unique_id":"0","option":"add","new_group_id":"others","new_group_name":HOLE} | -2 添加失败，该分组已存在
/api/asset_group_tree/ | may anything | {"unique_id":"0","option":"add","new_group_id":"others","new_group_name":"其他","new_parent_id":HOLE} | -2 添加失败，该分组已存在
/api/asset_group_tree/ | must reference-or-none | {"unique_id":"test1","option":"change_parent","new_parent_id":HOLE} | -2 修改失败，父分组不存在
/api/asset_group_tree/ | may anything | {"unique_id":"0","option":"change_parent","new_parent_id":"0","new_group_name":HOLE} | -2 修改失败，父分组不可为自己或自己的子类
/api/asset_group_tree/ | must name | {"unique_id":"test1","option":"change_name","new_group_name":HOLE} | 0 修改分组成功
/api/search_asset/ | must long | {"search_string":HOLE}
/api/search_assets/ | must long | {"search_string":HOLE}
/api/search_assets_history/ | must long | {"search_string":HOLE}
/api/single_asset_history/ | must reference | {"unique_id":HOLE}
/api/assets_apply/ | must objects | {"data":HOLE}
/api/assets_apply/ | must reference | {"data":[{"asset_id":HOLE}]}
/api/assets_apply/ | elsewhere anything | {"data":[{"asset_id":"nothing","x":HOLE}],"x":HOLE}
/api/assets_delete/ | must objects | {"data":HOLE}
/api/assets_delete/ | must reference | {"data":[{"asset_id":HOLE}]}
/api/assets_return_apply/ | must objects | {"data":HOLE}
/api/assets_return_apply/ | must reference | {"data":[{"asset_id":HOLE}]}
/api/assets_repair_apply/ | must objects | {"data":HOLE}
/api/assets_repair_apply/ | must reference | {"data":[{"asset_id":HOLE}]}
/api/assets_transfer_to_apply/ | must objects | {"transfer_to_id":"nobody","data":HOLE}
/api/assets_transfer_to_apply/ | must reference | {"transfer_to_id":HOLE,"data":[{"asset_id":"nothing"}]}
/api/assets_transfer_to_apply/ | must reference | {"transfer_to_id":"suadmin","data":[{"asset_id":HOLE}]} | -6 asset_id不存在
/api/assets_apply/confirm/ | must reference | {"asset_id":HOLE,"result":"yes"}
/api/assets_apply/confirm/ | must words yes no | {"asset_id":"nothing","result":HOLE}
/api/assets_transfer_to/confirm/ | must reference | {"asset_id":HOLE,"result":"yes"}
/api/assets_transfer_to/confirm/ | must words yes no | {"asset_id":"nothing","result":HOLE}
/api/assets_return/confirm/ | must reference | {"asset_id":HOLE,"result":"yes"}
/api/assets_return/confirm/ | must words yes no | {"asset_id":"nothing","result":HOLE}
/api/asset_repair_finish/ | must reference | {"asset_id":HOLE}
/api/asset_info | must reference | {"asset_id":HOLE}
/api/asset_info | must reference | {"unique_id":HOLE}
/api/modify_asset | must reference | {"asset_id":HOLE,"data":{"group":null,"under":"nothing"}}
/api/modify_asset | must reference | {"unique_id":HOLE,"data":{"group":null,"under":"nothing"}}
/api/modify_asset | must object | {"asset_id":"nothing","data":HOLE}
/api/modify_asset | may reference-or-none | {"asset_id":"nothing","data":{"group":HOLE}}
/api/modify_asset | elsewhere reference-or-none | {"asset_id":"34k5jfkwertfwer","data":{"group":HOLE,"under":"nothing"}} | -2 修改资产失败，资产必须属于一个存在的分组
/api/modify_asset | may reference-or-none | {"asset_id":"nothing","data":{"under":HOLE}}
/api/modify_asset | elsewhere parent | {"asset_id":"34k5jfkwertfwer","data":{"under":HOLE}} | -2 修改资产失败，父资产不存在
/api/modify_asset | may none | {"asset_id":"34k5jfkwertfwer","data":{"under":HOLE}} | 0 操作成功
/api/modify_asset | may name | {"asset_id":"nothing","data":{"display_name":HOLE}}
/api/modify_asset | may long | {"asset_id":"nothing","data":{"remarks":HOLE}}
/api/modify_asset | may number | {"asset_id":"nothing","data":{"use_year":HOLE}}
/api/modify_asset | may number | {"asset_id":"nothing","data":{"value_origin":HOLE}}
/api/modify_asset | may text | {"asset_id":"nothing","data":{"brand":HOLE}}
/api/modify_asset | may text | {"asset_id":"nothing","data":{"model":HOLE}}
/api/modify_asset | may text | {"asset_id":"nothing","data":{"serial_number":HOLE}}
/api/modify_asset | may anything | {"asset_id":"nothing","data":{"status":HOLE,"belongs_to":HOLE,"date":HOLE,"unique_id":HOLE}}
/api/department/create/ | must parent | {"parent_id":HOLE,"new_id":"subdepartment1","new_name":"x","location":"x"}
/api/department/create/ | must none | {"parent_id":HOLE,"new_id":"subdepartment1","new_name":"x","location":"x"} | -2 id与已有部门冲突
/api/department/create/ | must name | {"parent_id":"nothing","new_id":HOLE,"new_name":"x","location":"x"}
/api/department/create/ | must name | {"parent_id":"nothing","new_id":"x","new_name":HOLE,"location":"x"}
/api/department/create/ | must text | {"parent_id":"nothing","new_id":"x","new_name":"x","location":HOLE}
/api/department/delete/ | must reference | {"department_id":HOLE}
/api/department/info/ | must reference | {"department_id":HOLE}
/api/department/modify/ | must reference | {"department_id":HOLE,"new_parent_id":"nothing"}
/api/department/modify/ | may name | {"department_id":"nothing","new_name":HOLE}
/api/department/modify/ | may text | {"department_id":"nothing","new_location":HOLE}
/api/department/modify/ | may reference-or-none | {"department_id":"nothing","new_parent_id":HOLE}
/api/department/modify/ | elsewhere parent | {"department_id":"subdepartment1","new_parent_id":HOLE} | -2 上级部门不存在
/api/assets_of_staff_list/ | must reference | {"unique_id":HOLE}
"#;

/// Takes away whatever key is the hole.
fn without(body: &Value) -> Value {
    match body {
        Value::Object(object) => object
            .iter()
            .filter(|(_, value)| **value != "HOLE")
            .map(|(key, value)| (key.clone(), without(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(without).collect(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn every_key_accepts_what_it_should_and_refuses_the_rest() {
    let scene = Scene::demo().await;
    let before = scene.everything().await;
    let token = scene.token("suadmin").await;
    let mut wrong_answers = Vec::new();
    for line in HOLES.trim().lines() {
        let columns: Vec<_> = line.split(" | ").collect();
        let (path, (need, kind), hole) = (columns[0], columns[1].split_once(' ').unwrap(), columns[2]);
        let known = if path == "/api/search_assets/" { "/api/search_asset/" } else { path };
        let endpoint = ENDPOINTS.iter().find(|endpoint| endpoint.path == known).unwrap();
        let malformed = says(-2, endpoint.malformed);
        let answer = columns.get(3).and_then(|answer| answer.split_once(' '));
        let (code, message) = answer.map_or(endpoint.answer, |(code, message)| (code.parse::<i32>().unwrap(), message));
        let [right, wrong, either] = values(kind);
        let mut cases = Vec::new();
        let filled = |value: &str| hole.replace("HOLE", value);
        cases.extend(right.iter().map(|value| (filled(value), true, false)));
        cases.extend(wrong.iter().map(|value| (filled(value), false, true)));
        cases.extend(either.iter().map(|value| (filled(value), true, true)));
        let marked: Value = serde_json::from_str(&filled("\"HOLE\"")).unwrap();
        if need != "elsewhere" {
            cases.push((without(&marked).to_string(), need == "may", need == "must"));
        }
        for (body, may_pass, may_fail) in cases {
            let sent = body.replacen('{', &format!("{{\"token\":\"{token}\","), 1).replace(",}", "}");
            let answer = send(&scene.world, path, sent).await.json();
            let passed =
                answer["code"] == code && answer["message"] == message && (code == 0 || answer == says(code, message));
            if !(may_pass && passed || may_fail && answer == malformed) {
                wrong_answers.push(format!("{path} {body:.300}\n    {answer:.300}"));
            }
        }
    }
    assert!(wrong_answers.is_empty(), "{} wrong answers\n{}", wrong_answers.len(), wrong_answers.join("\n"));
    let put_back = json!({ "unique_id": "test1", "option": "change_name", "new_group_name": "test1" });
    assert_eq!(scene.ask("asdf", "/api/asset_group_tree/", put_back).await, says(0, "修改分组成功"));
    assert_eq!(scene.everything().await, before);
}

#[tokio::test]
async fn both_spellings_of_an_asset_are_read_and_have_to_agree() {
    const ASSET: &str = "1603191152ZrfbUKEi";
    let scene = Scene::demo().await;
    for (path, malformed, rest) in [
        ("/api/asset_info", "JSON参数错误", json!({})),
        ("/api/modify_asset", "修改资产失败，JSON参数错误", json!({ "data": {} })),
    ] {
        let mut with = Vec::new();
        for (keys, fine) in [
            (json!({ "asset_id": ASSET }), true),
            (json!({ "unique_id": ASSET }), true),
            (json!({ "asset_id": ASSET, "unique_id": ASSET }), true),
            (json!({ "asset_id": ASSET, "unique_id": "1603191152cvwLfWvh" }), false),
            (json!({ "asset_id": ASSET, "unique_id": "nothing" }), false),
            (json!({ "asset_id": "nothing", "unique_id": ASSET }), false),
            (json!({ "asset_id": ASSET, "unique_id": null }), false),
            (json!({ "asset_id": null, "unique_id": ASSET }), false),
            (json!({ "asset_id": ASSET, "unique_id": "" }), false),
            (json!({ "asset_id": ASSET, "unique_id": [] }), false),
            (json!({ "asset_id": {}, "unique_id": ASSET }), false),
            (json!({}), false),
        ] {
            let mut body = rest.clone();
            for (key, value) in keys.as_object().unwrap() {
                body[key] = value.clone();
            }
            with.push((body, fine));
        }
        for (body, fine) in with {
            let answer = scene.ask("asdf", path, body.clone()).await;
            if fine {
                assert_eq!(answer["code"], 0, "{path} {body}");
            } else {
                assert_eq!(answer, says(-2, malformed), "{path} {body}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_stored_is_what_was_sent() {
    const LONGEST: usize = 255;
    let scene = Scene::demo().await;
    let texts = ["  a  ", "'\"%_\\", "\n\t\r", "\u{1f600}\u{fe0f}", "null", "{}", "é\u{301}", "\u{feff}x", "\u{202e}x"];
    for text in texts.map(str::to_owned).into_iter().chain(["中".repeat(LONGEST), "😀".repeat(LONGEST)]) {
        let blank = text.trim().is_empty();
        let name = if blank { format!("{text}.") } else { text.clone() };
        let remarks: String = text.chars().cycle().take(2000).collect();
        let item = json!({
            "group": "0", "display_name": name, "brand": text, "model": text, "serial_number": text, "remarks": remarks,
        });
        let id = scene.enter(item.clone()).await;
        let asset = scene.asset(&id).await;
        for key in ["display_name", "brand", "model", "serial_number", "remarks"] {
            assert_eq!(asset[key], item[key], "{key}");
        }
        let new = json!({ "parent_id": null, "new_id": name, "new_name": name, "location": text });
        assert_eq!(scene.ask("asdf", "/api/department/create/", new).await, says(0, "添加部门成功!"), "{text:?}");
        let info = scene.ask("asdf", "/api/department/info/", json!({ "department_id": name })).await;
        let shown = (&info["data"]["display_name"], &info["data"]["location"]);
        assert_eq!(shown, (&json!(name), &json!(text)));
        let person = json!({
            "group": "itadmin", "department": name, "display_name": name, "username": name, "password": name,
        });
        let answer = scene.ask("sdfg", "/api/user_manage/create_new_staff/", person).await;
        assert_eq!(answer["code"], "0", "{text:?}: {answer}");
        let entered = super::ask(&scene.world, "/api/login/", &json!({ "username": name, "password": name })).await;
        assert_eq!(entered["code"], 0, "{text:?}");
        let group = json!({ "unique_id": "0", "option": "add", "new_group_id": name, "new_group_name": name });
        assert_eq!(scene.ask("asdf", "/api/asset_group_tree/", group).await, says(0, "创建分组成功"), "{text:?}");
        let group = scene.ask("asdf", "/api/asset_group_tree/", json!({ "unique_id": name, "option": "query" })).await;
        assert_eq!(group["display_name"], json!(name));
    }
}
