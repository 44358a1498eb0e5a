//! What a newcomer starts first: the whole product on one machine, with one command, and again.

use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use antrean_rig::{Door, PATIENCE, Person, Wishes, free_port};

/// Budi is there from the start.
const BUDI: i64 = 10_001;

/// A running sandbox, as a person starts it in a terminal.
struct Sandbox {
    child: Child,
    door: Door,
}

impl Sandbox {
    /// Starts it and waits for the address it prints.
    async fn start(data: &Path) -> Self {
        let port = free_port().to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_antrean"));
        command.args(["sandbox", "--port", &port, "--data"]).arg(data).current_dir(data);
        command.env("ANTREAN_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/config"));
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("the product's binary");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is a pipe")).lines();
        let address = timeout(PATIENCE, async {
            while let Some(line) = lines.next_line().await.expect("it writes text") {
                if let Some(address) = line.trim().strip_prefix("Open").map(str::trim) {
                    return address.trim_end_matches('/').to_owned();
                }
            }
            panic!("the sandbox ended before it was ready");
        });
        let address = address.await.expect("the sandbox becomes ready");
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { child, door: Door::new(address) }
    }

    /// Ctrl-C.
    async fn interrupt(mut self) {
        let id = self.child.id().expect("it is running").to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status().await.expect("kill is everywhere");
        assert!(sent.success());
        let ended = timeout(PATIENCE, self.child.wait()).await.expect("it stops").expect("a child can be waited for");
        assert_eq!(ended.code(), Some(0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_command_serves_it_all_and_a_second_start_goes_on() {
    let data = TempDir::new().expect("a folder");
    let sandbox = Sandbox::start(data.path()).await;
    let page = reqwest::get(sandbox.door.address()).await.expect("the page is served");
    assert!(page.status().is_success() && page.text().await.expect("it is text").contains("data-testid=\"start\""));
    let mut budi = Person::new(sandbox.door.clone(), BUDI);
    let bill = budi.books(&Wishes::default()).await;
    let redis = std::fs::read_to_string(data.path().join("env")).expect("the product's environment is kept for tools");
    sandbox.interrupt().await;
    let left = redis.lines().find_map(|line| line.strip_prefix("REDIS_URL='redis://")).map(|url| url.trim_end_matches('\''));
    let left = std::net::TcpStream::connect(left.expect("it names its Redis"));
    assert!(left.is_err(), "what it started, it stops");

    let sandbox = Sandbox::start(data.path()).await;
    let mut budi = Person::new(sandbox.door.clone(), BUDI);
    budi.pays(&bill).await;
    sandbox.interrupt().await;
}
