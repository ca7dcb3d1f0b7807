//! The messages of `graphql-transport-ws`.

use async_graphql::{ServerError, Variables};
use serde::{Deserialize, Serialize};

use crate::graphql::reply::Map;

/// The name of the subprotocol.
pub(super) const NAME: &str = "graphql-transport-ws";

/// Why a socket is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// The server stops.
    GoingAway,
    /// The session cannot be looked up now.
    Unavailable,
    /// A message is larger than allowed.
    TooLarge,
    /// A message is not of the protocol.
    Malformed,
    /// An operation before the introduction was acknowledged.
    Unauthorized,
    /// The token is of no live session, or no longer.
    Forbidden,
    /// The client does not speak the subprotocol.
    Subprotocol,
    /// No introduction in time.
    IntroductionTimeout,
    /// An operation with this id is running.
    Duplicate,
    /// A second introduction.
    TooManyIntroductions,
}

impl Close {
    /// The code and the reason that the client is told.
    pub(super) const fn words(self) -> (u16, &'static str) {
        match self {
            Self::GoingAway => (1001, "Going away"),
            Self::TooLarge => (1009, "Message too big"),
            Self::Unavailable => (1013, "Try again later"),
            Self::Malformed => (4400, "Invalid message"),
            Self::Unauthorized => (4401, "Unauthorized"),
            Self::Forbidden => (4403, "Forbidden"),
            Self::Subprotocol => (4406, "Subprotocol not acceptable"),
            Self::IntroductionTimeout => (4408, "Connection initialisation timeout"),
            Self::Duplicate => (4409, "Subscriber already exists"),
            Self::TooManyIntroductions => (4429, "Too many initialisation requests"),
        }
    }
}

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Said {
    /// The introduction.
    ConnectionInit {
        /// Whatever the client wants known; tokens.
        #[serde(default)]
        payload: Option<Introduction>,
    },
    /// Are you there?
    Ping,
    /// I am here.
    Pong,
    /// Begin an operation.
    Subscribe {
        /// The client's name for it.
        id: String,
        /// The operation.
        payload: Operation,
    },
    /// End an operation.
    Complete {
        /// The client's name for it.
        id: String,
    },
}

/// What a client may say about itself.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Introduction {
    /// As in the HTTP header.
    #[serde(default, rename = "Authorization", alias = "authorization")]
    pub(super) authorization: Option<String>,
    /// The bare token.
    #[serde(default)]
    pub(super) token: Option<String>,
}

/// An operation to begin.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Operation {
    pub(super) query: String,
    #[serde(default)]
    pub(super) operation_name: Option<String>,
    #[serde(default)]
    pub(super) variables: Variables,
}

/// What the server says.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Say<'a> {
    ConnectionAck,
    Pong,
    Next { id: &'a str, payload: Map<'a> },
    Error { id: &'a str, payload: &'a [ServerError] },
    Complete { id: &'a str },
}

/// The message in `text`. It must be an object: a list would be read as the fields in their order.
pub(super) fn read(text: &str) -> Result<Said, Close> {
    if !text.trim_start().starts_with('{') {
        return Err(Close::Malformed);
    }
    let said: Said = serde_json::from_str(text).map_err(|_| Close::Malformed)?;
    match &said {
        Said::Subscribe { id, .. } if id.is_empty() => Err(Close::Malformed),
        _ => Ok(said),
    }
}
