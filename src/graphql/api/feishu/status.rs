//! How we stand with Feishu, in GraphQL.

use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use tokio::sync::OnceCell;

use crate::domain::{
    Code,
    deliveries::Tally,
    directory::feishu::{self, Standing, Tried},
};

use super::super::kit::Caller;

/// How many wait and how many were given up.
#[derive(Debug, SimpleObject)]
pub(super) struct DeliveryTally {
    /// Wait to be acted on or sent, or are on their way.
    waiting: i64,
    /// Were given up; `deliveryRetry` has one tried again.
    failed: i64,
}

impl From<Tally> for DeliveryTally {
    fn from(tally: Tally) -> Self {
        Self { waiting: tally.waiting, failed: tally.failed }
    }
}

/// Why Feishu gives nothing.
#[derive(Debug, SimpleObject)]
pub(super) struct FeishuFailure {
    /// Whether Feishu is not set up here, refuses, or does not answer.
    code: Code,
    /// Feishu's own code, where it refuses: 10003, 10014, 10015 the app's id or secret, 99991401 our address is not on the app's list,
    /// 99991672 a scope is missing.
    feishu_code: Option<i64>,
    /// The text for people, in the reader's language.
    message: String,
}

/// How we stand with Feishu. Only what says so asks Feishu, once for all such fields.
pub(super) struct FeishuStatus {
    standing: Standing,
    tried: OnceCell<Tried>,
}

impl FeishuStatus {
    async fn tried(&self, ctx: &Context<'_>) -> Result<&Tried> {
        let domain = ctx.domain()?;
        Ok(self.tried.get_or_try_init(|| feishu::tried(domain)).await?)
    }
}

/// How we stand with Feishu. Only what says so asks Feishu, once for all such fields.
#[Object]
impl FeishuStatus {
    /// Whether the app's id and secret are set.
    async fn configured(&self) -> bool {
        self.standing.configured
    }

    /// Whether Feishu takes them. Asks Feishu now.
    async fn token_obtainable(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.tried(ctx).await?.token)
    }

    /// Whether the app may read people. Asks Feishu now.
    async fn contacts_readable(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.tried(ctx).await?.contacts)
    }

    /// Whether the app may read attendance. Asks Feishu now.
    async fn attendance_readable(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.tried(ctx).await?.attendance)
    }

    /// Why the first of these does not go well; null when all do. Asks Feishu now.
    async fn failure(&self, ctx: &Context<'_>) -> Result<Option<FeishuFailure>> {
        let language = ctx.language();
        let failure = |refusal: &feishu::Refusal| FeishuFailure {
            code: refusal.code,
            feishu_code: refusal.feishu_code,
            message: refusal.code.text(language).to_owned(),
        };
        Ok(self.tried(ctx).await?.refusal.as_ref().map(failure))
    }

    /// The scopes that the app lacks to read people and attendance, as far as Feishu names them; of those for one purpose it is content
    /// with any. Asks Feishu now.
    async fn missing_scopes(&self, ctx: &Context<'_>) -> Result<Vec<&str>> {
        Ok(self.tried(ctx).await?.missing_scopes.iter().map(String::as_str).collect())
    }

    /// Whether it is known whose people we take: by a setting, a login, or a proved event.
    async fn tenant_known(&self) -> bool {
        self.standing.tenant_known
    }

    /// Whether only events that prove to be Feishu's are taken.
    async fn events_proved(&self) -> bool {
        self.standing.events_proved
    }

    /// Whether only taps that prove to be Feishu's are taken, on cards of the kind that we send.
    async fn cards_proved(&self) -> bool {
        self.standing.cards_proved
    }

    /// What came in from Feishu.
    async fn inbox(&self) -> DeliveryTally {
        self.standing.inbox.into()
    }

    /// What goes out to Feishu.
    async fn outbox(&self) -> DeliveryTally {
        self.standing.outbox.into()
    }

    /// When the latest event came in; null when none came for some days.
    async fn last_event_at(&self) -> Option<DateTime<Utc>> {
        self.standing.last_event_at
    }
}

#[derive(Debug, Default)]
pub(in super::super) struct FeishuStatusQuery;

#[Object]
impl FeishuStatusQuery {
    /// How we stand with Feishu: what is set up, whether Feishu takes it, what waits. Permission `/users/*`.
    async fn feishu_status(&self, ctx: &Context<'_>) -> Result<FeishuStatus> {
        Ok(FeishuStatus { standing: feishu::standing(ctx.domain()?).await?, tried: OnceCell::new() })
    }
}
