//! Staff, departments and roles: who sees and changes what, and how much is read for it.

use serde_json::{Value, json};

use crate::harness::World;

/// One person of each kind: the legacy key.
const PEOPLE: [&str; 6] = ["suadmin", "admin", "29384uieweretr", "lwk4j5lk234", "demo", "leaver"];

async fn ask(world: &World, who: &str, query: &str, variables: Value) -> Value {
    let who = if who == "leaver" { "1602554050TBuCGtE" } else { who };
    world.graphql(query, variables, Some(&world.token(who).await)).await
}

/// The outcome of the only field of a mutation: `done`, the first refusal, or the error of the request.
fn outcome(reply: &Value) -> String {
    if let Some(code) = reply["errors"][0]["extensions"]["code"].as_str() {
        return code.to_owned();
    }
    let payload = reply["data"].as_object().and_then(|data| data.values().next()).unwrap();
    payload["userErrors"][0]["code"].as_str().unwrap_or("done").to_owned()
}

async fn change(world: &World, who: &str, field: &str, input: &str) -> String {
    let reply =
        ask(world, who, &format!("mutation {{ {field}(input: {input}) {{ userErrors {{ code }} }} }}"), json!({}))
            .await;
    outcome(&reply)
}

/// Each mutation with an input that is refused for everybody, and the permission it needs.
const MUTATIONS: [(&str, &str, &str); 15] = [
    ("staffCreate", "{name: \"\", username: \"x\", group: GENERAL_STAFF}", "users"),
    ("staffUpdate", "{id: \"none\", name: \"x\"}", "users"),
    ("staffLock", "{id: \"none\"}", "users"),
    ("staffUnlock", "{id: \"none\"}", "users"),
    ("staffPasswordSet", "{id: \"none\", password: \"x\"}", "users"),
    ("staffGroupSet", "{id: \"none\", group: GENERAL_STAFF}", "users"),
    ("staffRolesSet", "{id: \"none\", roleIds: []}", "rbac"),
    ("staffDelete", "{id: \"none\"}", "users"),
    ("departmentCreate", "{name: \"\"}", "departments"),
    ("departmentUpdate", "{id: \"none\"}", "departments"),
    ("departmentMove", "{id: \"none\", parentId: null}", "departments"),
    ("departmentDelete", "{id: \"none\"}", "departments"),
    ("roleCreate", "{name: \"\"}", "rbac"),
    ("roleUpdate", "{id: \"none\"}", "rbac"),
    ("roleDelete", "{id: \"none\"}", "rbac"),
];

#[tokio::test]
async fn each_mutation_asks_for_its_permission() {
    let world = World::demo().await;
    for who in PEOPLE {
        let held: &[&str] = match who {
            "suadmin" | "admin" => &["users", "departments", "rbac"],
            "29384uieweretr" => &["users"],
            "lwk4j5lk234" => &["departments"],
            _ => &[],
        };
        for (field, input, permission) in MUTATIONS {
            let answer = change(&world, who, field, input).await;
            let passes = held.contains(&permission);
            assert_eq!(answer != "FORBIDDEN", passes, "{who} {field}: {answer}");
            assert!(
                !passes
                    || ["BLANK", "STAFF_NOT_FOUND", "DEPARTMENT_NOT_FOUND", "ROLE_NOT_FOUND"]
                        .contains(&answer.as_str()),
                "{who} {field}: {answer}"
            );
        }
    }
    for (field, input, _) in MUTATIONS {
        let query = format!("mutation {{ {field}(input: {input}) {{ userErrors {{ code }} }} }}");
        assert_eq!(outcome(&world.graphql(&query, json!({}), None).await), "UNAUTHENTICATED", "{field}");
    }
}

#[tokio::test]
async fn nobody_reads_without_a_session() {
    let world = World::demo().await;
    for query in [
        "{ staff { nodes { id } } }",
        "{ staff(filter: {departmentId: \"none\"}) { nodes { id } } }",
        "{ staffMember(by: {uniqueId: \"demo\"}) { id } }",
        "{ departments { totalCount } }",
        "{ department(by: {uniqueId: \"sampledepartment\"}) { id } }",
        "{ roles { nodes { id } } }",
        "{ role(by: {name: \"user\"}) { id } }",
    ] {
        assert_eq!(outcome(&world.graphql(query, json!({}), None).await), "UNAUTHENTICATED", "{query}");
    }
}

