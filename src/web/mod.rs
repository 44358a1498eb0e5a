//! The web role: what machines ask of us over HTTP. The bank's door (`snap`), Telegram's, where it brings updates by
//! webhook (`updates`), and what an operator's probes and graphs read (`probes`). People never come here.

mod probes;
mod snap;
mod updates;

use std::sync::Arc;
use std::time::Duration;

use antrean_store::Store;
use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::probes::Streams;
use self::snap::Bank;
use self::updates::Hook;
use crate::config::{Config, ConfigError};
use crate::repair::Keeper;

/// How long requests in flight may take to finish once we are told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// All the web role serves. Asks the configuration for what its doors need.
pub(crate) fn routes(config: &Config, store: Store, metrics: PrometheusHandle, keeper: Option<Arc<Keeper>>) -> Result<Router, ConfigError> {
    let bank = Bank::new(config.snap()?, store.clone(), config.settings.web.clone(), keeper);
    let mut routes = probes::routes(store.clone(), metrics, Streams::Measured).merge(snap::routes(Arc::new(bank)));
    if let Some(webhook) = config.webhook()? {
        let hook = Hook::new(&webhook.secret, store, config.settings.web.request_ms);
        routes = routes.merge(updates::routes(Arc::new(hook)));
    }
    Ok(routes)
}

/// What any process serves where `ANTREAN_METRICS_ADDR` says: its own health and figures.
pub(crate) fn own_probes(store: Store, metrics: PrometheusHandle) -> Router {
    probes::routes(store, metrics, Streams::LeftToOthers)
}

/// Serves on `listener` until `shutdown`, then lets what is in flight finish.
pub(crate) async fn serve(routes: Router, listener: TcpListener, shutdown: CancellationToken) -> std::io::Result<()> {
    let drained = shutdown.clone();
    let server = axum::serve(listener, routes).with_graceful_shutdown(async move { drained.cancelled().await });
    tokio::select! {
        ended = server => ended,
        // A client that never finishes its request must not keep the process.
        () = async { shutdown.cancelled().await; tokio::time::sleep(DRAIN).await } => Ok(()),
    }
}
