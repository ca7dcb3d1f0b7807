//! What comes before every call: the bearer of a live session, and the permission (contract: feishu-app §6.1).

use axum::body::Body;

use super::{events, faults};
use crate::{
    domain::{Actor, Code, Context, Fault, sessions},
    entity::words::Door,
    rest::{
        body::{self, Unread},
        head,
        json::Document,
        refused::Refused,
        run::{Admitted, Call},
    },
};

/// Largest body in bytes.
const LARGEST: usize = 1024 * 1024;

pub(super) async fn admit(call: &mut Call, body: Body) -> Result<Admitted, Refused> {
    let token = head::bearer(&call.head.headers).ok_or(Code::Unauthenticated)?;
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
        events::sent(head::query(&call.head))?
    };
    Ok(Admitted { context, body })
}

/// The bytes of a body.
pub(super) async fn bytes(body: Body) -> Result<Vec<u8>, Refused> {
    body::read(body, LARGEST).await.map_err(|unread| match unread {
        Unread::TooLarge => faults::TOO_LARGE.into(),
        Unread::Broken => Code::RequestInvalid.about("body").into(),
    })
}
