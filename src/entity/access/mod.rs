//! Who may.

pub mod qr_login;
pub mod role;
pub mod role_permission;
pub mod server_secret;
pub mod session;
pub mod staff_role;
