//! A child process of the sandbox: started, watched, started again when it dies, and stopped politely.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// Pause before a dead child is started again: it must not spin.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
const PROBE_EVERY: Duration = Duration::from_millis(50);
/// How much of a log is shown when a start fails.
const TAIL_LINES: usize = 12;

/// What is to run.
pub(super) struct Plan {
    pub(super) name: &'static str,
    /// What its command line begins with, by which a leftover of a killed sandbox is recognised.
    pub(super) program: PathBuf,
    pub(super) command: Box<dyn Fn() -> Command + Send + Sync>,
    /// Takes its output.
    pub(super) log: PathBuf,
    pub(super) pid_file: PathBuf,
    /// How long it may take to stop when asked.
    pub(super) stop_within: Duration,
}

/// It runs, and is kept running until the shutdown.
pub(super) struct Running {
    log: PathBuf,
    name: &'static str,
    /// Ends when the process was stopped.
    keeper: JoinHandle<()>,
    shutdown: CancellationToken,
}

impl Running {
    /// Starts it, after ending what a killed sandbox may have left of it.
    pub(super) async fn start(plan: Plan, parent: &CancellationToken) -> anyhow::Result<Self> {
        end_leftover(plan.name, &plan.program, &plan.pid_file, plan.stop_within).await?;
        let child = spawn(&plan)?;
        // Its own, so that the product can be stopped before the Redis it writes to.
        let shutdown = CancellationToken::new();
        let (name, log) = (plan.name, plan.log.clone());
        let keeper = tokio::spawn(keep(plan, child, shutdown.clone(), parent.clone()));
        Ok(Self { log, name, keeper, shutdown })
    }

    /// Waits until `probe` says yes.
    pub(super) async fn ready<P: Future<Output = bool>>(&self, within: Duration, probe: impl Fn() -> P) -> anyhow::Result<()> {
        let until = Instant::now() + within;
        while !probe().await {
            if self.keeper.is_finished() || Instant::now() > until {
                bail!("the {} did not become ready; the end of {}:\n{}", self.name, self.log.display(), tail(&self.log));
            }
            sleep(PROBE_EVERY).await;
        }
        Ok(())
    }

    /// Asks it to end and waits until it has.
    pub(super) async fn stop(self) {
        self.shutdown.cancel();
        if let Err(error) = self.keeper.await {
            eprintln!("antrean: the keeper of the {} failed: {error}", self.name);
        }
    }
}

async fn keep(plan: Plan, mut child: Child, shutdown: CancellationToken, parent: CancellationToken) {
    loop {
        let ended = tokio::select! {
            ended = child.wait() => ended,
            () = shutdown.cancelled() => {
                stop(&plan, child).await;
                break;
            }
        };
        if parent.is_cancelled() {
            break;
        }
        eprintln!("antrean: the {} ended ({}), starting it again; see {}", plan.name, said(ended.ok()), plan.log.display());
        if shutdown.run_until_cancelled(sleep(AGAIN_AFTER)).await.is_none() {
            break;
        }
        match spawn(&plan) {
            Ok(again) => child = again,
            Err(error) => {
                eprintln!("antrean: {error:#}");
                break;
            }
        }
    }
    // Absent is as good as removed.
    fs::remove_file(&plan.pid_file).ok();
}

fn spawn(plan: &Plan) -> anyhow::Result<Child> {
    let log =
        OpenOptions::new().create(true).append(true).open(&plan.log).with_context(|| format!("cannot write {}", plan.log.display()))?;
    let errors = log.try_clone().context("cannot share a log file")?;
    let child = (plan.command)()
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        // Its own group: Ctrl-C in the terminal reaches us alone, and we stop the children in their order.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start the {} ({})", plan.name, plan.program.display()))?;
    let pid = child.id().map(|pid| pid.to_string()).unwrap_or_default();
    fs::write(&plan.pid_file, pid).with_context(|| format!("cannot write {}", plan.pid_file.display()))?;
    Ok(child)
}

/// TERM, patience, then KILL.
async fn stop(plan: &Plan, mut child: Child) {
    if let Some(pid) = child.id() {
        terminate(pid).await;
    }
    if tokio::time::timeout(plan.stop_within, child.wait()).await.is_err() {
        eprintln!("antrean: the {} did not stop within {} s and is killed", plan.name, plan.stop_within.as_secs());
        if let Err(error) = child.kill().await {
            eprintln!("antrean: the {} cannot be killed: {error}", plan.name);
        }
    }
}

/// Ends the process a sandbox that was itself killed has left behind, if it is still the one its file names.
pub(super) async fn end_leftover(name: &str, program: &Path, pid_file: &Path, within: Duration) -> anyhow::Result<()> {
    let Some(pid) = fs::read_to_string(pid_file).ok().and_then(|text| text.trim().parse().ok()) else { return Ok(()) };
    let until = Instant::now() + within;
    while runs(pid, program).await {
        if Instant::now() > until {
            bail!("a {name} of an earlier sandbox does not end; end it yourself: kill -9 {pid}");
        }
        terminate(pid).await;
        sleep(PROBE_EVERY).await;
    }
    Ok(())
}

async fn terminate(pid: u32) {
    let sent = Command::new("kill").arg("-TERM").arg(pid.to_string()).stderr(Stdio::null()).status().await;
    if let Err(error) = sent {
        eprintln!("antrean: cannot send a signal to process {pid}: {error}");
    }
}

/// Whether process `pid` is an instance of `program`. Ids are used again by others.
async fn runs(pid: u32, program: &Path) -> bool {
    let name = program.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let listed = Command::new("ps").args(["-o", "command=", "-p"]).arg(pid.to_string()).output().await;
    listed.is_ok_and(|listed| String::from_utf8_lossy(&listed.stdout).contains(&name))
}

fn said(status: Option<ExitStatus>) -> String {
    status.map_or_else(|| "its exit code is unknown".to_owned(), |status| status.to_string())
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}
