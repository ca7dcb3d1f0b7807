//! WeCom's protocol: its API as we call it, and its callbacks as they come in. Knows no person and no asset
//! (contract: laravel-template §8, §10).

mod callback;
mod client;
mod token;

pub use callback::{Bad, Callback, Event, Stamp};
pub use client::{Client, Config, Department, Failure, Member, Person};

use std::sync::Arc;

use chrono::{DateTime, Utc};

/// Tells the time.
pub type Now = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;
