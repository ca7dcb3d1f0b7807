//! What comes before the input of every call: rate, token, permission, size (contract: laravel-template §1.6, §2).

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
};

use super::{
    faults,
    fields::{Fields, Numbers},
};
use crate::{
    app::{Counted, Exceeded},
    domain::{Actor, Context, sessions},
    entity::words::Door,
    graphql::client,
    rest::{
        head,
        json::Document,
        refused::Refused,
        row::{Gate, Row},
        run::{Admitted, Call},
    },
};

pub(super) async fn admit(call: &mut Call, body: Body) -> Result<Admitted, Refused> {
    if let Some(door) = counted(call.row) {
        let client = client::address(&call.app, &call.head);
        let counted = call.app.rates.count(door, client);
        counted.map_err(|exceeded| too_often(&mut call.headers, exceeded))?;
    }
    let actor = match call.row.gate {
        Gate::Open => Actor::Nobody,
        Gate::Session | Gate::Holds(_) => authenticate(call).await?,
    };
    let context = Context::new(call.app.clone(), actor, Door::Laravel);
    call.row.gate.pass(&context)?;
    if call.row.unread {
        call.body = body;
        return Ok(Admitted { context, body: Document::empty() });
    }
    let mut fields = Fields::read(&call.head, body, Numbers::Texts).await?;
    read_path(call, &mut fields);
    Ok(Admitted { context, body: fields.document() })
}

/// The doors whose calls are counted.
fn counted(row: &Row) -> Option<Counted> {
    match row.path {
        "/api/qrcode" => Some(Counted::QrCode),
        "/api/qrlogin" => Some(Counted::QrPoll),
        "/api/codelogin" => Some(Counted::CodeLogin),
        "/api/wxcode" => Some(Counted::WecomRedirect),
        _ => None,
    }
}

/// The refusal of a call too many; `headers` of the reply tell when another may pass.
pub(super) fn too_often(headers: &mut HeaderMap, exceeded: Exceeded) -> Refused {
    headers.insert(header::RETRY_AFTER, exceeded.seconds.into());
    faults::TOO_OFTEN.into()
}

/// The person whose live session the call's token is; the reply will carry a fresh one.
async fn authenticate(call: &mut Call) -> Result<Actor, Refused> {
    let token = token(&call.head).ok_or(faults::NO_TOKEN)?;
    let live = match sessions::examine(&call.app, &token).await {
        Ok(live) => live,
        Err(refused) => {
            return Err(match faults::unauthenticated(&refused) {
                Some(says) => says.into(),
                None => crate::domain::Fault::from(refused).into(),
            });
        }
    };
    let fresh = live.jwt(&call.app, &issuer(call))?;
    if let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {fresh}")) {
        value.set_sensitive(true);
        call.headers.insert(header::AUTHORIZATION, value);
    }
    Ok(Actor::Person(live.person))
}

/// The address that issues a token in answer to `call`.
pub(super) fn issuer(call: &Call) -> String {
    format!("{}{}", call.app.public_url, call.head.uri.path().trim_end_matches('/'))
}

/// The token in the header, or where there is none, on a GET without a body, in the query: for links and pictures.
fn token(head: &Parts) -> Option<String> {
    if head.headers.contains_key(header::AUTHORIZATION) {
        return head::bearer(&head.headers).map(str::to_owned);
    }
    let reads = matches!(head.method, Method::GET | Method::HEAD) && !has_body(&head.headers);
    if !reads {
        return None;
    }
    let tokens = head::query(head).filter(|(key, _)| key == "token");
    tokens.last().map(|(_, token)| token).filter(|token| !token.is_empty())
}

/// Whether these headers announce a body that is not empty.
pub(super) fn has_body(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    headers.contains_key(header::TRANSFER_ENCODING) || length.is_some_and(|length| length.trim() != "0")
}

/// Puts what the path names into the fields. Where a segment is the literal name of its key, as the document prints it, the query or
/// the body may say what is meant (contract: laravel-template §4.16).
fn read_path(call: &Call, fields: &mut Fields) {
    for (name, value) in &call.path {
        let key = if name == "key" { call.row.key } else { name };
        if value == key {
            fields.take(key, &Fields::of_query(&call.head));
            if fields.has(key) {
                continue;
            }
        }
        fields.put(key, value);
    }
}
