//! Feishu, beside a stand-in: the client, messages, attendance (contract: feishu-app §3, §5, §6).

mod attendance;
mod client;
mod message;
