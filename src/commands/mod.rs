//! The command line.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

pub mod demo;
pub mod generate;
mod guide;
mod logging;
mod migrate;
mod openapi;
mod schema;
mod serve;
mod staff;
mod start;

pub use start::{door, doors, open};

/// Asset management server: GraphQL, three legacy JSON dialects, Feishu and WeCom.
#[derive(Parser)]
#[command(name = "assetry", version)]
struct Assetry {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the server. On SQLite the database is made and brought up to date first.
    Serve(serve::Arguments),
    /// Brings the database's tables up to date.
    Migrate,
    /// Makes people; the first administrator is made like this.
    Staff(staff::Arguments),
    /// Fills an empty database with generated data, for measuring.
    Generate(generate::Arguments),
    /// Prints the GraphQL schema.
    Schema,
    /// Prints the OpenAPI document of the legacy dialects.
    Openapi,
    /// Prints the way from a legacy dialect to GraphQL, as Markdown.
    MigrationGuide(guide::Arguments),
}

/// Runs the command that the arguments of this process name. A refusal is one sentence on stderr: status 2 for a wrong setting or
/// argument, 1 for anything else.
pub async fn run() -> ExitCode {
    // An earlier provider, which only a test can have installed, is as good.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let outcome = match Assetry::parse().command {
        Command::Serve(arguments) => serve::run(&arguments).await,
        Command::Migrate => migrate::run().await,
        Command::Staff(arguments) => staff::run(arguments).await,
        Command::Generate(arguments) => generate::run(&arguments).await,
        Command::Schema => schema::run(),
        Command::Openapi => openapi::run(),
        Command::MigrationGuide(arguments) => guide::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            let _ = writeln!(io::stderr(), "assetry: {}", stop.sentence);
            ExitCode::from(stop.status)
        }
    }
}

/// Why a command stops: a sentence for the operator and the exit status.
#[derive(Debug)]
pub struct Stop {
    status: u8,
    sentence: String,
}

impl Stop {
    /// Stops with this sentence.
    pub fn because(sentence: impl Into<String>) -> Self {
        Self { status: 1, sentence: sentence.into() }
    }

    /// The sentence.
    pub fn sentence(&self) -> &str {
        &self.sentence
    }
}

impl From<crate::settings::Wrong> for Stop {
    fn from(wrong: crate::settings::Wrong) -> Self {
        Self { status: 2, sentence: wrong.to_string() }
    }
}

impl From<crate::domain::Fault> for Stop {
    fn from(fault: crate::domain::Fault) -> Self {
        let text = fault.text(crate::domain::Language::English);
        Self::because(fault.cause().map_or_else(|| text.clone(), |cause| format!("{text} ({cause})")))
    }
}

impl From<sea_orm::DbErr> for Stop {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::because(format!("The database failed: {error}."))
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::because(format!("Input or output failed: {error}."))
    }
}
