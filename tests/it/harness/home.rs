//! Where a world's database lives: a file copied from a template, or a PostgreSQL schema that is dropped at the end.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use assetry::{
    app::Files,
    commands::demo,
    db::{Database, Options, StatementHook},
};
use sea_orm::ConnectionTrait;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::{HASHING, TestClock, app};

/// What a database holds when a test begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Nothing, not even tables.
    Nothing,
    /// What every installation starts with.
    Tables,
    /// The demo data.
    Demo,
}

impl Content {
    /// Puts the content into an empty database.
    async fn put(self, db: &Database) {
        if self != Self::Nothing {
            db.migrate().await.unwrap();
        }
        if self == Self::Demo {
            let no_files = Files::new(Path::new("nowhere"), 0);
            demo::fill(&app(db.clone(), Arc::new(TestClock::default()), &HASHING, no_files)).await.unwrap();
        }
    }
}

/// The PostgreSQL server that tests are to use, if any.
pub(crate) fn postgres_url() -> Option<String> {
    std::env::var("ASSETRY_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())
}

/// A database of one test.
pub(crate) enum Home {
    /// A file in a folder that goes with it.
    Folder(TempDir),
    /// A schema that goes with it.
    Schema(Schema),
}

impl Home {
    /// Makes a database with this content.
    pub(crate) async fn make(content: Content) -> Self {
        match postgres_url() {
            None => Self::copy(content).await,
            Some(url) => {
                let home = Self::schema(url).await;
                content.put(&home.open(None).await).await;
                home
            }
        }
    }

    /// Opens the database; `hook` hears its statements.
    pub(crate) async fn open(&self, hook: Option<StatementHook>) -> Database {
        let (url, schema) = match self {
            Self::Folder(folder) => (format!("sqlite://{}?mode=rwc", folder.path().join("test.db").display()), None),
            Self::Schema(schema) => (schema.url.clone(), Some(schema.name.clone())),
        };
        Database::open(&Options { url, schema, connections: 4, hook }).await.unwrap()
    }

    /// The settings by which a program of its own opens the same database.
    pub(super) fn environment(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Folder(folder) => {
                vec![("ASSETRY_DATABASE_URL", format!("sqlite://{}?mode=rwc", folder.path().join("test.db").display()))]
            }
            Self::Schema(schema) => {
                vec![("ASSETRY_DATABASE_URL", schema.url.clone()), ("ASSETRY_DATABASE__SCHEMA", schema.name.clone())]
            }
        }
    }

    /// A copy of a file that is made once a process.
    async fn copy(content: Content) -> Self {
        static TABLES: OnceCell<Vec<u8>> = OnceCell::const_new();
        static DEMO: OnceCell<Vec<u8>> = OnceCell::const_new();
        let home = Self::Folder(tempfile::tempdir().unwrap());
        let template = match content {
            Content::Nothing => return home,
            Content::Tables => TABLES.get_or_init(|| Self::template(content)).await,
            Content::Demo => DEMO.get_or_init(|| Self::template(content)).await,
        };
        if let Self::Folder(folder) = &home {
            std::fs::write(folder.path().join("test.db"), template).unwrap();
        }
        home
    }

    async fn template(content: Content) -> Vec<u8> {
        let home = Self::Folder(tempfile::tempdir().unwrap());
        let db = home.open(None).await;
        content.put(&db).await;
        db.close().await.unwrap();
        let Self::Folder(folder) = &home else { return Vec::new() };
        let file = folder.path().join("test.db");
        // A connection that ends a moment later would leave rows in the log, which a copy of the file does not have.
        let url = format!("sqlite://{}", file.display());
        let folded = move || run(&url, &["PRAGMA wal_checkpoint(TRUNCATE)".to_owned()]);
        tokio::task::spawn_blocking(folded).await.unwrap();
        std::fs::read(file).unwrap()
    }

    async fn schema(url: String) -> Self {
        let schema = tokio::task::spawn_blocking(move || Schema::make(&url));
        Self::Schema(schema.await.unwrap())
    }
}

/// An empty schema on a PostgreSQL server. Dropping it drops the schema, after ending connections that a failed test left in a
/// transaction.
pub(crate) struct Schema {
    url: String,
    name: String,
}

impl Schema {
    /// Makes a schema that no other test has.
    pub(crate) fn make(url: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("it_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        run(url, &[format!("CREATE SCHEMA {name}")]);
        Self { url: url.to_owned(), name }
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let name = &self.name;
        let statements = [
            format!(
                "SELECT pg_terminate_backend(pid) FROM (SELECT DISTINCT lock.pid FROM pg_locks lock \
                 JOIN pg_class class ON class.oid = lock.relation \
                 WHERE class.relnamespace = '{name}'::regnamespace) AS busy"
            ),
            format!("DROP SCHEMA {name} CASCADE"),
        ];
        let url = self.url.clone();
        // A thread of its own, because the test's runtime may stand still while this waits.
        let dropped = std::thread::spawn(move || run(&url, &statements)).join();
        assert!(dropped.is_ok() || std::thread::panicking(), "the schema {name} was left behind");
    }
}

/// Sends `statements` over a connection of their own; not from an async thread.
fn run(url: &str, statements: &[String]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut options = sea_orm::ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        let server = sea_orm::Database::connect(options).await.unwrap();
        for statement in statements {
            server.execute_unprepared(statement).await.unwrap();
        }
        server.close().await.unwrap();
    });
}
