//! What happens to assets, told as it happens, over a WebSocket.

use assetry::db::{Cursor, CursorKey};
use serde_json::{Value, json};

use crate::{
    door::socket::{Talk, listen},
    harness::World,
};

const ADMIN: &str = "lwk4j5lk234";
/// The asset of the demo data's one line of history.
const TOLD: &str = "1603786083EzlAqBbc";

/// A subscription of this person to everything behind `after`.
async fn subscribed(world: &World, person: &str, after: &str) -> Talk {
    let url = listen(world.router.clone()).await;
    let mut talk = Talk::open(&url, &[]).await.unwrap();
    let token = world.token(person).await;
    talk.say(json!({"type": "connection_init", "payload": {"Authorization": format!("Bearer {token}")}})).await;
    assert_eq!(talk.hear().await, json!({"type": "connection_ack"}));
    let events = format!(
        "subscription {{ assetEvents(after: \"{after}\") {{ cursor assetId entry {{ type assetUniqueId relatedUniqueId }} }} }}"
    );
    talk.subscribe("1", &events).await;
    talk
}

/// The place before the first line.
fn beginning() -> String {
    Cursor { order: "assetEvents".to_owned(), key: CursorKey::None(()), id: 0 }.encode()
}

async fn heard(talk: &mut Talk) -> Value {
    let message = talk.hear().await;
    assert_eq!(message["type"], "next", "{message}");
    message["payload"]["data"]["assetEvents"].clone()
}

async fn ask(world: &World, person: &str, mutation: &str) {
    let reply = world.graphql(mutation, json!({}), Some(&world.token(person).await)).await;
    assert!(reply["errors"].is_null(), "{reply}");
    assert_eq!(reply["data"]["done"]["userErrors"], json!([]), "{reply}");
}

async fn claim(world: &World, person: &str, asset: &str) {
    let input = format!("{{type: CLAIM, assetId: \"{asset}\", acceptWarnings: true}}");
    ask(world, person, &format!("mutation {{ done: approvalSubmit(input: {input}) {{ userErrors {{ code }} }} }}"))
        .await;
}

async fn edit(world: &World, asset: &str) {
    let input = format!("{{id: \"{asset}\", remarks: \"seen\"}}");
    ask(world, ADMIN, &format!("mutation {{ done: assetUpdate(input: {input}) {{ userErrors {{ code }} }} }}")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_keeps_assets_hears_everything_in_order() {
    let world = World::demo().await;
    let mut talk = subscribed(&world, ADMIN, &beginning()).await;
    assert_eq!(heard(&mut talk).await["entry"]["assetUniqueId"], TOLD);
    claim(&world, "samplestaff", "1603191152ZrfbUKEi").await;
    edit(&world, TOLD).await;
    let entry = json!({"type": "SUBMIT", "assetUniqueId": "1603191152ZrfbUKEi", "relatedUniqueId": "samplestaff"});
    assert_eq!(heard(&mut talk).await["entry"], entry);
    let entry = json!({"type": "EDIT", "assetUniqueId": TOLD, "relatedUniqueId": null});
    assert_eq!(heard(&mut talk).await["entry"], entry);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_hear_what_is_about_themselves() {
    let world = World::demo().await;
    claim(&world, "demo", "1603191152ZrfbUKEi").await;
    let mut talk = subscribed(&world, "demo", &beginning()).await;
    assert_eq!(
        heard(&mut talk).await["entry"]["assetUniqueId"],
        "1603191152ZrfbUKEi",
        "the demo data's line is not theirs"
    );
    claim(&world, "samplestaff", "1603191152cvwLfWvh").await;
    claim(&world, "demo", "1603191152IdSfJKmr").await;
    assert_eq!(heard(&mut talk).await["entry"]["assetUniqueId"], "1603191152IdSfJKmr");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_break_nothing_is_missing() {
    let world = World::demo().await;
    let mut talk = subscribed(&world, ADMIN, &beginning()).await;
    let cursor = heard(&mut talk).await["cursor"].as_str().unwrap().to_owned();
    drop(talk);
    edit(&world, TOLD).await;
    claim(&world, "samplestaff", "1603191152ZrfbUKEi").await;
    let mut talk = subscribed(&world, ADMIN, &cursor).await;
    let mut kinds = Vec::new();
    while kinds.last().is_none_or(|kind| kind != "SUBMIT") {
        kinds.push(heard(&mut talk).await["entry"]["type"].as_str().unwrap().to_owned());
    }
    assert_eq!(kinds[kinds.len() - 2..], ["EDIT", "SUBMIT"], "lines of the last minute may come again, before these");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_of_another_list_is_refused() {
    let world = World::demo().await;
    let mut talk = subscribed(&world, ADMIN, "nonsense").await;
    let message = talk.hear().await;
    assert!(message.to_string().contains("REQUEST_INVALID"), "{message}");
}
