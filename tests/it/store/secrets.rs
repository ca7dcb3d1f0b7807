//! Secrets that the server makes for itself.

use assetry::domain::secrets;

use crate::harness::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_servers_that_start_at_once_one_makes_the_secret() {
    let world = World::empty().await;
    let starting = (0..8).map(|_| {
        let app = world.app.clone();
        tokio::spawn(async move { secrets::kept(&app.db, &*app.random, app.now(), "jwt").await.unwrap() })
    });
    let mut got = Vec::new();
    for server in starting.collect::<Vec<_>>() {
        got.push(server.await.unwrap());
    }
    assert_eq!(got[0].len(), 64);
    assert!(got.iter().all(|secret| *secret == got[0]), "{got:?}");
    let other = secrets::kept(world.db(), &*world.app.random, world.app.now(), "other").await.unwrap();
    assert_ne!(other, got[0]);
}
