//! Feishu, beside a stand-in: the client, messages, attendance (contract: feishu-app §3, §5, §6).

mod attendance;
mod cards;
mod client;
mod killed;
mod message;
mod scene;
mod taps;
