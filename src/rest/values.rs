//! Variables that a function reads, and the payload it gives.

use async_graphql::{Value, Variables};

use super::payload::Payload;
use crate::domain::{Fault, Outcome};

/// The text of a variable; none where it is omitted or `null`.
pub fn text<'a>(variables: &'a Variables, name: &str) -> Option<&'a str> {
    match variables.get(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// The members of a JSON object as a payload.
pub fn members(object: serde_json::Value) -> Outcome<Payload> {
    Ok(Payload::Members(Value::from_json(object).map_err(Fault::internal)?))
}
