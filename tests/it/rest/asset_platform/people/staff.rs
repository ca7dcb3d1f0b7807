//! 7.2–7.9: staff.

use serde_json::{Value, json};

use super::super::{
    ask, says,
    scene::{Scene, Step, batch, decision, done},
};

const CREATE: &str = "/api/user_manage/create_new_staff/";
const DELETE: &str = "/api/user_manage/delete_staff/";
const PASSWORD: &str = "/api/user_manage/change_staff_password/";
const LOCK: &str = "/api/user_manage/locked_staff/";
const CHARACTER: &str = "/api/user_manage/set_character/";
const LEAVER: &str = "1602554050TBuCGtE";
const TARGET: &str = "1603162639kQsLBBHw";
const ONESELF: &str = "不能对自己执行此操作";

/// What `by` is told about whom the key names.
fn told(by: &'static str, path: &'static str, body: Value, message: &str) -> Step {
    (by, path, body, says(-2, message))
}

fn person(group: &str, department: &str, username: &str) -> Value {
    json!({
        "group": group, "department": department, "display_name": "测试员工", "username": username, "password": 1234,
    })
}

#[tokio::test]
async fn everybody_is_listed_the_oldest_first() {
    let scene = Scene::demo().await;
    let departments = json!({ "sampledepartment": "测试部门", "subdepartment1": "子部门" });
    let groups = json!({
        "generalstaff": "企业普通员工", "assetadmin": "企业资产管理员", "systemadmin": "企业系统管理员", "itadmin": "企业IT管理员",
    });
    let people = [
        ("suadmin", "suadmin", "超级管理员", "itadmin", "sampledepartment"),
        ("samplestaff", "myusername", "测试员工", "generalstaff", "sampledepartment"),
        ("lwk4j5lk234", "asdf", "测试员工 资产", "assetadmin", "sampledepartment"),
        ("29384uieweretr", "sdfg", "测试员工 系统", "systemadmin", "sampledepartment"),
        ("1603162639kQsLBBHw", "staff3", "测试员工3", "generalstaff", "sampledepartment"),
        ("1602554050TBuCGtE", "leaver", "待删除员工", "generalstaff", "subdepartment1"),
        ("1602514534djDKboCE", "forgetful", "忘记密码员工", "generalstaff", "subdepartment1"),
        ("1602554682pJpNnlfJ", "mover", "待调岗员工", "assetadmin", "sampledepartment"),
        ("demo", "demo", "测试姓名", "generalstaff", "sampledepartment"),
        ("admin", "admin", "管理员", "itadmin", "sampledepartment"),
        ("testuser", "testuser", "测试用户", "generalstaff", "sampledepartment"),
    ];
    let rows: Vec<_> = people
        .iter()
        .map(|(unique_id, username, name, group, department)| {
            json!({
                "unique_id": unique_id, "group_id": group, "group_name": groups[group], "department_id": department,
                "department_name": departments[department], "display_name": name, "username": username, "locked": false,
            })
        })
        .collect();
    let titles: Vec<_> =
        people.iter().map(|(unique_id, _, name, ..)| json!({ "title": name, "value": unique_id })).collect();
    scene
        .play([
            ("myusername", "/api/staff_list/", json!({}), json!({ "code": 0, "message": "成功", "data": rows })),
            (
                "myusername",
                "/api/staff_list_title_value/",
                json!({}),
                json!({ "code": 0, "message": "成功获取用户列表", "data": titles }),
            ),
        ])
        .await;
    assert_eq!(scene.ask("sdfg", LOCK, json!({ "unique_id": LEAVER, "locked": "lock" })).await, done("成功锁定"));
    let listed = scene.part("myusername", "/api/staff_list/", json!({}), "data").await;
    assert_eq!(listed[5]["locked"], true);
}

