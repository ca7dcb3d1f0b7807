//! The life of a request as a table: a request waits, is decided once, or is closed because its asset is gone.

use crate::{domain::Code, entity::words::ApprovalState};

/// What ends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody agreed.
    Approve,
    /// Somebody refused.
    Reject,
    /// The asset was retired.
    AssetRetired,
}

/// Every row: only a waiting request moves.
pub const TRANSITIONS: &[(ApprovalState, Event, ApprovalState)] = &[
    (ApprovalState::Pending, Event::Approve, ApprovalState::Approved),
    (ApprovalState::Pending, Event::Reject, ApprovalState::Rejected),
    (ApprovalState::Pending, Event::AssetRetired, ApprovalState::Cancelled),
];

/// The state after `event`, or the code of the refusal.
pub fn step(state: ApprovalState, event: Event) -> Result<ApprovalState, Code> {
    TRANSITIONS
        .iter()
        .find(|(from, by, _)| *from == state && *by == event)
        .map(|(_, _, to)| *to)
        .ok_or(Code::ApprovalDecided)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_ended_once() {
        for state in ApprovalState::ALL {
            for event in [Event::Approve, Event::Reject, Event::AssetRetired] {
                assert_eq!(step(*state, event).is_ok(), *state == ApprovalState::Pending, "{state:?} {event:?}");
            }
        }
    }
}
