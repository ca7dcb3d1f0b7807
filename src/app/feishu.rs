//! The app on Feishu, as the settings name it.

use std::{fmt, sync::Arc, time::Duration};

use super::{Clock, Pace};
use crate::{
    feishu::{ApprovalToken, Client, Config, Door, Flow, Secrets},
    settings::{self, FeishuCard, FeishuOauth, Secret},
};

/// The wait before a call is repeated for the first time (contract: feishu-app §5.1).
const REPEATED_AFTER: Duration = Duration::from_millis(300);

/// The app on Feishu. It is there without any setting as well: its doors answer that they are not configured.
pub struct Feishu {
    /// Calls Feishu; none when id or secret of the app is not set.
    pub client: Option<Client>,
    /// Judges what claims to come from Feishu.
    pub door: Door,
    /// The tenant whose people we take, if a setting says so; else the database knows what was learned.
    pub tenant_key: Option<String>,
    /// What callbacks of approval cards give back.
    pub callback_token: String,
    /// What encrypts them.
    pub callback_key: Option<String>,
    /// By which calls a login's code is exchanged.
    pub flow: Flow,
    /// Where a login may lead back to; where empty, only below our public URL.
    pub redirect_uris: Vec<String>,
    /// Whether a login must bring a state.
    pub require_state: bool,
    /// The department (legacy key) of newcomers, if a setting says so; else the database knows what was learned.
    pub root_department: Option<String>,
    /// How somebody is asked for a decision.
    pub card: Asking,
    /// Where the details of a card are, without a trailing slash.
    pub app_url: String,
    /// The first step of the back-off of messages and events.
    pub retry_base: Duration,
    /// Oldest signed push that is taken; 0 takes any.
    pub max_age_seconds: u64,
    /// How fast messages leave.
    pub pace: Pace,
}

/// How somebody is asked for a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// By a card of Feishu's approval bot.
    ApprovalBot,
    /// By a message with buttons.
    Interactive,
}

impl fmt::Debug for Feishu {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Feishu").field("client", &self.client).finish_non_exhaustive()
    }
}

impl Feishu {
    /// The app that `settings` name, for a server at `public_url`. `made_token` proves callbacks of approval cards where no setting
    /// does. Fails when TLS cannot be set up.
    pub fn new(
        settings: &settings::Feishu,
        clock: Arc<dyn Clock>,
        public_url: &str,
        made_token: String,
    ) -> Result<Self, reqwest::Error> {
        let text = |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().to_owned());
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        let app = filled(settings.app_id.clone()).zip(filled(text(&settings.app_secret)));
        let client = match app {
            Some((app_id, app_secret)) => {
                let config = Config {
                    base_url: settings.base_url.clone(),
                    accounts_url: settings.accounts_url().to_owned(),
                    app_id,
                    app_secret,
                    retry_base: REPEATED_AFTER,
                };
                Some(Client::new(config, Arc::new(move || clock.now()))?)
            }
            None => None,
        };
        let set_token = filled(text(&settings.approval_callback_token));
        let made = set_token.is_none();
        let callback_token = set_token.unwrap_or(made_token);
        let callback_key = filled(text(&settings.approval_callback_key));
        let door = Door::new(Secrets {
            encrypt_key: text(&settings.encrypt_key),
            verification_token: text(&settings.verification_token),
            approval_key: callback_key.clone(),
            approval_token: Some(ApprovalToken { text: callback_token.clone(), made }),
            allow_unsigned: settings.allow_unsigned.unwrap_or_default(),
            max_age_seconds: u32::try_from(settings.max_age_seconds).unwrap_or(u32::MAX),
        });
        let app_url = settings.app_url.as_deref().unwrap_or(public_url);
        Ok(Self {
            client,
            door,
            tenant_key: filled(settings.tenant_key.clone()),
            callback_token,
            callback_key,
            flow: match settings.oauth {
                FeishuOauth::Auto => Flow::Auto,
                FeishuOauth::V2 => Flow::V2,
                FeishuOauth::V1 => Flow::V1,
                FeishuOauth::Passport => Flow::Passport,
            },
            redirect_uris: settings.redirect_uris.0.clone(),
            require_state: settings.require_state,
            root_department: Some(settings.root_department.clone()).filter(|department| !department.is_empty()),
            card: match settings.card {
                FeishuCard::ApprovalBot => Asking::ApprovalBot,
                FeishuCard::Interactive => Asking::Interactive,
            },
            app_url: app_url.trim_end_matches('/').to_owned(),
            retry_base: Duration::from_millis(settings.retry_base_ms),
            max_age_seconds: settings.max_age_seconds,
            pace: Pace::default(),
        })
    }
}
