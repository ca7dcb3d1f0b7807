//! The rows of the database as types, by area; no rules live here.

pub mod access;
pub mod directory;
pub mod exchange;
pub mod organisation;
pub mod property;
pub mod words;
pub mod workflow;

pub use access::{qr_login, role, role_permission, server_secret, session, staff_role};
pub use directory::{department_binding, learned, login_state, membership, person_binding, user_token};
pub use exchange::{attendance_event, file, idempotency_key, inbox, job, outbox};
pub use organisation::{credential, department, staff};
pub use property::{asset, asset_group};
pub use workflow::{approval, approval_manager, history};
