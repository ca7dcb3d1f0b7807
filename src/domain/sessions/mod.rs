//! Sessions: a login that lasts, one row with three faces that open every door (contract: README, laravel-template §2).

mod claims;
mod create;
mod end;
mod examine;
mod face;
mod open;

pub use create::{Create, create};
pub use end::{end, end_all, end_all_of, end_everywhere, sweep};
pub use examine::{Live, Refused, authenticate, examine, renew};
pub use face::Face;
pub use open::{Opened, open_for, open_in};
