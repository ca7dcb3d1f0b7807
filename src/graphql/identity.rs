//! Who asks, told by the token that came with the request.

use std::sync::Arc;

use axum::http::{HeaderMap, header};

use crate::{
    app::App,
    domain::{Actor, Outcome, sessions},
};

/// The token after `Bearer` in `Authorization`; nothing without the header, and an empty one for any other scheme.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION).map(|value| value.to_str().map_or("", token))
}

/// The token in the text of an `Authorization` header.
pub(super) fn token(value: &str) -> &str {
    match value.trim().split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => "",
    }
}

/// Who has this token: nobody without one, and `UNAUTHENTICATED` when no live session has it.
pub(super) async fn actor(app: &Arc<App>, token: Option<&str>) -> Outcome<Actor> {
    match token {
        Some(token) => sessions::authenticate(app, token).await.map(Actor::Person),
        None => Ok(Actor::Nobody),
    }
}
