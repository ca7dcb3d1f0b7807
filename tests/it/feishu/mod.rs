//! Feishu, beside a stand-in: the client, messages, attendance, the directory (contract: feishu-app §1, §3 to §6).

mod attendance;
mod cards;
mod client;
pub(crate) mod company;
mod departments;
mod events;
mod inbox;
mod killed;
mod leavers;
mod message;
mod old_events;
mod racing;
mod scene;
mod sync;
mod taps;
