//! What WeCom tells beside what is known to all: for many at once, and for who may see it (contract: laravel-template §6.2, §6.4).

use assetry::domain::directory::wecom::{self, Placement};
use serde_json::{Value, json};

use super::{both, department, member};
use crate::harness::Content;

#[tokio::test]
async fn profiles_are_for_who_keeps_staff_and_for_oneself() {
    let (world, wecom) = both(Content::Demo).await;
    wecom.departments(&[department(1, 0, "a")]);
    wecom.members(1, &["asdf", "testuser"].map(|userid| member(userid, json!({ "department": [1] }))));
    world.sync().await;
    let ids = [world.person_called("asdf").await.id, world.person_called("testuser").await.id];
    for (username, seen) in [("sdfg", 2), ("admin", 2), ("asdf", 1), ("demo", 0)] {
        let profiles = wecom::profiles(&world.called(username).await, &ids).await.unwrap();
        assert_eq!(profiles.len(), seen, "{username}");
    }
    let place = world.place(1).await.unwrap().0.id;
    let token = world.token("29384uieweretr").await;
    let query = "{ staff { nodes { username directoryProfile { info departments } } } \
                 departments { nodes { name directoryPlace { position delivered } } } }";
    let reply = world.graphql(query, json!({}), Some(&token)).await;
    let nodes = reply["data"]["staff"]["nodes"].as_array().unwrap();
    let told: Vec<&Value> = nodes.iter().filter(|node| !node["directoryProfile"].is_null()).collect();
    assert_eq!(told.len(), 2, "{reply}");
    let departments = format!(r#"[{{"{place}":{{"id":{place},"name":"a"}}}}]"#);
    assert_eq!(told[0]["directoryProfile"]["departments"], departments.as_str());
    let nodes = reply["data"]["departments"]["nodes"].as_array().unwrap();
    let placed: Vec<&Value> = nodes.iter().filter(|node| !node["directoryPlace"].is_null()).collect();
    assert_eq!(placed, [&json!({ "name": "a", "directoryPlace": { "position": 101, "delivered": true } })]);
}

#[tokio::test]
async fn many_cost_as_many_statements_as_one() {
    let (world, wecom) = both(Content::Tables).await;
    let places: Vec<Value> = (1..=100).map(|id| department(id, 0, "a")).collect();
    wecom.departments(&places);
    let members: Vec<Value> = (0..100).map(|at| member(&format!("u{at}"), json!({ "department": [1, 2] }))).collect();
    wecom.members(1, &members);
    world.sync().await;
    let ctx = world.server();
    let ids: Vec<i64> = (1..=100).collect();
    let (profiles, statements) = world.statements(wecom::profiles(&ctx, &ids)).await;
    assert_eq!((profiles.unwrap().len(), statements.len()), (100, 1));
    let (placements, statements) = world.statements(wecom::placements(world.db().read(), &ids)).await;
    let placements = placements.unwrap();
    assert_eq!((placements.len(), statements.len()), (100, 1));
    assert_eq!(placements[&7], Placement { position: 107, delivered: true });
}

#[tokio::test]
async fn graphql_asks_and_is_refused_like_every_door() {
    let (world, wecom) = both(Content::Demo).await;
    wecom.departments(&[department(1, 0, "a")]);
    let token = world.token("29384uieweretr").await;
    let sync = "mutation { directorySync(input: {part: STAFF}) { accepted userErrors { code } } }";
    let reply = world.graphql(sync, json!({}), Some(&token)).await;
    assert_eq!(reply["data"]["directorySync"], json!({ "accepted": true, "userErrors": [] }));
    let send =
        "mutation($input: MessageSendInput!) { messageSend(input: $input) { sent userErrors { code field message } } }";
    let input = json!({ "input": { "usernames": ["testuser"], "text": "x" } });
    let reply = world.graphql(send, input, Some(&token)).await;
    assert_eq!(reply["data"]["messageSend"], json!({ "sent": true, "userErrors": [] }));
    let input = json!({ "input": { "usernames": ["nobody"], "text": "x" } });
    let reply = world.graphql(send, input, Some(&token)).await;
    let refusal = json!({ "code": "STAFF_NOT_FOUND", "field": "usernames", "message": "用户不存在" });
    assert_eq!(reply["data"]["messageSend"], json!({ "sent": false, "userErrors": [refusal] }));
    let many: Vec<String> = (0..201).map(|at| format!("u{at}")).collect();
    let reply = world.graphql(send, json!({ "input": { "usernames": many, "text": "x" } }), Some(&token)).await;
    assert_eq!(reply["data"]["messageSend"]["userErrors"][0]["code"], "TOO_MANY");
}
