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

/// Starts recording metrics; the handle renders them for `/metrics`.
pub(crate) fn record() -> anyhow::Result<PrometheusHandle> {
    PrometheusBuilder::new().install_recorder().context("cannot start recording metrics")
}
