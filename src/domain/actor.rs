//! Who asks.

use crate::entity::words::StaffGroup;

use super::Permissions;

/// Who asks.
#[derive(Clone, Debug)]
pub enum Actor {
    /// Nobody is logged in.
    Nobody,
    /// The server itself: commands and background work. May do everything, but is no person.
    System,
    /// A person with a live session.
    Person(Person),
}

/// A person with a live session, as of the start of the request.
#[derive(Clone, Debug)]
pub struct Person {
    /// The person's key.
    pub id: i64,
    /// The person's legacy key.
    pub unique_id: String,
    /// The display name.
    pub name: String,
    /// The staff group.
    pub group: StaffGroup,
    /// The department, if any.
    pub department_id: Option<i64>,
    /// Everything the group and the further roles grant.
    pub permissions: Permissions,
    /// The session that spoke; none for who acts without one, such as by a card.
    pub session_id: Option<i64>,
}
