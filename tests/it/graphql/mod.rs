//! What GraphQL clients see.

mod matrix;
mod permissions;
mod pieces;
mod racing;
mod statements;
