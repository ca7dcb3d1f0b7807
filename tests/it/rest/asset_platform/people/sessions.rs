//! §5: what ends sessions, in every dialect, and what does not.

use serde_json::{Value, json};

use super::super::{
    ask, call, login, says,
    scene::{Scene, done},
};

const LEAVER: &str = "1602554050TBuCGtE";
const DEAD: &str = "令牌失效，请重新登录";

/// Whether this session is live behind both doors.
async fn lives(scene: &Scene, token: &str) -> bool {
    let answer = call(&scene.world, token, "/api/staff_info/", json!({})).await;
    let viewer = scene.world.graphql("{ viewer { uniqueId } }", Value::Null, Some(token)).await;
    let lives = viewer["data"]["viewer"]["uniqueId"].is_string();
    if lives {
        assert_eq!(answer["code"], 0, "{answer}");
    } else {
        assert_eq!(answer, says(-4, DEAD));
    }
    lives
}

/// What a login answers, without its token.
async fn enters(scene: &Scene, username: &str, password: &str) -> Value {
    let body = json!({ "username": username, "password": password });
    let answer = ask(&scene.world, "/api/login/", &body).await;
    json!([answer["code"], answer["message"]])
}

#[tokio::test]
async fn lock_deletion_and_reset_end_every_session_of_the_person_and_of_nobody_else() {
    for (path, body, answer, after) in [
        (
            "/api/user_manage/locked_staff/",
            json!({ "unique_id": LEAVER, "locked": "lock" }),
            done("成功锁定"),
            json!([-4, "用户已被锁定"]),
        ),
        (
            "/api/user_manage/delete_staff/",
            json!({ "unique_id": LEAVER }),
            done("成功删除"),
            json!([-4, "用户名或密码错误"]),
        ),
        (
            "/api/user_manage/change_staff_password/",
            json!({ "unique_id": LEAVER, "new_password": "leaverpass" }),
            done("重置密码成功"),
            json!([0, "Login successful"]),
        ),
    ] {
        let scene = Scene::demo().await;
        let person = ("leaver", "leaverpass");
        let sessions = [
            login(&scene.world, person).await,
            login(&scene.world, person).await,
            scene.world.token(LEAVER).await,
            scene.world.token(LEAVER).await,
        ];
        let others = [scene.token("forgetful").await, scene.token("sdfg").await, scene.world.token("demo").await];
        for token in sessions.iter().chain(&others) {
            assert!(lives(&scene, token).await, "{path}");
        }
        assert_eq!(scene.ask("sdfg", path, body).await, answer);
        for token in &sessions {
            assert!(!lives(&scene, token).await, "{path}");
        }
        for token in &others {
            assert!(lives(&scene, token).await, "{path}");
        }
        assert_eq!(enters(&scene, "leaver", "leaverpass").await, after, "{path}");
        let _ = scene
            .ask("sdfg", "/api/user_manage/locked_staff/", json!({ "unique_id": LEAVER, "locked": "unlock" }))
            .await;
        for token in &sessions {
            assert!(!lives(&scene, token).await, "unlocking revives none");
        }
    }
}

#[tokio::test]
async fn whoever_resets_their_own_password_has_to_log_in_again() {
    let scene = Scene::demo().await;
    let (first, second) = (login(&scene.world, ("sdfg", "sdfgpass")).await, scene.world.token("29384uieweretr").await);
    let body = json!({ "unique_id": "29384uieweretr", "new_password": "新" });
    let answer = call(&scene.world, &first, "/api/user_manage/change_staff_password/", body).await;
    assert_eq!(answer, done("重置密码成功"));
    for token in [&first, &second] {
        assert!(!lives(&scene, token).await);
    }
    assert_eq!(enters(&scene, "sdfg", "sdfgpass").await, json!([-4, "用户名或密码错误"]));
    assert_eq!(enters(&scene, "sdfg", "新").await, json!([0, "Login successful"]));
}

#[tokio::test]
async fn a_refused_call_ends_no_session() {
    let scene = Scene::demo().await;
    let (own, other) = (scene.token("sdfg").await, scene.token("forgetful").await);
    scene
        .refuses([
            (
                "sdfg",
                "/api/user_manage/locked_staff/",
                json!({ "unique_id": "29384uieweretr", "locked": "lock" }),
                says(-2, "不能对自己执行此操作"),
            ),
            (
                "sdfg",
                "/api/user_manage/delete_staff/",
                json!({ "unique_id": "29384uieweretr" }),
                says(-2, "不能对自己执行此操作"),
            ),
            (
                "asdf",
                "/api/user_manage/locked_staff/",
                json!({ "unique_id": "1602514534djDKboCE", "locked": "lock" }),
                says(-5, "没有锁定或解锁用户的权限"),
            ),
            (
                "sdfg",
                "/api/user_manage/change_staff_password/",
                json!({ "unique_id": "1602514534djDKboCE", "new_password": "" }),
                says(-2, "更改用户密码失败，JSON参数错误"),
            ),
            (
                "sdfg",
                "/api/user_manage/change_staff_password/",
                json!({ "unique_id": "1602514534djdkboce", "new_password": "x" }),
                says(-2, "更改用户密码失败，用户不存在"),
            ),
        ])
        .await;
    assert!(lives(&scene, &own).await && lives(&scene, &other).await);
    assert_eq!(enters(&scene, "forgetful", "forgetfulpass").await, json!([0, "Login successful"]));
}
