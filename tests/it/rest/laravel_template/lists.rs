//! §4.10, §4.12, §4.16, §4.17, §4.19 and §6: people, roles and departments as rows and numbered pages.

use axum::http::{Method, StatusCode, header};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::{call, error, fresh, get, keys, ok, refusal};
use crate::harness::World;

const NINE: [&str; 9] =
    ["total", "per_page", "current_page", "last_page", "next_page_url", "prev_page_url", "from", "to", "data"];

async fn page(world: &World, token: &str, path: &str) -> Value {
    let reply = get(world, path, Some(token)).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}");
    let body = reply.json();
    assert_eq!((&body["status"], &body["message"]), (&json!("ok"), &json!("获取成功")), "{path}");
    assert_eq!(keys(&body["data"]), NINE, "{path}");
    assert_eq!(reply.headers[header::CACHE_CONTROL], "private, no-cache");
    assert!(reply.headers.contains_key(header::ETAG));
    body["data"].clone()
}

/// All but the rows.
fn numbers(page: &Value) -> Value {
    let mut page = page.clone();
    page.as_object_mut().unwrap().remove("data");
    page
}

fn names(page: &Value) -> Vec<&str> {
    page["data"].as_array().unwrap().iter().map(|row| row["username"].as_str().unwrap()).collect()
}

async fn run(world: &World, sql: &str) {
    let tx = world.db().begin().await.unwrap();
    tx.execute_unprepared(sql).await.unwrap();
    tx.commit().await.unwrap();
}

async fn more_people(world: &World, count: usize) {
    for place in 0..count {
        run(
            world,
            &format!(
                "INSERT INTO staff (unique_id, username, name, staff_group, created_at, updated_at) \
                 SELECT 'more{place}', 'more{place}', '人{place}', 'generalstaff', created_at, created_at FROM staff WHERE id = 1"
            ),
        )
        .await;
    }
}

#[tokio::test]
async fn a_person_is_a_row_with_these_keys() {
    let world = World::demo().await;
    let token = world.token("suadmin").await;
    let body = page(&world, &token, "/api/users/").await;
    assert_eq!(
        numbers(&body),
        json!({
            "total": 11, "per_page": 15, "current_page": 1, "last_page": 1, "next_page_url": null, "prev_page_url": null,
            "from": 1, "to": 11,
        })
    );
    let first = &body["data"][0];
    let made = first["created_at"].clone();
    assert_eq!(made.as_str().unwrap().len(), 19);
    let row = json!({
        "created_at": made, "departments": "{}", "email": null, "id": 1, "info": "{}", "mobile": "", "name": "超级管理员",
        "status": 0, "updated_at": first["updated_at"], "username": "suadmin",
    });
    assert_eq!(first.to_string(), row.to_string());
    let ids: Vec<i64> = body["data"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, (1..=11).collect::<Vec<_>>());
    run(
        &world,
        "UPDATE staff SET locked = (1 = 1), locked_by = 'person', email = 'd@example.com', mobile = '5' WHERE id = 9",
    )
    .await;
    let body = page(&world, &token, "/api/users?search=demo").await;
    let found = &body["data"][0];
    assert_eq!(
        (&found["status"], &found["email"], &found["mobile"]),
        (&json!(1), &json!("d@example.com"), &json!("5"))
    );
}

