//! Deciding by a card: what somebody taps at Feishu (contract: feishu-app §1.6, rows 4 to 9, and §4.4).

use std::sync::Arc;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::Value;

use crate::{
    app::App,
    domain::{
        Actor, Code, Context, Outcome, Person,
        assets::{
            Asset,
            state::{Action, step},
        },
        directory::feishu,
        notices::{self, Card},
        rbac, text,
    },
    entity::{
        approval_manager, asset_group, staff,
        words::{ApprovalKind, ApprovalState, AssetStatus, Door, StaffGroup},
    },
};

use super::{
    Approval,
    checks::{self, Facts},
    decide::{self, Decide, Which},
    pieces,
};

/// Which card was tapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TapOn {
    /// Feishu's id of it; none where only the context tells.
    pub(super) message_id: Option<String>,
    /// What we put into it.
    pub(super) context: Option<String>,
}

/// A tap on a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tap {
    /// Which card.
    pub(super) on: TapOn,
    /// `APPROVE` or `REJECT`; anything else is refused.
    pub(super) action: String,
    /// Who tapped; nobody when Feishu does not say.
    pub(super) by: Option<By>,
    /// What they wrote.
    pub(super) reason: Option<String>,
    /// Whether the push was proved to be Feishu's.
    pub(super) genuine: bool,
    /// The event it came with, which has its effect once.
    pub(super) event: Option<String>,
}

/// Who tapped, by the ids that Feishu tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct By {
    /// The person, for this app.
    pub(super) open_id: Option<String>,
    /// The person, within the tenant.
    pub(super) user_id: Option<String>,
}

/// What a tap came to.
#[derive(Clone, Debug)]
pub struct Tapped {
    /// What was decided, now or before.
    pub state: ApprovalState,
    /// What an interactive card shows from now on.
    pub shown: Option<Value>,
}

/// Decides as somebody tapped, in one transaction; a tap that is refused changes nothing. Anybody may, since the push proves itself and
/// says who tapped. A request that was decided before stays as it is.
pub(super) async fn tap(app: &Arc<App>, tap: &Tap) -> Outcome<Tapped> {
    let tapped = app
        .db
        .retry(|| async {
            let tx = app.db.begin().await?;
            let (card, state) = tap_in(&tx, app, tap).await?;
            let shown = notices::shown(app, &tx, &card, state).await?;
            if let Some(event) = &tap.event {
                feishu::remember_tap(&tx, app, event, None).await?;
            }
            tx.commit().await?;
            Ok::<_, crate::domain::Fault>(Tapped { state, shown })
        })
        .await?;
    notices::ring(app);
    Ok(tapped)
}

/// Whether a card is ours; what else the tap says is not looked at.
pub(super) async fn is_of_ours(app: &App, on: &TapOn) -> Outcome<bool> {
    Ok(card(app.db.read(), on).await?.is_some())
}

async fn card(db: &impl ConnectionTrait, on: &TapOn) -> Outcome<Option<Card>> {
    // The databases take no U+0000, so nothing is called by it.
    let usable = |text: &&str| !text.is_empty() && !text.contains('\0');
    let (message_id, context) = (on.message_id.as_deref(), on.context.as_deref().filter(usable));
    if let Some(message_id) = message_id.filter(usable)
        && let Some(card) = notices::by_message(db, message_id).await?
    {
        return Ok(Some(card));
    }
    match context {
        Some(context) if message_id != Some("") => notices::by_context(db, context, message_id).await,
        _ => Ok(None),
    }
}

async fn tap_in(db: &impl ConnectionTrait, app: &Arc<App>, tap: &Tap) -> Outcome<(Card, ApprovalState)> {
    let system = Context::new(Arc::clone(app), Actor::System, Door::Feishu);
    let card = card(db, &tap.on).await?.ok_or(Code::CardNotFound)?;
    let approve = match tap.action.as_str() {
        "APPROVE" => true,
        "REJECT" => false,
        _ => return Err(Code::CardActionInvalid.into()),
    };
    let request = card.approval.ok_or(Code::CardNotFound)?;
    let (approval, asset) = decide::find(db, &Which::Request(request)).await?;
    let addressee = match card.addressee {
        Some(id) => staff::Entity::find_by_id(id).one(db).await?,
        None => None,
    };
    let other = other_than(db, tap, &approval, addressee.as_ref()).await?;
    if let Some(message_id) = &tap.on.message_id {
        notices::arrived(app, db, &card, message_id).await?;
    }
    match (approval.state, approve) {
        (ApprovalState::Pending, _) => {}
        (ApprovalState::Cancelled, true) => return Err(Code::AssetNotFound.into()),
        (state, _) => {
            if approve != (state == ApprovalState::Approved) || state == ApprovalState::Cancelled {
                notices::corrected(db, &system, &card, state).await?;
            }
            return Ok((card, state));
        }
    }
    if approve && asset.status == AssetStatus::Retired {
        return Err(Code::AssetNotFound.into());
    }
    let addressee = addressee.filter(is_fit).ok_or(Code::ManagerNotFound)?;
    if approve {
        check(db, &approval, &asset, &addressee).await?;
    }
    let decider = other.unwrap_or(addressee);
    let ctx = Context { actor: Actor::Person(person(db, &decider).await?), ..system };
    let reason = tap.reason.as_deref().map(|reason| text::cut(reason, text::LONG)).filter(|reason| !reason.is_empty());
    let input = Decide { which: Which::Request(request), approve, reason };
    let decided = decide::decide_in(db, &ctx, (approval, asset), &input, Some(card.id)).await?;
    Ok((card, decided.state))
}

