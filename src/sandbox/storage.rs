//! A Redis of our own, set up as the shipped one: every acknowledged write on the disk, nothing ever evicted.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use antrean_store::{ClockMode, Options, Seal, Store};
use anyhow::{Context, bail};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use super::keys::Keys;
use super::service::{Plan, Running};
use super::{folder, free_port};
use crate::config::Config;

/// Either serves; the first that is installed is taken.
const SERVERS: [&str; 2] = ["redis-server", "valkey-server"];
const READY: Duration = Duration::from_secs(20);
const STOP: Duration = Duration::from_secs(30);

pub(super) struct PrivateRedis {
    pub(super) url: String,
    /// `Redis 7.0.15`, for people.
    pub(super) version: String,
    pub(super) running: Running,
}

impl PrivateRedis {
    /// Starts it on a free port; what an earlier start has written is there again.
    pub(super) async fn start(data: &Path, shutdown: &CancellationToken) -> anyhow::Result<Self> {
        let (server, version) = installed().await?;
        let port = free_port()?;
        let dir = folder(&data.join("redis"))?;
        let command = {
            let port = port.to_string();
            let dir = dir.clone();
            move || {
                let mut command = Command::new(server);
                command.args(["--port", &port, "--bind", "127.0.0.1", "--dir"]).arg(&dir);
                command.args(["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction"]);
                command
            }
        };
        let plan = Plan {
            name: "private Redis",
            program: PathBuf::from(server),
            command: Box::new(command),
            log: data.join("redis.log"),
            pid_file: data.join("redis.pid"),
            stop_within: STOP,
        };
        let running = Running::start(plan, shutdown).await?;
        running.ready(READY, || async move { TcpStream::connect(("127.0.0.1", port)).await.is_ok() }).await?;
        Ok(Self { url: format!("redis://127.0.0.1:{port}"), version, running })
    }
}

/// The ledger in it, by the clock the page steers. Waits while Redis reads what it had written before.
pub(super) async fn connect(url: &str, config: &Config, keys: &Keys) -> anyhow::Result<Store> {
    let options = || Options {
        url: url.into(),
        shards: config.settings.shards,
        seal: Some(Seal::new(keys.seal)),
        clock: ClockMode::Steered,
        lease_ms: config.settings.engine.lease_ms,
    };
    let until = tokio::time::Instant::now() + READY;
    loop {
        match Store::connect(options()).await {
            Ok(store) => return Ok(store),
            Err(error) if tokio::time::Instant::now() > until => return Err(error).context("cannot use the private Redis"),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

/// Which server is installed, and its version.
async fn installed() -> anyhow::Result<(&'static str, String)> {
    for server in SERVERS {
        match Command::new(server).arg("--version").output().await {
            Ok(output) => {
                let text = String::from_utf8_lossy(&output.stdout).into_owned();
                let number = text.split_whitespace().find_map(|word| word.strip_prefix("v=")).unwrap_or("of unknown version");
                let name = if server.starts_with("valkey") { "Valkey" } else { "Redis" };
                return Ok((server, format!("{name} {number}")));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot run {server}")),
        }
    }
    bail!("redis-server is missing; install it: script/setup --light (or apt-get install redis-server, brew install redis)")
}
