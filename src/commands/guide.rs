//! Prints the way from a legacy dialect to GraphQL.

use std::io::{self, Write};

use clap::Args;

use crate::rest::{DIALECTS, guide};

use super::Stop;

/// What `assetry migration-guide` takes.
#[derive(Args)]
pub(super) struct Arguments {
    /// The dialect, such as `asset-platform`.
    dialect: String,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Stop> {
    let Some(dialect) = DIALECTS.iter().find(|dialect| dialect.manual().name == arguments.dialect) else {
        let names: Vec<_> = DIALECTS.iter().map(|dialect| dialect.manual().name).collect();
        return Err(Stop::because(format!("There is no such dialect; these are known: {}.", names.join(", "))));
    };
    Ok(io::stdout().write_all(guide::guide(*dialect).as_bytes())?)
}
