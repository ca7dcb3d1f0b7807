//! What comes before the input of every call: the session in the path, then a body that is JSON (contract: feishu-app §1.1).

use std::sync::Arc;

use axum::body::Body;

use super::faults;
use crate::{
    app::App,
    domain::{Actor, Context, Fault, sessions},
    entity::words::Door,
    rest::{
        body::{self, Unread},
        json::Document,
        refused::Refused,
        row::Gate,
        run::{Admitted, Call},
    },
};

/// Largest body in bytes.
const LARGEST: usize = 1024 * 1024;
/// Deepest nesting of a body.
const DEEPEST: usize = 64;
/// The segment of the path that holds the session.
const SESSION: &str = "session";

pub(super) async fn admit(call: &mut Call, body: Body) -> Result<Admitted, Refused> {
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
    let body = Document::nested(bytes(body, LARGEST).await?, DEEPEST).ok_or(faults::NOT_JSON)?;
    if body.root().is_object() { Ok(Admitted { context, body }) } else { Err(faults::NOT_JSON.into()) }
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

async fn authenticate(app: &Arc<App>, session: &str) -> Result<Actor, Refused> {
    match sessions::examine(app, session).await {
        Ok(live) => Ok(Actor::Person(live.person)),
        Err(refused) => Err(match faults::unauthenticated(&refused) {
            Some(says) => says.into(),
            None => Fault::from(refused).into(),
        }),
    }
}
