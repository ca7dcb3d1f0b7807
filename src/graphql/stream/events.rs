//! Server-sent events: the distinct-connections mode of the graphql-sse protocol.

use std::{convert::Infallible, time::Duration};

use async_graphql::Response as Answer;
use axum::{
    http::StatusCode,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
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
        return reply::json(Media::Json, &ready.refuse(Code::Busy), StatusCode::SERVICE_UNAVAILABLE);
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
    reply_with(stream::unfold(Some(telling), tell), heartbeat)
}

/// One answer as an event stream.
pub(in crate::graphql) fn said(answer: &Answer) -> Response {
    reply_with(stream::iter([next(answer), complete()]), Duration::from_secs(60))
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
async fn tell(telling: Option<Telling>) -> Option<(Event, Option<Telling>)> {
    let mut telling = telling?;
    loop {
        tokio::select! {
            answer = telling.answers.next() => return Some(match answer {
                Some(answer) => (next(&answer), Some(telling)),
                None => (complete(), None),
            }),
            () = telling.door.closing() => return Some((complete(), None)),
            _ = telling.heart.tick() => {
                if let Err(fault) = identity::actor(telling.door.app(), telling.token.as_deref()).await {
                    let refusal = faults::refusal(faults::error(fault), &telling.reader);
                    telling.answers = stream::empty().boxed();
                    return Some((next(&refusal), Some(telling)));
                }
            }
        }
    }
}

fn next(answer: &Answer) -> Event {
    Event::default().event("next").data(reply::Map::of(answer).text().unwrap_or_default())
}

fn complete() -> Event {
    // An event without data is not delivered by browsers.
    Event::default().event("complete").data("")
}

fn reply_with(events: impl Stream<Item = Event> + Send + 'static, heartbeat: Duration) -> Response {
    let stream = Sse::new(events.map(Ok::<_, Infallible>)).keep_alive(KeepAlive::new().interval(heartbeat));
    // Asks proxies to pass events on as they come.
    ([("x-accel-buffering", "no")], stream).into_response()
}
