//! Attendance: punches and results that Feishu told us of (contract: feishu-app §6).

mod told;

pub(crate) use told::{Told, keep};
