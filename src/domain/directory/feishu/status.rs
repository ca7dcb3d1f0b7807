//! How we stand with Feishu, for administrators: what is set up here, what Feishu says to it, and what waits.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{PLATFORM, connected, tenant, told};
use crate::{
    app::Asking,
    domain::{
        Code, Context, Outcome, Permission,
        deliveries::{self, Direction, Tally},
    },
    entity::{inbox, words::Platform},
    feishu::Failure,
};

/// How we stand with Feishu, as far as we know without asking it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Whether the app's id and secret are set.
    pub configured: bool,
    /// Whether it is known whose people we take.
    pub tenant_known: bool,
    /// Whether only proved events are taken.
    pub events_proved: bool,
    /// Whether only proved taps are taken on cards of the kind that we send.
    pub cards_proved: bool,
    /// What came in.
    pub inbox: Tally,
    /// What goes out.
    pub outbox: Tally,
    /// When the latest event came in, as long as it is kept.
    pub last_event_at: Option<DateTime<Utc>>,
}

/// How we stand with Feishu. Permission `/users/*`.
pub async fn standing(ctx: &Context) -> Outcome<Standing> {
    ctx.may(Permission::Users)?;
    let (app, db) = (&ctx.app, ctx.db().read());
    let door = &app.feishu.door;
    let last_event_at = inbox::Entity::find()
        .select_only()
        .column(inbox::Column::ReceivedAt)
        .filter(inbox::Column::Source.eq(PLATFORM))
        .order_by_desc(inbox::Column::Id)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(Standing {
        configured: app.feishu.client.is_some(),
        tenant_known: tenant(app, db).await?.is_some(),
        events_proved: door.proves_events(),
        cards_proved: match app.feishu.card {
            Asking::ApprovalBot => door.proves_approvals(),
            Asking::Interactive => door.proves_events(),
        },
        inbox: deliveries::tally(db, Direction::Inbox, Platform::Feishu).await?,
        outbox: deliveries::tally(db, Direction::Outbox, Platform::Feishu).await?,
        last_event_at,
    })
}

/// Why Feishu gives nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Whether Feishu is not set up here, refuses, or does not answer.
    pub code: Code,
    /// Feishu's own code.
    pub feishu_code: Option<i64>,
}

impl From<&Failure> for Refusal {
    fn from(failure: &Failure) -> Self {
        Self { code: told(failure), feishu_code: failure.code() }
    }
}

/// What Feishu said when it was tried out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// Whether Feishu takes the app's id and secret.
    pub token: bool,
    /// Whether it lets us read people.
    pub contacts: bool,
    /// Whether it lets us read attendance.
    pub attendance: bool,
    /// The first refusal.
    pub refusal: Option<Refusal>,
    /// The scopes that the app lacks, as far as Feishu names them.
    pub missing_scopes: BTreeSet<String>,
}

/// Tries Feishu out now. Permission `/users/*`.
pub async fn tried(ctx: &Context) -> Outcome<Tried> {
    ctx.may(Permission::Users)?;
    let Ok(client) = connected(&ctx.app) else {
        let refusal = Refusal { code: Code::FeishuNotConfigured, feishu_code: None };
        return Ok(Tried { refusal: Some(refusal), ..Tried::default() });
    };
    let probe = client.probe().await;
    let failures: Vec<&Failure> =
        [&probe.token, &probe.contacts, &probe.attendance].into_iter().filter_map(|said| said.as_ref().err()).collect();
    Ok(Tried {
        token: probe.token.is_ok(),
        contacts: probe.contacts.is_ok(),
        attendance: probe.attendance.is_ok(),
        refusal: failures.first().map(|failure| Refusal::from(*failure)),
        missing_scopes: failures.iter().flat_map(|failure| failure.missing_scopes()).collect(),
    })
}
