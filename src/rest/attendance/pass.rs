//! Passing a call on to Feishu, and its answer back (contract: feishu-app §6.1, §6.2).

use async_graphql::Variables;
use axum::response::Response;
use serde_json::Value;

use super::{envelope, faults, gate, rows::BASE};
use crate::{
    domain::{
        Code, Context,
        attendance::{self, Stopped},
    },
    rest::{
        head,
        payload::Payload,
        refused::Refused,
        row::{Exchanging, Verb},
        run::Call,
    },
};

/// Passes a call on as it is.
pub(super) fn on(call: &mut Call, context: Context, _: Variables) -> Exchanging<'_> {
    Box::pin(async move { Ok(Payload::Reply(reply(call, &context).await?).into()) })
}

async fn reply(call: &mut Call, context: &Context) -> Result<Response, Refused> {
    let body = if call.row.verb == Verb::Post { body(call).await? } else { None };
    let path = path(call).ok_or(faults::NO_ROUTE)?;
    let query: Vec<_> = head::query(&call.head).collect();
    let passed = attendance::Call { method: call.row.verb.name(), path: &path, query: &query, body: body.as_ref() };
    match attendance::pass(context, &passed).await {
        Ok(Some(answer)) => Ok(envelope::json_reply(200, &answer)),
        Ok(None) => Err(faults::NO_ROUTE.into()),
        Err(Stopped::Refused(refused)) => Ok(envelope::refused(&refused)),
        Err(Stopped::Fault(fault)) => Err(fault.into()),
    }
}

/// The body: an object, or none where nothing was sent.
async fn body(call: &mut Call) -> Result<Option<Value>, Refused> {
    let bytes = gate::bytes(std::mem::take(&mut call.body)).await?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let body: Option<Value> = serde_json::from_slice(&bytes).ok().filter(Value::is_object);
    body.map(Some).ok_or_else(|| Code::RequestInvalid.about("body").into())
}

/// The path below Feishu's base; none where a segment is no id.
fn path(call: &Call) -> Option<String> {
    let mut path = call.row.path.strip_prefix(BASE)?.to_owned();
    for (name, id) in &call.path {
        if id.contains('/') {
            return None;
        }
        path = path.replace(&format!("{{{name}}}"), id);
    }
    Some(path)
}
