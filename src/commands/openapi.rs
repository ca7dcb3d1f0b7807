//! Prints the OpenAPI document of the legacy dialects.

use std::io::{self, Write};

use crate::rest::openapi;

use super::Stop;

pub(super) fn run() -> Result<(), Stop> {
    Ok(io::stdout().write_all(openapi::text().as_bytes())?)
}
