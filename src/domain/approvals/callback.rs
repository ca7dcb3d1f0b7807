//! What Feishu tells when somebody taps a card: callbacks of approval cards, and actions of interactive ones
//! (contract: feishu-app §1.6, §4.4).

use std::sync::Arc;

use super::tap::{self, By, Tap, TapOn, Tapped};
use crate::{
    app::App,
    domain::{
        Code, Fault, Kind, Language, Outcome,
        directory::feishu::{recall_tap, remember_tap, tenant},
    },
    entity::words::ApprovalState,
    feishu::{ApprovalTap, CardStyle, CardTap},
};

/// A callback of an approval card that was judged.
#[derive(Clone, Debug)]
pub struct CalledBack {
    /// Whether a secret proved it: then Feishu shows the text of a refusal to the person.
    pub genuine: bool,
    /// What it came to.
    pub outcome: Outcome<Tapped>,
}

/// Judges a callback of an approval card and decides as it says. Anybody may, since it proves itself.
pub async fn called_back(app: &Arc<App>, bytes: &[u8]) -> Outcome<CalledBack> {
    let proved = app.feishu.door.approval(bytes)?;
    let tapped = ApprovalTap::read(&proved.body)?;
    let on = TapOn { message_id: tapped.message_id, context: tapped.action_context };
    if on.message_id.is_none() && !tap::is_of_ours(app, &on).await? {
        return Err(Code::RequestInvalid.about("message_id"));
    }
    let by = tapped.user_id.map(|user_id| By { open_id: None, user_id: Some(user_id) });
    let (action, reason) = (tapped.action_type, tapped.reason);
    let tap = Tap { on, action, by, reason, genuine: proved.genuine, event: None };
    let outcome = match tap::tap(app, &tap).await {
        Err(fault) if fault.code.kind() == Kind::Internal => return Err(fault),
        outcome => outcome,
    };
    Ok(CalledBack { genuine: proved.genuine, outcome })
}

/// What a tap on an interactive card is answered.
#[derive(Clone, Debug)]
pub struct CardAnswer {
    /// Whether `toast` and `card` stand side by side, as newer cards want it.
    pub side_by_side: bool,
    /// What is said, or why it is refused.
    pub told: Result<&'static str, String>,
    /// What the card shows from now on.
    pub shown: Option<serde_json::Value>,
}

/// Decides as somebody tapped an interactive card; none if the card is not ours, or the tap is of no use.
pub async fn card_tapped(app: &Arc<App>, tapped: CardTap, genuine: bool) -> Outcome<Option<CardAnswer>> {
    let db = app.db.read();
    let text = |key: &str| tapped.value.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
    let (Some(context), Some(action)) = (text("approval"), text("decision")) else { return Ok(None) };
    let is_foreign = tenant(app, db).await?.zip(tapped.tenant_key).is_some_and(|(ours, its)| ours != its);
    let by = By { open_id: tapped.open_id, user_id: tapped.user_id };
    let on = TapOn { message_id: None, context: Some(context) };
    if is_foreign || by == By::default() || !tap::is_of_ours(app, &on).await? {
        return Ok(None);
    }
    let side_by_side = tapped.style == CardStyle::New;
    let refused = |text| Some(CardAnswer { side_by_side, told: Err(text), shown: None });
    if let Some(event) = &tapped.id
        && let Some(Some(text)) = recall_tap(db, event).await?
    {
        return Ok(refused(text));
    }
    let tap = Tap { on, action, by: Some(by), reason: None, genuine, event: tapped.id };
    match tap::tap(app, &tap).await {
        Ok(Tapped { state, shown }) => Ok(Some(CardAnswer { side_by_side, told: Ok(said(state)), shown })),
        Err(fault) if fault.code.kind() == Kind::Internal => Err(fault),
        Err(fault) => {
            let text = fault.text(Language::Chinese);
            if let Some(event) = &tap.event {
                refuse(app, event, &text).await?;
            }
            Ok(refused(text))
        }
    }
}

/// Keeps in which words a tap was refused, so that its repetition is answered the same.
async fn refuse(app: &App, event: &str, text: &str) -> Outcome<()> {
    app.db
        .retry(|| async {
            let tx = app.db.begin().await?;
            remember_tap(&tx, app, event, Some(text)).await?;
            tx.commit().await?;
            Ok::<_, Fault>(())
        })
        .await
}

/// The decision as people are told it.
const fn said(state: ApprovalState) -> &'static str {
    match state {
        ApprovalState::Approved => "已同意",
        ApprovalState::Rejected => "已拒绝",
        ApprovalState::Cancelled | ApprovalState::Pending => "已取消",
    }
}
