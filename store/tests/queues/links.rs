//! The ways to Redis when who answers changes: a primary that Sentinels replace, a slot that moves to another node.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use antrean_store::{ClockMode, Options, Seal, Store};
use redis::FromRedisValue;
use tempfile::TempDir;

use crate::house::{BUDI, LEASE_MS, SITI, next_turn, settle, update};

/// A server of some kind, reached over TCP. Killed with its test.
struct Server {
    child: Child,
    port: u16,
    _dir: TempDir,
}

impl Server {
    /// Starts it with `arguments`, or as a Sentinel by the `conf` it is given.
    async fn start(arguments: &[&str], conf: &str) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        std::fs::write(dir.path().join("redis.conf"), conf).expect("a file of its own");
        let child = Command::new("redis-server")
            .args(["redis.conf", "--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(arguments)
            .current_dir(dir.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed");
        let server = Self { child, port, _dir: dir };
        server.until("PING", |answer: &String| answer == "PONG").await;
        server
    }

    async fn ask<T: FromRedisValue>(&self, line: &str) -> redis::RedisResult<T> {
        let client = redis::Client::open(format!("redis://127.0.0.1:{}", self.port))?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        let mut command = redis::Cmd::new();
        for word in line.split_whitespace() {
            command.arg(if word == "''" { "" } else { word });
        }
        command.query_async(&mut connection).await
    }

    async fn tell<T: FromRedisValue>(&self, line: &str) -> T {
        self.ask(line).await.unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    /// Asks until the answer is as it should be.
    async fn until<T: FromRedisValue>(&self, line: &str, is: impl Fn(&T) -> bool) {
        while !self.ask(line).await.is_ok_and(|answer| is(&answer)) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One of them was killed by its test.
        self.child.kill().ok();
        self.child.wait().expect("a killed process ends");
    }
}

fn options(url: String) -> Options {
    Options { url: url.into(), shards: 1, seal: Some(Seal::new([7; 32])), clock: ClockMode::Steered, lease_ms: LEASE_MS }
}

#[tokio::test]
async fn the_primary_is_followed_when_it_steps_down_and_when_it_dies() {
    let first = Server::start(&["--save", ""], "").await;
    let second = Server::start(&["--save", "", "--replicaof", "127.0.0.1", &first.port.to_string()], "").await;
    second.until("INFO replication", |info: &String| info.contains("master_link_status:up")).await;
    let conf = format!(
        "sentinel monitor kantor 127.0.0.1 {} 1\nsentinel down-after-milliseconds kantor 1000\nsentinel failover-timeout kantor 2000\n",
        first.port
    );
    let sentinel = Server::start(&["--sentinel"], &conf).await;

    let url = format!("redis+sentinel://127.0.0.1:1,127.0.0.1:{}/kantor", sentinel.port);
    let store = settle(async || Store::connect(options(url.clone())).await).await;
    let mut reader = store.turns(0).await.expect("joined");
    let deliver = async |chat, n| settle(async || store.deliver(&[(chat, n, update(n))]).await).await;

    // Refused until it has heard from the replica.
    sentinel.until("SENTINEL FAILOVER kantor", |_: &String| true).await;
    let new = second.port.to_string();
    sentinel.until("SENTINEL GET-MASTER-ADDR-BY-NAME kantor", |address: &Vec<String>| address[1] == new).await;
    // Two are primaries now: the Sentinel tells the old one eight seconds later. Only its word says where to write.
    let followed = async {
        let mut n = 0;
        while second.tell::<usize>("EXISTS in:{c0}:7001").await == 0 {
            n += 1;
            deliver(BUDI, n).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(6), followed).await.expect("the news is heard before the old one steps down");
    assert_eq!(next_turn(&mut reader).await.chat, BUDI);

    first.tell::<String>(&format!("REPLICAOF 127.0.0.1 {}", second.port)).await;
    first.until("INFO replication", |info: &String| info.contains("master_link_status:up")).await;
    drop(second);
    deliver(SITI, 1_000_000).await;
    // Budi's turn was never committed: it may come again first, once its lease has run out.
    while next_turn(&mut reader).await.chat != SITI {}
    let servers = store.servers().await.expect("the one that is left");
    assert_eq!(servers.iter().map(|server| server.at.clone()).collect::<Vec<_>>(), [format!("127.0.0.1:{}", first.port)]);
}

#[tokio::test]
async fn a_reader_follows_its_stream_to_another_node() {
    let cluster = ["--cluster-enabled", "yes", "--save", ""];
    let (one, two) = (Server::start(&cluster, "").await, Server::start(&cluster, "").await);
    one.tell::<String>("CLUSTER ADDSLOTSRANGE 0 16383").await;
    one.tell::<String>(&format!("CLUSTER MEET 127.0.0.1 {}", two.port)).await;
    for node in [&one, &two] {
        node.until("CLUSTER INFO", |info: &String| info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:2")).await;
    }
    let store = settle(async || Store::connect(options(format!("redis+cluster://127.0.0.1:{}", two.port))).await).await;
    let mut reader = store.turns(0).await.expect("joined");
    store.deliver(&[(BUDI, 1, update(1))]).await.expect("delivered");
    assert_eq!(next_turn(&mut reader).await.chat, BUDI);

    let slot: u16 = one.tell("CLUSTER KEYSLOT {c0}").await;
    let (from, to): (String, String) = (one.tell("CLUSTER MYID").await, two.tell("CLUSTER MYID").await);
    two.tell::<String>(&format!("CLUSTER SETSLOT {slot} IMPORTING {from}")).await;
    one.tell::<String>(&format!("CLUSTER SETSLOT {slot} MIGRATING {to}")).await;
    let keys: Vec<String> = one.tell(&format!("CLUSTER GETKEYSINSLOT {slot} 100")).await;
    one.tell::<String>(&format!("MIGRATE 127.0.0.1 {} '' 0 5000 KEYS {}", two.port, keys.join(" "))).await;
    for node in [&two, &one] {
        node.tell::<String>(&format!("CLUSTER SETSLOT {slot} NODE {to}")).await;
    }

    let deliver = settle(async || store.deliver(&[(SITI, 2, update(2))]).await);
    let (turn, _) = tokio::join!(next_turn(&mut reader), deliver);
    assert_eq!(turn.chat, SITI);
    assert_eq!(two.tell::<usize>(&format!("CLUSTER COUNTKEYSINSLOT {slot}")).await, keys.len() + 1, "Siti's inbox is new");
}
