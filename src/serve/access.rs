//! One line, one span and one count a request. They name the matched route and never the path, which may hold a session.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;

use super::metrics::Metrics;
use crate::app::{ALPHANUMERIC, Random, SystemRandom, draw};

/// Carries the request's id in both directions. Doors read it from the request, where it is always set.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Most characters of an id that a client chose.
const LONGEST_ID: usize = 64;

pub(super) async fn watch(State(metrics): State<Arc<Metrics>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(request.headers().get(&REQUEST_ID));
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("other", MatchedPath::as_str);
    let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default(), route);

    async {
        let mut response = next.run(request).await;
        response.headers_mut().insert(REQUEST_ID, id.clone());
        let (status, took) = (response.status().as_u16(), started.elapsed());
        metrics.count(route, &method, status, took);
        tracing::info!(target: "access", %method, status, milliseconds = took.as_micros() as f64 / 1000.0);
        response
    }
    .instrument(span)
    .await
}

/// The client's id if it is short and plain, else a new one.
fn request_id(given: Option<&HeaderValue>) -> HeaderValue {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
    if let Some(given) =
        given.filter(|given| (1..=LONGEST_ID).contains(&given.len()) && given.as_bytes().iter().all(plain))
    {
        return given.clone();
    }
    let made = draw(&SystemRandom as &dyn Random, ALPHANUMERIC, 20);
    HeaderValue::from_str(&made).unwrap_or(HeaderValue::from_static("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_the_client_is_kept_only_if_it_is_short_and_plain() {
        let kept = |text: &'static str| request_id(Some(&HeaderValue::from_static(text))) == text;
        assert!(kept("0192-ab.cd:ef_1"));
        assert!(!kept(""));
        assert!(!kept("two words"));
        assert!(!kept("a\"b"));
        let long = HeaderValue::from_str(&"a".repeat(65)).unwrap();
        assert_ne!(request_id(Some(&long)), long);
        assert_eq!(request_id(None).len(), 20);
        assert_ne!(request_id(None), request_id(None));
    }
}
