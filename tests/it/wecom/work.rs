//! Background work: woken by the bell, stopped gracefully.

use std::time::Duration;

use assetry::{
    delivery,
    domain::directory::wecom::{self, Part},
};
use serde_json::json;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{both, department, member};
use crate::harness::{Content, Says};

#[tokio::test]
async fn what_is_asked_for_is_done_soon_and_the_end_is_orderly() {
    let (world, wecom) = both(Content::Tables).await;
    wecom.departments(&[department(1, 0, "a")]);
    wecom.members(1, &[member("u", json!({}))]);
    let stopping = CancellationToken::new();
    let work = tokio::spawn(delivery::run(world.app.clone(), stopping.clone()));
    wecom::sync_soon(&world.server(), Part::Staff).await.unwrap();
    let done = async {
        while world.maybe_called("u").await.is_none() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), done).await.expect("nobody did the work");

    // A sync that hangs is given back when the server stops.
    wecom.say("department/list", [Says::Nothing]);
    let hangs = async {
        // The run before may not have ended yet, and who asks then asks for nothing more.
        while wecom.count("department/list") < 2 {
            wecom::sync_soon(&world.server(), Part::Staff).await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), hangs).await.expect("nobody began the work");
    stopping.cancel();
    timeout(Duration::from_secs(20), work).await.expect("it did not stop").unwrap();
    assert!(wecom::sync_next(&world.app, std::future::pending()).await.unwrap(), "the work was lost");
}
