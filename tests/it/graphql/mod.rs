//! What GraphQL clients see.

mod matrix;
mod pieces;
mod racing;
mod statements;
