//! The long-lived roles: what each needs, how they start, and how they stop.
//!
//! Any number of processes of any role may run at once; none keeps state of its own. A role asks the configuration
//! for what it needs before it starts anything, logs one line when it is ready, and on SIGTERM or SIGINT reads nothing
//! new, finishes what is in flight within [`DRAIN`], and exits 0. What it could not finish is done by the next process.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use antrean_store::{Seal, Store, StoreError};
use antrean_workers::{Crew, CrewSettings, Ctx, Part};
use anyhow::Context;
use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::cli::WorkerArgs;
use crate::config::{Config, ConfigError};
use crate::repair::Keeper;
use crate::repair::bank::StatusService;
use crate::telegram::Bot;
use crate::{telemetry, web};

/// How long work in flight may take to finish.
const DRAIN: Duration = Duration::from_secs(10);
/// How often a Redis that is not there yet is asked for.
const KNOCK: Duration = Duration::from_secs(1);

/// How often the recorder is emptied: what its library advises.
const UPKEEP: Duration = Duration::from_secs(5);

/// Every role in one process.
pub(crate) async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    Bot::demand(config)?;
    demand_crew(config)?;
    demand_web(config)?;
    host("run", config, Some(config.seal_key()?), async |host| {
        host.start_web(config).await?;
        host.start_crew(config, &[])?;
        host.start_bot(config).await
    })
    .await
}

/// receive, turn, send.
pub(crate) async fn bot(config: &Config) -> anyhow::Result<ExitCode> {
    Bot::demand(config)?;
    host("bot", config, Some(config.seal_key()?), async |host| host.start_bot(config).await).await
}

/// The crew, or some parts of it. It opens nothing personal, so it is given no seal key.
pub(crate) async fn worker(args: WorkerArgs, config: &Config) -> anyhow::Result<ExitCode> {
    demand_crew(config)?;
    host("worker", config, None, async |host| host.start_crew(config, &args.only)).await
}

/// The bank's door, health and metrics.
pub(crate) async fn web(config: &Config) -> anyhow::Result<ExitCode> {
    demand_web(config)?;
    host("web", config, Some(config.seal_key()?), async |host| host.start_web(config).await).await
}

/// Asks for what a role will need, so that what is missing is said at once and not after Redis has come.
fn demand_crew(config: &Config) -> Result<(), ConfigError> {
    config.offices()?;
    config.terms()?;
    config.calendar().map(drop)
}

fn demand_web(config: &Config) -> Result<(), ConfigError> {
    config.http_addr()?;
    config.bank_status()?;
    config.webhook()?;
    config.snap().map(drop)
}

/// Runs the process around the roles that `start` starts.
async fn host(
    role: &str,
    config: &Config,
    seal_key: Option<[u8; 32]>,
    start: impl AsyncFnOnce(&mut Host) -> anyhow::Result<()>,
) -> anyhow::Result<ExitCode> {
    config.redis_url()?;
    config.metrics_addr()?;
    telemetry::log(config)?;
    let metrics = telemetry::record()?;
    let shutdown = CancellationToken::new();
    cancel_on_signal(shutdown.clone())?;
    let store = tokio::select! {
        store = connect(config, seal_key.map(Seal::new)) => store?,
        () = shutdown.cancelled() => return Ok(ExitCode::SUCCESS),
    };
    let mut host = Host { store, metrics, tasks: JoinSet::new(), shutdown };
    let name = format!("{role}, process {} ({})", std::process::id(), &uuid::Uuid::new_v4().simple().to_string()[..4]);
    host.tasks.spawn(live(host.store.clone(), name, host.shutdown.clone()));
    host.tasks.spawn(keep_metrics_small(host.metrics.clone(), host.shutdown.clone()));
    let shutdown = host.shutdown.clone();
    host.start_probes(config).await?;
    tokio::select! {
        started = start(&mut host) => started?,
        // Told to stop while Telegram is still asked who we are: what has started so far is drained.
        () = shutdown.cancelled() => {}
    }
    Ok(host.until_stopped().await)
}

/// One process: its store, its running tasks, and the word to stop.
struct Host {
    store: Store,
    metrics: PrometheusHandle,
    tasks: JoinSet<()>,
    shutdown: CancellationToken,
}

impl Host {
    async fn start_bot(&mut self, config: &Config) -> anyhow::Result<()> {
        let bot = Arc::new(Bot::new(config, self.store.clone())?);
        let name = bot.introduce().await?;
        bot.start(&mut self.tasks, &self.shutdown);
        for shard in self.store.chat_shards() {
            antrean_workers::tend_chats(&self.store, shard, &mut self.tasks, &self.shutdown);
        }
        tracing::info!(role = "bot", name = format!("@{name}"), "role ready");
        Ok(())
    }

