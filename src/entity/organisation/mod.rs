//! Who there is.

pub mod credential;
pub mod department;
pub mod staff;
