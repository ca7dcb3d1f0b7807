//! Feishu's protocol: its API as we call it, and its pushes as they come in. Knows no person and no asset
//! (contract: feishu-app §3 to §6).

mod age;
mod attendance;
mod cipher;
mod client;
mod contact;
mod event;
mod failure;
mod message;
mod oauth;
mod probe;
mod proof;
mod token;

pub use attendance::{AttendanceCall, Endpoint, Invalid, Problem};
pub use client::{Client, Config, Patience};
pub use contact::{Department, Known, Person, ROOT, Scope};
pub use event::{ApprovalTap, CardStyle, CardTap, Event, Missing, Push};
pub use failure::{Failure, Meaning, Refusal, Words};
pub use message::{
    ApprovalCallback, ApprovalCard, Ending, InteractiveCard, MENTION_ALL, Named, Receiver, escape, mention,
};
pub use oauth::{Asked, Brought, Flow, Profile, UserTokens};
pub use probe::Probe;
pub use proof::{ApprovalToken, Bad, Door, Proved, Secrets, Stamp};

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// Tells the time.
pub type Now = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The members of a JSON object.
pub type Object = Map<String, Value>;
