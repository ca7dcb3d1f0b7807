//! The program `assetry`.

use std::process::ExitCode;

/// Gives memory back: the usual allocator keeps what password hashing and large imports once took.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    assetry::commands::run().await
}