#[tokio::test]
async fn refusals_are_told_in_their_order_and_change_nothing() {
    const GROUP: &str = "创建用户失败，用户角色不存在";
    const DEPARTMENT: &str = "创建用户失败，部门不存在";
    const TAKEN: &str = "创建用户失败，用户名已存在";
    let scene = Scene::demo().await;
    // Somebody who may manage staff and holds an asset.
    scene.ask("suadmin", "/api/add_assets/", json!({ "data": [{ "group": "0", "display_name": "own" }] })).await;
    scene.ask("leaver", "/api/assets_apply/", batch(&["1603191152ZrfbUKEi"])).await;
    scene.ask("myusername", "/api/assets_apply/", batch(&["1603191152cvwLfWvh"])).await;
    scene
        .refuses([
            told("sdfg", CREATE, person("Itadmin", "nothing", "asdf"), GROUP),
            told("sdfg", CREATE, person("企业IT管理员", "sampledepartment", "new"), GROUP),
            told("sdfg", CREATE, person("", "sampledepartment", "new"), GROUP),
            told("sdfg", CREATE, person("suadmin", "sampledepartment", "new"), GROUP),
            told("sdfg", CREATE, person("itadmin", "nothing", "asdf"), DEPARTMENT),
            told("sdfg", CREATE, person("itadmin", "SampleDepartment", "new"), DEPARTMENT),
            told("sdfg", CREATE, person("itadmin", "测试部门", "new"), DEPARTMENT),
            told("sdfg", CREATE, person("itadmin", "", "new"), DEPARTMENT),
            told("sdfg", CREATE, person("itadmin", "sampledepartment", "asdf"), TAKEN),
            told("admin", CREATE, person("generalstaff", "sampledepartment2", "admin"), TAKEN),
            told("sdfg", DELETE, json!({ "unique_id": "leaver" }), "删除用户失败，用户不存在"),
            told("sdfg", DELETE, json!({ "unique_id": "" }), "删除用户失败，用户不存在"),
            told("sdfg", DELETE, json!({ "unique_id": "29384uieweretr" }), ONESELF),
            told("suadmin", DELETE, json!({ "unique_id": "suadmin" }), ONESELF),
            told("sdfg", DELETE, json!({ "unique_id": "suadmin" }), "删除用户失败，该用户名下仍有资产"),
            told("sdfg", DELETE, json!({ "unique_id": "samplestaff" }), "删除用户失败，该用户名下仍有资产"),
            told("sdfg", DELETE, json!({ "unique_id": "lwk4j5lk234" }), "删除用户失败，该用户名下仍有资产"),
            told("sdfg", DELETE, json!({ "unique_id": LEAVER }), "删除用户失败，该用户仍有待审批的申请"),
            told("sdfg", DELETE, json!({ "unique_id": TARGET }), "删除用户失败，该用户仍有待审批的申请"),
            told("sdfg", PASSWORD, json!({ "unique_id": "asdf", "new_password": "x" }), "更改用户密码失败，用户不存在"),
            told("sdfg", LOCK, json!({ "unique_id": "asdf", "locked": "unlock" }), "锁定/解锁失败，用户不存在"),
            told("sdfg", LOCK, json!({ "unique_id": "29384uieweretr", "locked": "lock" }), ONESELF),
            told("admin", LOCK, json!({ "unique_id": "admin", "locked": "lock" }), ONESELF),
            told("sdfg", CHARACTER, json!({ "unique_id": "asdf", "group": "x" }), "设置用户角色失败，用户不存在"),
            told("sdfg", CHARACTER, json!({ "unique_id": LEAVER, "group": "x" }), "设置用户角色失败，用户角色不存在"),
            told(
                "sdfg",
                CHARACTER,
                json!({ "unique_id": LEAVER, "group": "admin" }),
                "设置用户角色失败，用户角色不存在",
            ),
            told("sdfg", CHARACTER, json!({ "unique_id": LEAVER, "group": null }), "设置用户角色失败，用户角色不存在"),
            told(
                "sdfg",
                CHARACTER,
                json!({ "unique_id": "29384uieweretr", "group": "x" }),
                "设置用户角色失败，用户角色不存在",
            ),
            told("sdfg", CHARACTER, json!({ "unique_id": "29384uieweretr", "group": "systemadmin" }), ONESELF),
            told("admin", CHARACTER, json!({ "unique_id": "admin", "group": "itadmin" }), ONESELF),
        ])
        .await;
}

