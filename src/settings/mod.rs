//! What the operator may set: defaults, under an optional `assetry.toml`, under the environment.
//!
//! A key `section.name` of the file is `ASSETRY_SECTION__NAME` in the environment, where an empty value counts as not set. A
//! wrong or unknown setting is one clear sentence ([`Wrong`]) that never repeats the value, since that may be a secret.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use chrono_tz::Tz;
use figment::{
    Figment,
    providers::{Format, Toml},
};
use serde::{Deserialize, Serialize};

mod environment;
mod platforms;
mod rates;
mod secret;
mod sections;
mod wrong;

pub use platforms::{Feishu, FeishuCard, FeishuOauth, Wecom};
pub use rates::Rates;
pub use secret::Secret;
pub use sections::{Database, Files, Graphql, Hashing, Http, Introspection, List, Log, Sessions};
pub use wrong::Wrong;

/// Everything the operator may set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The address to listen on; port 0 picks a free one.
    pub listen: SocketAddr,
    /// `sqlite://<path>?mode=rwc` or `postgres://…`.
    pub database_url: Secret,
    /// The base of links we print; the listen address when none.
    pub public_url: Option<String>,
    /// Signs JWTs, at least 32 bytes; when none, one is made and kept in the database.
    pub jwt_secret: Option<Secret>,
    /// The zone of local dates and times.
    pub timezone: Tz,
    /// How to use the database.
    pub database: Database,
    /// How long sessions last.
    pub sessions: Sessions,
    /// How passwords are hashed.
    pub hashing: Hashing,
    /// What GraphQL accepts.
    pub graphql: Graphql,
    /// What HTTP accepts, and how the server stops.
    pub http: Http,
    /// How often the public doors may be knocked at.
    pub rates: Rates,
    /// What is logged, and how.
    pub log: Log,
    /// Where uploaded files go.
    pub files: Files,
    /// The Feishu app.
    pub feishu: Feishu,
    /// The WeCom app.
    pub wecom: Wecom,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            database_url: Secret::new("sqlite://assetry.db?mode=rwc"),
            public_url: None,
            jwt_secret: None,
            timezone: Tz::Asia__Shanghai,
            database: Database::default(),
            sessions: Sessions::default(),
            hashing: Hashing::default(),
            graphql: Graphql::default(),
            http: Http::default(),
            rates: Rates::default(),
            log: Log::default(),
            files: Files::default(),
            feishu: Feishu::default(),
            wecom: Wecom::default(),
        }
    }
}

/// Names the settings file; it must then exist.
const FILE_VARIABLE: &str = "ASSETRY_CONFIG";
/// The settings file when none is named; it may be absent.
const FILE: &str = "assetry.toml";

impl Settings {
    /// Reads the settings of this process: its environment over its settings file over the defaults.
    pub fn load() -> Result<Self, Wrong> {
        let mut environment = Vec::new();
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| name.starts_with("ASSETRY_")) else { continue };
            let value =
                value.into_string().map_err(|_| Wrong::new(format_args!("The variable {name} is not UTF-8.")))?;
            environment.push((name.to_owned(), value));
        }
        Self::from_environment(environment)
    }

    /// Reads the settings from these variables and from the settings file they name.
    pub fn from_environment(environment: Vec<(String, String)>) -> Result<Self, Wrong> {
        let named = environment.iter().find(|(name, value)| name == FILE_VARIABLE && !value.is_empty());
        let file = named
            .map(|(_, path)| PathBuf::from(path))
            .or_else(|| Some(FILE.into()).filter(|file: &PathBuf| file.exists()));
        let text = file.as_deref().map(read).transpose()?.unwrap_or_default();
        let file = file.unwrap_or_else(|| FILE.into());
        let defaults = Self::default();
        let figment = Figment::from(Toml::string(&text)).merge(environment::Environment::new(environment, &defaults));
        let settings: Self = figment.extract().map_err(|error| Wrong::read(error, &file))?;
        settings.checked()
    }

    /// The same settings if they make sense.
    fn checked(self) -> Result<Self, Wrong> {
        let url = self.database_url.expose();
        let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
        Wrong::unless(known, "database_url", "must start with sqlite: or postgres://")?;
        Wrong::unless(
            !(url.starts_with("sqlite:") && (url.contains(":memory:") || url.contains("mode=memory"))),
            "database_url",
            "must name a file: a database in memory cannot be shared by several connections",
        )?;
        let public = self.public_url.as_deref().is_none_or(is_web_address);
        Wrong::unless(public, "public_url", "must start with http:// or https://")?;
        let long = self.jwt_secret.as_ref().is_none_or(|secret| secret.expose().len() >= 32);
        Wrong::unless(long, "jwt_secret", "must be at least 32 bytes long")?;
        self.database.check()?;
        self.sessions.check()?;
        self.hashing.check()?;
        self.graphql.check()?;
        self.http.check()?;
        self.rates.check()?;
        self.log.check()?;
        self.files.check()?;
        self.feishu.check()?;
        self.wecom.check()?;
        Ok(self)
    }

    /// The base of links we print, without a trailing slash, when the server listens on `address`.
    pub fn public_url(&self, address: SocketAddr) -> String {
        let url = self.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        url.trim_end_matches('/').to_owned()
    }
}

/// Whether `url` is an absolute http or https address.
fn is_web_address(url: &str) -> bool {
    url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).is_some_and(|rest| !rest.is_empty())
}

fn read(file: &Path) -> Result<String, Wrong> {
    std::fs::read_to_string(file)
        .map_err(|error| Wrong::new(format_args!("The settings file {} cannot be read: {error}.", file.display())))
}
