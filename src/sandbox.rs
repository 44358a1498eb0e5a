//! The sandbox arm: everything on this machine, without a token, an account or a bank.
//!
//! It starts a private Redis, makes the keys an operator would bring, serves the imitated world (`antrean_sandbox`),
//! opens quota in a few offices and runs the product as a child process, which knows the world by URL only. What it
//! keeps is in one folder, so that it can be stopped and started; all it starts, it stops.

mod keys;
mod open;
mod service;
mod steering;
mod storage;

use std::fs::{self, File, TryLockError};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use antrean_store::Store;
use anyhow::{Context, bail};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use self::keys::Keys;
use self::service::{Plan, Running};
use self::steering::Steering;
use self::storage::PrivateRedis;
use crate::config::Config;
use crate::ops::print;

/// Looks like a token of Telegram's, opens nothing.
const BOT_TOKEN: &str = "100000001:sandbox-token-which-opens-nothing";
const CLIENT_ID: &str = "bank-contoh";
/// The biller's number at the bank.
const PARTNER_SERVICE_ID: &str = "12345";

const PRODUCT: &str = "product";
const PRODUCT_PID: &str = "product.pid";
/// How long the product may take until it is ready: a debug build on a slow machine.
const PRODUCT_READY: Duration = Duration::from_mins(1);
/// Longer than the product's own drain.
const PRODUCT_STOP: Duration = Duration::from_secs(12);

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The port of the page
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where everything is kept; a second start goes on from it
    #[arg(long, value_name = "DIR", default_value = ".sandbox")]
    data: PathBuf,
    /// Imitate Telegram's flood limits, too
    #[arg(long)]
    flood_limits: bool,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = Config::load()?;
    let data = folder(&args.data)?;
    let _lock = lock(&data)?;
    let listener = listen(args.port).await?;
    // Not the one asked for where that is 0: any free one.
    let port = listener.local_addr()?.port();
    print(&format!("antrean sandbox, kept in {}\n\n", args.data.display()))?;

    let shutdown = CancellationToken::new();
    tokio::spawn(cancel_on_signal(shutdown.clone()));
    let mut session = Session { config, data, flood_limits: args.flood_limits, shutdown: shutdown.clone(), running: Vec::new() };
    let started = tokio::select! {
        started = session.start(listener) => started.map(|()| true),
        () = shutdown.cancelled() => Ok(false),
    };
    if let Ok(true) = started {
        print(&format!("\n  Open  http://127.0.0.1:{port}/\n\n  Ctrl-C stops everything. Started again, it goes on from here.\n"))?;
        shutdown.cancelled().await;
        print("\nstopping\n")?;
    }
    shutdown.cancel();
    session.stop().await;
    started.map(|_| ExitCode::SUCCESS)
}

/// What one start has brought up so far.
struct Session {
    config: Config,
    data: PathBuf,
    flood_limits: bool,
    shutdown: CancellationToken,
    /// In the order they were started; stopped in reverse.
    running: Vec<Running>,
}

impl Session {
    async fn start(&mut self, listener: TcpListener) -> anyhow::Result<()> {
        let keys = Keys::find_or_make(&self.data.join("keys")).await?;
        step("keys", if keys.fresh { "made for this sandbox" } else { "from the last start" })?;

        // Before the Redis it writes to is ended for the same reason: without it, it could not drain.
        service::end_leftover(PRODUCT, &this_program()?, &self.data.join(PRODUCT_PID), PRODUCT_STOP).await?;
        let redis = PrivateRedis::start(&self.data, &self.shutdown).await?;
        let (url, version) = (redis.url.clone(), redis.version.clone());
        self.running.push(redis.running);
        let store = storage::connect(&url, &self.config, &keys).await?;
        step("redis", &format!("{version} at {url}"))?;

        let opened = open::quota(&store, &self.config).await?;
        step("quota", &opened)?;

        let product_port = free_port()?;
        let environment = self.environment(&keys, &url, listener.local_addr()?, product_port)?;
        self.serve_world(listener, store, &keys, product_port)?;

        let log = self.data.join("product.log");
        let product = Running::start(self.product(environment.clone(), log.clone())?, &self.shutdown).await?;
        let product = self.running.push_mut(product);
        let ready = format!("http://127.0.0.1:{product_port}/readyz");
        product.ready(PRODUCT_READY, || answers_ok(&ready)).await?;
        step("product", &format!("ready, its log in {}", near(&log)))?;

        let file = self.data.join("env");
        keys::write_private(&file, shell(&environment).as_bytes())?;
        step("tools", &format!("set -a; . {}; {} --help", near(&file), near(&this_program()?)))
    }

