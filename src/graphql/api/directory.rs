//! The company's directory on WeCom in GraphQL.

use async_graphql::{Context, Enum, InputObject, Object, Result};

use crate::domain::{Outcome, directory};

use super::kit::{Caller, items, payload, settle};

/// A platform on which the company keeps its directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(super) enum DirectoryPlatform {
    /// WeCom.
    #[default]
    Wecom,
}

/// With which directory to sync.
#[derive(Debug, Default, InputObject)]
pub(super) struct DirectorySyncInput {
    /// The platform.
    #[graphql(default)]
    platform: DirectoryPlatform,
}

/// A text to people on WeCom.
#[derive(Debug, InputObject)]
pub(super) struct MessageSendInput {
    /// The login names of those who are to get it, compared exactly or, if one person alone is called so, without regard to case.
    usernames: Vec<String>,
    /// The text; WeCom takes 2048 bytes and the rest is cut off.
    text: String,
}

payload! {
    /// What came of asking for a sync.
    DirectorySyncPayload {
        /// Whether a sync is under way or will be soon.
        asked: bool,
    }
}
payload! {
    /// What came of sending a text.
    MessageSendPayload {
        /// Whether everybody got it.
        sent: bool,
    }
}

#[derive(Debug, Default)]
pub(super) struct DirectoryMutation;

#[Object]
impl DirectoryMutation {
    /// Has departments and people synced with WeCom soon, unless that is under way. Permission `/users/*` or `/departments/*`.
    async fn directory_sync(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The platform.", default)] input: DirectorySyncInput,
    ) -> Result<DirectorySyncPayload> {
        let outcome = match input.platform {
            DirectoryPlatform::Wecom => directory::sync_soon(ctx.domain()?).await,
        };
        let (asked, user_errors) = settle(ctx, outcome).await?;
        Ok(DirectorySyncPayload { asked: asked.is_some(), user_errors })
    }

    /// Sends a text to people on WeCom. Permission `/users/*`.
    async fn message_send(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The people and the text.")] input: MessageSendInput,
    ) -> Result<MessageSendPayload> {
        let (sent, user_errors) = settle(ctx, send(ctx, &input).await).await?;
        Ok(MessageSendPayload { sent: sent.is_some(), user_errors })
    }
}

async fn send(ctx: &Context<'_>, input: &MessageSendInput) -> Outcome<()> {
    let domain = ctx.domain()?;
    items(domain, "usernames", &input.usernames)?;
    directory::send(domain, &input.usernames, &input.text).await
}
