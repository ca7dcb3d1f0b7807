//! Who reads the answer: the language, and the id under which the log knows the request.

use std::net::IpAddr;

use async_graphql::Request;
use axum::http::{HeaderMap, header};

use crate::{
    app::{ALPHANUMERIC, App, draw},
    domain::Language,
};

/// The header that carries the id of a request, both ways.
pub(super) const REQUEST_ID: &str = "x-request-id";

/// Longest id that a client may give to its request.
const LONGEST_ID: usize = 128;

/// Who reads the answer. Resolvers find it in the context of every operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The language of messages.
    pub language: Language,
    /// The id under which the log knows the request.
    pub request_id: String,
    /// The address that the request came from; none where another door has counted its calls already.
    pub client: Option<IpAddr>,
}

impl Reader {
    /// A reader of `language` with a new request id.
    pub fn new(app: &App, language: Language) -> Self {
        Self { language, request_id: draw(&*app.random, ALPHANUMERIC, 20), client: None }
    }

    /// The reader that the headers of a request tell.
    pub fn of(app: &App, headers: &HeaderMap) -> Self {
        let language = language(headers);
        match headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(|id| acceptable(id)) {
            Some(id) => Self { language, request_id: id.to_owned(), client: None },
            None => Self::new(app, language),
        }
    }

    /// The reader in the data of `request`; a Chinese one with a new id if there is none.
    pub(super) fn within(app: &App, request: &Request) -> Self {
        let known = request.data.get(&std::any::TypeId::of::<Self>()).and_then(|any| any.downcast_ref::<Self>());
        known.cloned().unwrap_or_else(|| Self::new(app, Language::default()))
    }
}

fn acceptable(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= LONGEST_ID
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
}

/// The language that `Accept-Language` prefers; Chinese when it names neither Chinese nor English.
pub(super) fn language(headers: &HeaderMap) -> Language {
    let mut best = (0.0, Language::default());
    for value in headers.get_all(header::ACCEPT_LANGUAGE) {
        for range in value.to_str().unwrap_or_default().split(',') {
            let (tag, quality) = super::negotiate::quality(range);
            let language = match tag.split('-').next().unwrap_or_default() {
                tag if tag.eq_ignore_ascii_case("zh") => Language::Chinese,
                tag if tag.eq_ignore_ascii_case("en") => Language::English,
                _ => continue,
            };
            if quality > best.0 {
                best = (quality, language);
            }
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_language_is_spoken() {
        for (accepted, wanted) in [
            ("", Language::Chinese),
            ("en", Language::English),
            ("en-GB,en;q=0.9", Language::English),
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Chinese),
            ("en;q=0.8, zh;q=0.9", Language::Chinese),
            ("de, fr;q=0.5", Language::Chinese),
            ("de, en;q=0.5", Language::English),
            ("en;q=0", Language::Chinese),
            ("*", Language::Chinese),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, accepted.parse().unwrap())]);
            assert_eq!(language(&headers), wanted, "{accepted}");
        }
        assert_eq!(language(&HeaderMap::new()), Language::Chinese);
    }
}