/// Whether somebody may decide on requests by cards.
fn is_fit(person: &staff::Model) -> bool {
    !person.locked && person.staff_group == StaffGroup::AssetAdmin
}

/// The asset admin who tapped, if that is another than the one the card went to. Refused when it is neither that one nor anybody else the
/// request is addressed to.
async fn other_than(
    db: &impl ConnectionTrait,
    tap: &Tap,
    approval: &Approval,
    addressee: Option<&staff::Model>,
) -> Outcome<Option<staff::Model>> {
    let Some(by) = &tap.by else { return Ok(None) };
    let refused = || Code::CardForbidden.into();
    let bound = feishu::accounts(db, by.open_id.as_deref(), by.user_id.as_deref()).await?;
    if addressee.is_some_and(|person| bound.contains(&person.id)) {
        return Ok(None);
    }
    if bound.is_empty() && by.open_id.is_none() && tap.genuine && is_unknown_there(db, addressee).await? {
        return Ok(None);
    }
    let addressed = approval_manager::Entity::find()
        .filter(approval_manager::Column::ApprovalId.eq(approval.id))
        .filter(approval_manager::Column::StaffId.is_in(bound))
        .one(db)
        .await?;
    let other = match addressed {
        Some(addressed) => staff::Entity::find_by_id(addressed.staff_id).one(db).await?,
        None => None,
    };
    other.filter(is_fit).map(Some).ok_or_else(refused)
}

/// Whether Feishu has not told us the user_id of the person the card went to: then Feishu's word that a tap came from that card is all there
/// is.
async fn is_unknown_there(db: &impl ConnectionTrait, addressee: Option<&staff::Model>) -> Outcome<bool> {
    let Some(addressee) = addressee else { return Ok(false) };
    let binding = feishu::of_staff(db, addressee.id).await?;
    Ok(binding.is_some_and(|binding| binding.user_id.is_none()))
}

/// Rows 8.3 to 8.9.
async fn check(db: &impl ConnectionTrait, approval: &Approval, asset: &Asset, addressee: &staff::Model) -> Outcome<()> {
    let person = async |id: Option<i64>| match id {
        Some(id) => staff::Entity::find_by_id(id).one(db).await,
        None => Ok(None),
    };
    let kind = approval.kind;
    let Some(applicant) = person(approval.applicant_id).await? else {
        return if kind == ApprovalKind::Repair { Ok(()) } else { Err(checks::nobody_asks(kind).into()) };
    };
    let target = person(approval.target_id).await?;
    if target.is_none() && kind == ApprovalKind::Transfer {
        return Err(Code::ReceiverNotGeneralStaff.into());
    }
    let available = match approval.whole {
        true => step(asset.status, Action::decide(kind, true)).map_or(0, |_| asset.quantity),
        false => checks::available(kind, asset, pieces::taken_from(db, approval, asset).await?),
    };
    let target_group_gone = match &approval.target_group_unique_id {
        Some(name) => {
            let group = asset_group::Entity::find().filter(asset_group::Column::UniqueId.eq(name.as_str()));
            group.one(db).await?.is_none()
        }
        None => false,
    };
    let facts = Facts {
        kind,
        asset,
        quantity: approval.quantity,
        applicant: &applicant,
        target: target.as_ref(),
        managers: &[addressee],
        target_group_gone,
        available,
    };
    checks::refusals(&facts).into_iter().next().map_or(Ok(()), Err)
}

/// A person who acts without a session.
async fn person(db: &impl ConnectionTrait, staff: &staff::Model) -> Outcome<Person> {
    Ok(Person {
        id: staff.id,
        unique_id: staff.unique_id.clone(),
        name: staff.name.clone(),
        group: staff.staff_group,
        department_id: staff.department_id,
        permissions: rbac::permissions_of(db, staff).await?,
        session_id: None,
    })
}
