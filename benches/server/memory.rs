//! Long lists and the memory they take.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};

use super::{
    home::{Data, Home},
    measure::{mib, ms},
    server::{Server, resident},
};

/// Assets of the largest installation.
const ASSETS: u64 = 1_000_000;

pub(crate) async fn run(home: &Home) {
    let data = home.generated(1.0).await;
    multiply(&data).await;
    let server = Server::start(&data).await;
    println!("\n### Long lists on {}: 1,000,000 assets\n", home.name());
    println!(
        "| call | rows | MB sent | first byte after, ms | all after, ms | resident before, MiB | most while it ran, MiB | moved, MiB |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (path, body) in [
        ("/api/asset_list/", json!({})),
        ("/api/asset_list_title_value/", json!({})),
        ("/api/staff_list/", json!({})),
        ("/api/search_assets/", json!({ "search_string": "电" })),
        ("/api/search_assets_history/", json!({ "search_string": "" })),
    ] {
        list(&server, path, body).await;
    }
    drop(server);
    data.forget().await;
}

async fn list(server: &Server, path: &str, body: Value) {
    // What the first call of a kind leaves behind is not what a call takes.
    server.rest("/api/department/all/", json!({})).await;
    let before = server.resident();
    let (most, done) = (Arc::new(AtomicU64::new(before)), Arc::new(AtomicBool::new(false)));
    let watch = {
        let (process, most, done) = (server.process(), Arc::clone(&most), Arc::clone(&done));
        tokio::task::spawn_blocking(move || {
            while !done.load(Ordering::Relaxed) {
                most.fetch_max(resident(process), Ordering::Relaxed);
                std::thread::park_timeout(Duration::from_millis(5));
            }
        })
    };
    let streamed = server.stream(path, body.clone()).await;
    done.store(true, Ordering::Relaxed);
    watch.await.unwrap();
    let most = most.load(Ordering::Relaxed);
    println!(
        "| `{path}` | {} | {:.1} | {} | {} | {} | {} | {} |",
        if path.contains("asset_list") { ASSETS.to_string() } else { "–".to_owned() },
        streamed.bytes as f64 / 1e6,
        ms(streamed.first),
        ms(streamed.whole),
        mib(before),
        mib(most),
        mib(most - before),
    );
}

/// Makes ten assets of each of the 100,000.
async fn multiply(data: &Data) {
    for copy in 1..ASSETS / 100_000 {
        data.run(&format!(
            "INSERT INTO asset (unique_id, name, kind, quantity, group_id, under_id, status, holder_id, applicant_id, target_id, \
             entered_on, value_origin, use_year, brand, model, serial_number, remarks, created_at, updated_at) \
             SELECT unique_id || '-{copy}', name, kind, quantity, group_id, under_id, status, holder_id, applicant_id, target_id, \
             entered_on, value_origin, use_year, brand, model, serial_number, remarks, created_at, updated_at \
             FROM asset WHERE id <= 100000"
        ))
        .await;
    }
}
