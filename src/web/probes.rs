//! What probes and graphs read: is the process alive, can it serve, how deep are the streams.

use std::sync::Arc;
use std::time::Duration;

use antrean_store::{Store, StoreError, StreamDepth};
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Context;

/// Probes ask every few seconds: later than this, "no" is the better answer.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn routes(app: Arc<Context>) -> Router {
    Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz)).route("/metrics", get(metrics)).with_state(app)
}

/// The process is alive. Says nothing of Redis: restarting us does not heal it.
async fn healthz() -> &'static str {
    "ok\n"
}

/// A request sent now would be served: Redis answers and knows our scripts.
async fn readyz(State(app): State<Arc<Context>>) -> (StatusCode, String) {
    match within_patience(app.store.ready()).await {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")),
    }
}

/// Prometheus' text. The streams are measured at each reading, so that one web process shows them for all.
async fn metrics(State(app): State<Arc<Context>>) -> Response {
    match within_patience(measure(&app.store)).await {
        Ok(()) => metrics::gauge!("antrean_redis_up").set(1.0),
        Err(why) => {
            tracing::warn!(why, "streams could not be measured");
            metrics::gauge!("antrean_redis_up").set(0.0);
        }
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.render()).into_response()
}

async fn measure(store: &Store) -> Result<(), StoreError> {
    for StreamDepth { name, depth, pending, oldest_ms } in store.depths().await? {
        metrics::gauge!("antrean_stream_entries", "stream" => name.clone()).set(as_gauge(depth));
        metrics::gauge!("antrean_stream_pending", "stream" => name.clone()).set(as_gauge(pending));
        // An empty stream has no oldest entry: nothing waits in it.
        let oldest_s = Duration::from_millis(oldest_ms.unwrap_or(0).unsigned_abs()).as_secs_f64();
        metrics::gauge!("antrean_stream_oldest_seconds", "stream" => name).set(oldest_s);
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; no stream holds 2^52 entries")]
fn as_gauge(count: u64) -> f64 {
    count as f64
}

async fn within_patience(asked: impl Future<Output = Result<(), StoreError>>) -> Result<(), String> {
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(outcome) => outcome.map_err(|error| error.to_string()),
        Err(_) => Err(format!("Redis did not answer within {} s", PATIENCE.as_secs())),
    }
}
