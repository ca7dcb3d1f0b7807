//! Staff, their sessions and what they may (contract: asset-platform, §3, §5, 7.1–7.9).

mod login;
mod permissions;
mod sessions;
mod staff;
