//! Logging in with a code of Feishu (contract: feishu-app §1.2, §5.3).

use sea_orm::{ConnectionTrait, EntityTrait};

use super::{
    act::printable,
    binding::{self, Named},
    connected,
    login_page::{may_come_from, take},
    meet_tenant, phone, tenant, tokens, told,
};
use crate::{
    domain::{
        Code, Context, Fault, Outcome,
        sessions::{self, Opened},
        text,
    },
    entity::staff,
    feishu::{Brought, Failure, Flow, Meaning, Profile, UserTokens},
};

/// Most characters of a code.
const LONGEST_CODE: usize = 4096;

/// What somebody brings back from Feishu's page.
#[derive(Clone, Default)]
pub struct LogIn {
    /// The code.
    pub code: String,
    /// Where the login led back to.
    pub redirect_uri: Option<String>,
    /// The state that came with the code.
    pub state: Option<String>,
    /// The state that the browser kept meanwhile.
    pub kept_state: Option<String>,
}

impl std::fmt::Debug for LogIn {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("LogIn(…)")
    }
}

/// Opens a session for the person of Feishu who brought a code. No account is ever made. Anybody may, since the code is the proof.
pub async fn log_in(ctx: &Context, input: &LogIn) -> Outcome<Opened> {
    let app = &ctx.app;
    if input.code.is_empty() {
        return Err(Code::Required.on("code"));
    }
    text::bounded("code", &input.code, LONGEST_CODE)?;
    let client = connected(app)?;
    let mut redirect_uri = input.redirect_uri.as_deref();
    if let Some(redirect_uri) = redirect_uri {
        may_come_from(app, redirect_uri)?;
    }
    let way = match &input.state {
        Some(state) => Some(take(ctx, state, input.kept_state.as_deref(), redirect_uri).await?),
        None if app.feishu.require_state => return Err(Code::LoginStateInvalid.on("state")),
        None => None,
    };
    redirect_uri = redirect_uri.or(way.as_ref().map(|way| way.redirect_uri.as_str()));
    if app.feishu.flow == Flow::Passport && redirect_uri.is_none() {
        return Err(Code::Required.on("redirectUri"));
    }
    let verifier = way.as_ref().and_then(|way| way.verifier.as_deref());
    let brought = Brought { code: &input.code, redirect_uri, verifier };
    let (profile, tokens) = client.log_in(app.feishu.flow, brought).await.map_err(|failure| refused(&failure))?;
    let binds = way.and_then(|way| way.staff);
    let (profile, tokens) = (&profile, &tokens);
    ctx.db()
        .retry(|| async {
            let tx = ctx.db().begin().await?;
            let opened = open(&tx, ctx, profile, tokens, binds).await?;
            tx.commit().await?;
            Ok(opened)
        })
        .await
}

/// Opens the session within `db`, and keeps what came with it; `binds` is the account to bind the person to first.
async fn open(
    db: &impl ConnectionTrait,
    ctx: &Context,
    profile: &Profile,
    tokens: &UserTokens,
    binds: Option<i64>,
) -> Outcome<Opened> {
    let app = &ctx.app;
    let unbound = || Fault::from(Code::FeishuUnbound);
    let theirs = profile.tenant_key.as_deref().ok_or_else(unbound)?;
    if tenant(app, db).await?.is_some_and(|ours| ours != theirs) {
        return Err(unbound());
    }
    let mut named = named(profile, theirs);
    let (person, bound) = match binds {
        Some(id) => {
            named.phone = profile.mobile.as_deref().map(|mobile| printable(phone::normalised(mobile)));
            let person = person(db, id).await?.ok_or_else(unbound)?;
            (person, binding::bind(db, id, &named).await?)
        }
        None => {
            let bound = binding::known(db, &named).await?.ok_or_else(unbound)?;
            let id = bound.staff_id.ok_or_else(unbound)?;
            (person(db, id).await?.ok_or_else(unbound)?, bound)
        }
    };
    let opened = sessions::open_in(db, ctx, &person).await?;
    meet_tenant(app, db, theirs).await?;
    tokens::keep(db, app, bound.id, tokens).await?;
    Ok(opened)
}

async fn person(db: &impl ConnectionTrait, id: i64) -> Outcome<Option<staff::Model>> {
    Ok(staff::Entity::find_by_id(id).one(db).await?)
}

/// The person of a profile.
fn named(profile: &Profile, tenant: &str) -> Named {
    let text = |told: &Option<String>| told.clone().map(printable);
    Named {
        open_id: text(&profile.open_id),
        union_id: text(&profile.union_id),
        user_id: text(&profile.user_id),
        name: text(&profile.name),
        phone: None,
        tenant: printable(tenant.to_owned()),
    }
}

/// What somebody is told whose code led to nobody.
fn refused(failure: &Failure) -> Fault {
    match failure.meaning() {
        Meaning::Login | Meaning::Person => Code::FeishuUnbound.into(),
        _ => {
            tracing::warn!(%failure, "somebody could not log in because of Feishu");
            told(failure).into()
        }
    }
}
