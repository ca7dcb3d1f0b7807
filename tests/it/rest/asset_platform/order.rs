//! §2, §3: the order of the checks, and who may.

use serde_json::{Value, json};

use super::{ASSETS, STAFF, SYSTEM, ask, call, login, says};
use crate::harness::World;

/// Each endpoint that takes a token: its path, its text for a wrong body, its text for who may not, a body that is wrong for it.
const GATED: [(&str, &str, Option<&str>, &str); 6] = [
    ("/api/staff_info/", "JSON参数错误", None, "{}"),
    ("/api/asset_list/", "JSON参数错误", Some("没有获取资产列表权限"), "{}"),
    ("/api/add_assets/", "录入资产失败，JSON参数错误", Some("没有录入资产权限"), r#"{"data":1}"#),
    ("/api/assets_apply/", "申请领用资产失败，JSON参数错误", None, r#"{"data":1}"#),
    (
        "/api/assets_apply/confirm/",
        "审批领用资产失败，JSON参数错误",
        Some("没有审批领用资产的权限"),
        r#"{"asset_id":1}"#,
    ),
    ("/api/single_asset_history/", "JSON参数错误", Some("没有查看单个资产历史记录权限"), r#"{"unique_id":null}"#),
];

#[tokio::test]
async fn without_a_token_the_body_is_wrong() {
    let world = World::demo().await;
    for (path, malformed, ..) in GATED {
        for body in [
            json!([]),
            json!({}),
            json!("token"),
            json!(null),
            json!(0),
            json!([{ "token": "x" }]),
            json!({ "Token": "x" }),
        ] {
            assert_eq!(ask(&world, path, &body).await, says(-2, malformed), "{path} {body}");
        }
    }
}

#[tokio::test]
async fn a_token_of_any_kind_that_is_not_live_is_dead() {
    let world = World::demo().await;
    let long = "9".repeat(100_000);
    for (path, ..) in GATED {
        for token in [
            json!(null),
            json!(1601986589),
            json!(""),
            json!(true),
            json!([]),
            json!({}),
            json!(1.5),
            json!("1601986589NzZFhLIA"),
            json!("1604455200abcdefghijklmnopqrstuvw"),
            json!("abcdefghijklmnopqrstuvwxyz012345"),
            json!("e30.e30.x"),
            json!("\0"),
            json!("😀"),
            json!(long),
        ] {
            let answer = ask(&world, path, &json!({ "token": token })).await;
            assert_eq!(answer, says(-4, "令牌失效，请重新登录"), "{path} {token}");
        }
    }
}

#[tokio::test]
async fn who_may_not_learns_so_before_the_body_is_judged() {
    let world = World::demo().await;
    let (staff, system, assets) =
        (login(&world, STAFF).await, login(&world, SYSTEM).await, login(&world, ASSETS).await);
    for (path, malformed, forbidden, wrong) in GATED {
        let wrong: Value = serde_json::from_str(wrong).unwrap();
        for token in [&staff, &system] {
            let answer = call(&world, token, path, wrong.clone()).await;
            match forbidden {
                Some(text) => assert_eq!(answer, says(-5, text), "{path}"),
                None => assert_ne!(answer["code"], -5, "{path}"),
            }
        }
        let answer = call(&world, &assets, path, wrong.clone()).await;
        if wrong == json!({}) {
            assert_eq!(answer["code"], 0, "{path}");
        } else {
            assert_eq!(answer, says(-2, malformed), "{path}");
        }
    }
}
