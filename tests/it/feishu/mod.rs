//! Feishu, beside a stand-in: the client (contract: feishu-app §5).

mod client;
