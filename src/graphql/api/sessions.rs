//! Sessions in GraphQL: logging in, who one is, logging out.

use async_graphql::{Context, InputObject, Object, Result};

use crate::{
    domain::{
        Actor, Context as Domain, Outcome,
        sessions::{self, Face, Opened},
    },
    entity::words::Door,
};

use super::{
    ahead::{self, Ahead},
    kit::{Caller, payload, settle},
    staff::{Staff, person},
};

#[derive(Debug, Default)]
pub(super) struct SessionQuery;

#[Object]
impl SessionQuery {
    /// The person who asks; null when nobody is logged in.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Staff>> {
        match &ctx.domain()?.actor {
            Actor::Person(viewer) => {
                ahead::people(ctx, Ahead::of(ctx), [viewer.id]).await?;
                Ok(person(ctx, Some(viewer.id)).await?)
            }
            Actor::Nobody | Actor::System => Ok(None),
        }
    }
}

/// A name and a password.
#[derive(InputObject)]
pub(super) struct SessionCreateInput {
    /// The login name, compared exactly.
    username: String,
    /// The password.
    password: String,
}

/// Which sessions end.
#[derive(Debug, Default, InputObject)]
pub(super) struct SessionDeleteInput {
    /// Whether every session of the person ends, rather than this one.
    #[graphql(default)]
    everywhere: bool,
}

payload! {
    /// What came of logging in.
    SessionCreatePayload {
        /// The session, to be sent as `Authorization: Bearer …`: a JWT, or in a stored operation of a legacy door that door's form.
        token: Option<String>,
        /// The person who is logged in now, with what only they see.
        viewer: Option<Staff>,
    }
}
payload! {
    /// What came of logging out.
    SessionDeletePayload {
        /// Whether the session has ended.
        ended: bool,
    }
}

#[derive(Debug, Default)]
pub(super) struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Logs in by name and password.
    async fn session_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The name and the password.")] input: SessionCreateInput,
    ) -> Result<SessionCreatePayload> {
        let domain = ctx.domain()?;
        let create = sessions::Create { username: input.username, password: input.password };
        let (opened, user_errors) = settle(ctx, sessions::create(domain, create).await).await?;
        let Some(opened) = opened else { return Ok(SessionCreatePayload { token: None, viewer: None, user_errors }) };
        let asked = ctx.look_ahead().field("viewer").exists();
        let viewer = person(ctx, Some(opened.person.id).filter(|_| asked)).await?;
        ctx.loaders()?.log_in(opened.person.id);
        Ok(SessionCreatePayload { token: Some(token(domain, &opened)?), viewer, user_errors })
    }

    /// Logs out: the session that asks ends, in all its forms.
    async fn session_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which sessions end.", default)] input: SessionDeleteInput,
    ) -> Result<SessionDeletePayload> {
        let domain = ctx.domain()?;
        let outcome =
            if input.everywhere { sessions::end_everywhere(domain).await } else { sessions::end(domain).await };
        let (ended, user_errors) = settle(ctx, outcome).await?;
        Ok(SessionDeletePayload { ended: ended.is_some(), user_errors })
    }
}

/// The form of a session that belongs to the door of the request.
pub(super) fn token(domain: &Domain, opened: &Opened) -> Outcome<String> {
    let issuer = format!("{}/graphql", domain.app.public_url);
    let face = match domain.door {
        Door::AssetPlatform => Face::Token,
        Door::Feishu => Face::Session,
        Door::Laravel | Door::Graphql | Door::System => Face::Jwt { issuer: &issuer },
    };
    opened.token(&domain.app, face)
}
