//! A world for one test: a database of its own, a clock that stands still, randomness that repeats, and the whole router.

mod client;
mod home;
mod stand_ins;
mod statements;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use assetry::{
    app::{App, Hashing, HashingRules, JwtKey, RateRules, Rates, SessionRules},
    commands, db, serve,
    settings::Settings,
};
use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use home::Home;
use statements::Statements;

pub(crate) use client::Reply;
pub(crate) use home::{Content, Schema, postgres_url};
pub(crate) use stand_ins::TestClock;

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
    // Last: the database goes when nothing uses it any more.
    _home: Home,
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
        let home = Home::make(content).await;
        let statements = Arc::new(Statements::default());
        let clock = Arc::new(TestClock::default());
        let app = app(home.open(Some(statements.hook())).await, Arc::clone(&clock), &HASHING);
        let settings = Settings::default();
        let stopping = CancellationToken::new();
        let router =
            serve::router(&app, commands::doors(&commands::door(&app, &settings, true)), &settings.http, &stopping);
        Self { app, clock, router, stopping, statements, _home: home }
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

/// Everything a request can reach, over `db`.
pub(crate) fn app(db: db::Database, clock: Arc<TestClock>, hashing: &HashingRules) -> Arc<App> {
    Arc::new(App {
        db,
        clock,
        random: Arc::new(stand_ins::TestRandom::default()),
        zone: chrono_tz::Tz::Asia__Shanghai,
        public_url: "http://assetry.test".to_owned(),
        sessions: SessionRules::default(),
        hashing: Hashing::new(hashing).unwrap(),
        jwt: JwtKey::new(JWT_SECRET).unwrap(),
        rates: Rates::new(RateRules::default()),
        trusted_proxies: Vec::new(),
    })
}
