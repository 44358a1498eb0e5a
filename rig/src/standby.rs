//! A primary, a replica that stands by, and a Sentinel that puts it in the primary's place: a failover on one machine.

use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout};

use crate::world::Backing;
use crate::{Node, PATIENCE, free_port};

/// What the Sentinel calls the primary.
const NAME: &str = "antrean";
/// How long a primary is silent until it counts as down. Long enough for a busy machine.
const DOWN_AFTER_MS: u32 = 1_500;

/// The three. They are killed when dropped.
pub struct Standby {
    primary: Node,
    replica: Node,
    _sentinel: Child,
    port: u16,
    _dir: TempDir,
}

impl Standby {
    /// Starts them, and waits until the replica copies and the Sentinel knows it.
    pub async fn start() -> Self {
        let program = Path::new("redis-server");
        let primary = Node::start(program, Vec::new()).await;
        let of = ["--replicaof".to_owned(), "127.0.0.1".to_owned(), primary.port().to_string()];
        let replica = Node::start(program, of.to_vec()).await;
        replica.until_says("INFO replication", "master_link_status:up").await;

        let (dir, port) = (tempfile::tempdir().expect("a folder for Sentinel"), free_port());
        let file = dir.path().join("sentinel.conf");
        let text = format!(
            "port {port}\nbind 127.0.0.1\nsentinel monitor {NAME} 127.0.0.1 {} 1\n\
             sentinel down-after-milliseconds {NAME} {DOWN_AFTER_MS}\nsentinel failover-timeout {NAME} 3000\n",
            primary.port(),
        );
        std::fs::write(&file, text).expect("a folder of our own can be written to");
        let sentinel = watches(&file, &replica).await;
        Self { primary, replica, _sentinel: sentinel, port, _dir: dir }
    }

    /// Waits until the replica has everything that is in the primary now.
    pub async fn catches_up(&self) {
        let goal = offset(&self.primary.asked("INFO replication").await, "master_repl_offset");
        let deadline = Instant::now() + PATIENCE;
        while offset(&self.replica.asked("INFO replication").await, "slave_repl_offset") < goal {
            assert!(Instant::now() < deadline, "the replica never caught up");
        }
    }

    /// From now on the replica gets nothing any more of what the primary acknowledges, and is not told so.
    pub async fn is_cut_off(&self) {
        // With a password nobody asked for, its next attempt to copy is refused.
        self.replica.told("CONFIG SET masterauth not-the-password").await;
        self.primary.asked("CLIENT KILL TYPE replica").await;
        self.replica.until_says("INFO replication", "master_link_status:down").await;
    }

    /// Kills the primary without a word and waits until the replica is in its place.
    pub async fn fails_over(&mut self) {
        self.primary.kill().await;
        self.replica.until_says("ROLE", "master\r\n").await;
    }
}

impl Backing for Standby {
    fn url(&self) -> String {
        format!("redis+sentinel://127.0.0.1:{}/{NAME}", self.port)
    }
}

/// Starts a Sentinel and waits until it says that it knows `replica`: it would have nobody to put in the primary's place.
async fn watches(file: &Path, replica: &Node) -> Child {
    let started = Command::new("redis-server").arg(file).arg("--sentinel").stdout(Stdio::piped()).kill_on_drop(true).spawn();
    let mut sentinel = started.expect("a Redis is a Sentinel, too");
    let mut lines = BufReader::new(sentinel.stdout.take().expect("stdout is a pipe")).lines();
    let learnt = format!("+slave slave 127.0.0.1:{}", replica.port());
    let heard = timeout(PATIENCE, async {
        while let Ok(Some(line)) = lines.next_line().await {
            if line.contains(&learnt) {
                return true;
            }
        }
        false
    });
    assert!(heard.await.unwrap_or(false), "the Sentinel never knew the replica");
    // It must not stop at a full pipe.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    sentinel
}

fn offset(info: &str, field: &str) -> u64 {
    let line = info.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    line.and_then(|number| number.trim().parse().ok()).unwrap_or_else(|| panic!("no {field} in {info}"))
}
