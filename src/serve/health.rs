//! Whether the server lives, and whether it can work.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{extract::State, http::StatusCode};
use sea_orm::ConnectionTrait;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::db::Database;

/// How long an answer about the database is believed.
const FRESH: Duration = Duration::from_secs(1);
/// Longest wait for the database.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks the database, at most once a second however many ask.
pub(super) struct Readiness {
    db: Database,
    stopping: CancellationToken,
    last: Mutex<Option<(Instant, bool)>>,
}

impl Readiness {
    pub(super) fn new(db: Database, stopping: CancellationToken) -> Self {
        Self { db, stopping, last: Mutex::new(None) }
    }

    async fn database_works(&self) -> bool {
        let mut last = self.last.lock().await;
        if let Some((at, works)) = *last
            && at.elapsed() < FRESH
        {
            return works;
        }
        let works = tokio::time::timeout(PATIENCE, self.ask()).await.unwrap_or(false);
        *last = Some((Instant::now(), works));
        works
    }

    async fn ask(&self) -> bool {
        let answers = self.db.read().execute_unprepared("SELECT 1").await;
        let pending = self.db.pending_migrations().await;
        if let Some(error) = answers.as_ref().err().or(pending.as_ref().err()) {
            tracing::warn!(%error, "the database does not answer");
        }
        answers.is_ok() && pending.is_ok_and(|pending| pending.is_empty())
    }
}

/// Always well: the process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// Well when the database answers, its tables are up to date, and the server is not stopping.
pub(super) async fn ready(State(readiness): State<Arc<Readiness>>) -> (StatusCode, &'static str) {
    if readiness.stopping.is_cancelled() {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping\n")
    } else if readiness.database_works().await {
        (StatusCode::OK, "ok\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the database is not ready\n")
    }
}
