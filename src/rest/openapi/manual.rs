//! What a dialect says of itself for its documentation.

use super::super::row::Says;

/// What a dialect is called, how it is asked, and what it says before a row is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Manual {
    /// The name in ids, names of files and arguments, such as `asset-platform`.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub about: &'static str,
    /// How its ids are called in GraphQL, in a sentence or two.
    pub ids: &'static str,
    /// Where a call tells who asks.
    pub token: Token,
    /// What any call may be told before its row is looked at: no JSON, too large. The number stands for the fault where it has one.
    pub early: &'static [Says],
    /// What a call is told whose token opens no session, beside what is said to one without a token.
    pub unknown: &'static [Says],
}

/// Where a call tells who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// In this key of the body; without it the request is invalid.
    Body(&'static str),
    /// In the header `Authorization: Bearer …`.
    Bearer,
    /// In the segment of the path with this name.
    Path(&'static str),
}

/// What an endpoint is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Logging in and out, and who asks.
    Sessions,
    /// People.
    Staff,
    /// Departments.
    Departments,
    /// Roles and permissions.
    Roles,
    /// Asset groups.
    AssetGroups,
    /// Assets.
    Assets,
    /// Requests and decisions.
    Approvals,
    /// What happened to assets.
    History,
    /// Who was where when.
    Attendance,
    /// Files.
    Files,
    /// What other platforms tell.
    Platforms,
}

impl Subject {
    /// Every subject, in the order of the documentation.
    pub const ALL: [Self; 11] = [
        Self::Sessions,
        Self::Staff,
        Self::Departments,
        Self::Roles,
        Self::AssetGroups,
        Self::Assets,
        Self::Approvals,
        Self::History,
        Self::Attendance,
        Self::Files,
        Self::Platforms,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Staff => "staff",
            Self::Departments => "departments",
            Self::Roles => "roles",
            Self::AssetGroups => "asset groups",
            Self::Assets => "assets",
            Self::Approvals => "approvals",
            Self::History => "history",
            Self::Attendance => "attendance",
            Self::Files => "files",
            Self::Platforms => "platforms",
        }
    }

    /// What it is, in a sentence.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Sessions => "Logging in and out, and who asks.",
            Self::Staff => "People.",
            Self::Departments => "The tree of departments.",
            Self::Roles => "Roles and the permissions they grant.",
            Self::AssetGroups => "The tree of asset groups.",
            Self::Assets => "Assets: entering, listing, editing, clearing out.",
            Self::Approvals => "Requests for assets, and the decisions on them.",
            Self::History => "What happened to assets.",
            Self::Attendance => "Who was where when.",
            Self::Files => "Files.",
            Self::Platforms => "What other platforms tell us.",
        }
    }
}
