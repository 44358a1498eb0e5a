//! A Redis of its own for every test, killed with it, and the few calls all tests share.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use antrean_domain::{ChatId, Job, JobClass};
use antrean_store::{Batch, ClockMode, Commit, Committed, JobReader, Options, Outbox, OutboxReader, Result, Seal, Store, Turn, TurnReader};
use redis::FromRedisValue;
use redis::aio::MultiplexedConnection;
use tempfile::TempDir;

/// Short, so that what the dead held is soon taken over.
pub(crate) const LEASE_MS: u64 = 300;
pub(crate) const BUDI: ChatId = ChatId(7_001);
pub(crate) const SITI: ChatId = ChatId(7_002);

/// A private redis-server behind a socket in a directory of its own.
pub(crate) struct Server {
    child: Child,
    dir: TempDir,
}

impl Server {
    pub(crate) fn start() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        Self { child: spawn(&dir), dir }
    }

    pub(crate) fn options(&self, shards: u8) -> Options {
        let url = format!("redis+unix://{}", self.dir.path().join("redis.sock").display());
        Options { url: url.into(), shards, seal: Some(Seal::new([7; 32])), clock: ClockMode::Steered, lease_ms: LEASE_MS }
    }

    /// Kills it and starts it again on what it had written.
    pub(crate) fn crash_and_restart(&mut self) {
        self.kill();
        self.child = spawn(&self.dir);
    }

    /// `STOP` or `CONT`: hung, and back.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status();
        assert!(sent.expect("kill is installed").success());
    }

    fn kill(&mut self) {
        self.child.kill().expect("redis-server runs until its test ends");
        self.child.wait().expect("a killed process ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(dir: &TempDir) -> Child {
    Command::new("redis-server")
        .args(["--port", "0", "--unixsocket", "redis.sock", "--save", "", "--appendonly", "yes", "--appendfsync", "always"])
        .current_dir(dir.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server is installed")
}

pub(crate) struct House {
    pub store: Store,
    pub server: Server,
    pub raw: MultiplexedConnection,
}

impl House {
    pub(crate) async fn open() -> Self {
        Self::with_shards(1).await
    }

    pub(crate) async fn with_shards(shards: u8) -> Self {
        Self::with_options(|server| server.options(shards)).await
    }

    pub(crate) async fn with_lease(lease_ms: u64) -> Self {
        Self::with_options(|server| Options { lease_ms, ..server.options(1) }).await
    }

    async fn with_options(options: impl Fn(&Server) -> Options) -> Self {
        let server = Server::start();
        let store = settle(async || Store::connect(options(&server)).await).await;
        // By default it gives up after half a second, which a busy machine takes now and then.
        let patient = redis::AsyncConnectionConfig::new().set_response_timeout(None);
        let client = redis::Client::open(format!("redis+unix://{}", server.dir.path().join("redis.sock").display())).expect("a url");
        let raw = client.get_multiplexed_async_connection_with_config(&patient).await.expect("a connection");
        Self { store, server, raw }
    }

    /// Any command, in the form one would type it.
    pub(crate) async fn redis<T: FromRedisValue>(&self, line: &str) -> T {
        let mut command = redis::Cmd::new();
        for word in line.split_whitespace() {
            command.arg(word);
        }
        command.query_async(&mut self.raw.clone()).await.expect("Redis understands it")
    }

    /// Any command whose arguments are no words.
    pub(crate) async fn ask(&self, command: &redis::Cmd) {
        command.query_async::<()>(&mut self.raw.clone()).await.expect("Redis understands it");
    }

    /// Delivers updates `{"n":1}`, `{"n":2}` … with these numbers as their ids.
    pub(crate) async fn deliver(&self, chat: ChatId, numbers: impl IntoIterator<Item = i64>) {
        let updates: Vec<_> = numbers.into_iter().map(|n| (chat, n, update(n))).collect();
        self.store.deliver(&updates).await.expect("delivered");
    }

    /// Commits a turn that takes all it was given, saves `dialogue` and leaves `shows`.
    pub(crate) async fn commit(&self, turn: &Turn, dialogue: &[u8], shows: &[&str]) -> Committed {
        let shows = shows.iter().map(|show| show.as_bytes().to_vec()).collect();
        let commit = Commit { taken: turn.mail.len(), dialogue, shows, jobs: Vec::new() };
        self.store.commit(turn, commit).await.expect("answered")
    }

    /// Puts `shows` into a chat's outbox by way of a turn.
    pub(crate) async fn show(&self, chat: ChatId, update: i64, shows: &[&str]) {
        let mut reader = self.store.turns(0).await.expect("joined");
        self.deliver(chat, [update]).await;
        let turn = next_turn(&mut reader).await;
        assert_eq!(self.commit(&turn, b"{}", shows).await, Committed::Done);
    }
}

pub(crate) fn update(n: i64) -> Vec<u8> {
    format!(r#"{{"n":{n}}}"#).into_bytes()
}

/// A job that names `chat`, so that jobs can be told apart.
pub(crate) fn job(chat: i64) -> Job {
    Job::Subscribe { office: "JKTSEL".parse().expect("a code"), chat: ChatId(chat), on: true }
}

/// The class of [`job`].
pub(crate) const CLASS: JobClass = JobClass::Norm;

/// Repeats `ask` while Redis is not there.
pub(crate) async fn settle<T>(ask: impl AsyncFn() -> Result<T>) -> T {
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(error) if error.is_transient() => tokio::time::sleep(Duration::from_millis(5)).await,
            Err(error) => panic!("a fault that does not pass: {error}"),
        }
    }
}

/// The next chat, however many empty reads it takes.
pub(crate) async fn next_turn(reader: &mut TurnReader) -> Turn {
    loop {
        if let Some(turn) = reader.next(1).await.expect("read").pop() {
            return turn;
        }
    }
}

pub(crate) async fn next_outbox(reader: &mut OutboxReader) -> Outbox {
    loop {
        if let Some(outbox) = reader.next(1).await.expect("read").pop() {
            return outbox;
        }
    }
}

pub(crate) async fn next_batch(reader: &mut JobReader, most: usize) -> Batch {
    loop {
        let batch = reader.next(most).await.expect("read");
        if !batch.entries.is_empty() {
            return batch;
        }
    }
}
