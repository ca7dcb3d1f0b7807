//! 7.27–7.31: departments.

use serde_json::{Value, json};

use super::super::{
    says,
    scene::{Scene, done},
};

const CREATE: &str = "/api/department/create/";
const DELETE: &str = "/api/department/delete/";
const INFO: &str = "/api/department/info/";
const ALL: &str = "/api/department/all/";
const MODIFY: &str = "/api/department/modify/";
const CREATED: &str = "添加部门成功!";
const MODIFIED: &str = "修改部门成功!";
const DELETED: &str = "删除部门成功!";

fn id(id: &str) -> Value {
    json!({ "department_id": id })
}

fn new(parent: Value, id: &str, name: &str) -> Value {
    json!({ "parent_id": parent, "new_id": id, "new_name": name, "location": "Mars" })
}

fn info(
    name: &str,
    location: &str,
    parent: Option<(&str, &str)>,
    below: &[(&str, &str)],
    staff: &[(&str, &str)],
) -> Value {
    let rows = |of: &[(&str, &str)]| -> Vec<_> {
        of.iter().map(|(id, name)| json!({ "unique_id": id, "display_name": name })).collect()
    };
    json!({
        "code": 0,
        "message": "查询部门成功!",
        "data": {
            "display_name": name, "location": location, "parent_id": parent.map(|(id, _)| id),
            "parent_name": parent.map(|(_, name)| name), "sub_deparments": rows(below), "staff": rows(staff),
        },
    })
}

const SUB: [(&str, &str); 2] = [("subdepartment1", "子部门"), ("sampledepartment2", "子部门2")];
const PARENT: Option<(&str, &str)> = Some(("sampledepartment", "测试部门"));
const LEAVER: (&str, &str) = ("1602554050TBuCGtE", "待删除员工");
const FORGETFUL: (&str, &str) = ("1602514534djDKboCE", "忘记密码员工");

#[tokio::test]
async fn whoever_is_logged_in_sees_departments() {
    let scene = Scene::demo().await;
    let staff = [
        ("suadmin", "超级管理员"),
        ("samplestaff", "测试员工"),
        ("lwk4j5lk234", "测试员工 资产"),
        ("29384uieweretr", "测试员工 系统"),
        ("1603162639kQsLBBHw", "测试员工3"),
        ("1602554682pJpNnlfJ", "待调岗员工"),
        ("demo", "测试姓名"),
        ("admin", "管理员"),
        ("testuser", "测试用户"),
    ];
    let row = |id: &str, name: &str, parent: Value, below: Value| json!({ "unique_id": id, "display_name": name, "parent_id": parent, "sub_deparments": below });
    let below = json!([
        { "unique_id": "subdepartment1", "display_name": "子部门" },
        { "unique_id": "sampledepartment2", "display_name": "子部门2" },
    ]);
    let all = json!({
        "code": 0,
        "message": "查询部门成功!",
        "departments": [
            row("sampledepartment", "测试部门", Value::Null, below),
            row("subdepartment1", "子部门", json!("sampledepartment"), json!([])),
            row("sampledepartment2", "子部门2", json!("sampledepartment"), json!([])),
        ],
    });
    for person in ["demo", "sdfg", "asdf"] {
        scene
            .play([
                (person, INFO, id("sampledepartment"), info("测试部门", "default", None, &SUB, &staff)),
                (person, INFO, id("subdepartment1"), info("子部门", "default", PARENT, &[], &[LEAVER, FORGETFUL])),
                (person, INFO, id("sampledepartment2"), info("子部门2", "default", PARENT, &[], &[])),
                (person, INFO, id("SampleDepartment"), says(-2, "查询的部门不存在")),
                (person, INFO, id("测试部门"), says(-2, "查询的部门不存在")),
                (person, ALL, json!({}), all.clone()),
            ])
            .await;
    }
}

