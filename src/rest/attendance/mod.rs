//! Feishu's attendance calls at our door: `{"code","msg","data"}`, bearer token, and what was told by events (contract: feishu-app §6).

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
mod events;
mod faults;
mod gate;
mod pass;
mod rows;

pub use rows::ROWS;

/// The path below which this dialect says that there is nothing.
const PREFIX: &str = "/api/attendance";

/// The attendance dialect.
#[derive(Clone, Copy, Debug)]
pub struct Attendance;

impl Dialect for Attendance {
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

    fn nothing_here(&self, path: &str) -> Option<Response> {
        let below = path.strip_prefix(PREFIX).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        below.then(|| envelope::finish(envelope::refusal(&faults::NO_ROUTE, faults::NO_ROUTE.text)))
    }

    fn success(&self, says: &Says, payload: Payload) -> Response {
        envelope::success(says, payload)
    }

    fn refusal(&self, says: &Says, text: &str) -> Response {
        envelope::refusal(says, text)
    }

    fn manual(&self) -> &'static Manual {
        const MANUAL: Manual = Manual {
            name: "attendance",
            about: "The calls of Feishu's `/open-apis/attendance/v1`, passed on as they are: method, query, body and answer are Feishu's. \
                    `employee_type` and `dept_type` in the query are `employee_id` and `open_id` where they are left out. \
                    A refusal also has a `problem`, which tells what it means and what to do about it.",
            ids: "People, groups and shifts have Feishu's own ids on both sides.",
            token: Token::Bearer,
            early: &[faults::TOO_LARGE, faults::REFUSED, faults::TOO_OFTEN],
            unknown: &[],
        };
        &MANUAL
    }

    fn success_schema(&self, says: &Says, payload: schema::Payload) -> serde_json::Value {
        envelope::success_schema(says, payload.members())
    }

    fn refusal_schema(&self, says: &Says, text: serde_json::Value) -> serde_json::Value {
        envelope::refusal_schema(says, text)
    }

    fn finish(&self, _: &Call, reply: Response) -> Response {
        envelope::finish(reply)
    }
}
