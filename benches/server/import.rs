//! What the search index costs who enters assets.

use std::time::Instant;

use serde_json::json;

use super::{
    home::Home,
    measure::{mib, ms, ratio},
    server::Server,
};

/// Items of one call.
const ITEMS: usize = 60_000;

pub(crate) async fn run(home: &Home) {
    println!("\n### `add_assets` of {ITEMS} items on {}\n", home.name());
    println!("| search index | ms | resident at its end, MiB |");
    println!("| --- | --- | --- |");
    let with = entered(home, "there", None).await;
    let drop = match home {
        Home::Sqlite => {
            "DROP TRIGGER asset_search_insert; DROP TRIGGER asset_search_update; DROP TRIGGER asset_search_delete"
        }
        Home::Postgres(_) => "DROP INDEX IF EXISTS asset_name_pieces; DROP INDEX IF EXISTS asset_remarks_pieces",
    };
    let without = entered(home, "not there", Some(drop)).await;
    println!("\nratio: {}", ratio(with, without));
}

async fn entered(home: &Home, index: &str, drop: Option<&str>) -> std::time::Duration {
    let data = home.generated(0.01).await;
    if let Some(drop) = drop {
        data.run(drop).await;
    }
    let server = Server::start(&data).await;
    let item = |place| json!({ "group": "0", "display_name": format!("笔记本电脑 ThinkPad {place}"), "under": null });
    let items: Vec<_> = (0..ITEMS).map(item).collect();
    let begun = Instant::now();
    let answer = server.rest("/api/add_assets/", json!({ "data": items })).await;
    let taken = begun.elapsed();
    assert_eq!(answer["code"], 0, "{answer}");
    println!("| {index} | {} | {} |", ms(taken), mib(server.resident()));
    std::mem::drop(server);
    data.forget().await;
    taken
}
