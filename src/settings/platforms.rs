//! The sections about Feishu and WeCom.

use serde::{Deserialize, Serialize};

use super::{List, Secret, Wrong, is_web_address, sections::between};

/// The Feishu app (contract: feishu-app §0).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Feishu {
    /// Scheme, host and port of every API call.
    pub base_url: String,
    /// The page that asks the person; see [`Feishu::accounts_url`].
    pub accounts_url: Option<String>,
    /// The app. Without it nothing is sent to Feishu.
    pub app_id: Option<String>,
    /// The app's secret. Without it nothing is sent to Feishu.
    pub app_secret: Option<Secret>,
    /// The tenant whose people we take; learned when none.
    pub tenant_key: Option<String>,
    /// Signs and encrypts pushes.
    pub encrypt_key: Option<Secret>,
    /// Proves pushes.
    pub verification_token: Option<Secret>,
    /// Proves callbacks of approval cards; made once when none.
    pub approval_callback_token: Option<Secret>,
    /// Encrypts callbacks of approval cards.
    pub approval_callback_key: Option<Secret>,
    /// Whether a door without secrets takes pushes without proof; when none, only with demo data.
    pub allow_unsigned: Option<bool>,
    /// Oldest signed push that is taken; 0 takes any.
    pub max_age_seconds: u64,
    /// Which login flow of Feishu is spoken.
    pub oauth: FeishuOauth,
    /// Where a login may lead back to, whole strings; when empty, only below the public URL.
    pub redirect_uris: List,
    /// Whether a login must carry `state`.
    pub require_state: bool,
    /// The department (legacy key) under which people and departments from events are put.
    pub root_department: String,
    /// Which kind of card asks for a decision.
    pub card: FeishuCard,
    /// Where a card's "details" leads; the public URL when none.
    pub app_url: Option<String>,
    /// Milliseconds before a message is tried again for the first time.
    pub retry_base_ms: u64,
}

/// Feishu's own host of API calls.
const FEISHU: &str = "https://open.feishu.cn";
/// Feishu's own login page.
const FEISHU_ACCOUNTS: &str = "https://accounts.feishu.cn";

impl Default for Feishu {
    fn default() -> Self {
        Self {
            base_url: FEISHU.to_owned(),
            accounts_url: None,
            app_id: None,
            app_secret: None,
            tenant_key: None,
            encrypt_key: None,
            verification_token: None,
            approval_callback_token: None,
            approval_callback_key: None,
            allow_unsigned: None,
            max_age_seconds: 8 * 60 * 60,
            oauth: FeishuOauth::Auto,
            redirect_uris: List::default(),
            require_state: false,
            root_department: String::new(),
            card: FeishuCard::ApprovalBot,
            app_url: None,
            retry_base_ms: 1000,
        }
    }
}

impl Feishu {
    /// The page that asks the person: the setting, else Feishu's own, else the host that stands in for Feishu.
    pub fn accounts_url(&self) -> &str {
        let fallback = if self.base_url == FEISHU { FEISHU_ACCOUNTS } else { &self.base_url };
        self.accounts_url.as_deref().unwrap_or(fallback)
    }

    pub(super) fn check(&self) -> Result<(), Wrong> {
        let web = "must start with http:// or https://";
        Wrong::unless(is_web_address(&self.base_url), "feishu.base_url", web)?;
        Wrong::unless(self.accounts_url.as_deref().is_none_or(is_web_address), "feishu.accounts_url", web)?;
        Wrong::unless(self.app_url.as_deref().is_none_or(is_web_address), "feishu.app_url", web)?;
        between("feishu.retry_base_ms", self.retry_base_ms, 1, 600_000)
    }
}

/// Which login flow of Feishu is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeishuOauth {
    /// Whichever the code belongs to.
    Auto,
    /// The flow of 2024.
    V2,
    /// The flow before it.
    V1,
    /// The oldest flow.
    Passport,
}

/// Which kind of card asks for a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeishuCard {
    /// A card of Feishu's approval bot, template 1008.
    ApprovalBot,
    /// A message with buttons.
    Interactive,
}

/// The WeCom app.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wecom {
    /// Scheme, host and port of every API call.
    pub base_url: String,
    /// The company.
    pub corp_id: Option<String>,
    /// The app's secret.
    pub corp_secret: Option<Secret>,
    /// The app.
    pub agent_id: Option<String>,
    /// Signs callbacks.
    pub callback_token: Option<Secret>,
    /// Encrypts callbacks, 43 characters.
    pub callback_aes_key: Option<Secret>,
}

impl Default for Wecom {
    fn default() -> Self {
        Self {
            base_url: "https://qyapi.weixin.qq.com".to_owned(),
            corp_id: None,
            corp_secret: None,
            agent_id: None,
            callback_token: None,
            callback_aes_key: None,
        }
    }
}

impl Wecom {
    pub(super) fn check(&self) -> Result<(), Wrong> {
        Wrong::unless(is_web_address(&self.base_url), "wecom.base_url", "must start with http:// or https://")?;
        let number = self.agent_id.as_deref().is_none_or(|agent| agent.parse::<u32>().is_ok());
        Wrong::unless(number, "wecom.agent_id", "must be a number")?;
        let key = self.callback_aes_key.as_ref().map(Secret::expose);
        let fits = key.is_none_or(|key| key.chars().count() == 43);
        Wrong::unless(fits, "wecom.callback_aes_key", "must be 43 characters long")?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
        let base64 = key.is_none_or(|key| key.bytes().all(plain));
        Wrong::unless(base64, "wecom.callback_aes_key", "must be base64")
    }
}