#[tokio::test]
async fn people_are_created_with_repeated_names_and_free_usernames() {
    let scene = Scene::demo().await;
    let created = done("创建用户成功!");
    scene
        .play([
            ("sdfg", CREATE, person("generalstaff", "sampledepartment", "测试员工"), created.clone()),
            ("admin", CREATE, person("assetadmin", "sampledepartment2", " asdf"), created.clone()),
            ("suadmin", CREATE, person("systemadmin", "subdepartment1", "Asdf"), created.clone()),
            ("suadmin", CREATE, person("itadmin", "subdepartment1", "😀"), created),
        ])
        .await;
    let listed = scene.part("demo", "/api/staff_list/", json!({}), "data").await;
    let rows = &listed.as_array().unwrap()[11..];
    for (row, (group, group_name, department, department_name, username)) in rows.iter().zip([
        ("generalstaff", "企业普通员工", "sampledepartment", "测试部门", "测试员工"),
        ("assetadmin", "企业资产管理员", "sampledepartment2", "子部门2", " asdf"),
        ("systemadmin", "企业系统管理员", "subdepartment1", "子部门", "Asdf"),
        ("itadmin", "企业IT管理员", "subdepartment1", "子部门", "😀"),
    ]) {
        let expected = json!({
            "unique_id": row["unique_id"], "group_id": group, "group_name": group_name, "department_id": department,
            "department_name": department_name, "display_name": "测试员工", "username": username, "locked": false,
        });
        assert_eq!(*row, expected);
        let (seconds, letters) = row["unique_id"].as_str().unwrap().split_at(10);
        assert!(seconds == "1604455200" && letters.len() >= 8, "{row}");
        assert!(letters.bytes().all(|byte| byte.is_ascii_alphabetic()), "{row}");
        let answer = ask(&scene.world, "/api/login/", &json!({ "username": username, "password": "1234" })).await;
        assert_eq!(answer["code"], 0, "{username}");
        let own = json!({ "token": answer["token"] });
        let answer = ask(&scene.world, "/api/staff_info/", &own).await;
        let expected = json!({
            "code": 0,
            "message": "Get user info success",
            "user": {
                "unique_id": row["unique_id"], "display_name": "测试员工", "department": department_name, "locked": false,
                "group": group_name, "username": username, "asset": [],
            },
        });
        assert_eq!(answer, expected);
        // No extra role: nobody but the four groups' own.
        let answer = ask(&scene.world, DELETE, &own).await;
        let may = group == "systemadmin" || group == "itadmin";
        assert_eq!(answer["code"], if may { -2 } else { -5 }, "{group}");
    }
    assert_eq!(rows.len(), 4);
    let answer = scene.ask("sdfg", CREATE, person("itadmin", "sampledepartment", "测试员工")).await;
    assert_eq!(answer, says(-2, "创建用户失败，用户名已存在"));
}