#[tokio::test]
async fn refused_changes_of_departments_change_nothing() {
    const NO_PARENT: &str = "上级部门不存在";
    const TAKEN: &str = "id与已有部门冲突";
    const CYCLE: &str = "修改失败，上级部门不可为自己或自己的子部门";
    let scene = Scene::demo().await;
    let lock = json!({ "unique_id": LEAVER.0, "locked": "lock" });
    assert_eq!(scene.ask("sdfg", "/api/user_manage/locked_staff/", lock).await, done("成功锁定"));
    let lock = json!({ "unique_id": FORGETFUL.0, "locked": "lock" });
    assert_eq!(scene.ask("sdfg", "/api/user_manage/locked_staff/", lock).await, done("成功锁定"));
    let change = |department: &str, parent: &str| json!({ "department_id": department, "new_parent_id": parent, "new_name": "new", "new_location": "new" });
    let refusals = [
        (CREATE, new(json!("nothing"), "subdepartment1", "x"), NO_PARENT),
        (CREATE, new(json!("测试部门"), "new", "x"), NO_PARENT),
        (CREATE, new(json!("new"), "new", "x"), NO_PARENT),
        (CREATE, new(json!("sampledepartment"), "subdepartment1", "x"), TAKEN),
        (CREATE, new(json!(null), "sampledepartment", "x"), TAKEN),
        (CREATE, new(json!(""), "sampledepartment2", "x"), TAKEN),
        (DELETE, id("nothing"), "删除的部门不存在"),
        (DELETE, id(""), "删除的部门不存在"),
        (DELETE, id("sampledepartment"), "删除的部门有子部门"),
        (DELETE, id("subdepartment1"), "删除的部门非空"),
        (MODIFY, change("nothing", "nothing"), "修改的部门不存在"),
        (MODIFY, change("", ""), "修改的部门不存在"),
        (MODIFY, change("sampledepartment2", "nothing"), NO_PARENT),
        (MODIFY, change("sampledepartment2", "SAMPLEDEPARTMENT"), NO_PARENT),
        (MODIFY, change("sampledepartment2", "sampledepartment2"), CYCLE),
        (MODIFY, change("sampledepartment", "sampledepartment2"), CYCLE),
        (MODIFY, change("sampledepartment", "sampledepartment"), CYCLE),
    ];
    scene.refuses(refusals.map(|(path, body, text)| ("admin", path, body, says(-2, text)))).await;
}

