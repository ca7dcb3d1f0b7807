//! Messages to people at Feishu in GraphQL.

use async_graphql::{Context, ID, InputObject, Object, Result};

use crate::domain::notices::{self, Message};

use super::super::kit::{Caller, NodeKind, items, key, payload, settle};

/// A text and who gets it: a person or a group.
#[derive(Debug, InputObject)]
pub(super) struct FeishuMessageSendInput {
    /// The person who gets it; must be bound to somebody at Feishu.
    to_staff_id: Option<ID>,
    /// The group that gets it, by Feishu's `chat_id`.
    to_chat_id: Option<String>,
    /// The text. What looks like a mention in it is none.
    text: String,
    /// People who are mentioned before the text; must be bound.
    #[graphql(default)]
    mention_staff_ids: Vec<ID>,
    /// Whether everybody is mentioned.
    #[graphql(default = false)]
    mention_all: bool,
}

payload! {
    /// What came of sending a message.
    FeishuMessageSendPayload {
        /// Feishu's id of the message; none while it waits for Feishu, which is tried again.
        message_id: Option<String>,
    }
}

#[derive(Debug, Default)]
pub(in super::super) struct NoticeMutation;

#[Object]
impl NoticeMutation {
    /// Sends a text to a person or a group at Feishu. It is written down first; what Feishu cannot take now is tried again for three days.
    /// Permission `/users/*`.
    async fn feishu_message_send(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The text and who gets it.")] input: FeishuMessageSendInput,
    ) -> Result<FeishuMessageSendPayload> {
        let domain = ctx.domain()?;
        let staff = |id: &ID| key(domain, NodeKind::Staff, id);
        let message = Message {
            to_staff: input.to_staff_id.as_ref().map(staff),
            to_chat: input.to_chat_id,
            text: input.text,
            mentioned: input.mention_staff_ids.iter().map(staff).collect(),
            mention_all: input.mention_all,
        };
        let outcome = match items(domain, "mentionStaffIds", &message.mentioned) {
            Ok(()) => notices::send_message(domain, &message).await,
            Err(fault) => Err(fault),
        };
        let (sent, user_errors) = settle(ctx, outcome).await?;
        Ok(FeishuMessageSendPayload { message_id: sent.flatten(), user_errors })
    }
}
