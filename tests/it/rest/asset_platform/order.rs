//! §2: the order of the checks that all endpoints share.

use serde_json::{Value, json};

use super::{
    ask,
    endpoints::{ENDPOINTS, MALFORMED},
    says,
    scene::Scene,
};
use crate::harness::World;

const DEAD: &str = "令牌失效，请重新登录";

#[tokio::test]
async fn without_a_token_the_body_is_wrong() {
    let world = World::demo().await;
    for endpoint in ENDPOINTS {
        let (path, harmless) = (endpoint.path, serde_json::from_str::<Value>(endpoint.harmless).unwrap());
        for body in [
            json!([]),
            json!({}),
            json!("token"),
            json!(null),
            json!(0),
            json!(1.5),
            json!(true),
            json!([{ "token": "x" }]),
            json!({ "Token": "x" }),
            json!({ "data": { "token": "x" } }),
            harmless,
        ] {
            assert_eq!(ask(&world, path, &body).await, says(-2, endpoint.malformed), "{path} {body}");
        }
    }
}

#[tokio::test]
async fn a_token_of_any_kind_that_is_not_live_is_dead_whatever_else_is_wrong() {
    let world = World::demo().await;
    let long = "9".repeat(100_000);
    for endpoint in ENDPOINTS {
        for token in [
            json!(null),
            json!(1601986589),
            json!(-1.5e300),
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
            let mut harmless: Value = serde_json::from_str(endpoint.harmless).unwrap();
            harmless["token"] = token;
            for body in [&json!({ "token": harmless["token"] }), &harmless] {
                let answer = ask(&world, endpoint.path, body).await;
                assert_eq!(answer, says(-4, DEAD), "{} {body:.200}", endpoint.path);
            }
        }
    }
}

#[tokio::test]
async fn who_may_not_learns_so_before_the_body_is_judged() {
    let scene = Scene::demo().await;
    for endpoint in ENDPOINTS {
        let Some((_, forbidden)) = endpoint.guard else { continue };
        let harmless: Value = serde_json::from_str(endpoint.harmless).unwrap();
        for body in [json!({}), json!({ "data": null, "unique_id": [] }), harmless] {
            let answer = scene.ask("myusername", endpoint.path, body.clone()).await;
            assert_eq!(answer, says(-5, forbidden), "{} {body}", endpoint.path);
        }
    }
}

#[tokio::test]
async fn who_may_learns_that_a_body_lacks_something_and_is_answered_when_it_does_not() {
    let scene = Scene::demo().await;
    let before = scene.everything().await;
    for endpoint in ENDPOINTS {
        let harmless: Value = serde_json::from_str(endpoint.harmless).unwrap();
        for key in harmless.as_object().unwrap().keys() {
            let mut body = harmless.clone();
            body.as_object_mut().unwrap().remove(key);
            let answer = scene.ask("suadmin", endpoint.path, body.clone()).await;
            assert_eq!(answer, says(-2, endpoint.malformed), "{} {body}", endpoint.path);
        }
        for path in
            [endpoint.path.trim_end_matches('/').to_owned(), format!("{}/", endpoint.path.trim_end_matches('/'))]
        {
            let answer = scene.ask("suadmin", &path, harmless.clone()).await;
            let (code, message) = endpoint.answer;
            assert_eq!((&answer["code"], &answer["message"]), (&json!(code), &json!(message)), "{path}");
            if code != 0 {
                assert_eq!(answer, says(code, message), "{path}");
            }
        }
    }
    assert_eq!(scene.everything().await, before);
}

#[tokio::test]
async fn the_steps_of_the_group_tree_have_an_order_of_their_own() {
    const NO_GROUP: &str = "没有这个资产分类";
    const FORBIDDEN: &str = "没有修改资产分类树权限";
    const PATH: &str = "/api/asset_group_tree/";
    let scene = Scene::demo().await;
    let mut steps = Vec::new();
    for (person, may) in [("myusername", false), ("sdfg", false), ("admin", false), ("asdf", true), ("suadmin", true)] {
        let guarded = |text: &str| if may { says(-2, text) } else { says(-5, FORBIDDEN) };
        for (body, answer) in [
            (json!({}), says(-2, MALFORMED)),
            (json!({ "option": "query" }), says(-2, MALFORMED)),
            (json!({ "option": "delete" }), says(-2, MALFORMED)),
            (json!({ "unique_id": null, "option": "delete" }), says(-2, MALFORMED)),
            (json!({ "unique_id": [], "option": "query" }), says(-2, MALFORMED)),
            (json!({ "unique_id": true, "option": [] }), says(-2, MALFORMED)),
            (json!({ "unique_id": "nothing" }), says(-2, NO_GROUP)),
            (json!({ "unique_id": "nothing", "option": [] }), says(-2, NO_GROUP)),
            (json!({ "unique_id": "nothing", "option": "delete" }), says(-2, NO_GROUP)),
            (json!({ "unique_id": "", "option": "query" }), says(-2, NO_GROUP)),
            (json!({ "unique_id": "Others", "option": "query" }), says(-2, NO_GROUP)),
            (json!({ "unique_id": "test1" }), says(-2, MALFORMED)),
            (json!({ "unique_id": "test1", "option": null }), says(-2, MALFORMED)),
            (json!({ "unique_id": "test1", "option": true }), says(-2, MALFORMED)),
            (json!({ "unique_id": "test1", "option": ["delete"] }), says(-2, MALFORMED)),
            (json!({ "unique_id": "test1", "option": 1.5 }), says(-2, MALFORMED)),
            (json!({ "unique_id": "test1", "option": "frob" }), guarded(MALFORMED)),
            (json!({ "unique_id": "test1", "option": "Query" }), guarded(MALFORMED)),
            (json!({ "unique_id": "test1", "option": "" }), guarded(MALFORMED)),
            (json!({ "unique_id": "test1", "option": 7 }), guarded(MALFORMED)),
            (json!({ "unique_id": "test1", "option": "add" }), guarded(MALFORMED)),
            (json!({ "unique_id": "test1", "option": "add", "new_group_id": "x" }), guarded(MALFORMED)),
            (json!({ "unique_id": "test1", "option": "add", "new_group_name": "x" }), guarded(MALFORMED)),
            (json!({ "unique_id": "test1", "option": "change_parent" }), guarded(MALFORMED)),
            (json!({ "unique_id": "test1", "option": "change_name" }), guarded(MALFORMED)),
            (json!({ "unique_id": "0", "option": "delete" }), guarded("禁止删除所有类别")),
            (
                json!({ "unique_id": "test1", "option": "change_name", "new_group_name": "其他" }),
                guarded("修改失败，该分组名已存在"),
            ),
        ] {
            steps.push((person, PATH, body, answer));
        }
    }
    scene.refuses(steps).await;
}
