//! Why WeCom did not do what it was asked.

use thiserror::Error;

/// Why WeCom did not do what it was asked. Holds no secret, no token and no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// It answered with this errcode, after the retries that the code allows.
    #[error("WeCom refused with errcode {0}")]
    Refused(i64),
    /// No connection, or one that broke.
    #[error("WeCom cannot be reached")]
    Unreachable,
    /// No whole answer in time.
    #[error("WeCom did not answer in time")]
    Late,
    /// Another HTTP status than 200.
    #[error("WeCom answered with HTTP status {0}")]
    Status(u16),
    /// The answer is too long, no JSON object, or lacks what was asked for.
    #[error("WeCom's answer cannot be read")]
    Unreadable,
    /// It was not asked: it wants to be left alone for a while.
    #[error("WeCom is left alone for a while")]
    LeftAlone,
}

impl Failure {
    /// Whether the app may not see the department that was asked about, which says nothing about others.
    pub const fn is_hidden_department(self) -> bool {
        matches!(self, Self::Refused(50002 | 60011 | 60003 | 60123))
    }
}
