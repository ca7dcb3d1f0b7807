//! Runs the server.

use std::{
    io::{self, Write},
    time::Duration,
};

use clap::Args;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

use crate::{app::App, delivery, serve, settings::Settings};

use super::{Stop, demo, logging, start};

/// What `assetry serve` takes.
#[derive(Args)]
pub(super) struct Arguments {
    /// Fill an empty database with demo data first; refused when it holds staff.
    #[arg(long)]
    demo: bool,
}

/// Longest wait for mutations, then for background work, and then for the database, once no request is under way any more.
const CLOSING: Duration = Duration::from_secs(5);

pub(super) async fn run(arguments: &Arguments) -> Result<(), Stop> {
    let mut settings = Settings::load()?;
    settings.feishu.allow_unsigned.get_or_insert(arguments.demo);
    logging::start(&settings.log);
    let listener = TcpListener::bind(settings.listen).await.map_err(|error| {
        Stop::because(format!("The address {} (setting listen) cannot be listened on: {error}.", settings.listen))
    })?;
    let address = listener.local_addr()?;

    let db = start::database(&settings).await?;
    start::ready_tables(&db, &settings, arguments.demo).await?;
    let app = start::open(&settings, db, address).await?;
    if settings.feishu.allow_unsigned == Some(true) {
        warn_of_open_doors(&app);
    }
    app.files.prepare().map_err(|error| {
        let folder = settings.files.folder.display();
        Stop::because(format!("The folder {folder} (setting files.folder) cannot be used: {error}."))
    })?;
    if arguments.demo {
        demo::fill(&app).await?;
    }

    let stopping = CancellationToken::new();
    let door = start::door(&app, &settings, arguments.demo);
    let router = serve::router(&app, start::doors(&door), &settings.http, &stopping);
    stop_on_signals(stopping.clone())?;
    // Streams go on for as long as their readers like; without this the server would wait for them in vain.
    let (ending, streams) = (stopping.clone(), door.clone());
    tokio::spawn(async move {
        ending.cancelled().await;
        streams.end_streams();
    });
    let mut out = io::stdout();
    writeln!(out, "listening on http://{address}")?;
    out.flush()?;

    tokio::spawn(serve::keep_house(std::sync::Arc::clone(&app), stopping.clone()));
    let delivering = tokio::spawn(delivery::run(std::sync::Arc::clone(&app), stopping.clone()));
    serve::run(listener, router, stopping, Duration::from_secs(settings.http.shutdown_seconds)).await?;
    if tokio::time::timeout(CLOSING, door.close()).await.is_err() {
        tracing::warn!("mutations had not finished when the server stopped");
    }
    if tokio::time::timeout(CLOSING, delivering).await.is_err() {
        tracing::warn!("background work had not finished when the server stopped");
    }
    if tokio::time::timeout(CLOSING, app.db.clone().close()).await.is_err() {
        tracing::warn!("the database had not finished when the server stopped");
    }
    Ok(())
}

/// Says which of Feishu's doors take pushes from anybody (contract: feishu-app §0).
fn warn_of_open_doors(app: &App) {
    if !app.feishu.door.proves_events() {
        tracing::warn!(
            "events and cards of Feishu are taken from anybody: neither encrypt_key nor verification_token is set"
        );
    }
    if !app.feishu.door.proves_approvals() {
        tracing::warn!("approval callbacks of Feishu are taken from anybody: neither their token nor their key is set");
    }
}

/// Cancels `stopping` when the process is asked to end.
fn stop_on_signals(stopping: CancellationToken) -> io::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: requests under way may finish");
        stopping.cancel();
    });
    Ok(())
}
