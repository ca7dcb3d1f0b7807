//! The listener: doors merged, request ids, access lines, metrics, health, graceful stop.

use std::{any::Any, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    http::{StatusCode, Uri},
    middleware,
    response::{IntoResponse, Response},
    routing::get,
    serve::ListenerExt,
};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

use crate::{app::App, rest, settings::Http};

mod access;
mod health;
mod housekeeping;
mod metrics;

pub use housekeeping::keep_house;

use health::Readiness;
use metrics::Metrics;

/// The whole server over `app`: the `doors`, `/healthz`, `/readyz` and `/metrics`, each request with an id, an access line, a
/// place in the metrics and a guard against panics. Once `stopping` is cancelled it is not ready any more.
pub fn router(app: &Arc<App>, doors: Router, http: &Http, stopping: &CancellationToken) -> Router {
    let metrics = Arc::new(Metrics::new());
    let readiness = Arc::new(Readiness::new(app.db.clone(), stopping.clone()));
    let body_bytes = usize::try_from(http.body_bytes).unwrap_or(usize::MAX);
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready).with_state(readiness))
        .route("/metrics", get(metrics::text).with_state(Arc::clone(&metrics)))
        .merge(doors)
        .fallback(nothing_here)
        .layer(DefaultBodyLimit::max(body_bytes))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(metrics, access::watch))
}

/// Answers on `listener` until `stopping` is cancelled; requests under way then have `patience` to finish.
pub async fn run(
    listener: TcpListener,
    router: Router,
    stopping: CancellationToken,
    patience: Duration,
) -> io::Result<()> {
    // Answers are written whole; waiting for more to send would only delay them.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stopping.clone().cancelled_owned());
    let deadline = async {
        stopping.cancelled().await;
        tokio::time::sleep(patience).await;
    };
    tokio::select! {
        ended = serving => ended,
        () = deadline => {
            tracing::warn!("stopped with requests under way");
            Ok(())
        }
    }
}

async fn nothing_here(asked: Uri) -> Response {
    let own = || failure(StatusCode::NOT_FOUND, "NOT_FOUND", "There is nothing here.");
    rest::nothing_here(asked.path()).unwrap_or_else(own)
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a request panicked");
    failure(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "Something went wrong on our side.")
}

fn failure(status: StatusCode, code: &str, message: &str) -> Response {
    (status, Json(json!({ "code": code, "message": message }))).into_response()
}
