//! Roles beside the four staff groups, and what they grant (contract: laravel-template §3).

mod held;

pub use held::permissions_of;
