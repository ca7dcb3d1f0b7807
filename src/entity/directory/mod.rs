//! Who somebody is elsewhere.

pub mod department_binding;
pub mod membership;
pub mod person_binding;
