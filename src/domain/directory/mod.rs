//! The company's directory on other platforms: who people and departments are there, logins, messages, and what the platforms tell of
//! by themselves.

mod rows;

pub mod feishu;
pub mod wecom;
