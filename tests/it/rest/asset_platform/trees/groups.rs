//! 7.13 and 7.14: the tree of asset groups.

use serde_json::{Value, json};

use super::super::{
    says,
    scene::{Scene, Step},
};

const TREE: &str = "/api/asset_group_tree/";
const ALL: &str = "/api/get_all_asset_group/";
const MADE: &str = "创建分组成功";
const CHANGED: &str = "修改分组成功";
const DELETED: &str = "删除分组成功";
const TAKEN: &str = "添加失败，该分组已存在";
const NO_PARENT: &str = "修改失败，父分组不存在";
const CYCLE: &str = "修改失败，父分组不可为自己或自己的子类";
const NAME_TAKEN: &str = "修改失败，该分组名已存在";

fn step(body: Value, answer: Value) -> Step {
    ("asdf", TREE, body, answer)
}

fn add(below: &str, id: Value, name: Value) -> Value {
    json!({ "unique_id": below, "option": "add", "new_group_id": id, "new_group_name": name })
}

fn moved(group: &str, parent: Value) -> Value {
    json!({ "unique_id": group, "option": "change_parent", "new_parent_id": parent })
}

fn named(group: &str, name: Value) -> Value {
    json!({ "unique_id": group, "option": "change_name", "new_group_name": name })
}

fn delete(group: &str) -> Value {
    json!({ "unique_id": group, "option": "delete" })
}

/// The answer to a query.
fn children(name: &str, of: &[(&str, &str)]) -> Value {
    let data: Vec<_> = of.iter().map(|(id, name)| json!({ "unique_id": id, "display_name": name })).collect();
    json!({ "code": 0, "message": "成功获取资产分类子类", "display_name": name, "data": data })
}

fn group(value: &str, title: &str, children: &[Value]) -> Value {
    json!({ "title": title, "value": value, "children": children })
}

/// The whole tree.
async fn forest(scene: &Scene) -> Value {
    let answer = scene.ask("demo", ALL, json!({})).await;
    assert_eq!((&answer["code"], &answer["message"]), (&json!(0), &json!("成功获取所有资产分类")));
    assert_eq!(answer.as_object().unwrap().len(), 3);
    answer["data"].clone()
}

#[tokio::test]
async fn whoever_is_logged_in_sees_the_tree() {
    let scene = Scene::demo().await;
    for (group, answer) in [
        ("0", children("所有类别", &[("sampleassetgroup1", "test_asset_group"), ("others", "其他")])),
        ("sampleassetgroup1", children("test_asset_group", &[("test1", "test1")])),
        ("test1", children("test1", &[])),
        ("others", children("其他", &[])),
    ] {
        for person in ["myusername", "sdfg", "asdf", "admin"] {
            let query = json!({ "unique_id": group, "option": "query" });
            assert_eq!(scene.ask(person, TREE, query).await, answer, "{group}");
        }
    }
    // A group's id may be sent as a number.
    let root = scene.ask("demo", TREE, json!({ "unique_id": 0, "option": "query" })).await;
    assert_eq!(root["display_name"], "所有类别");
    let expected = json!([group(
        "0",
        "所有类别",
        &[
            group("sampleassetgroup1", "test_asset_group", &[group("test1", "test1", &[])]),
            group("others", "其他", &[]),
        ]
    )]);
    assert_eq!(forest(&scene).await, expected);
}

#[tokio::test]
async fn refused_changes_of_the_tree_change_nothing() {
    let scene = Scene::demo().await;
    let refusals = [
        (add("0", json!("others"), json!("new")), TAKEN),
        (add("0", json!("new"), json!("其他")), TAKEN),
        (add("test1", json!("0"), json!("new")), TAKEN),
        (add("test1", json!(0), json!("new")), TAKEN),
        (add("test1", json!("new"), json!("所有类别")), TAKEN),
        (add("test1", json!("test1"), json!("test1")), TAKEN),
        (delete("0"), "禁止删除所有类别"),
        (moved("test1", json!("nothing")), NO_PARENT),
        (moved("test1", json!(null)), NO_PARENT),
        (moved("test1", json!("")), NO_PARENT),
        (moved("test1", json!("Others")), NO_PARENT),
        (moved("0", json!("nothing")), NO_PARENT),
        (moved("0", json!(null)), NO_PARENT),
        (moved("0", json!("0")), CYCLE),
        (moved("0", json!("test1")), CYCLE),
        (moved("0", json!("others")), CYCLE),
        (moved("test1", json!("test1")), CYCLE),
        (moved("sampleassetgroup1", json!("test1")), CYCLE),
        (named("test1", json!("其他")), NAME_TAKEN),
        (named("0", json!("test1")), NAME_TAKEN),
        (named("others", json!("所有类别")), NAME_TAKEN),
    ];
    scene.refuses(refusals.map(|(body, text)| step(body, says(-2, text)))).await;
}

