//! Opening a database: SQLite as one writer and a pool of readers, PostgreSQL as one pool.

use std::{fmt, sync::Arc, time::Duration};

use migration::{Migrator, sea_orm_migration::MigratorTrait};
use sea_orm::{
    AccessMode, ConnectOptions, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr, IsolationLevel,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use sqlx::Executor;
use tokio::sync::Semaphore;

/// Called with every statement that is sent, and its values; tests count with it.
pub type StatementHook = Arc<dyn Fn(&Statement) + Send + Sync>;

/// How to open a database.
#[derive(Clone)]
pub struct Options {
    /// `sqlite://<path>?mode=rwc` or `postgres://…`.
    pub url: String,
    /// The PostgreSQL schema to live in; the server's default when none. SQLite ignores it.
    pub schema: Option<String>,
    /// Most connections for reading (SQLite), or in all (PostgreSQL).
    pub connections: u32,
    /// Called with every statement.
    pub hook: Option<StatementHook>,
}

impl fmt::Debug for Options {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Options").field("schema", &self.schema).field("connections", &self.connections).finish()
    }
}

/// An open database. Cloning shares its connections.
#[derive(Clone, Debug)]
pub struct Database {
    write: DatabaseConnection,
    read: DatabaseConnection,
    /// Places for snapshots that stay open as long as a client reads.
    pub(super) long: Arc<Semaphore>,
}

impl Database {
    /// Opens the database; it may be empty.
    pub async fn open(options: &Options) -> Result<Self, DbErr> {
        let sqlite = options.url.starts_with("sqlite:");
        let write = connect(options, if sqlite { 1 } else { options.connections }, false).await?;
        let read = if sqlite { connect(options, options.connections, true).await? } else { write.clone() };
        let long = Arc::new(Semaphore::new((options.connections as usize / 2).max(1)));
        Ok(Self { write, read, long })
    }

    /// Whether this is the embedded database.
    pub fn is_sqlite(&self) -> bool {
        self.write.get_database_backend() == DatabaseBackend::Sqlite
    }

    /// Where single statements that only read are sent.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Begins a transaction that may write: immediate on SQLite, serializable on PostgreSQL. Use inside [`Database::retry`].
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            isolation_level: (!self.is_sqlite()).then_some(IsolationLevel::Serializable),
            sqlite_transaction_mode: self.is_sqlite().then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.write.begin_with_options(options).await
    }

    /// Begins a transaction that only reads and sees one state of the database until it ends.
    pub async fn snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            isolation_level: (!self.is_sqlite()).then_some(IsolationLevel::RepeatableRead),
            access_mode: (!self.is_sqlite()).then_some(AccessMode::ReadOnly),
            ..TransactionOptions::default()
        };
        self.read.begin_with_options(options).await
    }

    /// Brings the schema up to date.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        Migrator::up(&self.write, None).await
    }

    /// Takes the last `steps` of the schema down again, or all of it.
    pub async fn unmigrate(&self, steps: Option<u32>) -> Result<(), DbErr> {
        Migrator::down(&self.write, steps).await
    }

    /// Names of the migrations that have not run; reads only.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, DbErr> {
        let pending = Migrator::get_pending_migrations_read_only(&self.read).await?;
        Ok(pending.iter().map(|migration| migration.name().to_owned()).collect())
    }

    /// Ends all connections; statements under way finish first.
    pub async fn close(self) -> Result<(), DbErr> {
        self.read.close().await?;
        self.write.close().await
    }
}

/// Makes a new connection to PostgreSQL ready: the schema to live in, and a plan for each search of its own: the plan for any needle at
/// all, which the server would take after some repetitions, does not use the index of pieces.
async fn prepare(connection: &mut sqlx::PgConnection, schema: Option<String>) -> Result<(), sqlx::Error> {
    if let Some(schema) = schema {
        // The settings allow letters, digits and _ in the name.
        connection.execute(sqlx::AssertSqlSafe(schema)).await?;
    }
    // Relatives of PostgreSQL that do not know the setting go without.
    let _ = connection.execute("SET plan_cache_mode = force_custom_plan").await;
    Ok(())
}

/// How long a request waits for a connection, and the start for the server.
const PATIENCE: Duration = Duration::from_secs(30);
/// The same on SQLite, which has one connection for all who write: a large import holds it for as long as it takes, and those
/// behind it wait, they do not fail. GraphQL has a limit of its own.
const PATIENCE_WITH_ONE_WRITER: Duration = Duration::from_secs(10 * 60);

async fn connect(options: &Options, connections: u32, read_only: bool) -> Result<DatabaseConnection, DbErr> {
    let mut connect = ConnectOptions::new(&options.url);
    connect
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(PATIENCE)
        .max_lifetime(Duration::from_secs(30 * 60))
        .sqlx_logging(false)
        .test_before_acquire_if_idle_for(Duration::from_secs(30));
    if options.url.starts_with("sqlite:") {
        // A connection that ends loses its prepared statements and its page cache, and SQLite gains nothing from it.
        connect.max_lifetime(None).idle_timeout(None).acquire_timeout(PATIENCE_WITH_ONE_WRITER);
        connect.map_sqlx_sqlite_opts(move |sqlite| {
            use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
            let sqlite = sqlite
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(10))
                .synchronous(SqliteSynchronous::Full)
                .pragma("temp_store", "MEMORY")
                .pragma("cache_size", "-16384");
            if read_only {
                sqlite.pragma("query_only", "ON")
            } else {
                // Not for readers: where nothing may be written it can fail, and that connection would then end some time after
                // the writer's, which is to be the last, so that it folds the log into the file.
                sqlite.journal_mode(SqliteJournalMode::Wal).optimize_on_close(true, None)
            }
        });
    } else {
        let schema = options.schema.as_ref().map(|schema| format!("SET search_path = \"{schema}\""));
        connect.map_sqlx_postgres_pool_opts(move |pool| {
            let schema = schema.clone();
            pool.after_connect(move |connection, _| Box::pin(prepare(connection, schema.clone())))
        });
    }
    let mut connection = sea_orm::Database::connect(connect).await?;
    if let Some(hook) = options.hook.clone() {
        connection.set_metric_callback(move |info| hook(info.statement));
    }
    Ok(connection)
}
