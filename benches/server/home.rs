//! Where a benchmark's data live: a file on SQLite, a schema on PostgreSQL.

use std::process::{Command, Stdio};

use assetry::db::{Database, Options};
use sea_orm::ConnectionTrait;
use tempfile::TempDir;

/// Names the PostgreSQL server; it is no setting of the program.
pub(crate) const POSTGRES: &str = "ASSETRY_BENCH_POSTGRES_URL";

/// A kind of database to measure on.
pub(crate) enum Home {
    /// The embedded one.
    Sqlite,
    /// The server at this address.
    Postgres(String),
}

impl Home {
    /// Every kind there is.
    pub(crate) fn all() -> Vec<Self> {
        let url = std::env::var(POSTGRES).ok().filter(|url| !url.is_empty());
        std::iter::once(Self::Sqlite).chain(url.map(Self::Postgres)).collect()
    }

    /// Its name.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// A database of it with `scale` ordinary installations' worth of data.
    pub(crate) async fn generated(&self, scale: f64) -> Data {
        let data = match self {
            Self::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("sqlite://{}?mode=rwc", folder.path().join("bench.db").display());
                Data { url, schema: None, _folder: Some(folder) }
            }
            Self::Postgres(url) => {
                let schema = format!("bench_{}", std::process::id());
                Data { url: url.clone(), schema: Some(schema), _folder: None }
            }
        };
        data.forget().await;
        data.command(&["migrate"]);
        data.command(&["generate", "--scale", &scale.to_string()]);
        data
    }
}

/// A database with data.
pub(crate) struct Data {
    /// Its address.
    pub(crate) url: String,
    schema: Option<String>,
    _folder: Option<TempDir>,
}

impl Data {
    /// The settings that lead the program here.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let mut environment = vec![
            ("ASSETRY_DATABASE_URL", self.url.clone()),
            ("ASSETRY_LISTEN", "127.0.0.1:0".to_owned()),
            ("ASSETRY_LOG__FILTER", "warn".to_owned()),
        ];
        environment.extend(self.schema.clone().map(|schema| ("ASSETRY_DATABASE__SCHEMA", schema)));
        environment
    }

    /// Runs a command of the program to its end.
    fn command(&self, arguments: &[&str]) {
        let program = env!("CARGO_BIN_EXE_assetry");
        let mut command = Command::new(program);
        command.args(arguments).env_remove(POSTGRES).envs(self.environment()).stdout(Stdio::null());
        assert!(command.status().unwrap().success(), "{arguments:?}");
    }

    /// Opens the database beside the server.
    pub(crate) async fn open(&self) -> Database {
        let (url, schema) = (self.url.clone(), self.schema.clone());
        Database::open(&Options { url, schema, connections: 4, hook: None }).await.unwrap()
    }

    /// Runs `sql` in a transaction.
    pub(crate) async fn run(&self, sql: &str) {
        let db = self.open().await;
        let tx = db.begin().await.unwrap();
        tx.execute_unprepared(sql).await.unwrap();
        tx.commit().await.unwrap();
        db.close().await.unwrap();
    }

    /// Takes the schema away; a file goes with its folder.
    pub(crate) async fn forget(&self) {
        if let Some(schema) = &self.schema {
            let db = Database::open(&Options { url: self.url.clone(), schema: None, connections: 1, hook: None }).await;
            let db = db.unwrap();
            let tx = db.begin().await.unwrap();
            tx.execute_unprepared(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).await.unwrap();
            tx.commit().await.unwrap();
            db.close().await.unwrap();
        }
    }
}
