//! What a server that runs for months clears away: sessions, QR codes, ways to Feishu's page, idempotency keys, events and messages of long
//! ago, and bytes that belong to no file.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    domain::{Outcome, directory, files, idempotency, notices, qr_login, sessions},
};

/// How often it clears away. Any number of servers may do so at once.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Clears away until the server stops; a failure waits for the next time.
pub async fn keep_house(app: Arc<App>, stopping: CancellationToken) {
    let mut turn = tokio::time::interval(EVERY);
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            _ = turn.tick() => {}
        }
        if let Err(fault) = clear(&app).await {
            tracing::warn!(cause = ?fault.cause(), "nothing was cleared away this time");
        }
    }
}

async fn clear(app: &App) -> Outcome<()> {
    let (sessions, codes) = (sessions::sweep(app).await?, qr_login::sweep(app).await?);
    let ways = directory::feishu::sweep_ways(app).await?;
    let (keys, files) = (idempotency::sweep(app).await?, files::sweep(app).await?);
    let exchanged =
        directory::wecom::sweep(app).await? + directory::feishu::sweep(app).await? + notices::sweep(app).await?;
    tracing::debug!(sessions, codes, ways, keys, files, exchanged, "cleared away");
    Ok(())
}
