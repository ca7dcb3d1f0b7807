//! What GraphQL clients see.

mod matrix;
mod organisation;
mod permissions;
mod pieces;
mod racing;
mod sessions;
mod statements;
