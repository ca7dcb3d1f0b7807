//! Responses as JSON: what is left out of them, and their status.

use async_graphql::{Response as Answer, ServerError, Value};
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
pub(super) fn json(media: Media, answer: &Answer, status: StatusCode) -> Response {
    let status = match faults::request_error(answer) {
        Some(code) if media == Media::GraphqlJson && status == StatusCode::OK => status_of(code),
        _ => status,
    };
    match Map::of(answer).text() {
        Some(text) => (status, [(header::CONTENT_TYPE, media.content_type())], text).into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
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
