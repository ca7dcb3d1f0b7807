//! People and departments of Feishu: syncs, and what Feishu tells by itself (contract: feishu-app §1.4, §1.5, §4).

pub(crate) mod company;
mod departments;
mod events;
mod inbox;
mod leavers;
mod old_events;
mod racing;
mod sync;
