//! What GraphQL clients see.

mod attendance;
mod changes;
mod deliveries;
mod events;
mod feishu_status;
mod lists;
mod matrix;
mod organisation;
mod permissions;
mod pieces;
mod racing;
mod sessions;
mod statements;
