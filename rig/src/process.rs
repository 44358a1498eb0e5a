//! A product process: started with an environment of its own, watched by its log, ended gently or not.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::PATIENCE;

pub type Environment = BTreeMap<&'static str, String>;

/// The product as a command, with `environment` and nothing else: not the machine's, nor a developer's `.env`.
pub fn antrean(environment: &Environment, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.args(arguments).env_clear().envs(environment).current_dir(std::env::temp_dir()).kill_on_drop(true);
    command
}

/// The product as it was built with whoever asks: beside their own program, or one folder up from a test's.
fn binary() -> PathBuf {
    let own = std::env::current_exe().expect("a running program has a path");
    let found = own.ancestors().skip(1).take(2).map(|folder| folder.join("antrean")).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("no antrean beside {}: build it first (cargo build)", own.display()))
}

/// A running process. It is killed when dropped.
pub struct Process {
    name: String,
    environment: Environment,
    child: Child,
    log: Log,
    /// What it wrote before it was started again.
    past: String,
}

/// What a process has written so far, for all who want to wait for a line of it.
#[derive(Clone)]
struct Log {
    lines: Arc<Mutex<Vec<String>>>,
    count: watch::Receiver<usize>,
}

impl Process {
    /// Starts a role and waits until it says that it is ready.
    pub async fn start(environment: &Environment, arguments: &[&str]) -> Self {
        let process = Self::spawn(environment, arguments);
        process.logs("role ready").await;
        process
    }

    /// Starts it without waiting.
    pub fn spawn(environment: &Environment, arguments: &[&str]) -> Self {
        let (child, log) = launch(environment, arguments);
        Self { name: arguments.join(" "), environment: environment.clone(), child, log, past: String::new() }
    }

    /// Starts the same role with the same environment again, without waiting. Whatever still ran is killed.
    pub async fn spawn_again(&mut self) {
        self.kill().await;
        self.past = self.log();
        let arguments: Vec<_> = self.name.split(' ').collect();
        (self.child, self.log) = launch(&self.environment, &arguments);
    }

    /// Waits until its log has a line with `text`.
    pub async fn logs(&self, text: &str) {
        let mut count = self.log.count.clone();
        let found = count.wait_for(|_| self.log.has(text));
        let outcome = timeout(PATIENCE, found).await.map(|found| found.is_ok());
        // The sender is gone when the process is.
        assert!(matches!(outcome, Ok(true)), "{} never logged {text:?}:\n{}", self.name, self.tail());
    }

    /// Its number, while it runs.
    pub fn id(&self) -> u32 {
        self.child.id().expect("the process is running")
    }

    /// Everything it wrote, in all its lives.
    pub fn log(&self) -> String {
        let present = self.log.lines.lock().expect("nobody panics while holding the log").join("\n");
        if self.past.is_empty() { present } else { format!("{}\n--- started again ---\n{present}", self.past) }
    }

    /// The end of it, for failures.
    pub fn tail(&self) -> String {
        let lines = self.log.lines.lock().expect("nobody panics while holding the log");
        let from = lines.len().saturating_sub(60);
        format!("--- {} ---\n{}", self.name, lines[from..].join("\n"))
    }

    /// `kill -9`: it gets no word in.
    pub async fn kill(&mut self) {
        // It may have ended by itself: then there is nothing to kill.
        self.child.kill().await.ok();
    }

    /// SIGSTOP: it stands still wherever it is, holding whatever it holds, and knows nothing of it. No effect on one
    /// that has ended.
    pub async fn pause(&self) {
        signal(&self.child, "-STOP").await;
    }

    /// SIGCONT: it goes on as if no time had passed.
    pub async fn resume(&self) {
        signal(&self.child, "-CONT").await;
    }

    /// SIGTERM, without waiting for what comes of it. No effect on one that has ended.
    pub async fn tell_to_stop(&self) {
        signal(&self.child, "-TERM").await;
    }

    /// SIGTERM, and what it ends with.
    pub async fn terminate(&mut self) -> ExitStatus {
        assert!(signal(&self.child, "-TERM").await, "{} could not be told to stop", self.name);
        let ended = timeout(PATIENCE, self.child.wait()).await;
        ended.unwrap_or_else(|_| panic!("{} did not stop:\n{}", self.name, self.tail())).expect("a child can be waited for")
    }

    /// Whether it is still running.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

/// A role in a process of its own, and what it will write.
fn launch(environment: &Environment, arguments: &[&str]) -> (Child, Log) {
    let mut command = antrean(environment, arguments);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the product's binary");
    let stderr = child.stderr.take().expect("stderr is a pipe");
    let lines = Arc::new(Mutex::new(Vec::new()));
    let (counted, count) = watch::channel(0);
    let written = Arc::clone(&lines);
    tokio::spawn(async move {
        let mut stderr = BufReader::new(stderr).lines();
        while let Ok(Some(line)) = stderr.next_line().await {
            let mut lines = written.lock().expect("nobody panics while holding the log");
            lines.push(line);
            counted.send_replace(lines.len());
        }
    });
    (child, Log { lines, count })
}

/// Sends a signal; false where there is no such process any more.
pub(crate) async fn signal(child: &Child, name: &str) -> bool {
    let Some(id) = child.id() else { return false };
    let sent = Command::new("kill").args([name, &id.to_string()]).stderr(Stdio::null()).status().await;
    sent.expect("kill is everywhere").success()
}

impl Log {
    fn has(&self, text: &str) -> bool {
        self.lines.lock().expect("nobody panics while holding the log").iter().any(|line| line.contains(text))
    }
}
