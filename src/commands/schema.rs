//! Prints the GraphQL schema.

use std::io::{self, Write};

use crate::graphql::api;

use super::Stop;

pub(super) fn run() -> Result<(), Stop> {
    io::stdout().write_all(api::sdl().as_bytes())?;
    Ok(())
}
