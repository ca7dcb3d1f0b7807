//! Who somebody is elsewhere.

pub mod department_binding;
pub mod learned;
pub mod login_state;
pub mod membership;
pub mod person_binding;
pub mod user_token;