#[tokio::test]
async fn groups_are_added_named_moved_and_deleted() {
    let scene = Scene::demo().await;
    let mut elsewhere = add("others", json!("b"), json!("B"));
    // The group operated on is the parent; the other key has no meaning here.
    elsewhere["new_parent_id"] = json!(["test1"]);
    scene
        .play([
            step(add("0", json!("a"), json!("A")), says(0, MADE)),
            step(elsewhere, says(0, MADE)),
            step(add("a", json!("c"), json!("C")), says(0, MADE)),
            step(add("c", json!(42), json!(43)), says(0, MADE)),
            step(add("c", json!("OTHERS"), json!("c")), says(0, MADE)),
            step(named("b", json!("B")), says(0, CHANGED)),
            step(named("0", json!("根")), says(0, CHANGED)),
            step(named("a", json!("所有类别")), says(0, CHANGED)),
            step(moved("c", json!("b")), says(0, CHANGED)),
            step(moved("c", json!("b")), says(0, CHANGED)),
            step(moved("sampleassetgroup1", json!("a")), says(0, CHANGED)),
        ])
        .await;
    let c = group("c", "C", &[group("42", "43", &[]), group("OTHERS", "c", &[])]);
    let sample = group("sampleassetgroup1", "test_asset_group", &[group("test1", "test1", &[])]);
    let expected = json!([group(
        "0",
        "根",
        &[group("others", "其他", &[group("b", "B", std::slice::from_ref(&c))]), group("a", "所有类别", &[sample])]
    )]);
    assert_eq!(forest(&scene).await, expected);
    let before = scene.asset("34k5jfkwertfwer").await;
    assert_eq!(before["group_id"], "sampleassetgroup1");
    scene.enter(json!({ "group": "b", "display_name": "x", "status": "deleted" })).await;
    scene
        .play([
            step(delete("b"), says(0, DELETED)),
            step(delete("sampleassetgroup1"), says(0, DELETED)),
            step(json!({ "unique_id": "b", "option": "query" }), says(-2, "没有这个资产分类")),
            step(delete("b"), says(-2, "没有这个资产分类")),
        ])
        .await;
    let expected = json!([group(
        "0",
        "根",
        &[group("test1", "test1", &[]), group("others", "其他", &[]), group("a", "所有类别", &[]), c]
    )]);
    assert_eq!(forest(&scene).await, expected);
    let rows = scene.part("asdf", "/api/asset_list/", json!({}), "data").await;
    for row in rows.as_array().unwrap() {
        assert_eq!((&row["group_id"], &row["group_name"]), (&json!("0"), &json!("根")));
    }
    // What was deleted is free again, its id and its name.
    let again = add("c", json!("b"), json!("test_asset_group"));
    assert_eq!(scene.ask("asdf", TREE, again).await, says(0, MADE));
    let query = scene.ask("asdf", TREE, json!({ "unique_id": "c", "option": "query" })).await;
    assert_eq!(query, children("C", &[("42", "43"), ("OTHERS", "c"), ("b", "test_asset_group")]));
}

#[tokio::test]
async fn a_tree_of_any_depth_is_shown() {
    const DEEP: usize = 400;
    let scene = Scene::demo().await;
    for number in 0..DEEP {
        let above = if number == 0 { "others".to_owned() } else { format!("deep{}", number - 1) };
        let new = add(&above, json!(format!("deep{number}")), json!(format!("deep{number}")));
        assert_eq!(scene.ask("asdf", TREE, new).await, says(0, MADE), "{number}");
    }
    let last = format!("deep{}", DEEP - 1);
    assert_eq!(scene.ask("asdf", TREE, moved("deep0", json!(last))).await, says(-2, CYCLE));
    let body = json!({ "token": scene.token("demo").await }).to_string();
    let reply = super::super::send(&scene.world, ALL, body).await;
    // Deeper than what reads JSON here, which is no concern of the server's.
    let text = reply.text();
    assert_eq!(text.matches("\"title\":").count(), DEEP + 4);
    assert_eq!(text.matches('[').count(), text.matches(']').count());
    assert!(text.contains(&format!("\"{last}\"")) && text.ends_with('}'), "{text:.300}");
}
