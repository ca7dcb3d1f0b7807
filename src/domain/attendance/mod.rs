//! Attendance: Feishu's own calls, passed on for those who may, and the punches and results that Feishu told us of
//! (contract: feishu-app §6).

mod asked;
mod changes;
mod pass;
mod told;

pub mod events;

pub use crate::feishu::Problem;
pub use asked::{Days, Listed, Times, daily_shifts, flows, group, groups, results, shift, shifts};
pub use changes::{Fields, Save, create_shift, delete_group, delete_shift, save_daily_shifts, save_group};
pub use pass::{Call, Refused, Stopped, pass};
pub(crate) use told::{Told, keep};
