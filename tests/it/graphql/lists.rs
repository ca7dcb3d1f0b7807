//! Lists: pages in both directions, filters, orders, trees, limits.

use serde_json::{Value, json};

use crate::harness::World;

async fn ask(world: &World, query: &str, variables: Value) -> Value {
    world.graphql(query, variables, Some(&world.token("lwk4j5lk234").await)).await
}

fn names(reply: &Value) -> Vec<&str> {
    let rows = reply["data"]["assets"]["nodes"].as_array().unwrap_or_else(|| panic!("{reply}"));
    rows.iter().map(|row| row["uniqueId"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn pages_in_both_directions_hold_every_row_once() {
    let world = World::demo().await;
    for order in ["ENTRY", "NAME", "ENTERED_ON", "VALUE_ORIGIN"] {
        for descending in [false, true] {
            let all = "query($by: AssetOrderField!, $desc: Boolean!) {
                assets(orderBy: {by: $by, descending: $desc}) { nodes { uniqueId } }
            }";
            let all = ask(&world, all, json!({"by": order, "desc": descending})).await;
            let whole = names(&all);
            assert_eq!(whole.len(), 9);
            let page = "query($by: AssetOrderField!, $desc: Boolean!, $after: String) {
                assets(orderBy: {by: $by, descending: $desc}, first: 2, after: $after) {
                    nodes { uniqueId } pageInfo { hasNextPage endCursor }
                }
            }";
            let (mut seen, mut after) = (Vec::new(), Value::Null);
            loop {
                let reply = ask(&world, page, json!({"by": order, "desc": descending, "after": after})).await;
                seen.extend(names(&reply).into_iter().map(str::to_owned));
                after = reply["data"]["assets"]["pageInfo"]["endCursor"].clone();
                if reply["data"]["assets"]["pageInfo"]["hasNextPage"] == false {
                    break;
                }
            }
            assert_eq!(seen, whole, "{order} {descending} forwards");
            let page = "query($by: AssetOrderField!, $desc: Boolean!, $before: String) {
                assets(orderBy: {by: $by, descending: $desc}, last: 4, before: $before) {
                    nodes { uniqueId } pageInfo { hasPreviousPage startCursor }
                }
            }";
            let (mut seen, mut before) = (Vec::new(), Value::Null);
            loop {
                let reply = ask(&world, page, json!({"by": order, "desc": descending, "before": before})).await;
                seen.splice(0..0, names(&reply).into_iter().map(str::to_owned));
                before = reply["data"]["assets"]["pageInfo"]["startCursor"].clone();
                if reply["data"]["assets"]["pageInfo"]["hasPreviousPage"] == false {
                    break;
                }
            }
            assert_eq!(seen, whole, "{order} {descending} backwards");
        }
    }
}

