//! Steps G2 to G4 of every call: the body is JSON, holds a token, and the token is live. The method is checked before, the permission
//! (G5) and the input (G6) after, by the pipeline.

use axum::body::Body;

use super::faults;
use crate::{
    domain::{Actor, Code, Context, sessions},
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
const LARGEST: usize = 8 * 1024 * 1024;

pub(super) async fn admit(call: &mut Call, body: Body) -> Result<Admitted, Refused> {
    let bytes = body::read(body, LARGEST).await.map_err(|unread| match unread {
        Unread::TooLarge => faults::TOO_LARGE,
        Unread::Broken => faults::NOT_JSON,
    })?;
    let body = Document::read(bytes).ok_or(faults::NOT_JSON)?;
    let actor = match call.row.gate {
        Gate::Open => Actor::Nobody,
        Gate::Session | Gate::Holds(_) => {
            let token = body.root().get("token").ok_or(Code::RequestInvalid)?;
            let token = token.string().ok_or(Code::Unauthenticated)?;
            Actor::Person(sessions::authenticate(&call.app, &token).await?)
        }
    };
    let context = Context::new(call.app.clone(), actor, Door::AssetPlatform);
    Ok(Admitted { context, body })
}
