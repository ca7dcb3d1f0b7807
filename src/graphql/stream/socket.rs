//! A WebSocket that speaks `graphql-transport-ws`.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Request, Response as Answer};
use axum::{
    extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use futures_util::{
    SinkExt, Stream, StreamExt,
    future::{AbortHandle, Abortable},
    stream::{self, BoxStream, SelectAll, SplitSink},
};
use tokio::time::{self, Instant};

use super::protocol::{self, Close, Operation, Said, Say};
use crate::{
    domain::{Code, Context},
    entity::words,
    graphql::{Door, Reader, faults, identity, negotiate::Media, reply},
};

/// Longest name of an operation; every answer repeats it.
const LONGEST_ID: usize = 128;

/// Begins to talk over a WebSocket; the token of the headers speaks if the introduction has none.
pub(in crate::graphql) fn socket(
    door: &Door,
    reader: &Reader,
    upgrade: WebSocketUpgrade,
    headers: &HeaderMap,
) -> Response {
    let Some(place) = door.stream_place() else {
        let busy = faults::refusal(faults::error(Code::Busy.into()), reader);
        return reply::json(Media::Json, busy, StatusCode::SERVICE_UNAVAILABLE);
    };
    let talk = Talk {
        door: door.clone(),
        reader: reader.clone(),
        token: identity::bearer(headers).map(str::to_owned),
        introduced: false,
        heard: true,
        running: HashMap::new(),
        answers: SelectAll::new(),
    };
    // Twice the limit, so that a message over it is answered and not only cut off.
    let most = door.limits().body.saturating_mul(2);
    upgrade.protocols([protocol::NAME]).max_message_size(most).max_frame_size(most).on_upgrade(async move |socket| {
        talk.hold(socket).await;
        drop(place);
    })
}

/// An answer to the operation of this name; nothing after the last.
type Tagged = (Arc<str>, Option<Answer>);

/// The end of the talk: with a reason for the client, or because the connection is gone.
enum End {
    Close(Close),
    Gone,
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

struct Talk {
    door: Door,
    reader: Reader,
    token: Option<String>,
    introduced: bool,
    /// Whether anything came since the last heartbeat.
    heard: bool,
    running: HashMap<Arc<str>, AbortHandle>,
    answers: SelectAll<Abortable<BoxStream<'static, Tagged>>>,
}

impl Talk {
    async fn hold(mut self, mut socket: WebSocket) {
        if socket.protocol().is_none() {
            let _gone = socket.send(Message::Close(Some(frame(Close::Subprotocol)))).await;
            return;
        }
        let (mut sink, mut source) = socket.split();
        if let End::Close(close) = self.listen(&mut sink, &mut source).await {
            let farewell = Message::Close(Some(frame(close)));
            let _gone = time::timeout(self.door.limits().time, sink.send(farewell)).await;
        }
    }

    async fn listen(
        &mut self,
        sink: &mut SplitSink<WebSocket, Message>,
        source: &mut (impl Stream<Item = Result<Message, axum::Error>> + Unpin),
    ) -> End {
        let heartbeat = self.door.limits().heartbeat;
        let mut heart = time::interval_at(Instant::now() + heartbeat, heartbeat);
        let deadline = Instant::now() + self.door.limits().introduction;
        let closing = self.door.clone();
        loop {
            let replies = tokio::select! {
                message = source.next() => match message {
                    Some(Ok(message)) => self.hear(message).await,
                    Some(Err(_)) | None => Err(End::Gone),
                },
                Some((id, answer)) = self.answers.next(), if !self.answers.is_empty() => Ok(self.answered(&id, answer)),
                () = time::sleep_until(deadline), if !self.introduced => Err(Close::IntroductionTimeout.into()),
                _ = heart.tick() => self.beat().await,
                () = closing.closing() => Err(Close::GoingAway.into()),
            };
            let replies = match replies {
                Ok(replies) => replies,
                Err(end) => return end,
            };
            for reply in replies {
                // Who does not read what it asked for is not waited for without end.
                match time::timeout(self.door.limits().time, sink.send(reply)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) | Err(_) => return End::Gone,
                }
            }
        }
    }

    /// Calls a silent client, gives up one that did not answer the last call, and one whose session is over.
    async fn beat(&mut self) -> Result<Vec<Message>, End> {
        if !std::mem::take(&mut self.heard) {
            return Err(End::Gone);
        }
        if self.introduced {
            context(&self.door, self.token.as_deref()).await?;
        }
        Ok(vec![Message::Ping(bytes::Bytes::new())])
    }

    async fn hear(&mut self, message: Message) -> Result<Vec<Message>, End> {
        self.heard = true;
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(Close::Malformed.into()),
            Message::Ping(_) | Message::Pong(_) => return Ok(Vec::new()),
            Message::Close(_) => return Err(End::Gone),
        };
        if text.len() > self.door.limits().body {
            return Err(Close::TooLarge.into());
        }
        match protocol::read(&text)? {
            Said::ConnectionInit { payload } => {
                if self.introduced {
                    return Err(Close::TooManyIntroductions.into());
                }
                let payload = payload.unwrap_or_default();
                let authorization = payload.authorization.map(|value| identity::token(&value).to_owned());
                self.token = authorization.or(payload.token).or(self.token.take());
                context(&self.door, self.token.as_deref()).await?;
                self.introduced = true;
                Ok(say(&Say::ConnectionAck))
            }
            Said::Ping => Ok(say(&Say::Pong)),
            Said::Pong => Ok(Vec::new()),
            Said::Complete { id } => {
                if let Some(running) = self.running.remove(id.as_str()) {
                    running.abort();
                }
                Ok(Vec::new())
            }
            Said::Subscribe { .. } if !self.introduced => Err(Close::Unauthorized.into()),
            Said::Subscribe { id, .. } if self.running.contains_key(id.as_str()) => Err(Close::Duplicate.into()),
            Said::Subscribe { id, .. } if id.len() > LONGEST_ID => Err(Close::Malformed.into()),
            Said::Subscribe { id, payload } => self.begin(id.into(), payload).await,
        }
    }

    async fn begin(&mut self, id: Arc<str>, operation: Operation) -> Result<Vec<Message>, End> {
        let most = self.door.limits().subscriptions;
        if self.running.len() >= most {
            let fault = Code::LimitExceeded.about(format!("operations at once, {most}"));
            return Ok(failed(&id, &faults::refusal(faults::error(fault), &self.reader)));
        }
        let context = context(&self.door, self.token.as_deref()).await?;
        let reader = Reader { client: self.reader.client, ..Reader::new(self.door.app(), self.reader.language) };
        let mut request = Request::new(operation.query).variables(operation.variables).data(reader);
        request.operation_name = operation.operation_name;
        let ready = match self.door.ready(context, request) {
            Ok(ready) => ready,
            Err(refusal) => return Ok(failed(&id, &refusal)),
        };
        let tag = Arc::clone(&id);
        let last = (Arc::clone(&id), None);
        let answers = self.door.stream(ready).map(move |answer| (Arc::clone(&tag), Some(answer)));
        let (answers, handle) = stream::abortable(answers.chain(stream::once(async { last })).boxed());
        self.running.insert(id, handle);
        self.answers.push(answers);
        Ok(Vec::new())
    }

    fn answered(&mut self, id: &Arc<str>, answer: Option<Answer>) -> Vec<Message> {
        match answer {
            Some(answer) if faults::request_error(&answer).is_some() => {
                self.forget(id);
                failed(id, &answer)
            }
            Some(answer) => say(&Say::Next { id, payload: reply::Map::of(&answer) }),
            None => {
                self.forget(id);
                say(&Say::Complete { id })
            }
        }
    }

    fn forget(&mut self, id: &str) {
        if let Some(running) = self.running.remove(id) {
            running.abort();
        }
    }
}

/// The context of whoever has the token now.
async fn context(door: &Door, token: Option<&str>) -> Result<Context, End> {
    let actor = identity::actor(door.app(), token).await.map_err(|fault| match fault.code {
        Code::Unauthenticated | Code::Forbidden => End::Close(Close::Forbidden),
        _ => End::Close(Close::Unavailable),
    })?;
    Ok(Context::new(door.app().clone(), actor, words::Door::Graphql))
}

fn failed(id: &str, answer: &Answer) -> Vec<Message> {
    say(&Say::Error { id, payload: &answer.errors })
}

fn say(what: &Say<'_>) -> Vec<Message> {
    match serde_json::to_string(what) {
        Ok(text) => vec![Message::Text(text.into())],
        Err(error) => {
            tracing::error!(%error, "an answer is no JSON");
            Vec::new()
        }
    }
}

fn frame(close: Close) -> CloseFrame {
    let (code, reason) = close.words();
    CloseFrame { code, reason: reason.into() }
}
