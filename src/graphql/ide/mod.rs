//! The page for people: GraphiQL, served by ourselves.

use axum::{
    Router,
    response::{Html, IntoResponse, Response},
};

/// The files of the page.
pub(super) fn router() -> Router {
    Router::new()
}

/// The page.
pub(super) fn page() -> Response {
    Html("").into_response()
}