    fn serve_world(&self, listener: TcpListener, store: Store, keys: &Keys, product_port: u16) -> anyhow::Result<()> {
        let settings = antrean_sandbox::Settings {
            listen: listener.local_addr()?,
            data_dir: folder(&self.data.join("world"))?,
            bot_token: BOT_TOKEN.to_owned(),
            flood_limits: self.flood_limits,
            bank: antrean_sandbox::bank::Settings {
                product_url: format!("http://127.0.0.1:{product_port}"),
                client_id: CLIENT_ID.to_owned(),
                secret: keys.snap_secret.clone().into(),
                private_key_pem: keys.bank_private_pem.clone(),
                biller_public_key_pem: keys.biller_public_pem.clone(),
                partner_service_id: PARTNER_SERVICE_ID.to_owned(),
            },
            people: antrean_sandbox::Person::defaults(),
        };
        let shutdown = self.shutdown.clone();
        tokio::spawn(async move {
            let served = antrean_sandbox::serve(settings, listener, Arc::new(Steering::new(store)), shutdown.clone()).await;
            if let Err(error) = served {
                eprintln!("antrean: the imitated world ended: {error}");
                shutdown.cancel();
            }
        });
        Ok(())
    }

    /// What an operator would set for the product, with the imitated world's addresses.
    fn environment(
        &self,
        keys: &Keys,
        redis_url: &str,
        world: SocketAddr,
        product_port: u16,
    ) -> anyhow::Result<Vec<(&'static str, String)>> {
        let config = self.config.dir().canonicalize().context("cannot find the configuration folder")?;
        Ok(vec![
            ("REDIS_URL", redis_url.to_owned()),
            ("TELOXIDE_TOKEN", BOT_TOKEN.to_owned()),
            ("TELEGRAM_API_URL", format!("http://{world}")),
            ("ANTREAN_CONFIG", config.display().to_string()),
            ("ANTREAN_SEAL_KEY", keys.seal_text()),
            ("ANTREAN_HTTP_ADDR", format!("127.0.0.1:{product_port}")),
            ("ANTREAN_CLOCK", "steered".to_owned()),
            ("ANTREAN_SNAP_CLIENT_ID", CLIENT_ID.to_owned()),
            ("ANTREAN_SNAP_SECRET", keys.snap_secret.clone()),
            ("ANTREAN_SNAP_PUBLIC_KEY", keys.bank_public_path.display().to_string()),
            ("ANTREAN_SNAP_PRIVATE_KEY", keys.biller_private_path.display().to_string()),
            ("ANTREAN_SNAP_PARTNER_ID", PARTNER_SERVICE_ID.to_owned()),
            ("ANTREAN_BANK_URL", format!("http://{world}")),
            ("ANTREAN_WATERMARK_FILE", self.data.join("watermark.json").display().to_string()),
        ])
    }

    fn product(&self, environment: Vec<(&'static str, String)>, log: PathBuf) -> anyhow::Result<Plan> {
        let program = this_program()?;
        Ok(Plan {
            name: PRODUCT,
            program: program.clone(),
            command: Box::new(move || {
                let mut command = Command::new(&program);
                command.arg("run").envs(environment.iter().map(|(name, value)| (*name, value)));
                command
            }),
            log,
            pid_file: self.data.join(PRODUCT_PID),
            stop_within: PRODUCT_STOP,
        })
    }

    async fn stop(self) {
        for running in self.running.into_iter().rev() {
            running.stop().await;
        }
    }
}

/// One line of progress.
fn step(what: &str, how: &str) -> anyhow::Result<()> {
    print(&format!("  {what:<9}{how}\n"))
}

async fn listen(port: u16) -> anyhow::Result<TcpListener> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            bail!("port {port} is taken by another program; choose another: antrean sandbox --port {}", port.wrapping_add(1).max(1024))
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on 127.0.0.1:{port}")),
    }
}

/// A port nobody listens on. Somebody may take it before we do; the start then fails and says so.
fn free_port() -> anyhow::Result<u16> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

/// `path`, made where it is missing, as an absolute path: Redis changes its own folder.
fn folder(path: &Path) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(path).with_context(|| format!("cannot make the folder {}", path.display()))?;
    path.canonicalize().with_context(|| format!("cannot find the folder {}", path.display()))
}

fn this_program() -> anyhow::Result<PathBuf> {
    std::env::current_exe().context("cannot find this program's own file")
}

/// `path` as one would type it here.
fn near(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path).display().to_string()
}

/// Two sandboxes must not write into one folder.
fn lock(data: &Path) -> anyhow::Result<File> {
    let file = File::create(data.join("lock")).context("cannot make the lock file")?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("another sandbox runs in {}; stop it, or give this one its own folder: --data DIR", data.display())
        }
        Err(TryLockError::Error(error)) => Err(error).context("cannot lock the data folder"),
    }
}

async fn answers_ok(url: &str) -> bool {
    reqwest::get(url).await.is_ok_and(|answer| answer.status().is_success())
}

/// `NAME='value'` lines for a shell. No value holds a quote: all are made here, of plain characters.
fn shell(environment: &[(&'static str, String)]) -> String {
    let lines: Vec<_> = environment.iter().map(|(name, value)| format!("{name}='{value}'")).collect();
    lines.join("\n") + "\n"
}

async fn cancel_on_signal(shutdown: CancellationToken) {
    let (Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()), signal(SignalKind::hangup()))
    else {
        eprintln!("antrean: cannot listen for signals; end the sandbox by Ctrl-C at your own risk");
        return;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
    shutdown.cancel();
}
