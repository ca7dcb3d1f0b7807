//! Lists as rows with numbers, which GraphQL does not have (contract: laravel-template §4.10 to §4.19, §6).

pub(super) mod pages;
pub(super) mod roles;
