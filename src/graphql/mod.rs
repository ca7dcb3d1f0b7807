//! GraphQL: one door that every operation passes, the transports that lead to it, and the schema behind it.

pub mod api;
pub mod client;
pub mod door;
mod faults;
pub mod http;
pub mod ide;
mod identity;
pub mod limits;
pub mod loaders;
mod negotiate;
mod omit;
mod order;
mod reader;
mod reply;
mod select;
pub mod stored;
pub mod stream;
mod variables;

pub use door::Door;
pub use limits::{Introspection, Limits};
pub use reader::Reader;
pub use stored::StoredOperation;
