//! §3: what each group and each extra role may, on sessions that are already open.

use serde_json::{Value, json};

use super::super::{
    endpoints::{ENDPOINTS, Right},
    says,
    scene::{Scene, done},
};

use Right::{Approvals, Assets, Departments, Groups, Users};

const ALL: &[Right] = &[Users, Assets, Groups, Approvals, Departments];

/// Calls every endpoint as `person`, who holds exactly `rights`.
async fn may(scene: &Scene, person: &str, rights: &[Right], label: &str) {
    for endpoint in ENDPOINTS {
        let harmless: Value = serde_json::from_str(endpoint.harmless).unwrap();
        let answer = scene.ask(person, endpoint.path, harmless).await;
        let (code, message) = match endpoint.guard {
            Some((right, forbidden)) if !rights.contains(&right) => (-5, forbidden),
            _ => endpoint.answer,
        };
        let found = (&answer["code"], &answer["message"]);
        assert_eq!(found, (&json!(code), &json!(message)), "{label} {}", endpoint.path);
    }
    for option in ["add", "delete", "change_parent", "change_name"] {
        let body = json!({ "unique_id": "0", "option": option });
        let answer = scene.ask(person, "/api/asset_group_tree/", body).await;
        let expected = match (rights.contains(&Groups), option) {
            (false, _) => says(-5, "没有修改资产分类树权限"),
            (true, "delete") => says(-2, "禁止删除所有类别"),
            (true, _) => says(-2, "JSON参数错误"),
        };
        assert_eq!(answer, expected, "{label} {option}");
    }
    // These two show the same fields and ask the same: the right, or that it is one's own.
    let both = [
        ("/api/asset_info", json!({ "asset_id": "1603191152ZrfbUKEi" }), "没有查看该资产的权限"),
        ("/api/assets_of_staff_list/", json!({ "unique_id": "lwk4j5lk234" }), "没有查看该员工资产的权限"),
    ];
    for (path, body, forbidden) in both {
        let answer = scene.ask(person, path, body).await;
        if rights.contains(&Assets) || person == "asdf" {
            assert_eq!(answer["code"], 0, "{label} {path}");
        } else {
            assert_eq!(answer, says(-4, forbidden), "{label} {path}");
        }
    }
}

#[tokio::test]
async fn people_of_the_demo_data_may_what_their_group_and_their_roles_say() {
    let scene = Scene::demo().await;
    let before = scene.everything().await;
    for (person, rights) in [
        ("suadmin", ALL),
        ("admin", &[Users, Departments]),
        ("asdf", &[Assets, Groups, Approvals, Departments]),
        ("mover", &[Assets, Groups, Approvals, Departments]),
        ("sdfg", &[Users]),
        ("myusername", &[]),
        ("demo", &[]),
        ("leaver", &[]),
    ] {
        may(&scene, person, rights, person).await;
    }
    assert_eq!(scene.everything().await, before);
}

#[tokio::test]
async fn group_and_roles_add_up_and_act_at_once() {
    let scene = Scene::demo().await;
    scene.token("leaver").await;
    for (group, of_group) in [
        ("assetadmin", &[Assets, Groups, Approvals, Departments][..]),
        ("generalstaff", &[]),
        ("itadmin", &[Users, Departments]),
        ("systemadmin", &[Users]),
    ] {
        for (roles, of_roles) in [
            (&[][..], &[][..]),
            (&["user"], &[]),
            (&["admin"], &[Users, Departments]),
            (&["suadmin"], ALL),
            (&["user", "admin"], &[Users, Departments]),
        ] {
            scene.mutate("staffRolesSet", json!({ "id": "1602554050TBuCGtE", "roleIds": roles })).await;
            let body = json!({ "unique_id": "1602554050TBuCGtE", "group": group });
            let answer = scene.ask("suadmin", "/api/user_manage/set_character/", body).await;
            assert_eq!(answer, done("设置成功"));
            let rights: Vec<_> = of_group.iter().chain(of_roles).copied().collect();
            may(&scene, "leaver", &rights, &format!("{group} {roles:?}")).await;
        }
    }
}

#[tokio::test]
async fn each_right_opens_its_own_endpoints_and_no_others() {
    let scene = Scene::demo().await;
    for (role, permissions, rights) in [
        ("one", &["USERS"][..], &[Users][..]),
        ("two", &["ASSETS"], &[Assets]),
        ("three", &["ASSET_GROUPS"], &[Groups]),
        ("four", &["APPROVALS"], &[Approvals]),
        ("five", &["DEPARTMENTS"], &[Departments]),
        ("six", &["RBAC", "ATTENDANCE", "FILES", "QR_LOGIN"], &[]),
        ("seven", &["ASSETS", "DEPARTMENTS"], &[Assets, Departments]),
    ] {
        scene.mutate("roleCreate", json!({ "name": role, "permissions": permissions })).await;
        scene.mutate("staffRolesSet", json!({ "id": "1602554050TBuCGtE", "roleIds": [role] })).await;
        may(&scene, "leaver", rights, role).await;
    }
}
