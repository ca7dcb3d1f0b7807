//! The laravel-template dialect: `{"status","message","data","errors","code"}`, bearer JWT (contract: laravel-template).

use axum::{Router, body::Body, response::Response};
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
mod fields;
mod files;
mod gate;
mod lists;
mod logins;
mod mobile;
mod qr;
mod rows;
mod schemas;
mod spelling;
mod wecom;

pub use rows::ROWS;

/// The laravel-template dialect.
#[derive(Clone, Copy, Debug)]
pub struct LaravelTemplate;

/// The paths at and below which this dialect says that there is nothing.
const PREFIXES: &[&str] = &[
    "/api/limits",
    "/api/qrcode",
    "/api/qrlogin",
    "/api/codelogin",
    "/api/confirmqrlogin",
    "/api/file",
    "/api/users",
    "/api/rbac",
    "/api/departments",
    "/api/wxcode",
    "/api/wechat",
];

impl Dialect for LaravelTemplate {
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
        let below =
            |prefix: &&str| path.strip_prefix(*prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        PREFIXES.iter().any(below).then(envelope::no_route)
    }

    fn success(&self, says: &Says, payload: Payload) -> Response {
        envelope::success(says, payload)
    }

    fn refusal(&self, says: &Says, text: &str) -> Response {
        envelope::refusal(says, text)
    }

    fn manual(&self) -> &'static Manual {
        const MANUAL: Manual = Manual {
            name: "laravel-template",
            about: "The token in `Authorization`, and every answer is an object with `status`, `message`, `data`, `errors` and `code`.",
            ids: "The numbers of the legacy rows are not known there: GraphQL has ids of its own. People are also named by login name,\n  `staffMember(by: { username: … })`, and roles by name.",
            token: Token::Bearer,
            early: &[faults::TOO_LARGE],
            unknown: faults::UNKNOWN,
        };
        &MANUAL
    }

    fn success_schema(&self, says: &Says, payload: schema::Payload) -> serde_json::Value {
        envelope::success_schema(says, payload.members())
    }

    fn refusal_schema(&self, says: &Says, text: serde_json::Value) -> serde_json::Value {
        envelope::refusal_schema(says, text)
    }

    fn pages(&self) -> Router {
        mobile::router()
    }

    fn finish(&self, call: &Call, reply: Response) -> Response {
        envelope::finish(call, reply)
    }
}
