//! The company's directory on WeCom in GraphQL: bringing people and departments up to date, and messages to members.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use crate::domain::directory::wecom::{self, Part, Placement, Profile};

use super::kit::{Caller, items, payload, settle};

/// What WeCom tells of a person.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct DirectoryProfile {
    /// The delivered fields as the text of a JSON object: of `userid`, `alias`, `position`, `gender`, `telephone`, `main_department`,
    /// `status` those that are known.
    info: String,
    /// The departments the person belongs to there, as the text of a JSON list of objects with one member each, named by the number of
    /// the department; `{}` when there are none.
    departments: String,
}

impl From<Profile> for DirectoryProfile {
    fn from(profile: Profile) -> Self {
        Self { info: profile.info, departments: profile.departments }
    }
}

/// Where a department stands on WeCom.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct DirectoryPlace {
    /// Its place among others, 0 to 4294967295.
    position: i64,
    /// Whether WeCom still delivers it.
    delivered: bool,
}

impl From<Placement> for DirectoryPlace {
    fn from(place: Placement) -> Self {
        Self { position: place.position, delivered: place.delivered }
    }
}

/// What somebody wants to see brought up to date.
#[derive(Debug, InputObject)]
pub(super) struct DirectorySyncInput {
    /// The part that is looked for. Either brings everything.
    part: Part,
}

/// A text and who gets it.
#[derive(Debug, InputObject)]
pub(super) struct MessageSendInput {
    /// The usernames of the people, compared exactly, else without regard to case if that names one person.
    usernames: Vec<String>,
    /// The text, of which WeCom takes the first 2048 bytes.
    text: String,
}

payload! {
    /// What came of asking for a sync.
    DirectorySyncPayload {
        /// Whether a sync waits or runs now; its work is done afterwards.
        accepted: bool,
    }
}
payload! {
    /// What came of sending a message.
    MessageSendPayload {
        /// Whether it went to everybody it was for.
        sent: bool,
    }
}

#[derive(Debug, Default)]
pub(super) struct DirectoryMutation;

#[Object]
impl DirectoryMutation {
    /// Asks for people and departments to be brought up to date with WeCom; one sync at a time is enough for all who ask. Permission
    /// `/users/*` or `/departments/*`, as the part says.
    async fn directory_sync(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is looked for.")] input: DirectorySyncInput,
    ) -> Result<DirectorySyncPayload> {
        let outcome = wecom::sync_soon(ctx.domain()?, input.part).await;
        let (accepted, user_errors) = settle(ctx, outcome).await?;
        Ok(DirectorySyncPayload { accepted: accepted.is_some(), user_errors })
    }

    /// Sends a text to people as the company's app on WeCom, and waits for what WeCom says. Permission `/users/*`.
    async fn message_send(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The text and who gets it.")] input: MessageSendInput,
    ) -> Result<MessageSendPayload> {
        let domain = ctx.domain()?;
        let outcome = match items(domain, "usernames", &input.usernames) {
            Ok(()) => wecom::send_message(domain, &input.usernames, &input.text).await,
            Err(fault) => Err(fault),
        };
        let (sent, user_errors) = settle(ctx, outcome).await?;
        Ok(MessageSendPayload { sent: sent.is_some(), user_errors })
    }
}
