//! Feishu in GraphQL: logging in from there, binding an account to a person there, and what Feishu tells of oneself.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use crate::{
    app::Counted,
    domain::directory::feishu::{self, Bind, LogIn, Profile, WayWanted},
};

use super::super::{
    kit::{Caller, payload, settle},
    sessions::token,
    staff::{Staff, person},
};

/// What Feishu tells of a person. What is null was not told.
#[derive(Clone, Debug, SimpleObject)]
pub(in super::super) struct FeishuProfile {
    /// The name.
    name: Option<String>,
    /// The English name.
    en_name: Option<String>,
    /// Where the picture is.
    avatar_url: Option<String>,
    /// The mail address.
    email: Option<String>,
    /// The phone number.
    mobile: Option<String>,
    /// The person, for this app.
    open_id: Option<String>,
    /// The person, for all apps of the developer.
    union_id: Option<String>,
    /// The person, within the tenant.
    user_id: Option<String>,
    /// The tenant.
    tenant_key: Option<String>,
}

impl From<Profile> for FeishuProfile {
    fn from(profile: Profile) -> Self {
        let Profile { open_id, union_id, user_id, tenant_key, name, en_name, avatar_url, email, mobile } = profile;
        Self { name, en_name, avatar_url, email, mobile, open_id, union_id, user_id, tenant_key }
    }
}

/// What a way to Feishu's page is to lead to.
#[derive(Debug, InputObject)]
pub(super) struct FeishuWayOpenInput {
    /// Where Feishu sends the person with their code: an address that the settings list, or where they list none, one below our own.
    redirect_uri: String,
    /// Whether the login binds the person to the account of who asks, who must be logged in.
    #[graphql(default)]
    binds: bool,
}

/// What somebody brings back from Feishu's page.
#[derive(InputObject)]
pub(super) struct FeishuLoginInput {
    /// The code; it is used up by this.
    code: String,
    /// Where the way led back to; refused if the settings list addresses and not this one.
    redirect_uri: Option<String>,
    /// The state that came with the code.
    state: Option<String>,
    /// The state as the client kept it since it opened the way. It must be the one that came with the code: so nobody is led into
    /// another's login.
    kept_state: Option<String>,
}

/// Who one is at Feishu. Both texts empty: nobody any more.
#[derive(InputObject)]
pub(super) struct FeishuBindInput {
    /// The name there, exactly, blanks at the ends apart.
    name: String,
    /// The phone number there; without a country it is one of mainland China.
    phone: String,
}

payload! {
    /// A way to Feishu's page.
    FeishuWayOpenPayload {
        /// The page that asks the person.
        url: Option<String>,
        /// The state, to be kept by the client; it comes back with the code and is good once, for ten minutes.
        state: Option<String>,
    }
}
payload! {
    /// What came of logging in with a code of Feishu.
    FeishuLoginPayload {
        /// The session, to be sent as `Authorization: Bearer …`: a JWT, or in a stored operation of a legacy door that door's form.
        token: Option<String>,
        /// The person who is logged in now, with what only they see.
        viewer: Option<Staff>,
    }
}
payload! {
    /// What came of binding or unbinding.
    FeishuBindPayload {
        /// The person who asked; null when it was refused.
        viewer: Option<Staff>,
    }
}

#[derive(Debug, Default)]
pub(in super::super) struct FeishuMutation;

#[Object]
impl FeishuMutation {
    /// Opens a way to the page on which Feishu asks who somebody is. Anybody may; binding is for oneself.
    async fn feishu_way_open(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where it leads.")] input: FeishuWayOpenInput,
    ) -> Result<FeishuWayOpenPayload> {
        ctx.count(Counted::FeishuRedirect)?;
        let wanted = WayWanted { redirect_uri: input.redirect_uri, binds: input.binds };
        let (way, user_errors) = settle(ctx, feishu::open_way(ctx.domain()?, &wanted).await).await?;
        let (url, state) = way.map(|way| (way.url, way.state)).unzip();
        Ok(FeishuWayOpenPayload { url, state, user_errors })
    }

    /// Logs in with a code of Feishu. No account is made: the person must be bound to one, or the way must have been one that binds.
    async fn feishu_login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What Feishu's page gave.")] input: FeishuLoginInput,
    ) -> Result<FeishuLoginPayload> {
        ctx.count(Counted::FeishuLogin)?;
        let domain = ctx.domain()?;
        let FeishuLoginInput { code, redirect_uri, state, kept_state } = input;
        let log_in = LogIn { code, redirect_uri, state, kept_state };
        let (opened, user_errors) = settle(ctx, feishu::log_in(domain, &log_in).await).await?;
        let Some(opened) = opened else { return Ok(FeishuLoginPayload { token: None, viewer: None, user_errors }) };
        let asked = ctx.look_ahead().field("viewer").exists();
        let viewer = person(ctx, Some(opened.person.id).filter(|_| asked)).await?;
        ctx.loaders()?.log_in(opened.person.id);
        Ok(FeishuLoginPayload { token: Some(token(domain, &opened)?), viewer, user_errors })
    }

    /// Binds one's own account to the person of Feishu with this name and number, or with both empty unbinds it. Feishu must know the two
    /// together, and no account may be bound under either, one's own included: to change a binding, unbind first.
    async fn feishu_bind(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who one is there.")] input: FeishuBindInput,
    ) -> Result<FeishuBindPayload> {
        let domain = ctx.domain()?;
        let bind = Bind { name: input.name, phone: input.phone };
        let (bound, user_errors) = settle(ctx, feishu::bind(domain, &bind).await).await?;
        let me = domain.person()?.id;
        let viewer = person(ctx, bound.map(|()| me)).await?;
        Ok(FeishuBindPayload { viewer, user_errors })
    }
}
