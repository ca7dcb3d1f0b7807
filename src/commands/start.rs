//! From settings to a server that can answer.

use std::{net::SocketAddr, num::NonZeroU32, sync::Arc, time::Duration};

use axum::Router;
use migration::{Migrator, sea_orm_migration::MigratorTrait};
use sea_orm::{ConnectionTrait, DbErr, RuntimeErr};

use crate::{
    app::{
        self, App, Bell, Clock, Feishu, Files, Hashing, HashingRules, JwtKey, Random, RateRules, Rates, SessionRules,
        SystemClock, SystemRandom, Vault,
    },
    db::{Database, Options},
    domain::secrets,
    graphql::{self, Door, Limits},
    rest,
    settings::{Introspection, Settings, Wrong},
};

use super::Stop;

/// The name of the made JWT secret in the database.
const JWT_SECRET: &str = "jwt";
/// The name of the made token of approval callbacks in the database.
const CALLBACK_TOKEN: &str = "feishu_approval_callback";

/// Opens the database that the settings name; it may be empty.
pub(super) async fn database(settings: &Settings) -> Result<Database, Stop> {
    let url = settings.database_url.expose().to_owned();
    let connections = match settings.database.connections {
        0 if url.starts_with("sqlite:") => u32::try_from(cores()).unwrap_or(2) + 2,
        0 => 16,
        chosen => chosen,
    };
    let options = Options { url, schema: settings.database.schema.clone(), connections, hook: None };
    Database::open(&options).await.map_err(|error| {
        let cause = match &error {
            DbErr::Conn(RuntimeErr::SqlxError(error)) if matches!(**error, sqlx::Error::PoolTimedOut) => {
                "nothing answers there".to_owned()
            }
            // An address that cannot be parsed is quoted with its password.
            error => error.to_string().replace(&options.url, "…"),
        };
        Stop::because(format!("The database that the setting database_url names cannot be opened: {cause}"))
    })
}

/// Brings the tables up to date, in the schema that the settings name.
pub(super) async fn migrate(db: &Database, settings: &Settings) -> Result<(), Stop> {
    if let Some(schema) = settings.database.schema.as_deref().filter(|_| !db.is_sqlite()) {
        let tx = db.begin().await?;
        tx.execute_unprepared(&format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"")).await?;
        tx.commit().await?;
    }
    Ok(db.migrate().await?)
}

/// Passes when the tables are up to date. SQLite sees to it by itself; on PostgreSQL, where several servers may start at once,
/// `assetry migrate` does, unless demo data is to go into a database without tables.
pub(super) async fn ready_tables(db: &Database, settings: &Settings, demo: bool) -> Result<(), Stop> {
    if db.is_sqlite() {
        return migrate(db, settings).await;
    }
    match db.pending_migrations().await?.len() {
        0 => Ok(()),
        all if demo && all == Migrator::migrations().len() => migrate(db, settings).await,
        _ => Err(Stop::because(
            "The database's tables are not up to date: run `assetry migrate` first, then start again.",
        )),
    }
}

/// Everything a request can reach, over a database whose tables are up to date, for a server that listens on `address`.
pub async fn open(settings: &Settings, db: Database, address: SocketAddr) -> Result<Arc<App>, Stop> {
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let secret = match &settings.jwt_secret {
        Some(secret) => secret.expose().to_owned(),
        None => secrets::kept(&db, &*random as &dyn Random, clock.now(), JWT_SECRET).await?,
    };
    let jwt =
        JwtKey::new(secret.as_bytes()).ok_or_else(|| Stop::because("The JWT secret in the database is too short."))?;
    let vault =
        Vault::new(secret.as_bytes()).ok_or_else(|| Stop::because("The JWT secret cannot be made into a key."))?;
    let made_token = match &settings.feishu.approval_callback_token {
        Some(token) if !token.expose().is_empty() => token.expose().to_owned(),
        _ => secrets::kept_sealed(&db, &vault, &*random as &dyn Random, clock.now(), CALLBACK_TOKEN).await?,
    };
    let public_url = settings.public_url(address);
    let feishu = Feishu::new(&settings.feishu, Arc::clone(&clock) as Arc<dyn Clock>, &public_url, made_token)
        .map_err(|_| Stop::because("TLS cannot be set up for calls to Feishu; are there root certificates?"))?;
    let hashing = Hashing::new(&hashing_rules(settings))
        .map_err(|_| Wrong::about("hashing.memory_kib", "cannot be used by argon2"))?;
    let wecom = app::wecom(&settings.wecom, Arc::clone(&clock) as Arc<dyn Clock>)
        .map_err(|_| Stop::because("TLS cannot be set up for calls to WeCom; are there root certificates?"))?;
    Ok(Arc::new(App {
        db,
        clock,
        random,
        zone: settings.timezone,
        public_url,
        sessions: SessionRules {
            idle: Duration::from_secs(settings.sessions.idle_seconds),
            jwt: Duration::from_secs(settings.sessions.jwt_seconds),
            absolute: Duration::from_secs(settings.sessions.absolute_seconds),
        },
        hashing,
        jwt,
        files: Files::new(&settings.files.folder, settings.files.max_bytes),
        rates: Rates::new(rate_rules(settings)),
        vault,
        feishu,
        wecom,
        bell: Bell::default(),
        trusted_proxies: settings.http.trusted_proxies.0.iter().filter_map(|proxy| proxy.parse().ok()).collect(),
    }))
}

/// The settings passed their check: no rate is zero.
fn rate_rules(settings: &Settings) -> RateRules {
    let calls = |number: u32| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    let rates = &settings.rates;
    RateRules {
        failed_logins_by_name: calls(rates.failed_logins_by_name),
        failed_logins: calls(rates.failed_logins),
        qr_codes: calls(rates.qr_codes),
        qr_polls: calls(rates.qr_polls),
        code_logins: calls(rates.code_logins),
        wecom_redirects: calls(rates.wecom_redirects),
        feishu_logins: calls(rates.feishu_logins),
        feishu_redirects: calls(rates.feishu_redirects),
    }
}

fn hashing_rules(settings: &Settings) -> HashingRules {
    let hashing = &settings.hashing;
    let at_once = if hashing.at_once == 0 { cores() } else { hashing.at_once as usize };
    HashingRules { memory_kib: hashing.memory_kib, passes: hashing.passes, at_once, waiting: hashing.waiting as usize }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// The GraphQL door with the limits that the settings name. Unless a setting says otherwise, everybody may read the schema of a
/// server with demo data.
pub fn door(app: &Arc<App>, settings: &Settings, demo: bool) -> Door {
    let rules = &settings.graphql;
    let number = |setting: u64| usize::try_from(setting).unwrap_or(usize::MAX);
    let limits = Limits {
        nesting: number(rules.nesting),
        depth: rules.depth,
        weight: rules.weight,
        root_fields: rules.root_fields,
        aliases: rules.aliases,
        body: number(settings.http.body_bytes),
        time: Duration::from_secs(rules.timeout_seconds),
        introspection: match rules.introspection {
            None if demo => graphql::Introspection::Everybody,
            None | Some(Introspection::SignedIn) => graphql::Introspection::SignedIn,
            Some(Introspection::Everybody) => graphql::Introspection::Everybody,
            Some(Introspection::Nobody) => graphql::Introspection::Nobody,
        },
        origins: rules.origins.0.clone(),
        ..Limits::default()
    };
    Door::new(Arc::clone(app), limits)
}

/// Every way into the domain, merged.
pub fn doors(door: &Door) -> Router {
    graphql::http::router(door.clone()).merge(rest::router(door.clone()))
}
