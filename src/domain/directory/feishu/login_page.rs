//! The way to the page on which Feishu asks somebody who they are, and the state that proves the way back (contract: feishu-app §5.3).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, EntityTrait, Set};
use sha2::{Digest, Sha256};

use super::connected;
use crate::{
    app::{ALPHANUMERIC, App, draw},
    db,
    domain::{Code, Context, Fault, Outcome, digest, text, transact},
    entity::login_state,
    feishu::{Asked, Flow},
};

/// Seconds for which a state is taken.
pub const STATE_SECONDS: i64 = 600;

/// Characters of a state.
const STATE_LENGTH: usize = 32;
/// Characters of a verifier of PKCE, 43 to 128.
const VERIFIER_LENGTH: usize = 64;
/// Most characters of an address to which a login leads back.
const LONGEST_ADDRESS: usize = 4096;
/// What a verifier is sealed as.
const VERIFIER: &str = "feishu verifier";
/// What a login asks for beyond who somebody is: that their tokens can be renewed.
const SCOPE: &str = "offline_access";

/// What a way is to lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayWanted {
    /// Where Feishu sends the person with their code.
    pub redirect_uri: String,
    /// Whether the login binds the person to the account of who asks.
    pub binds: bool,
}

/// A way to Feishu's page. The state stays with the browser, and comes back with the code.
#[derive(Clone)]
pub struct Way {
    /// The page.
    pub url: String,
    /// The state.
    pub state: String,
}

impl std::fmt::Debug for Way {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Way(…)")
    }
}

/// A way that somebody came back on.
pub(super) struct Taken {
    /// Where it led back to.
    pub(super) redirect_uri: String,
    /// The verifier of PKCE.
    pub(super) verifier: Option<String>,
    /// The account that the login is to be bound to.
    pub(super) staff: Option<i64>,
}

/// Opens a way to Feishu's page. Anybody may; whoever wants to bind needs a session.
pub async fn open_way(ctx: &Context, wanted: &WayWanted) -> Outcome<Way> {
    let staff = if wanted.binds { Some(ctx.person()?.id) } else { None };
    let app = &ctx.app;
    let client = connected(app)?;
    let redirect_uri = wanted.redirect_uri.as_str();
    text::bounded("redirectUri", redirect_uri, LONGEST_ADDRESS)?;
    if !leads_back(app, redirect_uri) {
        return Err(Code::RedirectForbidden.on("redirectUri"));
    }
    let state = draw(&*app.random, ALPHANUMERIC, STATE_LENGTH);
    let proves = matches!(app.feishu.flow, Flow::Auto | Flow::V2);
    let verifier = proves.then(|| draw(&*app.random, ALPHANUMERIC, VERIFIER_LENGTH));
    let challenge = verifier.as_ref().map(|verifier| URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)));
    let sealed = match &verifier {
        Some(verifier) => Some(app.vault.seal(&*app.random, VERIFIER, verifier).ok_or(Code::Internal)?),
        None => None,
    };
    let row = &login_state::ActiveModel {
        state_hash: Set(digest::sha256(&state)),
        redirect_uri: Set(redirect_uri.to_owned()),
        verifier: Set(sealed),
        staff_id: Set(staff),
        created_at: Set(app.now()),
    };
    transact!(ctx, |tx| async { Ok::<_, Fault>(row.clone().insert(&tx).await?) })?;
    let asked = Asked { redirect_uri, state: &state, scope: Some(SCOPE), challenge: challenge.as_deref() };
    let url = client.config().authorize_url(app.feishu.flow, &asked);
    Ok(Way { url, state })
}

/// Passes where a login may have led to: anywhere, unless there is a list.
pub(super) fn may_come_from(app: &App, redirect_uri: &str) -> Outcome<()> {
    let list = &app.feishu.redirect_uris;
    if list.is_empty() || list.iter().any(|listed| listed == redirect_uri) {
        return Ok(());
    }
    Err(Code::RedirectForbidden.on("redirectUri"))
}

/// Uses up a state that somebody brought: it must be the one that their browser kept, unused, young, and of this `redirect_uri`, if they
/// name one.
pub(super) async fn take(ctx: &Context, state: &str, kept: Option<&str>, redirect_uri: Option<&str>) -> Outcome<Taken> {
    let wrong = || Code::LoginStateInvalid.on("state");
    if kept != Some(state) {
        return Err(wrong());
    }
    let hash = &digest::sha256(state);
    let row = transact!(ctx, |tx| async {
        let Some(row) = login_state::Entity::find_by_id(hash.as_str()).one(&tx).await? else { return Ok(None) };
        // Of any number who bring it at once, one deletes it.
        let deleted = login_state::Entity::delete_by_id(hash.as_str()).exec(&tx).await?;
        Ok::<_, Fault>(Some(row).filter(|_| deleted.rows_affected == 1))
    })?;
    let row = row.ok_or_else(wrong)?;
    let is_old = ctx.now() - row.created_at > TimeDelta::seconds(STATE_SECONDS);
    if is_old || redirect_uri.is_some_and(|redirect_uri| redirect_uri != row.redirect_uri) {
        return Err(wrong());
    }
    let verifier = match row.verifier {
        // Sealed by another JWT secret: nobody knows the verifier any more.
        Some(sealed) => Some(ctx.app.vault.open(VERIFIER, &sealed).ok_or_else(wrong)?),
        None => None,
    };
    Ok(Taken { redirect_uri: row.redirect_uri, verifier, staff: row.staff_id })
}

/// Deletes states that nobody came back with in time, and gives their number.
pub async fn sweep_ways(app: &App) -> Outcome<u64> {
    let old = login_state::Column::CreatedAt.lt(app.now() - TimeDelta::seconds(STATE_SECONDS));
    Ok(db::sweep::<login_state::Entity>(&app.db, login_state::Column::StateHash, Condition::all().add(old)).await?)
}

/// Whether a login that we begin may lead back to `address`: it is in the list, or where there is none, below our public URL.
fn leads_back(app: &App, address: &str) -> bool {
    let list = &app.feishu.redirect_uris;
    if !list.is_empty() {
        return list.iter().any(|listed| listed == address);
    }
    let Some(rest) = address.strip_prefix(&app.public_url) else { return false };
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    let is_below = rest.is_empty() || rest.starts_with(['/', '?', '#']);
    let climbs = path.split('/').any(|segment| segment.to_ascii_lowercase().replace("%2e", ".") == "..");
    is_below && !climbs && !rest.contains('\\') && !rest.chars().any(|letter| letter.is_control() || letter == ' ')
}
