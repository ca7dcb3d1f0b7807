//! Feishu's protocol: its API as we call it, and its pushes as they come in. Knows no person and no asset
//! (contract: feishu-app §3 to §6).

mod age;
mod cipher;
mod event;
mod proof;

pub use event::{ApprovalTap, CardStyle, CardTap, Event, Missing, Push};
pub use proof::{ApprovalToken, Bad, Door, Proved, Secrets, Stamp};

use serde_json::{Map, Value};

/// The members of a JSON object.
pub type Object = Map<String, Value>;
