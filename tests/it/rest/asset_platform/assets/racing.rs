//! §10: callers who race for one thing behave as if one came after the other.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};

use super::super::{
    call,
    scene::{Scene, batch, decision},
};

/// The answers to all of these, sent at once, each with how often it was given.
async fn race(scene: &Arc<Scene>, calls: Vec<(&'static str, &'static str, Value)>) -> BTreeMap<String, usize> {
    let mut racers = Vec::new();
    for (by, path, body) in calls {
        let (scene, token) = (Arc::clone(scene), scene.token(by).await);
        racers.push(tokio::spawn(async move { call(&scene.world, &token, path, body).await }));
    }
    let mut answers = BTreeMap::new();
    for racer in racers {
        let answer = racer.await.unwrap();
        let said = format!("{} {}", answer["code"], answer["message"].as_str().unwrap());
        *answers.entry(said).or_default() += 1;
    }
    answers
}

fn said(answers: &[(&str, usize)]) -> BTreeMap<String, usize> {
    answers.iter().map(|(answer, count)| ((*answer).to_owned(), *count)).collect()
}

const IN_USE: &str = "1603786083cjxyxHTB";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_those_who_want_the_same_thing_one_gets_it() {
    let create = |username: &str| {
        json!({
            "group": "generalstaff", "department": "sampledepartment2", "display_name": "x", "username": username,
            "password": "x",
        })
    };
    let group = |id: String, name: String| json!({ "unique_id": "0", "option": "add", "new_group_id": id, "new_group_name": name });
    let department = json!({ "parent_id": "sampledepartment2", "new_id": "d", "new_name": "d", "location": "" });
    let transfer = json!({ "transfer_to_id": "demo", "data": [{ "asset_id": IN_USE }] });
    let deletion = batch(&["1603191152IdSfJKmr", "1603191717PqTxpBFu"]);
    let tree = "/api/asset_group_tree/";
    let scene = Arc::new(Scene::demo().await);
    for (path, racers, expected) in [
        (
            "/api/user_manage/create_new_staff/",
            (0..24).map(|at| (["sdfg", "admin", "suadmin"][at % 3], create("racer"))).collect::<Vec<_>>(),
            [("\"0\" 创建用户成功!", 1), ("-2 创建用户失败，用户名已存在", 23)],
        ),
        (
            "/api/department/create/",
            (0..24).map(|at| (["asdf", "admin", "suadmin"][at % 3], department.clone())).collect(),
            [("0 添加部门成功!", 1), ("-2 id与已有部门冲突", 23)],
        ),
        (
            tree,
            (0..24).map(|at| (["asdf", "mover", "suadmin"][at % 3], group("g".to_owned(), format!("g{at}")))).collect(),
            [("0 创建分组成功", 1), ("-2 添加失败，该分组已存在", 23)],
        ),
        (
            tree,
            (0..24).map(|at| (["asdf", "mover", "suadmin"][at % 3], group(format!("h{at}"), "h".to_owned()))).collect(),
            [("0 创建分组成功", 1), ("-2 添加失败，该分组已存在", 23)],
        ),
        (
            "/api/assets_transfer_to_apply/",
            (0..24).map(|_| ("myusername", transfer.clone())).collect(),
            [("0 成功申请转移资产", 1), ("-7 资产状态应为使用中才能申请转移", 23)],
        ),
        (
            "/api/assets_transfer_to/confirm/",
            (0..24).map(|at| (["asdf", "mover", "suadmin"][at % 3], decision(IN_USE, ["yes", "no"][at % 2]))).collect(),
            [("0 操作成功", 1), ("-6 审批资产状态应为转移待确认", 23)],
        ),
        (
            "/api/assets_delete/",
            (0..24).map(|at| (["asdf", "mover", "suadmin"][at % 3], deletion.clone())).collect(),
            [("0 成功清退资产", 1), ("-7 存在资产状态已为清退状态", 23)],
        ),
    ] {
        let calls = racers.into_iter().map(|(by, body)| (by, path, body)).collect();
        assert_eq!(race(&scene, calls).await, said(&expected), "{path}");
    }
    let staff = scene.part("demo", "/api/staff_list/", json!({}), "data").await;
    assert_eq!(staff.as_array().unwrap().len(), 12);
    assert_eq!(scene.history("1603191152IdSfJKmr").await.as_array().unwrap().len(), 1);
    assert!(scene.history(IN_USE).await.as_array().unwrap().len() <= 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_asset_has_one_fate_whoever_asks_for_another() {
    let scene = Arc::new(Scene::demo().await);
    let ids = batch(&[IN_USE]);
    let mut calls = Vec::new();
    for _ in 0..8 {
        calls.push(("myusername", "/api/assets_return_apply/", ids.clone()));
        calls.push(("myusername", "/api/assets_repair_apply/", ids.clone()));
        let transfer = json!({ "transfer_to_id": "demo", "data": [{ "asset_id": IN_USE }] });
        calls.push(("myusername", "/api/assets_transfer_to_apply/", transfer));
    }
    let answers = race(&scene, calls).await;
    let (won, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|(answer, _)| answer.starts_with("0 "));
    assert_eq!(won.iter().map(|(_, count)| **count).sum::<usize>(), 1, "{answers:?}");
    assert!(refused.iter().all(|(answer, _)| answer.starts_with("-7 ")), "{answers:?}");
    // A person who is deleted while they apply: never an applicant who is not there.
    let unused = "1603191152ZrfbUKEi";
    let answers = race(
        &scene,
        (0..16)
            .map(|at| match at % 2 {
                0 => ("leaver", "/api/assets_apply/", batch(&[unused])),
                _ => ("sdfg", "/api/user_manage/delete_staff/", json!({ "unique_id": "1602554050TBuCGtE" })),
            })
            .collect(),
    )
    .await;
    let applicant = scene.asset(unused).await["applicant_id"].clone();
    let staff = scene.part("demo", "/api/staff_list/", json!({}), "data").await.to_string();
    assert_eq!(applicant == "1602554050TBuCGtE", staff.contains("1602554050TBuCGtE"), "{answers:?}");
    assert!(answers.keys().all(|answer| !answer.starts_with("-3")), "{answers:?}");
}

/// How many steps it takes from the top, or nothing if there is no end.
fn depth(parents: &BTreeMap<String, Option<String>>, of: &str) -> Option<usize> {
    let mut at = of;
    for steps in 0..=parents.len() {
        match &parents[at] {
            Some(parent) => at = parent,
            None => return Some(steps),
        }
    }
    None
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn crossing_moves_never_make_a_cycle() {
    const DEPARTMENTS: [&str; 3] = ["subdepartment1", "sampledepartment2", "third"];
    const ASSETS: [&str; 3] = ["1603786083cjxyxHTB", "1603786083EzlAqBbc", "1603786083MWxAHSEX"];
    const GROUPS: [&str; 3] = ["sampleassetgroup1", "others", "third"];
    let scene = Arc::new(Scene::demo().await);
    let third = json!({ "parent_id": null, "new_id": "third", "new_name": "third", "location": "" });
    assert_eq!(scene.ask("asdf", "/api/department/create/", third).await["code"], 0);
    let third = json!({ "unique_id": "0", "option": "add", "new_group_id": "third", "new_group_name": "third" });
    assert_eq!(scene.ask("asdf", "/api/asset_group_tree/", third).await["code"], 0);
    let moves = |path: &'static str, body: &dyn Fn(usize, usize) -> Value| -> Vec<_> {
        (0..24).map(|at| (["asdf", "mover", "suadmin"][at % 3], path, body(at % 3, (at + 1) % 3))).collect()
    };
    for round in 0..3 {
        let groups = moves(
            "/api/asset_group_tree/",
            &|at, to| json!({ "unique_id": GROUPS[at], "option": "change_parent", "new_parent_id": GROUPS[to] }),
        );
        let departments = moves(
            "/api/department/modify/",
            &|at, to| json!({ "department_id": DEPARTMENTS[at], "new_parent_id": DEPARTMENTS[to] }),
        );
        let assets =
            moves("/api/modify_asset", &|at, to| json!({ "asset_id": ASSETS[at], "data": { "under": ASSETS[to] } }));
        for (calls, cycle) in [
            (groups, "-2 修改失败，父分组不可为自己或自己的子类"),
            (departments, "-2 修改失败，上级部门不可为自己或自己的子部门"),
            (assets, "-2 修改资产失败，父资产不可为自己或自己的子资产"),
        ] {
            let answers = race(&scene, calls).await;
            assert!(answers.keys().all(|answer| answer.starts_with("0 ") || answer == cycle), "{round}: {answers:?}");
            // Of three moves in a circle two can stand, and the third is refused each time.
            assert_eq!(answers.get(cycle), Some(&8), "{round}: {answers:?}");
        }
        let mut parents = BTreeMap::new();
        for id in DEPARTMENTS {
            let info = scene.part("demo", "/api/department/info/", json!({ "department_id": id }), "data").await;
            parents.insert(id.to_owned(), info["parent_id"].as_str().map(str::to_owned));
        }
        parents.insert("sampledepartment".to_owned(), None);
        assert!(DEPARTMENTS.iter().all(|id| depth(&parents, id).is_some()), "{parents:?}");
        let mut parents = BTreeMap::from([("34k5jfkwertfwer".to_owned(), None)]);
        for id in ASSETS {
            parents.insert(id.to_owned(), scene.asset(id).await["under_id"].as_str().map(str::to_owned));
        }
        assert!(ASSETS.iter().all(|id| depth(&parents, id).is_some()), "{parents:?}");
        let forest = scene.part("demo", "/api/get_all_asset_group/", json!({}), "data").await.to_string();
        assert!(GROUPS.iter().all(|id| forest.contains(&format!("\"value\":\"{id}\""))), "{forest}");
        for id in GROUPS {
            let back = json!({ "unique_id": id, "option": "change_parent", "new_parent_id": "0" });
            assert_eq!(scene.ask("asdf", "/api/asset_group_tree/", back).await["code"], 0);
        }
        for id in DEPARTMENTS {
            let back = json!({ "department_id": id, "new_parent_id": null });
            assert_eq!(scene.ask("asdf", "/api/department/modify/", back).await["code"], 0);
        }
        for id in ASSETS {
            let back = json!({ "asset_id": id, "data": { "under": null } });
            assert_eq!(scene.ask("asdf", "/api/modify_asset", back).await["code"], 0);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn contention_of_every_kind_never_shows_as_a_fault() {
    const ROUNDS: usize = 4;
    let scene = Arc::new(Scene::demo().await);
    let assets = ["1603191152ZrfbUKEi", "1603191152cvwLfWvh", "1603191152IdSfJKmr", "1603191717PqTxpBFu"];
    let held = ["1603786083cjxyxHTB", "1603786083EzlAqBbc", "1603786083MWxAHSEX"];
    let leaver = "1602554050TBuCGtE";
    for round in 0..ROUNDS {
        let mut calls = Vec::new();
        for at in 0..4 {
            // The same things in opposite orders.
            let mut some = vec![assets[at], assets[(at + 1) % 4], assets[(at + 2) % 4]];
            let mut own = vec![held[at % 3], held[(at + 1) % 3]];
            if at % 2 == 0 {
                some.reverse();
                own.reverse();
            }
            let tree = |option: &str| {
                json!({
                    "unique_id": if option == "add" { "others" } else { "g" }, "option": option, "new_group_id": "g",
                    "new_group_name": format!("g{at}"), "new_parent_id": (["test1", "0"][at % 2]),
                })
            };
            let transfer = batch(&own)["data"].take();
            calls.extend([
                ("demo", "/api/assets_apply/", batch(&some)),
                ("leaver", "/api/assets_apply/", batch(&some)),
                ("asdf", "/api/assets_apply/confirm/", decision(some[0], "no")),
                ("mover", "/api/assets_apply/confirm/", decision(some[1], ["yes", "no"][round % 2])),
                ("myusername", "/api/assets_return_apply/", batch(&own)),
                ("myusername", "/api/assets_transfer_to_apply/", json!({ "transfer_to_id": "demo", "data": transfer })),
                ("asdf", "/api/assets_return/confirm/", decision(own[0], "no")),
                ("mover", "/api/assets_transfer_to/confirm/", decision(own[1], "no")),
                ("asdf", "/api/modify_asset", json!({ "asset_id": own[0], "data": { "under": own[1], "group": "g" } })),
                ("asdf", "/api/asset_group_tree/", tree("add")),
                ("mover", "/api/asset_group_tree/", tree("change_parent")),
                ("asdf", "/api/asset_group_tree/", tree("change_name")),
                ("mover", "/api/asset_group_tree/", tree("delete")),
                (
                    "asdf",
                    "/api/add_assets/",
                    json!({ "data": [{ "group": "g", "display_name": "x", "under": own[0] }] }),
                ),
                (
                    "admin",
                    "/api/department/create/",
                    json!({ "parent_id": "sampledepartment2", "new_id": "d", "new_name": "d", "location": "" }),
                ),
                ("asdf", "/api/department/delete/", json!({ "department_id": (["d", "sampledepartment2"][at % 2]) })),
                (
                    "sdfg",
                    "/api/user_manage/create_new_staff/",
                    json!({
                        "group": "generalstaff", "department": "d", "display_name": "x", "username": format!("{round}"),
                        "password": "x",
                    }),
                ),
                ("sdfg", "/api/user_manage/set_character/", json!({ "unique_id": leaver, "group": "assetadmin" })),
                ("sdfg", "/api/user_manage/delete_staff/", json!({ "unique_id": leaver })),
                ("myusername", "/api/asset_list_title_value/", json!({})),
            ]);
            if round == ROUNDS - 1 {
                calls.push(("suadmin", "/api/assets_delete/", batch(&some)));
                calls.push(("suadmin", "/api/assets_delete/", batch(&own)));
            }
        }
        let answers = race(&scene, calls).await;
        let faults: Vec<_> =
            answers.keys().filter(|answer| answer.starts_with("-3") || answer.starts_with("-1")).collect();
        assert!(faults.is_empty(), "{round}: {answers:?}");
    }
    let everything = scene.everything().await;
    let staff = everything["/api/staff_list/"].to_string();
    for row in everything["/api/asset_list/"]["data"].as_array().unwrap() {
        let (status, holder) = (row["status_id"].as_str().unwrap(), &row["belongs_to_id"]);
        let held = matches!(status, "inuse" | "transfer_confirming" | "return_confirming" | "repair_apply");
        assert!(!held || holder.is_string(), "{row}");
        assert!(holder.is_null() || staff.contains(&holder.to_string()), "{row}");
    }
}
