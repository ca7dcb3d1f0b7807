//! Whole-server benchmarks: each prints tables for `RESULTS.md`, with ratios against a baseline of the same run.
//!
//! `cargo bench --bench server -- NAME…` runs those of the names `memory`, `search`, `import`, `doors`; without names, all. With
//! `ASSETRY_BENCH_POSTGRES_URL` they also run on that PostgreSQL server, in schemas of their own.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has nothing to say")]

mod doors;
mod home;
mod import;
mod measure;
mod memory;
mod search;
mod server;

use home::Home;

#[tokio::main]
async fn main() {
    let names: Vec<String> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    let wanted = |name: &str| names.is_empty() || names.iter().any(|asked| asked == name);
    for home in Home::all() {
        if wanted("search") {
            search::run(&home).await;
        }
        if wanted("doors") {
            doors::run(&home).await;
        }
        if wanted("import") {
            import::run(&home).await;
        }
        if wanted("memory") {
            memory::run(&home).await;
        }
    }
}