#[tokio::test]
async fn pages_are_counted_and_linked() {
    let world = World::demo().await;
    let token = world.token("suadmin").await;
    more_people(&world, 25).await;
    let url = |page: u64| json!(format!("http://assetry.test/api/users?page={page}"));
    for (asked, current, next, previous, from, to) in [
        ("", 1, url(2), Value::Null, json!(1), json!(15)),
        ("?page=2", 2, url(3), url(1), json!(16), json!(30)),
        ("?page=3", 3, Value::Null, url(2), json!(31), json!(36)),
        ("?page=4", 4, Value::Null, url(3), Value::Null, Value::Null),
        ("?page=1&page=3&per_page=5", 3, Value::Null, url(2), json!(31), json!(36)),
        ("?page=0", 1, url(2), Value::Null, json!(1), json!(15)),
        ("?page=-1", 1, url(2), Value::Null, json!(1), json!(15)),
        ("?page=02", 1, url(2), Value::Null, json!(1), json!(15)),
        ("?page=2.0", 1, url(2), Value::Null, json!(1), json!(15)),
        ("?page=1e3", 1, url(2), Value::Null, json!(1), json!(15)),
        ("?page=%EF%BC%92", 1, url(2), Value::Null, json!(1), json!(15)),
        ("?page=9223372036854775808", 1, url(2), Value::Null, json!(1), json!(15)),
        ("?page[]=2", 1, url(2), Value::Null, json!(1), json!(15)),
    ] {
        let body = page(&world, &token, &format!("/api/users{asked}")).await;
        let expected = json!({
            "total": 36, "per_page": 15, "current_page": current, "last_page": 3, "next_page_url": next,
            "prev_page_url": previous, "from": from, "to": to,
        });
        assert_eq!(numbers(&body), expected, "{asked}");
    }
    let last = page(&world, &token, "/api/users?page=9223372036854775807").await;
    assert_eq!((&last["current_page"], &last["data"]), (&json!(9_223_372_036_854_775_807_i64), &json!([])));
    let found = page(&world, &token, "/api/users?search=MORE&page=2&token=x").await;
    assert_eq!(found["prev_page_url"], "http://assetry.test/api/users?search=MORE&page=1");
    let found = page(&world, &token, "/api/users?search=%E4%BA%BA%20%26").await;
    assert_eq!((&found["total"], &found["last_page"], &found["from"]), (&json!(0), &json!(0), &Value::Null));
    run(&world, "UPDATE staff SET name = '人 &' || id").await;
    let found = page(&world, &token, "/api/users?search=%E4%BA%BA+%26").await;
    assert_eq!(found["next_page_url"], "http://assetry.test/api/users?search=%E4%BA%BA+%26&page=2");
}

#[tokio::test]
async fn a_search_takes_every_character_as_it_is() {
    let world = World::demo().await;
    let token = world.token("suadmin").await;
    run(&world, "UPDATE staff SET mobile = '100%_a\\b', email = 'X@Example.com' WHERE id = 9").await;
    for (search, found) in [
        ("DEMO", vec!["demo"]),
        ("测试姓名", vec!["demo"]),
        ("%25_", vec!["demo"]),
        ("_", vec!["demo"]),
        ("%5C", vec!["demo"]),
        ("x@example", vec!["demo"]),
        ("nothing", vec![]),
        ("%20%20demo%20", vec!["demo"]),
    ] {
        assert_eq!(names(&page(&world, &token, &format!("/api/users?search={search}")).await), found, "{search}");
    }
    assert_eq!(page(&world, &token, "/api/users?search=").await["total"], 11);
}

#[tokio::test]
async fn lists_are_for_who_holds_their_permission() {
    let world = World::demo().await;
    for (path, allowed) in [
        ("/api/users", ["suadmin", "admin", "29384uieweretr"]),
        ("/api/departments", ["suadmin", "admin", "lwk4j5lk234"]),
        ("/api/rbac/roles", ["suadmin", "admin", "admin"]),
        ("/api/rbac/roles/demo", ["suadmin", "admin", "admin"]),
        ("/api/rbac/roles/users/user", ["suadmin", "admin", "admin"]),
    ] {
        for key in ["suadmin", "admin", "29384uieweretr", "lwk4j5lk234", "demo"] {
            let token = world.token(key).await;
            let reply = get(&world, path, Some(&token)).await;
            if allowed.contains(&key) {
                assert_eq!(reply.status, StatusCode::OK, "{path} {key}");
            } else {
                assert_eq!((reply.status.as_u16(), reply.json()), (403, refusal(403, "无权访问资源")), "{path} {key}");
                fresh(&reply.headers);
            }
        }
    }
}

