//! What comes before every call: the bearer of a live session, and the permission (contract: feishu-app §6.1).

use axum::{body::Body, http::header, http::request::Parts};

use super::{events, faults};
use crate::{
    domain::{Actor, Code, Context, Fault, sessions},
    entity::words::Door,
    rest::{
        body::{self, Unread},
        json::Document,
        refused::Refused,
        run::{Admitted, Call},
    },
};

/// Largest body in bytes.
const LARGEST: usize = 1024 * 1024;

pub(super) async fn admit(call: &mut Call, body: Body) -> Result<Admitted, Refused> {
    let token = bearer(&call.head).ok_or(Code::Unauthenticated)?;
    let live = sessions::examine(&call.app, token).await.map_err(|refused| match refused {
        sessions::Refused::Failed(_) => Refused::from(Fault::from(refused)),
        _ => Code::Unauthenticated.into(),
    })?;
    let context = Context::new(call.app.clone(), Actor::Person(live.person), Door::Feishu);
    call.row.gate.pass(&context)?;
    let body = if call.row.unread {
        call.body = body;
        Document::empty()
    } else {
        events::sent(&query(&call.head))?
    };
    Ok(Admitted { context, body })
}

/// The token in the header.
fn bearer(head: &Parts) -> Option<&str> {
    let (scheme, token) = head.headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim().split_once([' ', '\t'])?;
    Some(token.trim()).filter(|token| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
}

/// The query, key by key.
pub(super) fn query(head: &Parts) -> Vec<(String, String)> {
    let pairs = form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes());
    pairs.map(|(key, value)| (key.into_owned(), value.into_owned())).collect()
}

/// The bytes of a body.
pub(super) async fn bytes(body: Body) -> Result<Vec<u8>, Refused> {
    body::read(body, LARGEST).await.map_err(|unread| match unread {
        Unread::TooLarge => faults::TOO_LARGE.into(),
        Unread::Broken => Code::RequestInvalid.about("body").into(),
    })
}
