//! The company's directory on Feishu in GraphQL: bringing people and departments up to date.

use async_graphql::{Context, InputObject, Object, Result};

use crate::domain::directory::feishu;

use super::super::kit::{Caller, payload, settle};

/// Which sync is wanted.
#[derive(Debug, InputObject)]
pub(super) struct FeishuSyncInput {
    /// Whether it has to begin now. Else one that runs already is waited for, and its outcome is the answer.
    #[graphql(default)]
    fresh: bool,
}

payload! {
    /// What came of a sync.
    FeishuSyncPayload {
        /// How many departments are linked to one of Feishu now; null when it was refused.
        departments: Option<u64>,
        /// How many accounts are bound to a person of Feishu now; null when it was refused.
        people: Option<u64>,
    }
}

#[derive(Debug, Default)]
pub(in super::super) struct FeishuSyncMutation;

#[Object]
impl FeishuSyncMutation {
    /// Brings people and departments up to date with Feishu and answers when that is done; all or nothing, one sync at a time. The
    /// departments come below the root of the department tree that the viewer belongs to. Permission `/users/*`.
    async fn feishu_sync(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which sync is wanted.")] input: FeishuSyncInput,
    ) -> Result<FeishuSyncPayload> {
        let (synced, user_errors) = settle(ctx, feishu::sync(ctx.domain()?, input.fresh).await).await?;
        Ok(FeishuSyncPayload {
            departments: synced.map(|synced| synced.departments),
            people: synced.map(|synced| synced.people),
            user_errors,
        })
    }
}