#[tokio::test]
async fn departments_are_created_changed_and_deleted() {
    let scene = Scene::demo().await;
    let with = |key: &str, value: Value| json!({ "department_id": "a", key: value });
    scene
        .play([
            ("asdf", CREATE, new(json!("sampledepartment2"), "a", "子部门"), says(0, CREATED)),
            ("admin", CREATE, new(json!(null), "b", "子部门"), says(0, CREATED)),
            ("suadmin", CREATE, new(json!(""), "SubDepartment1", "c"), says(0, CREATED)),
            (
                "asdf",
                CREATE,
                json!({ "parent_id": "a", "new_id": 7, "new_name": 8, "location": "" }),
                says(0, CREATED),
            ),
            ("demo", INFO, id("7"), info("8", "", Some(("a", "子部门")), &[], &[])),
            ("demo", INFO, id("b"), info("子部门", "Mars", None, &[], &[])),
            ("asdf", MODIFY, id("a"), says(0, MODIFIED)),
            ("demo", INFO, id("a"), info("子部门", "Mars", Some(("sampledepartment2", "子部门2")), &[("7", "8")], &[])),
            ("asdf", MODIFY, with("new_name", json!("测试部门")), says(0, MODIFIED)),
            ("asdf", MODIFY, with("new_location", json!("")), says(0, MODIFIED)),
            ("asdf", MODIFY, with("new_parent_id", json!("b")), says(0, MODIFIED)),
            ("demo", INFO, id("a"), info("测试部门", "", Some(("b", "子部门")), &[("7", "8")], &[])),
            ("admin", DELETE, id("b"), says(-2, "删除的部门有子部门")),
            ("asdf", MODIFY, with("new_parent_id", json!(null)), says(0, MODIFIED)),
            ("demo", INFO, id("a"), info("测试部门", "", None, &[("7", "8")], &[])),
            ("admin", DELETE, id("b"), says(0, DELETED)),
            ("demo", INFO, id("b"), says(-2, "查询的部门不存在")),
            ("asdf", MODIFY, with("new_parent_id", json!("sampledepartment")), says(0, MODIFIED)),
            ("asdf", MODIFY, with("new_parent_id", json!("")), says(0, MODIFIED)),
            (
                "asdf",
                MODIFY,
                json!({ "department_id": 7, "new_parent_id": "subdepartment1", "new_name": "九", "new_location": "月" }),
                says(0, MODIFIED),
            ),
            ("demo", INFO, id("7"), info("九", "月", Some(("subdepartment1", "子部门")), &[], &[])),
            ("asdf", DELETE, id("sampledepartment2"), says(0, DELETED)),
            ("asdf", CREATE, new(json!(null), "b", "again"), says(0, CREATED)),
        ])
        .await;
    let all = scene.part("demo", ALL, json!({}), "departments").await;
    let ids: Vec<_> = all.as_array().unwrap().iter().map(|row| row["unique_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["sampledepartment", "subdepartment1", "a", "SubDepartment1", "7", "b"]);
}

#[tokio::test]
async fn a_department_is_empty_when_its_last_person_has_left() {
    let scene = Scene::demo().await;
    let sub = || id("subdepartment1");
    let leaves = |person: &str| json!({ "unique_id": person });
    scene
        .play([
            ("sdfg", "/api/user_manage/delete_staff/", leaves(LEAVER.0), done("成功删除")),
            ("demo", INFO, sub(), info("子部门", "default", PARENT, &[], &[FORGETFUL])),
            ("asdf", DELETE, sub(), says(-2, "删除的部门非空")),
            ("sdfg", "/api/user_manage/delete_staff/", leaves(FORGETFUL.0), done("成功删除")),
            ("asdf", DELETE, sub(), says(0, DELETED)),
            ("asdf", DELETE, sub(), says(-2, "删除的部门不存在")),
            ("asdf", CREATE, new(json!(null), "subdepartment1", "子部门"), says(0, CREATED)),
            ("demo", INFO, sub(), info("子部门", "Mars", None, &[], &[])),
        ])
        .await;
}

#[tokio::test]
async fn a_held_asset_is_where_its_holder_is() {
    let scene = Scene::demo().await;
    let place =
        |asset: &Value| json!([asset["belongs_department_id"], asset["belongs_department_name"], asset["location"]]);
    let held = "1603786083cjxyxHTB";
    assert_eq!(place(&scene.asset(held).await), json!(["sampledepartment", "测试部门", "default"]));
    let body = json!({ "department_id": "sampledepartment", "new_name": "总部", "new_location": "火星" });
    assert_eq!(scene.ask("asdf", MODIFY, body).await, says(0, MODIFIED));
    assert_eq!(place(&scene.asset(held).await), json!(["sampledepartment", "总部", "火星"]));
    assert_eq!(place(&scene.asset("34k5jfkwertfwer").await), json!([null, null, null]));
    scene.mutate("staffUpdate", json!({ "id": "samplestaff", "departmentId": "subdepartment1" })).await;
    assert_eq!(place(&scene.asset(held).await), json!(["subdepartment1", "子部门", "default"]));
    scene.mutate("staffUpdate", json!({ "id": "samplestaff", "departmentId": null })).await;
    assert_eq!(place(&scene.asset(held).await), json!([null, null, null]));
    let info = scene.ask("myusername", "/api/staff_info/", json!({})).await;
    assert_eq!(info["user"]["department"], Value::Null);
}
