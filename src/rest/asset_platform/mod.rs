//! The asset-platform dialect: `{"code","message",…}`, token in the body, all POST (contract: asset-platform).

use axum::{body::Body, response::Response};
use futures_util::future::BoxFuture;

use super::{
    openapi::{Manual, Token, schema},
    payload::Payload,
    refused::Refused,
    row::{Case, Row, Says},
    run::{Admitted, Call, Dialect},
};

mod envelope;
mod faults;
mod gate;
mod lists;
mod rows;
mod spelling;

pub use rows::ROWS;

/// The asset-platform dialect.
#[derive(Clone, Copy, Debug)]
pub struct AssetPlatform;

impl Dialect for AssetPlatform {
    fn rows(&self) -> &'static [Row] {
        ROWS
    }

    fn operations(&self) -> &'static str {
        include_str!("operations.graphql")
    }

    fn cases(&self) -> &'static [Case] {
        faults::CASES
    }

    fn failure(&self) -> &'static Says {
        &faults::FAILURE
    }

    fn admit<'a>(&'a self, call: &'a mut Call, body: Body) -> BoxFuture<'a, Result<Admitted, Refused>> {
        Box::pin(gate::admit(call, body))
    }

    fn wrong_method(&self, allowed: &str) -> Response {
        envelope::wrong_method(allowed)
    }

    fn success(&self, says: &Says, payload: Payload) -> Response {
        envelope::success(says, payload)
    }

    fn refusal(&self, says: &Says, text: &str) -> Response {
        envelope::refusal(says, text)
    }

    fn manual(&self) -> &'static Manual {
        const MANUAL: Manual = Manual {
            name: "asset-platform",
            about: "`POST` only, the token in the body, and every answer is an object with `code` and `message`.",
            ids: "The legacy ids are accepted wherever an `ID!` is wanted.",
            token: Token::Body("token"),
            early: &[faults::NOT_JSON, faults::TOO_LARGE],
            unknown: &[],
        };
        &MANUAL
    }

    fn success_schema(&self, says: &Says, payload: schema::Payload) -> serde_json::Value {
        envelope::schema(says, serde_json::json!({ "const": says.text })).and(payload.members()).schema()
    }

    fn refusal_schema(&self, says: &Says, text: serde_json::Value) -> serde_json::Value {
        envelope::schema(says, text).schema()
    }
}
