//! What GraphQL clients see.

mod matrix;
mod permissions;
mod organisation;
mod pieces;
mod racing;
mod sessions;
mod statements;
