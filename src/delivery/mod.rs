//! Background work: acting on what came in, sending what goes out, bringing the directory up to date.
//!
//! What there is to do stands in the database, where any of several servers claims it by its row; so a restart loses nothing and nothing
//! is done twice. A kind of work is a function of the domain that does one piece and says whether there was one.

mod outbox;

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    domain::{
        Outcome,
        directory::{feishu, wecom},
        notices,
    },
};

/// How often each kind of work is looked for when no bell rings: other servers' bells are not heard here.
const EVERY: Duration = Duration::from_secs(2);

/// Events of Feishu that are acted on side by side: one that has to ask Feishu waits for it.
const LANES: usize = 4;

/// Does whatever there is to do until the server stops; each kind of work in its own time, so that a long one holds up no other.
pub async fn run(app: Arc<App>, stopping: CancellationToken) {
    let (app, stopping) = (&app, &stopping);
    // SQLite is one server's alone; what it was working on when it went is nobody else's now.
    if app.db.is_sqlite()
        && let Err(fault) = take_up_again(app).await
    {
        tracing::error!(cause = ?fault.cause(), "what was under way when the server stopped has to wait for its lease to end");
    }
    let feishu_inbox =
        join_all((0..LANES).map(|_| keep_at("feishu inbox", app, stopping, || feishu::act_on_next(app))));
    tokio::join!(
        feishu_inbox,
        outbox::run(app, stopping),
        keep_at("inbox", app, stopping, || wecom::act_on_next(app)),
        keep_at("outbox", app, stopping, || wecom::send_next(app)),
        keep_at("directory", app, stopping, || wecom::sync_next(app, stopping.cancelled())),
    );
}

/// Gives back what this server was at when it went.
async fn take_up_again(app: &App) -> Outcome<()> {
    feishu::take_up_again(app).await?;
    notices::take_up_again(app).await
}

/// Does one kind of work piece by piece, and waits for more when there is none.
async fn keep_at<F>(name: &str, app: &App, stopping: &CancellationToken, piece: impl Fn() -> F)
where
    F: Future<Output = Outcome<bool>>,
{
    let mut bell = app.bell.listen();
    while !stopping.is_cancelled() {
        match piece().await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(fault) => tracing::error!(work = name, cause = ?fault.cause(), "background work failed; trying again"),
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            _ = bell.changed() => {}
            () = sleep(EVERY) => {}
        }
    }
}
