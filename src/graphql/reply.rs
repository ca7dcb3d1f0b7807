//! Responses as JSON: what is left out of them, and their status.

use async_graphql::{Response as Answer, ServerError, Value};
use async_graphql_axum::GraphQLResponse;
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{faults, negotiate::Media};
use crate::domain::Code;

/// The response map (GraphQL specification §7.1): no `data` when nothing ran, no `errors` when there are none.
#[derive(Serialize)]
pub(super) struct Map<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "<[ServerError]>::is_empty")]
    errors: &'a [ServerError],
}

impl<'a> Map<'a> {
    /// The response map of `answer`.
    pub(super) fn of(answer: &'a Answer) -> Self {
        let data = faults::request_error(answer).is_none().then_some(&answer.data);
        Self { data, errors: &answer.errors }
    }

    /// The JSON text.
    pub(super) fn text(&self) -> Option<String> {
        serde_json::to_string(self).inspect_err(|error| tracing::error!(%error, "a response is no JSON")).ok()
    }
}

/// `answer` as `media`. A status other than 200 is given when the request was not well-formed; otherwise the answer decides.
pub(super) fn json(media: Media, answer: Answer, status: StatusCode) -> Response {
    let mut response = match faults::request_error(&answer) {
        // What ran brings headers that resolvers set and hints how long it may be kept.
        None => (status, GraphQLResponse::from(answer)).into_response(),
        Some(code) => {
            let by_code = media == Media::GraphqlJson && status == StatusCode::OK;
            match Map::of(&answer).text() {
                Some(text) => (if by_code { status_of(code) } else { status }, text).into_response(),
                None => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        }
    };
    response.headers_mut().insert(header::CONTENT_TYPE, media.content_type());
    response
}

/// The status of a request error.
const fn status_of(code: Code) -> StatusCode {
    match code {
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::Forbidden => StatusCode::FORBIDDEN,
        Code::Busy | Code::Timeout => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}
