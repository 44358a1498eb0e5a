//! Logs and metrics of the process: one subscriber, one recorder, set up once by each role.

use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::config::{Config, LogFormat};

/// Starts logging to standard error. Standard output belongs to the operator's tools.
pub(crate) fn log(config: &Config) -> anyhow::Result<()> {
    let filter = config.log_filter()?;
    let to_stderr = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let set = match config.settings.log {
        LogFormat::Text => to_stderr.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => to_stderr.json().flatten_event(true).try_init(),
    };
    set.map_err(|error| anyhow::anyhow!("cannot start logging: {error}"))
}

/// Starts recording metrics; the handle renders them for `/metrics`.
pub(crate) fn record() -> anyhow::Result<PrometheusHandle> {
    PrometheusBuilder::new().install_recorder().context("cannot start recording metrics")
}