#[tokio::test]
async fn departments_are_rows_with_inert_keys() {
    let world = World::demo().await;
    let token = world.token("suadmin").await;
    let body = page(&world, &token, "/api/departments").await;
    let row = &body["data"][1];
    assert_eq!(
        keys(row),
        [
            "created_at",
            "departments",
            "email",
            "id",
            "info",
            "mobile",
            "name",
            "status",
            "updated_at",
            "username",
            "parentid",
            "order"
        ]
    );
    let brief: Vec<_> = body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["id"].clone(), row["name"].clone(), row["parentid"].clone()))
        .collect();
    let expected = [(1, "测试部门", 0), (2, "子部门", 1), (3, "子部门2", 1)];
    let parents: Vec<_> = brief.iter().map(|(id, name, _)| (id.as_i64().unwrap(), name.as_str().unwrap())).collect();
    assert_eq!(parents, expected.map(|(id, name, _)| (id, name)));
    assert_eq!((&brief[0].2, &brief[1].2), (&json!(0), &json!(1)));
    assert_eq!(
        (&row["status"], &row["order"], &row["departments"], &row["email"]),
        (&json!(0), &json!(0), &json!("{}"), &Value::Null)
    );
}

#[tokio::test]
async fn roles_are_rows_and_people_have_them_with_a_pivot() {
    let world = World::demo().await;
    let token = world.token("admin").await;
    let reply = get(&world, "/api/rbac/roles", Some(&token)).await;
    let body = reply.json();
    let rows = body["data"].as_array().unwrap();
    let row = &rows[0];
    let expected = json!({
        "id": 1, "name": "suadmin", "display_name": "超级管理员", "description": "suadmin", "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    });
    assert_eq!(row.to_string(), expected.to_string());
    assert_eq!(rows.iter().map(|row| row["id"].clone()).collect::<Vec<_>>(), [1, 2, 3]);

    for path in ["/api/rbac/roles/suadmin", "/api/rbac/roles/SuAdmin/", "/api/rbac/roles/username?username=suadmin"] {
        let body = get(&world, path, Some(&token)).await.json();
        let mut with_pivot = expected.clone();
        with_pivot["pivot"] = json!({ "user_id": 1, "role_id": 1 });
        assert_eq!(body.to_string(), ok("获取成功", json!([with_pivot])).to_string(), "{path}");
    }
    assert_eq!(get(&world, "/api/rbac/roles/leaver", Some(&token)).await.json(), ok("获取成功", json!([])));
    for path in [
        "/api/rbac/roles/nobody",
        "/api/rbac/roles/username",
        "/api/rbac/roles/%00",
        "/api/rbac/roles/rolename?rolename=demo",
    ] {
        let reply = get(&world, path, Some(&token)).await;
        assert_eq!((reply.status.as_u16(), reply.json()), (404, refusal(404, "用户不存在")), "{path}");
    }

    let members = page(&world, &token, "/api/rbac/roles/users/user").await;
    assert_eq!(names(&members), ["myusername", "asdf", "sdfg", "staff3", "demo", "testuser"]);
    assert_eq!(members["data"][0]["pivot"].to_string(), r#"{"role_id":3,"user_id":2}"#);
    assert_eq!(keys(&members["data"][0]).last(), Some(&"pivot"));
    let other = page(&world, &token, "/api/rbac/roles/users/rolename?rolename=suadmin&page=1").await;
    assert_eq!(names(&other), ["suadmin"]);
    let reply = get(&world, "/api/rbac/roles/users/nothing", Some(&token)).await;
    assert_eq!((reply.status.as_u16(), reply.json()), (404, refusal(404, "角色不存在")));
    more_people(&world, 20).await;
    run(&world, "INSERT INTO staff_role (staff_id, role_id) SELECT id, 3 FROM staff WHERE unique_id LIKE 'more%'")
        .await;
    let second = page(&world, &token, "/api/rbac/roles/users/user?page=2").await;
    assert_eq!((&second["total"], &second["from"], &second["to"]), (&json!(26), &json!(16), &json!(26)));
    assert_eq!(second["prev_page_url"], "http://assetry.test/api/rbac/roles/users/user?page=1");
}

#[tokio::test]
async fn only_what_is_a_get_is_read_from_the_query() {
    let world = World::demo().await;
    let token = world.token("admin").await;
    let reply = call(&world, Method::POST, "/api/rbac/roles?name=x", Some(&token), None).await;
    assert_eq!(reply.json()["message"], error("角色名不正确")["message"]);
}
