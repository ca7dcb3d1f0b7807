//! What comes in and goes out once.

pub mod attendance_event;
pub mod file;
pub mod idempotency_key;
pub mod inbox;
pub mod job;
pub mod outbox;