#[tokio::test]
async fn what_is_private_is_shown_to_who_may_see_it() {
    let world = World::demo().await;
    let set = "{id: \"demo\", mobile: \"139\", email: \"demo@example.com\"}";
    assert_eq!(change(&world, "29384uieweretr", "staffUpdate", set).await, "done");
    let direct = "{ staffMember(by: {uniqueId: \"demo\"}) { name mobile email roles { name } permissions } }";
    let through = "{ department(by: {uniqueId: \"sampledepartment\"}) { staff(first: 200) { nodes { uniqueId mobile email roles { name } permissions } } } }";
    for who in PEOPLE {
        let person = &ask(&world, who, direct, json!({})).await["data"]["staffMember"];
        assert_eq!(person["name"], "测试姓名");
        let contacts = ["suadmin", "admin", "29384uieweretr", "demo"].contains(&who);
        assert_eq!(person["mobile"] == "139" && person["email"] == "demo@example.com", contacts, "{who}");
        assert_eq!(person["mobile"].is_null(), !contacts, "{who}");
        assert_eq!(
            person["roles"] == json!([{"name": "user"}]) && person["permissions"] == json!(["QR_LOGIN"]),
            contacts,
            "{who}"
        );
        assert_eq!(person["roles"].is_null(), !contacts, "{who}");
        let list = ask(&world, who, through, json!({})).await;
        let people = list["data"]["department"]["staff"]["nodes"].as_array().unwrap();
        let nested = people.iter().find(|person| person["uniqueId"] == "demo").unwrap();
        for field in ["mobile", "email", "roles", "permissions"] {
            assert_eq!(nested[field], person[field], "{who} {field}");
        }
    }
}

#[tokio::test]
async fn a_person_is_made_changed_and_deleted() {
    let world = World::demo().await;
    let create = "mutation { staffCreate(input: {name: \"新人\", username: \"newcomer\", group: GENERAL_STAFF, departmentId: \"subdepartment1\", password: \"p\", idempotencyKey: \"k\"}) {
        staff { id version department { uniqueId } } userErrors { code } } }";
    let made = ask(&world, "29384uieweretr", create, json!({})).await;
    let person = made["data"]["staffCreate"]["staff"].clone();
    assert_eq!(
        (&person["version"], &person["department"]["uniqueId"]),
        (&json!(1), &json!("subdepartment1")),
        "{made}"
    );
    let again = ask(&world, "29384uieweretr", create, json!({})).await;
    assert_eq!(again["data"]["staffCreate"]["staff"]["id"], person["id"]);

    let update = "mutation($input: StaffUpdateInput!) { staffUpdate(input: $input) { staff { name version department { id } } userErrors { code field } } }";
    let renamed =
        ask(&world, "admin", update, json!({"input": {"id": person["id"], "name": "旧人", "expectedVersion": 1}}))
            .await;
    let now = &renamed["data"]["staffUpdate"]["staff"];
    assert_eq!(
        (&now["name"], &now["version"], now["department"].is_null()),
        (&json!("旧人"), &json!(2), false),
        "{renamed}"
    );
    let stale =
        ask(&world, "admin", update, json!({"input": {"id": person["id"], "name": "x", "expectedVersion": 1}})).await;
    assert_eq!(
        stale["data"]["staffUpdate"]["userErrors"],
        json!([{"code": "VERSION_CONFLICT", "field": "expectedVersion"}])
    );
    let null = ask(&world, "admin", update, json!({"input": {"id": person["id"], "name": null}})).await;
    assert_eq!(null["data"]["staffUpdate"]["userErrors"], json!([{"code": "REQUIRED", "field": "name"}]));
    let nowhere = ask(&world, "admin", update, json!({"input": {"id": person["id"], "departmentId": null}})).await;
    assert!(nowhere["data"]["staffUpdate"]["staff"]["department"].is_null(), "{nowhere}");

    let id = person["id"].as_str().unwrap();
    assert_eq!(
        change(&world, "admin", "staffGroupSet", &format!("{{id: \"{id}\", group: ASSET_ADMIN}}")).await,
        "done"
    );
    assert_eq!(
        change(&world, "admin", "staffRolesSet", &format!("{{id: \"{id}\", roleIds: [\"suadmin\"]}}")).await,
        "RANK_EXCEEDED"
    );
    assert_eq!(
        change(&world, "suadmin", "staffRolesSet", &format!("{{id: \"{id}\", roleIds: [\"User\", \"user\"]}}")).await,
        "done"
    );
    let member = "query($id: ID!) { node(id: $id) { ... on Staff { group roles { name displayName permissions } } } }";
    let seen = ask(&world, "admin", member, json!({"id": id})).await;
    let expected = json!({"group": "ASSET_ADMIN", "roles": [{"name": "user", "displayName": "普通用户", "permissions": ["QR_LOGIN"]}]});
    assert_eq!(seen["data"]["node"], expected, "{seen}");

    assert_eq!(change(&world, "admin", "staffDelete", "{id: \"lwk4j5lk234\"}").await, "STAFF_HOLDS_ASSETS");
    assert_eq!(change(&world, "admin", "staffDelete", "{id: \"1603162639kQsLBBHw\"}").await, "STAFF_HAS_OPEN_REQUESTS");
    assert_eq!(change(&world, "admin", "staffDelete", "{id: \"admin\"}").await, "NOT_YOURSELF");
    let delete = "mutation($id: ID!) { staffDelete(input: {id: $id}) { deletedId userErrors { code } } }";
    let gone = ask(&world, "admin", delete, json!({"id": id})).await;
    assert_eq!(gone["data"]["staffDelete"], json!({"deletedId": id, "userErrors": []}));
}

