//! What comes before the input of every call: the rate, the session in the path, then a body that is JSON (contract: feishu-app §1.1).

use std::sync::Arc;

use axum::{
    body::Body,
    http::{header, request::Parts},
};

use super::faults;
use crate::{
    app::{App, Counted},
    domain::{Actor, Code, Context, Fault, sessions},
    entity::words::Door,
    graphql::client,
    rest::{
        body::{self, Unread},
        field::{Field, Kind, field},
        head,
        json::Document,
        refused::Refused,
        row::{Gate, Row, Verb},
        run::{Admitted, Call},
    },
};

/// Largest body in bytes.
const LARGEST: usize = 1024 * 1024;
/// Deepest nesting of a body.
const DEEPEST: usize = 64;
/// Most characters of a text (contract: feishu-app §1.1).
const LONGEST: usize = 4096;
/// The segment of the path that holds the session.
const SESSION: &str = "session";

/// A key of a body that holds text.
pub(super) const fn text(key: &'static str) -> Field {
    field(key, Kind::Text(LONGEST))
}

pub(super) async fn admit(call: &mut Call, body: Body) -> Result<Admitted, Refused> {
    if let Some(door) = counted(call.row)
        && let Err(exceeded) = call.app.rates.count(door, client::address(&call.app, &call.head))
    {
        call.headers.insert(header::RETRY_AFTER, exceeded.seconds.into());
        return Err(Code::LimitExceeded.into());
    }
    let actor = match call.row.gate {
        Gate::Open => Actor::Nobody,
        Gate::Session | Gate::Holds(_) => authenticate(&call.app, segment(&call.path)).await?,
    };
    let context = Context::new(call.app.clone(), actor, Door::Feishu);
    if call.row.unread {
        call.body = body;
        return Ok(Admitted { context, body: Document::empty() });
    }
    if call.row.input.is_empty() {
        return Ok(Admitted { context, body: Document::empty() });
    }
    if call.row.verb == Verb::Get {
        return Ok(Admitted { context, body: query(&call.head) });
    }
    let body = Document::nested(bytes(body, LARGEST).await?, DEEPEST).ok_or(faults::NOT_JSON)?;
    if body.root().is_object() { Ok(Admitted { context, body }) } else { Err(faults::NOT_JSON.into()) }
}

/// The doors whose calls are counted.
fn counted(row: &Row) -> Option<Counted> {
    match row.path {
        "/api/qrLogin" => Some(Counted::FeishuLogin),
        "/api/feishu/authorize" => Some(Counted::FeishuRedirect),
        _ => None,
    }
}

/// The query as a document of texts; of a repeated key, the last.
fn query(head: &Parts) -> Document {
    let texts: serde_json::Map<_, _> = head::query(head).map(|(key, text)| (key, text.into())).collect();
    let written = serde_json::Value::Object(texts).to_string();
    Document::read(written.into_bytes()).unwrap_or(Document::empty())
}

/// The bytes of a body of at most `largest`.
pub(super) async fn bytes(body: Body, largest: usize) -> Result<Vec<u8>, Refused> {
    let read = body::read(body, largest).await;
    read.map_err(|unread| match unread {
        Unread::TooLarge => faults::TOO_LARGE.into(),
        Unread::Broken => faults::NOT_JSON.into(),
    })
}

/// The session in the path.
fn segment(path: &[(String, String)]) -> &str {
    path.iter().find(|(name, _)| name == SESSION).map_or("", |(_, session)| session)
}

/// The person whose live session `session` is.
pub(super) async fn authenticate(app: &Arc<App>, session: &str) -> Result<Actor, Refused> {
    match sessions::examine(app, session).await {
        Ok(live) => Ok(Actor::Person(live.person)),
        Err(refused) => Err(match faults::unauthenticated(&refused) {
            Some(says) => says.into(),
            None => Fault::from(refused).into(),
        }),
    }
}
