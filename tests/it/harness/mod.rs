//! Temporary harness: an app on an empty database of each kind.

use std::{
    future::Future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use assetry::{
    app::{App, Clock, Hashing, HashingRules, JwtKey, SessionRules, SystemRandom},
    db::{Database, Options},
};
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use sea_orm::ConnectionTrait;

#[derive(Debug)]
pub struct StillClock(Mutex<DateTime<Utc>>);
impl StillClock {
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}
impl Clock for StillClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

pub struct World {
    pub app: Arc<App>,
    pub clock: Arc<StillClock>,
    pub statements: Arc<AtomicUsize>,
    _dir: tempfile::TempDir,
}

pub async fn on_each<F, Fut>(test: F)
where
    F: Fn(World) -> Fut,
    Fut: Future<Output = ()>,
{
    on_each_with(HashingRules { memory_kib: 8, passes: 1, at_once: 2, waiting: 256 }, test).await;
}

pub async fn on_each_with<F, Fut>(rules: HashingRules, test: F)
where
    F: Fn(World) -> Fut,
    Fut: Future<Output = ()>,
{
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/test.db?mode=rwc", dir.path().display());
    test(world(&rules, &url, None, dir).await).await;
    if let Ok(url) = std::env::var("ASSETRY_TEST_POSTGRES_URL") {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let schema = format!("t_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let admin = sea_orm::Database::connect(&url).await.unwrap();
        admin.execute_unprepared(&format!("CREATE SCHEMA {schema}")).await.unwrap();
        test(world(&rules, &url, Some(schema.clone()), tempfile::tempdir().unwrap()).await).await;
        admin.execute_unprepared(&format!("DROP SCHEMA {schema} CASCADE")).await.unwrap();
    }
}

async fn world(rules: &HashingRules, url: &str, schema: Option<String>, dir: tempfile::TempDir) -> World {
    let statements = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&statements);
    let options = Options {
        url: url.to_owned(),
        schema,
        connections: 8,
        hook: Some(Arc::new(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        })),
    };
    let db = Database::open(&options).await.unwrap();
    db.migrate().await.unwrap();
    let clock = Arc::new(StillClock(Mutex::new(Utc.with_ymd_and_hms(2026, 1, 2, 3, 4, 5).unwrap())));
    let app = Arc::new(App {
        db,
        clock: clock.clone(),
        random: Arc::new(SystemRandom),
        zone: chrono_tz::Asia::Shanghai,
        public_url: "http://localhost:8080".to_owned(),
        sessions: SessionRules::default(),
        hashing: Hashing::new(rules).unwrap(),
        jwt: JwtKey::new(b"0123456789abcdef0123456789abcdef").unwrap(),
    });
    World { app, clock, statements, _dir: dir }
}
