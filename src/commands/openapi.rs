//! Prints the OpenAPI document of the legacy dialects.

use std::io::{self, Write};

use serde_json::json;

use super::Stop;

pub(super) fn run() -> Result<(), Stop> {
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Assetry",
            "description": env!("CARGO_PKG_DESCRIPTION"),
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "paths": {},
    });
    Ok(writeln!(io::stdout(), "{document:#}")?)
}
