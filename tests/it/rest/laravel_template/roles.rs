//! §4.13 to §4.15 and §3.4: making, deleting and giving roles.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{call, error, get, ok, post, refusal};
use crate::harness::{Reply, World};

fn wrong(message: &str, key: &str) -> impl Fn(&Value) -> bool {
    let (message, key) = (message.to_owned(), key.to_owned());
    move |body| body["message"] == *message && body["status"] == "error" && body["errors"][&key][0].is_string()
}

async fn create(world: &World, token: &str, body: Value) -> Value {
    post(world, "/api/rbac/roles", Some(token), body).await.json()
}

async fn delete(world: &World, token: &str, key: &str) -> Reply {
    call(world, Method::DELETE, &format!("/api/rbac/roles/{key}"), Some(token), None).await
}

async fn roles_of(world: &World, token: &str, username: &str) -> Vec<String> {
    let body = get(world, &format!("/api/rbac/roles/{username}"), Some(token)).await.json();
    body["data"].as_array().unwrap().iter().map(|role| role["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_role_is_made_in_every_form() {
    let world = World::demo().await;
    let token = world.token("admin").await;
    let made =
        create(&world, &token, json!({ "name": " 角色名 ", "display": "显示名字", "description": "描述" })).await;
    assert_eq!(made, ok("创建角色成功", Value::Null));
    assert_eq!(
        create(&world, &token, json!({ "name": "bare", "display_name": "  " })).await,
        ok("创建角色成功", Value::Null)
    );
    let form = Request::post("/api/rbac/roles/").header(header::AUTHORIZATION, format!("Bearer {token}"));
    assert_eq!(world.send(form.body(Body::from("name=formed&display_name=F+F")).unwrap()).await.json()["status"], "ok");
    let rows = get(&world, "/api/rbac/roles", Some(&token)).await.json();
    let brief: Vec<_> = rows["data"].as_array().unwrap()[3..]
        .iter()
        .map(|row| [&row["name"], &row["display_name"], &row["description"]].map(|it| it.as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(brief, [["角色名", "显示名字", "描述"], ["bare", "bare", "bare"], ["formed", "F F", "formed"]]);
}

#[tokio::test]
async fn what_is_no_role_name_is_refused() {
    let world = World::demo().await;
    let token = world.token("admin").await;
    let long = "长".repeat(256);
    for name in [
        json!(null),
        json!(""),
        json!("  "),
        json!(long),
        json!("123"),
        json!(7),
        json!("itadmin"),
        json!("ITadmin"),
        json!("a/b"),
        json!("a\u{7}b"),
        json!([]),
        json!({}),
        json!(true),
    ] {
        let answer = create(&world, &token, json!({ "name": name })).await;
        assert!(wrong("角色名不正确", "name")(&answer), "{name} {answer}");
    }
    for key in ["display", "description"] {
        let answer = create(&world, &token, json!({ "name": "x", key: long })).await;
        assert!(wrong("角色名不正确", key)(&answer), "{answer}");
    }
    assert!(wrong("角色名不正确", "display")(
        &create(&world, &token, json!({ "name": "x", "display": "a\u{1}b" })).await
    ));
    for taken in ["user", "USER"] {
        let answer = create(&world, &token, json!({ "name": taken })).await;
        assert_eq!(
            (&answer["message"], &answer["errors"]),
            (&json!("角色名已存在"), &json!({ "name": ["角色名已存在"] }))
        );
    }
    let racing = join_all((0..8).map(|_| create(&world, &token, json!({ "name": "racing" })))).await;
    assert_eq!(racing.iter().filter(|answer| answer["status"] == "ok").count(), 1);
    assert!(racing.iter().all(|answer| answer["status"] == "ok" || answer["message"] == "角色名已存在"));
    assert_eq!(get(&world, "/api/rbac/roles", Some(&token)).await.json()["data"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_role_is_deleted_by_number_or_name_under_the_rank_rule() {
    let world = World::demo().await;
    let (admin, superior) = (world.token("admin").await, world.token("suadmin").await);
    for key in ["nothing", "99", "99999999999999999999", "%00", "roleid"] {
        let reply = delete(&world, &admin, key).await;
        assert_eq!((reply.status.as_u16(), reply.json()), (404, refusal(404, "角色不存在")), "{key}");
    }
    for key in ["suadmin", "1", "SUADMIN"] {
        assert_eq!(delete(&world, &superior, key).await.json(), error("操作失败"), "{key}");
    }
    create(&world, &superior, json!({ "name": "filing" })).await;
    let grant = "mutation { roleUpdate(input: {id: \"filing\", permissions: [FILES]}) { userErrors { code } } }";
    world.graphql(grant, json!({}), Some(&superior)).await;
    assert_eq!(delete(&world, &admin, "filing").await.json(), error("操作失败"), "admin lacks what it grants");
    assert_eq!(delete(&world, &superior, "filing").await.json(), ok("操作成功", Value::Null));
    assert_eq!(delete(&world, &admin, "3").await.json(), ok("操作成功", Value::Null));
    assert_eq!(roles_of(&world, &admin, "demo").await, [""; 0]);
    create(&world, &admin, json!({ "name": "again" })).await;
    let placeholder =
        call(&world, Method::DELETE, "/api/rbac/roles/roleid", Some(&admin), Some(json!({ "roleid": "again" }))).await;
    assert_eq!(placeholder.json(), ok("操作成功", Value::Null));
    create(&world, &admin, json!({ "name": "again" })).await;
    assert_eq!(delete(&world, &admin, "roleid?roleid=again").await.json(), ok("操作成功", Value::Null));
}

#[tokio::test]
async fn attaching_replaces_everything_or_nothing() {
    let world = World::demo().await;
    let (admin, superior) = (world.token("admin").await, world.token("suadmin").await);
    let attach = async |path: &str, token: &str, body: Value| post(&world, path, Some(token), body).await;
    let (attch, spelled) = ("/api/rbac/roles/attch", "/api/rbac/roles/attach/");
    for body in [
        json!({}),
        json!({ "username": "" }),
        json!({ "username": "nobody", "rolenames": 5 }),
        json!({ "username": [] }),
    ] {
        let reply = attach(attch, &admin, body.clone()).await;
        assert_eq!((reply.status.as_u16(), reply.json()), (404, refusal(404, "用户不存在")), "{body}");
    }
    for rolenames in [
        json!(null),
        json!("user"),
        json!({}),
        json!(["user", "nothing"]),
        json!([""]),
        json!(["1"]),
        json!([1]),
        json!([null]),
        json!([["user"]]),
        json!(["a\u{0}"]),
    ] {
        let reply = attach(spelled, &admin, json!({ "username": "testuser", "rolenames": rolenames })).await;
        assert_eq!(reply.json(), error("出现一点错误，角色名不存在"), "{rolenames}");
    }
    assert_eq!(
        attach(attch, &admin, json!({ "username": "testuser" })).await.json(),
        error("出现一点错误，角色名不存在")
    );
    assert_eq!(roles_of(&world, &admin, "testuser").await, ["user"]);

    let both = json!({ "username": "TestUser", "rolenames": ["user", " Admin ", "admin", "user"] });
    assert_eq!(attach(attch, &superior, both).await.json(), ok("操作成功", Value::Null));
    assert_eq!(roles_of(&world, &admin, "testuser").await, ["admin", "user"]);
    assert_eq!(
        attach(attch, &admin, json!({ "username": "testuser", "rolenames": [] })).await.json(),
        ok("操作成功", Value::Null)
    );
    assert_eq!(roles_of(&world, &admin, "testuser").await, [""; 0]);

    let rank = error("不能授予或收回超出自身权限的角色");
    for (username, rolenames) in
        [("testuser", json!(["suadmin"])), ("suadmin", json!([])), ("admin", json!(["suadmin", "admin"]))]
    {
        let reply = attach(attch, &admin, json!({ "username": username, "rolenames": rolenames })).await;
        assert_eq!(reply.json(), rank, "{username}");
    }
    let last = attach(attch, &superior, json!({ "username": "suadmin", "rolenames": ["user"] })).await;
    assert_eq!(last.json(), error("操作失败"), "the last holder of suadmin keeps it");
    let form = Request::post(attch).header(header::AUTHORIZATION, format!("Bearer {admin}"));
    let form = form.body(Body::from("username=testuser&rolenames%5B%5D=user")).unwrap();
    assert_eq!(world.send(form).await.json(), ok("操作成功", Value::Null));
    let one = json!({ "username": "testuser", "rolenames": ["user"] });
    let other = json!({ "username": "testuser", "rolenames": ["admin"] });
    let racing = join_all(
        (0..10).map(|place| attach(attch, &superior, if place % 2 == 0 { one.clone() } else { other.clone() })),
    )
    .await;
    assert!(racing.iter().all(|reply| reply.json()["status"] == "ok"));
    assert_eq!(roles_of(&world, &admin, "testuser").await.len(), 1);
}