#[tokio::test]
async fn departments_move_and_go() {
    let world = World::demo().await;
    let who = "lwk4j5lk234";
    assert_eq!(
        change(&world, who, "departmentCreate", "{uniqueId: \"new\", name: \"新部门\", parentId: \"subdepartment1\"}")
            .await,
        "done"
    );
    assert_eq!(
        change(&world, who, "departmentCreate", "{uniqueId: \"new\", name: \"新部门\"}").await,
        "DEPARTMENT_ID_TAKEN"
    );
    assert_eq!(
        change(&world, who, "departmentMove", "{id: \"sampledepartment\", parentId: \"new\"}").await,
        "DEPARTMENT_CYCLE"
    );
    assert_eq!(change(&world, who, "departmentMove", "{id: \"new\"}").await, "REQUIRED");
    assert_eq!(
        change(&world, who, "departmentMove", "{id: \"new\", parentId: \"none\"}").await,
        "DEPARTMENT_PARENT_NOT_FOUND"
    );
    assert_eq!(
        change(&world, who, "departmentUpdate", "{id: \"new\", location: \"二楼\", expectedVersion: 1}").await,
        "done"
    );
    assert_eq!(change(&world, who, "departmentDelete", "{id: \"subdepartment1\"}").await, "DEPARTMENT_HAS_CHILDREN");
    assert_eq!(change(&world, who, "departmentMove", "{id: \"new\", parentId: null}").await, "done");
    assert_eq!(change(&world, who, "departmentDelete", "{id: \"subdepartment1\"}").await, "DEPARTMENT_HAS_STAFF");
    let tree = "{ departments(filter: {root: true}) { totalCount nodes { uniqueId location version parent { id }
        children { totalCount nodes { uniqueId parent { uniqueId } } } staff(first: 1) { totalCount pageInfo { hasNextPage } } } } }";
    let seen = ask(&world, "demo", tree, json!({})).await;
    let roots = &seen["data"]["departments"];
    assert_eq!(
        (&roots["totalCount"], &roots["nodes"][1]["location"], &roots["nodes"][1]["version"]),
        (&json!(2), &json!("二楼"), &json!(3)),
        "{seen}"
    );
    let children = &roots["nodes"][0]["children"];
    assert_eq!((&children["totalCount"], &children["nodes"][1]["uniqueId"]), (&json!(2), &json!("sampledepartment2")));
    assert_eq!(roots["nodes"][0]["staff"], json!({"totalCount": 9, "pageInfo": {"hasNextPage": true}}));
    assert_eq!(change(&world, who, "departmentDelete", "{id: \"new\"}").await, "done");
    let below = "{ staff(filter: {department: {inSubtreeOf: \"sampledepartment\"}, group: [ASSET_ADMIN]}, orderBy: {by: USERNAME, descending: true}) { nodes { username } } }";
    let seen = ask(&world, "demo", below, json!({})).await;
    assert_eq!(seen["data"]["staff"]["nodes"], json!([{"username": "mover"}, {"username": "asdf"}]), "{seen}");
}

#[tokio::test]
async fn roles_are_made_changed_and_deleted() {
    let world = World::demo().await;
    let list = "{ roles { totalCount nodes { name displayName description permissions } } }";
    let roles = ask(&world, "admin", list, json!({})).await;
    assert_eq!(
        (&roles["data"]["roles"]["totalCount"], &roles["data"]["roles"]["nodes"][2]["permissions"]),
        (&json!(3), &json!(["QR_LOGIN"]))
    );
    assert_eq!(
        change(&world, "admin", "roleCreate", "{name: \"keepers\", permissions: [ASSETS]}").await,
        "RANK_EXCEEDED"
    );
    assert_eq!(change(&world, "suadmin", "roleCreate", "{name: \"keepers\", permissions: [ASSETS]}").await, "done");
    assert_eq!(change(&world, "admin", "roleCreate", "{name: \"KEEPERS\"}").await, "ROLE_NAME_TAKEN");
    assert_eq!(change(&world, "admin", "roleCreate", "{name: \"itadmin\"}").await, "ROLE_NAME_RESERVED");
    assert_eq!(
        change(&world, "admin", "roleUpdate", "{id: \"keepers\", displayName: \"保管员\", expectedVersion: 1}").await,
        "done"
    );
    assert_eq!(change(&world, "admin", "roleUpdate", "{id: \"keepers\", permissions: []}").await, "RANK_EXCEEDED");
    assert_eq!(change(&world, "admin", "roleDelete", "{id: \"keepers\"}").await, "RANK_EXCEEDED");
    assert_eq!(change(&world, "suadmin", "roleDelete", "{id: \"suadmin\"}").await, "ROLE_PROTECTED");
    let id =
        ask(&world, "admin", "{ role(by: {name: \"Keepers\"}) { id displayName } }", json!({})).await["data"]["role"]
            .clone();
    assert_eq!(id["displayName"], "保管员");
    let node = "query($id: ID!) { node(id: $id) { ... on Role { name } } }";
    let seen = ask(&world, "admin", node, json!({"id": id["id"]})).await;
    assert_eq!(seen["data"]["node"]["name"], "keepers");
    assert_eq!(change(&world, "suadmin", "roleDelete", &format!("{{id: {}}}", id["id"])).await, "done");
}
