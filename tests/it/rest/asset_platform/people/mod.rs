//! Staff, their sessions and what they may (contract: asset-platform, §3, §5, 7.3–7.9).

mod permissions;
mod sessions;
mod staff;
