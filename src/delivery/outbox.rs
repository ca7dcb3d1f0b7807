//! Sending messages to Feishu, several at once: one that takes long holds up no other.

use std::{sync::Arc, time::Duration};

use tokio::{task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    domain::{Outcome, notices},
};

/// Messages that are being sent at one time.
const AT_ONCE: usize = 8;
/// How long to wait after a failure of ours.
const PAUSE: Duration = Duration::from_secs(2);

/// Sends what there is to send until the server stops; what is under way then is finished.
pub(super) async fn run(app: &Arc<App>, stopping: &CancellationToken) {
    let mut bell = app.bell.listen();
    // Tasks of their own: one that waits for the database must go on while the next are taken from it.
    let mut under_way = JoinSet::new();
    while !stopping.is_cancelled() {
        let again = match notices::take(app, AT_ONCE - under_way.len()).await {
            Ok(taken) => {
                for row in taken.messages {
                    under_way.spawn(send(Arc::clone(app), row));
                }
                taken.again
            }
            Err(fault) => {
                tracing::error!(cause = ?fault.cause(), "no message could be taken; trying again");
                PAUSE
            }
        };
        // While as many are under way as may be, nothing can be taken.
        let is_full = under_way.len() == AT_ONCE;
        tokio::select! {
            () = stopping.cancelled() => {}
            Some(_) = under_way.join_next(), if !under_way.is_empty() => {}
            _ = bell.changed(), if !is_full => {}
            () = sleep(again), if !is_full => {}
        }
    }
    while under_way.join_next().await.is_some() {}
}

async fn send(app: Arc<App>, row: notices::Row) {
    let sent: Outcome<()> = notices::send(&app, &row).await;
    if let Err(fault) = sent {
        tracing::error!(message = row.id, cause = ?fault.cause(), "a message waits until its lease ends");
    }
}
