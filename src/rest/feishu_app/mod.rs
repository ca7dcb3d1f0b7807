//! The feishu-app dialect: `{"code","info"|"data"}`, session in the path, and the doors of Feishu itself (contract: feishu-app).

use axum::{body::Body, response::Response};
use futures_util::future::BoxFuture;

use super::{
    openapi::{Manual, Token, schema},
    payload::Payload,
    refused::Refused,
    row::{Case, Row, Says, joined},
    run::{Admitted, Call, Dialect},
};

mod approvals;
mod directory;
mod envelope;
mod faults;
mod gate;
mod logins;
mod pushes;

/// Every endpoint.
pub const ROWS: &[Row] = &joined::<7>(&[approvals::ROWS, directory::ROWS, logins::ROWS, pushes::ROWS]);

/// Below these stands a session: what is there and fits no row is none.
const SESSION_PATHS: &[&str] = &["/api/feishu_name/", "/api/feishu_users/"];

/// The feishu-app dialect.
#[derive(Clone, Copy, Debug)]
pub struct FeishuApp;

impl Dialect for FeishuApp {
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
        let no_session = || envelope::finish(envelope::refusal(&faults::NO_SESSION, faults::NO_SESSION.text));
        SESSION_PATHS.iter().any(|prefix| path.starts_with(prefix)).then(no_session)
    }

    fn success(&self, says: &Says, payload: Payload) -> Response {
        envelope::success(says, payload)
    }

    fn refusal(&self, says: &Says, text: &str) -> Response {
        envelope::refusal(says, text)
    }

    fn manual(&self) -> &'static Manual {
        const MANUAL: Manual = Manual {
            name: "feishu-app",
            about: "The session in the path, and every answer is an object with `code` and `info`; what succeeded may have `data`.",
            ids: "People are named by their session only.",
            token: Token::Path("session"),
            early: &[faults::NOT_JSON, faults::TOO_LARGE],
            unknown: faults::UNKNOWN,
        };
        &MANUAL
    }

    fn success_schema(&self, says: &Says, payload: schema::Payload) -> serde_json::Value {
        envelope::schema(says, serde_json::json!({ "const": says.text })).and(payload.members()).schema()
    }

    fn refusal_schema(&self, says: &Says, text: serde_json::Value) -> serde_json::Value {
        envelope::schema(says, text).schema()
    }

    fn finish(&self, _: &Call, reply: Response) -> Response {
        envelope::finish(reply)
    }
}
