//! What probes and graphs read: is the process alive, can it serve, what has it done, how deep are the streams.

use std::sync::Arc;
use std::time::Duration;

use antrean_store::{Store, StoreError, StreamDepth};
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics::gauge;
use metrics_exporter_prometheus::PrometheusHandle;

/// Probes ask every few seconds: later than this, "no" is the better answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether a reading of `/metrics` measures the streams of the whole installation. One role is enough for that.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Streams {
    Measured,
    LeftToOthers,
}

struct Probes {
    store: Store,
    metrics: PrometheusHandle,
    streams: Streams,
}

/// `/healthz`, `/readyz` and `/metrics` of this process.
pub(crate) fn routes(store: Store, metrics: PrometheusHandle, streams: Streams) -> Router {
    let probes = Arc::new(Probes { store, metrics, streams });
    Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz)).route("/metrics", get(metrics_text)).with_state(probes)
}

/// The process is alive. Says nothing of Redis: restarting us does not heal it.
async fn healthz() -> &'static str {
    "ok\n"
}

/// A request sent now would be served: Redis answers and knows our scripts.
async fn readyz(State(probes): State<Arc<Probes>>) -> (StatusCode, String) {
    match within_patience(probes.store.ready()).await {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")),
    }
}

/// Prometheus' text. The streams are measured at each reading.
async fn metrics_text(State(probes): State<Arc<Probes>>) -> Response {
    if probes.streams == Streams::Measured {
        measure(&probes.store).await;
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], probes.metrics.render()).into_response()
}

async fn measure(store: &Store) {
    let mut depths = Vec::new();
    let measured = within_patience(async {
        depths = store.depths().await?;
        Ok(())
    });
    let up = measured.await.inspect_err(|why| tracing::warn!(why, "streams could not be measured")).is_ok();
    gauge!("antrean_redis_up").set(if up { 1.0 } else { 0.0 });
    for StreamDepth { name, depth, pending, readers, oldest_ms, .. } in depths {
        gauge!("antrean_stream_entries", "stream" => name.clone()).set(as_gauge(depth));
        gauge!("antrean_stream_pending", "stream" => name.clone()).set(as_gauge(pending));
        gauge!("antrean_stream_readers", "stream" => name.clone()).set(as_gauge(readers));
        // An empty stream has no oldest entry: nothing waits in it.
        let oldest_s = Duration::from_millis(oldest_ms.unwrap_or(0).unsigned_abs()).as_secs_f64();
        gauge!("antrean_stream_oldest_seconds", "stream" => name).set(oldest_s);
    }
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
