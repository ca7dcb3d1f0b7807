//! Server-sent events: the distinct-connections mode of the graphql-sse protocol.

use std::convert::Infallible;

use async_graphql::Response as Answer;
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{self, Instant, Interval},
};

use crate::{
    domain::Code,
    graphql::{Door, Reader, door::Ready, faults, identity, negotiate::Media, reply},
};

/// The answers to `ready`, an event each, and a last event that there are no more.
///
/// The stream ends also when the server stops, and when the session that began it is over.
pub(in crate::graphql) fn events(door: &Door, reader: &Reader, ready: Ready, token: Option<String>) -> Response {
    let Some(place) = door.stream_place() else {
        return reply::json(Media::Json, ready.refuse(Code::Busy), StatusCode::SERVICE_UNAVAILABLE);
    };
    let heartbeat = door.limits().heartbeat;
    let telling = Telling {
        answers: door.stream(ready),
        door: door.clone(),
        reader: reader.clone(),
        token,
        heart: time::interval_at(Instant::now() + heartbeat, heartbeat),
        _place: place,
    };
    reply_with(stream::unfold(Some(telling), tell))
}

/// One answer as an event stream.
pub(in crate::graphql) fn said(answer: &Answer) -> Response {
    reply_with(stream::iter([next(answer), COMPLETE.to_owned()]))
}

struct Telling {
    answers: BoxStream<'static, Answer>,
    door: Door,
    reader: Reader,
    token: Option<String>,
    heart: Interval,
    _place: OwnedSemaphorePermit,
}

/// The next event, and who tells the one after it; nobody after the last.
async fn tell(telling: Option<Telling>) -> Option<(String, Option<Telling>)> {
    let mut telling = telling?;
    Some(tokio::select! {
        answer = telling.answers.next() => match answer {
            Some(answer) => (next(&answer), Some(telling)),
            None => (COMPLETE.to_owned(), None),
        },
        () = telling.door.closing() => (COMPLETE.to_owned(), None),
        _ = telling.heart.tick() => match identity::actor(telling.door.app(), telling.token.as_deref()).await {
            // A comment, so that nobody between us takes the silence for an end.
            Ok(_) => (":\n\n".to_owned(), Some(telling)),
            Err(fault) => {
                let refusal = faults::refusal(faults::error(fault), &telling.reader);
                telling.answers = stream::empty().boxed();
                (next(&refusal), Some(telling))
            }
        },
    })
}

/// The last event. Browsers deliver no event without data, be it empty.
const COMPLETE: &str = "event: complete\ndata:\n\n";

fn next(answer: &Answer) -> String {
    // Compact JSON has no line ends.
    format!("event: next\ndata: {}\n\n", reply::Map::of(answer).text().unwrap_or_default())
}

fn reply_with(events: impl Stream<Item = String> + Send + 'static) -> Response {
    let body = Body::from_stream(events.map(Ok::<_, Infallible>));
    // The second header asks proxies to pass events on as they come.
    let headers = [(header::CONTENT_TYPE, Media::Events.content_type()), (BUFFERING, HeaderValue::from_static("no"))];
    (headers, body).into_response()
}

const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
