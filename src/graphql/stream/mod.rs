//! Answers bit by bit: over a WebSocket, or as an event stream.

mod events;
mod origin;
mod protocol;
mod socket;

pub(super) use events::{events, said};
pub(super) use origin::origin_fits;
pub(super) use socket::socket;
