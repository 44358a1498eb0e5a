//! Logs and metrics of the process: one subscriber, one recorder, set up once by each role.

use anyhow::Context;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::config::{Config, LogFormat};

/// Starts logging to standard error. Standard output belongs to the operator's tools.
pub(crate) fn log(config: &Config) -> anyhow::Result<()> {
    let filter = config.log_filter()?;
    let to_stderr = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let set = match config.settings.log {
        LogFormat::Text => to_stderr.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => to_stderr.json().flatten_event(true).try_init(),
    };
    set.map_err(|error| anyhow::anyhow!("cannot start logging: {error}"))?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// A panic's message may quote what a person wrote ("byte index 3 is not a char boundary of …"): only those that are
/// plain literals are logged, the others by their place.
fn log_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let message = panic.payload().downcast_ref::<&str>().copied().unwrap_or("(not shown)");
    tracing::error!(place, message, "panicked");
}

/// Bounds of every histogram, in seconds: from one script call on an idle machine to what a person gives up on.
const SECONDS: [f64; 14] = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 20.0];

/// Starts recording metrics; the handle renders them for `/metrics`.
pub(crate) fn record() -> anyhow::Result<PrometheusHandle> {
    let seconds = Matcher::Suffix("_seconds".to_owned());
    let recorder = PrometheusBuilder::new().set_buckets_for_metric(seconds, &SECONDS).and_then(PrometheusBuilder::install_recorder);
    recorder.context("cannot start recording metrics")
}
