//! A Redis of one's own: on a free port, in a folder that goes away with it, as durable as the shipped one. It can be given
//! too little memory or disk, and be asked anything.

use std::net::TcpListener;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::PATIENCE;
use crate::process::signal;

/// Where in its folder a server keeps its append-only files.
const AOF: &str = "appendonlydir";

/// A running server. It is killed when dropped; its data goes with it.
pub struct Redis {
    child: Child,
    port: u16,
    durability: Durability,
    disk: Disk,
    dir: TempDir,
}

/// How much Redis may still write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Disk {
    Free,
    /// Its largest file may grow by so many bytes, and not by one more.
    Room(u64),
}

/// Whether what is acknowledged is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// As shipped: `appendfsync always`.
    Always,
    /// Written once a second: a crash may forget the last one.
    EverySecond,
    /// Nothing is ever written: what a doctor refuses, and a bench compares with.
    Off,
}

impl Durability {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Always => &["--appendonly", "yes", "--appendfsync", "always"],
            Self::EverySecond => &["--appendonly", "yes", "--appendfsync", "everysec"],
            Self::Off => &["--appendonly", "no"],
        }
    }
}

impl Redis {
    pub async fn start() -> Self {
        Self::start_with(Durability::Always).await
    }

    pub async fn start_with(durability: Durability) -> Self {
        let dir = tempfile::tempdir().expect("a folder for Redis");
        let port = free_port();
        let child = spawn(port, durability, Disk::Free, dir.path()).await;
        Self { child, port, durability, disk: Disk::Free, dir }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Where its append-only file is.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Kills it with no warning and starts it again on the same data.
    pub async fn crash_and_restart(&mut self) {
        self.kill().await;
        self.start_again().await;
    }

    /// `kill -9`. It stays away until it is started again.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("Redis was running");
    }

    /// SIGTERM, as a host that goes down sends it: it ends what it is at and goes.
    pub async fn stop(&mut self) {
        assert!(signal(&self.child, "-TERM").await, "Redis could not be told to stop");
        self.ends().await;
    }

    /// SIGSTOP: as on a host whose disk hangs. Connections stay, and nothing is answered.
    pub async fn pause(&self) {
        signal(&self.child, "-STOP").await;
    }

    /// SIGCONT.
    pub async fn resume(&self) {
        signal(&self.child, "-CONT").await;
    }

    /// Starts it on the same data and the same port, after it was killed or stopped.
    pub async fn start_again(&mut self) {
        self.child = spawn(self.port, self.durability, self.disk, self.dir.path()).await;
    }

    /// Starts it again on a disk that is full after so many bytes more.
    pub async fn start_again_with_room(&mut self, bytes: u64) {
        self.disk = Disk::Room(bytes);
        self.start_again().await;
        self.disk = Disk::Free;
    }

    /// Waits until it has ended by itself; what it ended with.
    pub async fn ends(&mut self) -> ExitStatus {
        let ended = timeout(PATIENCE, self.child.wait()).await;
        ended.expect("Redis was to end by itself").expect("a child can be waited for")
    }

    /// Any command, as one types it into its own client; what that prints.
    pub async fn asked(&self, words: &[&str]) -> String {
        let port = self.port.to_string();
        let output = Command::new("redis-cli").args(["-e", "-p", &port]).args(words).output().await;
        let output = output.expect("redis-cli comes with redis-server (script/setup)");
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// A copy of everything in it, as it is now.
    pub fn backup(&self) -> TempDir {
        let dir = tempfile::tempdir().expect("a folder for a copy");
        copy(&self.dir.path().join(AOF), &dir.path().join(AOF));
        dir
    }

    /// Kills it and starts it again on an earlier copy.
    pub async fn restore(&mut self, backup: &TempDir) {
        self.kill().await;
        std::fs::remove_dir_all(self.dir.path().join(AOF)).expect("a folder of our own");
        copy(&backup.path().join(AOF), &self.dir.path().join(AOF));
        self.start_again().await;
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("a folder of our own");
    for entry in std::fs::read_dir(from).expect("a folder of append-only files") {
        let entry = entry.expect("an entry of it");
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("it can be copied");
    }
}

/// A port nobody listens on just now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a bound listener has an address").port()
}

/// Starts a server and waits until it says that it is ready.
async fn spawn(port: u16, durability: Durability, disk: Disk, dir: &Path) -> Child {
    let port = port.to_string();
    let mut command = match disk {
        Disk::Free => Command::new("redis-server"),
        Disk::Room(bytes) => {
            // A shell's unit is 512 bytes. Ignored, the signal becomes what a full disk is: an error of the write.
            let mut command = Command::new("sh");
            let limit = (largest(dir) + bytes) / 512;
            command.args(["-c", "trap '' XFSZ; ulimit -f \"$0\"; exec redis-server \"$@\"", &limit.to_string()]);
            command
        }
    };
    let mut child = command
        .args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--dir"])
        .arg(dir)
        .args(["--maxmemory-policy", "noeviction"])
        .args(durability.arguments())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("redis-server is installed (script/setup)");
    let stdout = child.stdout.take().expect("stdout is a pipe");
    let mut lines = BufReader::new(stdout).lines();
    loop {
        let line = lines.next_line().await.expect("Redis writes text").expect("Redis starts");
        if line.contains("Ready to accept connections") {
            break;
        }
    }
    // It must not stop at a full pipe.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    child
}

/// The size of the largest file under `dir`.
fn largest(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).expect("the folder of Redis").map(|entry| entry.expect("an entry of it"));
    let size = |path: &Path| path.metadata().map_or(0, |about| about.len());
    entries.map(|entry| entry.path()).map(|path| if path.is_dir() { largest(&path) } else { size(&path) }).max().unwrap_or(0)
}
