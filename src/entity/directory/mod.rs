//! Who somebody is elsewhere.

pub mod department_binding;
pub mod person_binding;
