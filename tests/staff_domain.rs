//! Temporary: the domain tests of staff, departments, roles and sessions, until the common harness is here.
#[path = "it/domain/mod.rs"]
mod domain;
#[path = "it/harness/mod.rs"]
mod harness;
