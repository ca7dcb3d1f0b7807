//! The program `assetry`.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    assetry::commands::run().await
}
