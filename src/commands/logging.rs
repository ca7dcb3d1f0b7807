//! Logs go to stderr; stdout belongs to what a command prints.

use std::io;

use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::settings::Log;

/// Starts logging. A second start in one process changes nothing.
pub(super) fn start(log: &Log) {
    let filter: Targets = log.filter.parse().unwrap_or_default();
    let lines = fmt::layer().with_writer(io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    let _ = if log.json {
        registry.with(lines.json()).try_init()
    } else {
        registry.with(lines.with_ansi(false)).try_init()
    };
}
