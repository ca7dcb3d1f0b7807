//! Work that is done after the answer: pushes that came in, runs that were asked for, messages that were interrupted.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    domain::{Outcome, directory},
};

/// How long it waits for the bell before it looks by itself: another server may have left work.
const ROUND: Duration = Duration::from_secs(5);

/// Works until the server stops. Any number of servers may do so at once: what is worked on is claimed first.
pub async fn work(app: Arc<App>, stopping: CancellationToken) {
    loop {
        let rung = app.bell.notified();
        if let Err(fault) = round(&app, &stopping).await {
            tracing::warn!(code = ?fault.code, cause = ?fault.cause(), "some work was left for the next round");
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = rung => {}
            () = tokio::time::sleep(ROUND) => {}
        }
    }
}

/// Does what waits.
pub async fn round(app: &Arc<App>, stopping: &CancellationToken) -> Outcome<()> {
    while !stopping.is_cancelled() && directory::act_on_next(app).await? {}
    directory::run_if_asked(app).await?;
    directory::give_up_interrupted(app).await?;
    Ok(())
}
