//! Logging in, who one is, and logging out.

use serde_json::{Value, json};

use crate::harness::World;

const LOGIN: &str = "mutation($username: String!, $password: String!) {
    sessionCreate(input: {username: $username, password: $password}) {
        token
        viewer { uniqueId mobile roles { name } permissions }
        userErrors { code field message }
    }
}";

async fn login(world: &World, username: &str, password: &str) -> Value {
    let mut reply = world.graphql(LOGIN, json!({"username": username, "password": password}), None).await;
    assert!(reply["errors"].is_null(), "{reply}");
    reply["data"]["sessionCreate"].take()
}

async fn viewer(world: &World, token: &str) -> Value {
    world.graphql("{ viewer { uniqueId group permissions } }", json!({}), Some(token)).await
}

#[tokio::test]
async fn a_login_gives_a_token_and_shows_oneself() {
    let world = World::demo().await;
    let opened = login(&world, "asdf", "asdfpass").await;
    let held = ["DEPARTMENTS", "QR_LOGIN", "ASSETS", "ASSET_GROUPS", "APPROVALS"];
    let expected = json!({
        "uniqueId": "lwk4j5lk234", "mobile": null, "roles": [{"name": "user"}], "permissions": held,
    });
    assert_eq!((&opened["viewer"], &opened["userErrors"]), (&expected, &json!([])));
    let token = opened["token"].as_str().unwrap();
    let expected = json!({"uniqueId": "lwk4j5lk234", "group": "ASSET_ADMIN", "permissions": held});
    assert_eq!(viewer(&world, token).await["data"]["viewer"], expected);
    let nobody = world.graphql("{ viewer { uniqueId } }", json!({}), None).await;
    assert_eq!(nobody, json!({"data": {"viewer": null}}));
}

#[tokio::test]
async fn a_failed_login_is_an_ordinary_refusal() {
    let world = World::demo().await;
    let unknown = login(&world, "nobody", "asdfpass").await;
    let wrong = login(&world, "asdf", "wrong").await;
    assert_eq!(unknown, wrong);
    assert_eq!((&wrong["token"], &wrong["viewer"]), (&Value::Null, &Value::Null));
    assert_eq!(wrong["userErrors"][0]["code"], "LOGIN_FAILED");
    let token = world.token("29384uieweretr").await;
    let lock = "mutation { staffLock(input: {id: \"lwk4j5lk234\"}) { staff { locked } userErrors { code } } }";
    let locked = world.graphql(lock, json!({}), Some(&token)).await;
    assert_eq!(locked["data"]["staffLock"]["staff"]["locked"], true, "{locked}");
    assert_eq!(login(&world, "asdf", "wrong").await["userErrors"][0]["code"], "LOGIN_FAILED");
    assert_eq!(login(&world, "asdf", "asdfpass").await["userErrors"][0]["code"], "STAFF_LOCKED");
}

#[tokio::test]
async fn logging_out_ends_one_session_or_all() {
    let world = World::demo().await;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        tokens.push(world.token("demo").await);
    }
    let one = world.graphql("mutation { sessionDelete { ended } }", json!({}), Some(&tokens[0])).await;
    assert_eq!(one["data"]["sessionDelete"]["ended"], true, "{one}");
    assert_eq!(viewer(&world, &tokens[0]).await["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(viewer(&world, &tokens[1]).await["data"]["viewer"]["uniqueId"], "demo");
    let all = "mutation { sessionDelete(input: {everywhere: true}) { ended } }";
    assert_eq!(world.graphql(all, json!({}), Some(&tokens[1])).await["data"]["sessionDelete"]["ended"], true);
    for token in &tokens {
        assert_eq!(viewer(&world, token).await["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }
    let nobody = world.graphql(all, json!({}), None).await;
    assert_eq!(nobody["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}