    fn start_crew(&mut self, config: &Config, only: &[Part]) -> anyhow::Result<()> {
        let engine = &config.settings.engine;
        let ctx = Ctx {
            store: self.store.clone(),
            offices: Arc::new(config.offices()?),
            terms: Arc::new(config.terms()?),
            calendar: Arc::new(config.calendar()?),
        };
        let settings = CrewSettings { batch: engine.batch, readers: engine.readers, retries_max: engine.retries_max };
        Crew::start(&ctx, settings, only, &mut self.tasks, &self.shutdown);
        let names: Vec<_> = if only.is_empty() { vec!["all".to_owned()] } else { only.iter().map(ToString::to_string).collect() };
        tracing::info!(role = "worker", name = names.join(","), "role ready");
        Ok(())
    }

    async fn start_web(&mut self, config: &Config) -> anyhow::Result<()> {
        let keeper = self.start_keeper(config)?;
        let routes = web::routes(config, self.store.clone(), self.metrics.clone(), keeper)?;
        let addr = self.serve(routes, config.http_addr()?, "ANTREAN_HTTP_ADDR").await?;
        tracing::info!(role = "web", %addr, "role ready");
        Ok(())
    }

    /// Keeps the journals' high-water marks outside Redis, where it is told to.
    fn start_keeper(&mut self, config: &Config) -> anyhow::Result<Option<Arc<Keeper>>> {
        let bank = config.bank_status()?.map(StatusService::new);
        let Some(path) = config.watermark_file() else { return Ok(None) };
        let keeper = Arc::new(Keeper::new(self.store.clone(), path, bank)?);
        self.tasks.spawn(Arc::clone(&keeper).watch(self.shutdown.clone()));
        Ok(Some(keeper))
    }

    /// Serves the health and the figures of this process, where it is told to.
    async fn start_probes(&mut self, config: &Config) -> anyhow::Result<()> {
        if let Some(addr) = config.metrics_addr()? {
            let routes = web::own_probes(self.store.clone(), self.metrics.clone());
            let addr = self.serve(routes, addr, "ANTREAN_METRICS_ADDR").await?;
            tracing::info!(%addr, "figures are served");
        }
        Ok(())
    }

    /// Serves `routes` on `addr`, which `name` names; the address it really is.
    async fn serve(&mut self, routes: Router, addr: SocketAddr, name: &str) -> anyhow::Result<SocketAddr> {
        let listener = TcpListener::bind(addr).await.with_context(|| format!("cannot listen on {addr}, which {name} names"))?;
        let addr = listener.local_addr().context("a listening socket has an address")?;
        let shutdown = self.shutdown.clone();
        self.tasks.spawn(async move {
            if let Err(error) = web::serve(routes, listener, shutdown).await {
                tracing::error!(%error, "the web role failed");
            }
        });
        Ok(addr)
    }

    /// Runs until told to stop, then drains. A task that ends before is a fault: the process goes down with exit code
    /// 1, for its supervisor to start anew, rather than on without it.
    async fn until_stopped(mut self) -> ExitCode {
        let code = tokio::select! {
            // In this order: told to stop, every task ends, and that is no fault.
            biased;
            () = self.shutdown.cancelled() => ExitCode::SUCCESS,
            Some(ended) = self.tasks.join_next() => {
                tracing::error!(panicked = ended.is_err(), "a part of this process ended, going down");
                ExitCode::FAILURE
            }
        };
        self.shutdown.cancel();
        let drained = tokio::time::timeout(DRAIN, async { while self.tasks.join_next().await.is_some() {} }).await;
        if drained.is_err() {
            tracing::warn!(left = self.tasks.len(), "not everything finished in time, other processes take it over");
        }
        tracing::info!("stopped");
        code
    }
}

/// Connects, waiting for a Redis that is not there yet: in a stack of containers nobody knows who starts first.
async fn connect(config: &Config, seal: Option<Seal>) -> anyhow::Result<Store> {
    loop {
        match Store::connect(config.store_options(seal.clone())?).await {
            Ok(store) => return Ok(store),
            Err(error) if error.is_transient() => {
                tracing::warn!(%error, "waiting for Redis");
                tokio::time::sleep(KNOCK).await;
            }
            Err(StoreError::Shards { found, .. }) => return Err(config.wrong_shards(&found).into()),
            Err(error) => return Err(error).context("cannot use the Redis that REDIS_URL names"),
        }
    }
}

/// Says that this process lives, for those who may act only when none does. Best effort: nothing of its own work
/// depends on it.
async fn live(store: Store, name: String, shutdown: CancellationToken) {
    let every = store.lease() / 4;
    while !shutdown.is_cancelled() {
        if let Err(error) = store.beat(&name).await {
            tracing::debug!(%error, "no sign of life could be given");
        }
        shutdown.run_until_cancelled(tokio::time::sleep(every)).await;
    }
    if let Err(error) = store.last_beat(&name).await {
        tracing::debug!(%error, "the last sign of life runs out by itself");
    }
}

/// Samples pile up in the recorder until somebody reads them, and not every process is read.
async fn keep_metrics_small(metrics: PrometheusHandle, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        metrics.run_upkeep();
        shutdown.run_until_cancelled(tokio::time::sleep(UPKEEP)).await;
    }
}

fn cancel_on_signal(shutdown: CancellationToken) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        shutdown.cancel();
    });
    Ok(())
}