#[tokio::test]
async fn filters_and_search_find_what_they_say() {
    let world = World::demo().await;
    for (arguments, count) in [
        ("", 9),
        ("filter: {status: [IN_USE]}", 3),
        ("filter: {status: []}", 0),
        ("filter: {holderId: \"samplestaff\"}", 4),
        ("filter: {holderId: \"nobody\"}", 0),
        ("filter: {underId: \"34k5jfkwertfwer\"}", 7),
        ("filter: {under: {inSubtreeOf: \"34k5jfkwertfwer\"}}", 7),
        ("filter: {groupId: \"0\"}", 0),
        ("filter: {group: {inSubtreeOf: \"0\"}}", 9),
        ("filter: {department: {inSubtreeOf: \"sampledepartment\"}}", 8),
        ("filter: {department: {inSubtreeOf: \"subdepartment1\"}}", 0),
        ("filter: {enteredFrom: \"2020-10-27\"}", 4),
        ("filter: {enteredBefore: \"2020-10-27\"}", 5),
        ("filter: {kind: QUANTITY}", 0),
        ("search: \"TEST_asset1\"", 2),
        ("search: \"转移\"", 1),
        ("search: \"write SOMETHING\"", 4),
        ("search: \"%\"", 0),
    ] {
        let arguments = if arguments.is_empty() { String::new() } else { format!("({arguments})") };
        let reply =
            ask(&world, &format!("{{ assets{arguments} {{ totalCount nodes {{ uniqueId }} }} }}"), json!({})).await;
        assert_eq!(reply["data"]["assets"]["totalCount"], count, "{arguments}: {reply}");
        assert_eq!(names(&reply).len(), count, "{arguments}");
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_given_is_refused() {
    let world = World::demo().await;
    for (arguments, code) in [
        ("first: 201", "LIMIT_EXCEEDED"),
        ("last: 201", "LIMIT_EXCEEDED"),
        ("first: -1", "REQUEST_INVALID"),
        ("first: 1, last: 1", "REQUEST_INVALID"),
        ("after: \"nonsense\"", "REQUEST_INVALID"),
    ] {
        let reply = ask(&world, &format!("{{ assets({arguments}) {{ nodes {{ name }} }} }}"), json!({})).await;
        assert_eq!(reply["errors"][0]["extensions"]["code"], code, "{arguments}: {reply}");
    }
}

#[tokio::test]
async fn ids_and_legacy_keys_name_the_same_rows() {
    let world = World::demo().await;
    let reply = ask(&world, "{ asset(by: {uniqueId: \"1603191152ZrfbUKEi\"}) { id group { id } } }", json!({})).await;
    let (asset, group) = (&reply["data"]["asset"]["id"], &reply["data"]["asset"]["group"]["id"]);
    let by_id = "query($asset: ID!, $group: ID!) {
        node(id: $asset) { id ... on Asset { uniqueId } }
        asset(by: {id: $asset}) { uniqueId }
        assets(filter: {groupId: $group}) { totalCount }
    }";
    let reply = ask(&world, by_id, json!({"asset": asset, "group": group})).await;
    assert_eq!(reply["data"]["node"]["uniqueId"], "1603191152ZrfbUKEi", "{reply}");
    assert_eq!(reply["data"]["asset"]["uniqueId"], "1603191152ZrfbUKEi");
    assert_eq!(reply["data"]["assets"]["totalCount"], 9);
}

#[tokio::test]
async fn what_a_client_makes_up_is_refused_or_finds_nothing() {
    let world = World::demo().await;
    let long = "x".repeat(60_000);
    for (query, code) in [
        (format!("{{ history(filter: {{search: \"{long}\"}}) {{ totalCount }} }}"), "TOO_LONG"),
        (format!("{{ assetCatalogue(search: \"{long}\") {{ totalCount }} }}"), "TOO_LONG"),
        (format!("{{ assetGroups(search: \"{long}\") {{ totalCount }} }}"), "TOO_LONG"),
        ("{ assets(search: \"\\u0000\") { totalCount } }".to_owned(), "CHARACTER_FORBIDDEN"),
        ("{ assets(filter: {enteredFrom: \"-9999-01-01\"}) { totalCount } }".to_owned(), "OUT_OF_RANGE"),
    ] {
        let reply = ask(&world, &query, json!({})).await;
        assert_eq!(reply["errors"][0]["extensions"]["code"], code, "{reply}");
    }
    let named = "{ history(filter: {assetId: \"\\u0000\"}) { totalCount } }";
    assert_eq!(ask(&world, named, json!({})).await["data"]["history"]["totalCount"], 0);
    for (order, key) in
        [("VALUE_ORIGIN", json!("x")), ("NAME", json!(7)), ("NAME", json!("\0")), ("ENTERED_ON", json!(7))]
    {
        let name = ["valueOrigin", "name", "enteredOn"]
            [["VALUE_ORIGIN", "NAME", "ENTERED_ON"].iter().position(|it| *it == order).unwrap()];
        let made_up = json!({"o": name, "k": key, "i": 0}).to_string();
        let cursor = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, made_up);
        let page = "query($after: String, $by: AssetOrderField!) { assets(orderBy: {by: $by}, after: $after) { nodes { uniqueId } } }";
        let reply = ask(&world, page, json!({"after": cursor, "by": order})).await;
        assert_eq!(names(&reply), [""; 0], "{reply}");
    }
}
