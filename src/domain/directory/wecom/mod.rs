//! The company's directory on WeCom: people and departments from there, login by its codes, messages to its members, and what it
//! tells of by itself (contract: laravel-template §4.5, §4.9, §4.11, §8–§10).

use crate::{
    app::App,
    wecom::{Client, Wecom},
};

use crate::domain::{Code, Outcome};

mod act;
mod facts;
mod login;
mod messages;
mod receive;
mod sync;

pub use crate::wecom::Stamp;
pub use act::{act_on_next, sweep};
pub use facts::{Placement, Profile, placements, profiles};
pub use login::person_of_code;
pub use messages::{send_message, send_next};
pub use receive::{Answer, Push, receive};
pub use sync::{Part, sync_next, sync_soon};

/// The platform's name in the database.
const PLATFORM: &str = "wecom";

/// The app on WeCom and its client.
fn connected(app: &App) -> Outcome<(&Wecom, &Client)> {
    let wecom = app.wecom.as_ref();
    let client = wecom.and_then(|wecom| Some((wecom, wecom.client.as_ref()?)));
    client.ok_or_else(|| Code::WecomNotConfigured.into())
}
