//! Feishu, beside a stand-in: the client, messages, cards, attendance, the directory (contract: feishu-app §1, §3 to §6).

mod attendance;
mod cards;
mod client;
pub(crate) mod directory;
mod killed;
mod message;
mod scene;
mod taps;
