//! What happens.

pub mod approval;
pub mod approval_manager;
pub mod history;