#[tokio::test]
async fn the_deleted_are_gone_from_every_list_and_free_their_username() {
    let scene = Scene::demo().await;
    scene.token("leaver").await;
    scene
        .play([
            ("sdfg", DELETE, json!({ "unique_id": LEAVER }), done("成功删除")),
            ("sdfg", DELETE, json!({ "unique_id": LEAVER }), says(-2, "删除用户失败，用户不存在")),
            (
                "sdfg",
                PASSWORD,
                json!({ "unique_id": LEAVER, "new_password": "x" }),
                says(-2, "更改用户密码失败，用户不存在"),
            ),
            ("sdfg", LOCK, json!({ "unique_id": LEAVER, "locked": "unlock" }), says(-2, "锁定/解锁失败，用户不存在")),
            (
                "sdfg",
                CHARACTER,
                json!({ "unique_id": LEAVER, "group": "itadmin" }),
                says(-2, "设置用户角色失败，用户不存在"),
            ),
            ("asdf", "/api/assets_of_staff_list/", json!({ "unique_id": LEAVER }), says(-5, "员工unique_id不存在")),
            (
                "myusername",
                "/api/assets_transfer_to_apply/",
                json!({ "transfer_to_id": LEAVER, "data": [{ "asset_id": "1603786083cjxyxHTB" }] }),
                says(-6, "转移员工ID不存在"),
            ),
            ("leaver", "/api/staff_info/", json!({}), says(-4, "令牌失效，请重新登录")),
            ("sdfg", CREATE, person("generalstaff", "subdepartment1", "leaver"), done("创建用户成功!")),
        ])
        .await;
    let info = scene.part("demo", "/api/department/info/", json!({ "department_id": "subdepartment1" }), "data").await;
    let staff = info["staff"].as_array().unwrap();
    assert_eq!((staff.len(), &staff[0]["unique_id"]), (2, &json!("1602514534djDKboCE")));
    assert_ne!(staff[1]["unique_id"], LEAVER, "nobody else is given the id");
    for path in ["/api/staff_list/", "/api/staff_list_title_value/"] {
        let list = scene.part("demo", path, json!({}), "data").await;
        assert_eq!(list.as_array().unwrap().len(), 11);
        assert!(!list.to_string().contains(LEAVER), "{path}");
    }
    // Whoever waits for an asset may leave once it has been decided or the asset is no more.
    let forgetful = json!({ "unique_id": "1602514534djDKboCE" });
    let unused = batch(&["1603191152ZrfbUKEi"]);
    scene
        .play([
            ("forgetful", "/api/assets_apply/", unused.clone(), says(0, "成功申请领用资产")),
            ("sdfg", DELETE, forgetful.clone(), says(-2, "删除用户失败，该用户仍有待审批的申请")),
            ("asdf", "/api/assets_delete/", unused, says(0, "成功清退资产")),
            ("sdfg", DELETE, forgetful, done("成功删除")),
        ])
        .await;
    let transfer = decision("test_asset_transfering", "no");
    assert_eq!(scene.ask("asdf", "/api/assets_transfer_to/confirm/", transfer).await, says(0, "操作成功"));
    assert_eq!(scene.ask("sdfg", DELETE, json!({ "unique_id": TARGET })).await, done("成功删除"));
}

#[tokio::test]
async fn locks_passwords_and_groups_are_set_and_set_again() {
    let scene = Scene::demo().await;
    let forgetful = "1602514534djDKboCE";
    let lock = |word: &str| json!({ "unique_id": forgetful, "locked": word });
    scene
        .play([
            ("sdfg", LOCK, lock("unlock"), done("成功解锁")),
            ("sdfg", LOCK, lock("lock"), done("成功锁定")),
            ("admin", LOCK, lock("lock"), done("成功锁定")),
            ("sdfg", PASSWORD, json!({ "unique_id": forgetful, "new_password": "5678" }), done("重置密码成功")),
        ])
        .await;
    let enter = |password: &str| json!({ "username": "forgetful", "password": password });
    let answer = ask(&scene.world, "/api/login/", &enter("5678")).await;
    assert_eq!(answer, says(-4, "用户已被锁定"), "a new password is no key to the lock");
    let answer = ask(&scene.world, "/api/login/", &enter("forgetfulpass")).await;
    assert_eq!(answer, says(-4, "用户名或密码错误"));
    scene
        .play([
            ("sdfg", LOCK, lock("unlock"), done("成功解锁")),
            ("sdfg", LOCK, json!({ "unique_id": "29384uieweretr", "locked": "unlock" }), done("成功解锁")),
            ("sdfg", CHARACTER, json!({ "unique_id": forgetful, "group": "systemadmin" }), done("设置成功")),
            ("sdfg", CHARACTER, json!({ "unique_id": forgetful, "group": "systemadmin" }), done("设置成功")),
            ("sdfg", CHARACTER, json!({ "unique_id": "suadmin", "group": "generalstaff" }), done("设置成功")),
        ])
        .await;
    assert_eq!(ask(&scene.world, "/api/login/", &enter("5678")).await["code"], 0);
    let listed = scene.part("demo", "/api/staff_list/", json!({}), "data").await;
    assert_eq!(
        (&listed[6]["group_id"], &listed[6]["group_name"], &listed[6]["locked"]),
        (&json!("systemadmin"), &json!("企业系统管理员"), &json!(false))
    );
    assert_eq!(listed[0]["group_name"], "企业普通员工");
    let answer = scene.ask("suadmin", "/api/asset_pending_list/", json!({})).await;
    assert_eq!(answer["code"], 0, "extra roles stay");
}
