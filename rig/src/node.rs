//! A server that is not the plain Redis of most trials: a node of a Cluster, a replica, or a Valkey.

use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout};

use crate::world::Backing;
use crate::{PATIENCE, free_port};

/// As the shipped configuration has it.
const DURABLE: [&str; 8] = ["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction"];

/// A running server. It is killed when dropped; its data goes with it.
pub struct Node {
    program: String,
    arguments: Vec<String>,
    child: Child,
    port: u16,
    dir: TempDir,
}

impl Node {
    /// Starts `program`, durable as the shipped Redis, with `arguments` as well, and waits until it is ready.
    pub async fn start(program: &Path, arguments: Vec<String>) -> Self {
        let dir = tempfile::tempdir().expect("a folder for a server");
        let (port, program) = (free_port(), program.to_str().expect("a plain path").to_owned());
        let child = spawn(&program, &arguments, port, dir.path()).await;
        Self { program, arguments, child, port, dir }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// `kill -9`. It stays away until it is started again.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("the server was running");
    }

    /// Starts it on the same data and the same port, after it was killed.
    pub async fn start_again(&mut self) {
        self.child = spawn(&self.program, &self.arguments, self.port, self.dir.path()).await;
    }

    /// Any command in one line; the answer as it comes over the wire.
    pub async fn asked(&self, line: &str) -> String {
        self.try_asked(line).await.unwrap_or_else(|error| panic!("{line} could not be asked: {error}"))
    }

    async fn try_asked(&self, line: &str) -> std::io::Result<String> {
        let asked = async {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
            // The server closes behind its last answer.
            stream.write_all(format!("{line}\r\nQUIT\r\n").as_bytes()).await?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.map(|_| answer)
        };
        timeout(PATIENCE, asked).await.unwrap_or_else(|_| panic!("{line} was not answered"))
    }

    /// Likewise, where only OK will do.
    pub(crate) async fn told(&self, line: &str) {
        let answer = self.asked(line).await;
        assert!(answer.starts_with("+OK"), "{line}: {answer}");
    }

    /// Asks again and again until the answer has `text` in it: nobody tells when it will. A server that changes its role
    /// hangs up on whoever is asking it just then.
    pub(crate) async fn until_says(&self, line: &str, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.try_asked(line).await.is_ok_and(|answer| answer.contains(text)) {
            assert!(Instant::now() < deadline, "{line} never said {text:?}");
        }
    }
}

impl Backing for Node {
    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

async fn spawn(program: &str, arguments: &[String], port: u16, dir: &Path) -> Child {
    let mut child = Command::new(program)
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--dir"])
        .arg(dir)
        .args(DURABLE)
        .args(arguments)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("{program} does not start, run script/setup: {error}"));
    let stdout = child.stdout.take().expect("stdout is a pipe");
    let mut lines = BufReader::new(stdout).lines();
    loop {
        let line = lines.next_line().await.expect("a server writes text").expect("the server starts");
        if line.contains("Ready to accept connections") {
            break;
        }
    }
    // It must not stop at a full pipe.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    child
}
