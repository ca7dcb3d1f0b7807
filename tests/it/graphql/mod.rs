//! What GraphQL clients see.

mod changes;
mod events;
mod lists;
mod matrix;
mod organisation;
mod permissions;
mod pieces;
mod racing;
mod sessions;
mod statements;
