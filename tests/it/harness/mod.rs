//! A world for one test: a database of its own, a clock that stands still, randomness that repeats, and the whole router.

mod client;
mod feishu;
mod home;
mod log;
mod stand_ins;
mod statements;
mod wecom;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use assetry::{
    app::{App, Bell, Files, Hashing, HashingRules, JwtKey, RateRules, Rates, SessionRules, Vault},
    commands, db, serve,
    settings::{self, Settings},
};
use axum::Router;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use home::Home;
use statements::Statements;

pub(crate) use client::Reply;
pub(crate) use feishu::{ELSEWHERE, Feishu, FeishuFault, SECRET as FEISHU_SECRET, client as feishu_client};
pub(crate) use home::{Content, Schema, postgres_url};
pub(crate) use log::Log;
pub(crate) use stand_ins::TestClock;
pub(crate) use wecom::{AGENT, CORP, SECRET, Says, WecomStandIn, sealed};

/// Everything a test needs. Dropping it takes its database away.
pub(crate) struct World {
    /// What requests reach; its clock is [`World::clock`].
    pub(crate) app: Arc<App>,
    /// Stands at [`stand_ins::START`] until it is moved.
    pub(crate) clock: Arc<TestClock>,
    /// The whole server, as [`serve::run`] would be given it.
    pub(crate) router: Router,
    stopping: CancellationToken,
    statements: Arc<Statements>,
    /// Where uploaded bytes go.
    pub(crate) folder: TempDir,
    // Last: the database goes when nothing uses it any more.
    home: Home,
}

impl World {
    /// A world with the demo data.
    pub(crate) async fn demo() -> Self {
        Self::with(Content::Demo).await
    }

    /// A world as it is after the first migration: no people.
    pub(crate) async fn empty() -> Self {
        Self::with(Content::Tables).await
    }

    /// A world with this content.
    pub(crate) async fn with(content: Content) -> Self {
        Self::made(content, Settings::default()).await
    }

    /// A world with this content that has to do with WeCom.
    pub(crate) async fn on_wecom(content: Content, wecom: settings::Wecom) -> Self {
        Self::made(content, Settings { wecom, ..Settings::default() }).await
    }

    /// A world with this content that has to do with Feishu.
    pub(crate) async fn on_feishu(content: Content, feishu: settings::Feishu) -> Self {
        Self::made(content, Settings { feishu, ..Settings::default() }).await
    }

    /// A world with this content, in which a file may have so many bytes.
    pub(crate) async fn capped(content: Content, max_bytes: u64) -> Self {
        let mut settings = Settings::default();
        settings.files.max_bytes = max_bytes;
        Self::made(content, settings).await
    }

    async fn made(content: Content, settings: Settings) -> Self {
        let home = Home::make(content).await;
        let statements = Arc::new(Statements::default());
        let clock = Arc::new(TestClock::default());
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(folder.path(), settings.files.max_bytes);
        files.prepare().unwrap();
        let mut app = app(home.open(Some(statements.hook())).await, Arc::clone(&clock), &HASHING, files);
        app.wecom = assetry::app::wecom(&settings.wecom, clock.clone()).unwrap();
        app.feishu = on_feishu(&settings.feishu, &clock);
        let app = Arc::new(app);
        let stopping = CancellationToken::new();
        let router =
            serve::router(&app, commands::doors(&commands::door(&app, &settings, true)), &settings.http, &stopping);
        Self { app, clock, router, stopping, statements, folder, home }
    }

    /// What another server on the same database reaches, with the same clock.
    pub(crate) async fn restarted(&self, wecom: settings::Wecom) -> Arc<App> {
        let files = self.app.files.clone();
        let mut app = app(self.home.open(None).await, Arc::clone(&self.clock), &HASHING, files);
        app.wecom = assetry::app::wecom(&wecom, self.clock.clone()).unwrap();
        Arc::new(app)
    }

    /// The settings by which a program of its own opens the same database.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        self.home.environment()
    }

    /// The database.
    pub(crate) fn db(&self) -> &db::Database {
        &self.app.db
    }

    /// What `work` gives, and the statements that it sent.
    pub(crate) async fn statements<T>(&self, work: impl Future<Output = T>) -> (T, Vec<String>) {
        let (value, sent) = self.sent(work).await;
        (value, sent.into_iter().map(|statement| statement.sql).collect())
    }

    /// The same, the statements with their values.
    pub(crate) async fn sent<T>(&self, work: impl Future<Output = T>) -> (T, Vec<sea_orm::Statement>) {
        self.statements.during(work).await
    }

    /// The whole server on a free port, until the world ends or [`World::stop`] is called.
    pub(crate) async fn listen(&self) -> Listening {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = serve::run(listener, self.router.clone(), self.stopping.clone(), Duration::from_secs(5));
        Listening { address, task: tokio::spawn(async move { serving.await.unwrap() }) }
    }

    /// Begins the graceful stop.
    pub(crate) fn stop(&self) {
        self.stopping.cancel();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

/// A server that listens on a socket.
pub(crate) struct Listening {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Ends when the server has stopped.
    pub(crate) task: tokio::task::JoinHandle<()>,
}

/// The secret that signs JWTs in tests.
const JWT_SECRET: &[u8] = b"a secret for tests that is long enough";

/// Passwords cost next to nothing.
const HASHING: HashingRules = HashingRules { memory_kib: 8, passes: 1, at_once: 2, waiting: 256 };

/// Where the world says it is.
const PUBLIC_URL: &str = "http://assetry.test";
/// What callbacks of approval cards give back where no setting says it.
pub(crate) const MADE_TOKEN: &str = "a token that the server made itself";

/// The app on Feishu that `settings` name; it repeats its calls without waiting long.
fn on_feishu(settings: &settings::Feishu, clock: &Arc<TestClock>) -> assetry::app::Feishu {
    let mut feishu = assetry::app::Feishu::new(settings, clock.clone(), PUBLIC_URL, MADE_TOKEN.to_owned()).unwrap();
    if feishu.client.is_some() {
        feishu.client = Some(feishu_client(&settings.base_url, clock));
    }
    feishu
}

/// Everything a request can reach, over `db`.
pub(crate) fn app(db: db::Database, clock: Arc<TestClock>, hashing: &HashingRules, files: Files) -> App {
    let feishu = on_feishu(&settings::Feishu::default(), &clock);
    App {
        db,
        clock,
        random: Arc::new(stand_ins::TestRandom::default()),
        zone: chrono_tz::Tz::Asia__Shanghai,
        public_url: PUBLIC_URL.to_owned(),
        sessions: SessionRules::default(),
        hashing: Hashing::new(hashing).unwrap(),
        jwt: JwtKey::new(JWT_SECRET).unwrap(),
        files,
        rates: Rates::new(RateRules::default()),
        vault: Vault::new(JWT_SECRET).unwrap(),
        feishu,
        wecom: None,
        bell: Bell::default(),
        trusted_proxies: Vec::new(),
    }
}
