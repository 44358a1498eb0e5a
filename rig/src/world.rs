//! One whole world for one test: Redis, the imitated Telegram and bank, and the product's processes.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use antrean_domain::{Calendar, Zone};
use antrean_sandbox::bank;
use antrean_store::{Clock, ClockMode, Options, Store};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use crate::process::{Environment, antrean};
use crate::server::{Redis, free_port};
use crate::{Door, Person, Process};

const TOKEN: &str = "4242424242:a-token-of-the-imitation";
const SNAP_CLIENT_ID: &str = "BANKCONTOH";
const PARTNER_ID: &str = "88088";
const SNAP_SECRET: &str = "a-secret-shared-with-the-imitated-bank";

/// Whether the imitated Telegram answers 429 as the real one does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Flood {
    Limited,
    Unlimited,
}

/// What a world stands on: one Redis, unless its test says otherwise.
pub trait Backing {
    /// What the product is given as `REDIS_URL`.
    fn url(&self) -> String;
}

impl Backing for Redis {
    fn url(&self) -> String {
        self.url()
    }
}

/// The world. Dropped, it takes everything in it away; when a test fails it first shows what the product logged.
pub struct World<R = Redis> {
    pub redis: R,
    pub door: Door,
    pub store: Store,
    environment: Environment,
    processes: Vec<Process>,
    shutdown: CancellationToken,
    _data: TempDir,
}

/// What one of the operator's tools said.
#[derive(Debug)]
pub struct Output {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The imitation's time is the product's.
struct SharedClock(Clock);

impl antrean_sandbox::Clock for SharedClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.now_ms()).expect("the product's time is within chrono's")
    }

    fn advance(&self, by: TimeDelta) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move { self.0.advance(by.num_milliseconds()).await.map_err(|error| error.to_string()) })
    }

    fn offset(&self) -> TimeDelta {
        TimeDelta::milliseconds(self.0.offset_ms())
    }
}

impl World {
    /// A world with nobody of the product in it yet.
    pub async fn new(flood: Flood) -> Self {
        Self::with_settings(flood, "").await
    }

    /// The same, with an `antrean.toml` of its own.
    pub async fn with_settings(flood: Flood, settings: &str) -> Self {
        Self::over(Redis::start().await, flood, settings).await
    }

    /// A world in which the whole product runs in one process.
    pub async fn running() -> Self {
        let mut world = Self::new(Flood::Unlimited).await;
        world.start(&["run"]).await;
        world
    }
}

impl<R: Backing> World<R> {
    /// A world that stands on something of its own, with an `antrean.toml` of its own.
    pub async fn over(redis: R, flood: Flood, settings: &str) -> Self {
        let data = tempfile::tempdir().expect("a folder for the imitated world");
        let config = configured(data.path(), settings);
        let keys = keys().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let door = Door::new(format!("http://{}", listener.local_addr().expect("a bound listener has an address")));
        let web = format!("127.0.0.1:{}", free_port());

        let options = Options { url: redis.url().into(), shards: shards(settings), seal: None, clock: ClockMode::Steered, lease_ms: 8_000 };
        let store = Store::connect(options).await.expect("Redis is there");
        let settings = antrean_sandbox::Settings {
            listen: listener.local_addr().expect("a bound listener has an address"),
            data_dir: data.path().to_owned(),
            bot_token: TOKEN.to_owned(),
            flood_limits: flood == Flood::Limited,
            bank: bank::Settings {
                product_url: format!("http://{web}"),
                client_id: SNAP_CLIENT_ID.to_owned(),
                secret: SNAP_SECRET.into(),
                private_key_pem: keys.private.clone(),
                // One pair serves both ways: nothing here depends on whose it is.
                biller_public_key_pem: keys.public.clone(),
                partner_service_id: PARTNER_ID.to_owned(),
            },
            people: Vec::new(),
        };
        let shutdown = CancellationToken::new();
        let clock = Arc::new(SharedClock(store.clock().clone()));
        let serving = antrean_sandbox::serve(settings, listener, clock, shutdown.clone());
        tokio::spawn(async move { serving.await.expect("the imitated world serves") });

        let environment = Environment::from([
            ("ANTREAN_CONFIG", config),
            ("REDIS_URL", redis.url()),
            ("TELOXIDE_TOKEN", TOKEN.to_owned()),
            ("TELEGRAM_API_URL", door.address().to_owned()),
            ("ANTREAN_SEAL_KEY", "c2VhbHMgd2hhdCBwZW9wbGUgdGVsbCBpbiB0ZXN0cyE=".to_owned()),
            ("ANTREAN_HTTP_ADDR", web),
            ("ANTREAN_CLOCK", "steered".to_owned()),
            ("ANTREAN_SNAP_CLIENT_ID", SNAP_CLIENT_ID.to_owned()),
            ("ANTREAN_SNAP_SECRET", SNAP_SECRET.to_owned()),
            ("ANTREAN_SNAP_PUBLIC_KEY", keys.public.clone()),
            ("ANTREAN_SNAP_PRIVATE_KEY", keys.private.clone()),
            ("ANTREAN_SNAP_PARTNER_ID", PARTNER_ID.to_owned()),
            ("ANTREAN_BANK_URL", door.address().to_owned()),
            ("ANTREAN_WATERMARK_FILE", data.path().join("watermark.json").to_str().expect("a plain path").to_owned()),
            ("RUST_LOG", "info".to_owned()),
        ]);
        Self { redis, door, store, environment, processes: Vec::new(), shutdown, _data: data }
    }
}

impl<R> World<R> {
    /// Sets a variable for every process started from now on.
    pub fn sets(&mut self, name: &'static str, value: String) {
        self.environment.insert(name, value);
    }

    /// Starts a role in a process of its own.
    pub async fn start(&mut self, arguments: &[&str]) {
        let process = Process::start(&self.environment, arguments).await;
        self.processes.push(process);
    }

    /// Likewise, with something else in its environment.
    pub async fn start_with(&mut self, more: &[(&'static str, &str)], arguments: &[&str]) {
        let mut environment = self.environment();
        environment.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        self.processes.push(Process::start(&environment, arguments).await);
    }

    /// Starts a role in an environment of its own, without waiting until it is ready.
    pub fn spawn(&mut self, environment: &Environment, arguments: &[&str]) {
        self.processes.push(Process::spawn(environment, arguments));
    }

    /// The processes started so far, in order.
    pub fn processes(&mut self) -> &mut [Process] {
        &mut self.processes
    }

    /// Kills the process at `index` without a word, and starts the same role again.
    pub async fn kill_and_restart(&mut self, index: usize, arguments: &[&str]) {
        self.processes[index].kill().await;
        self.processes[index] = Process::start(&self.environment, arguments).await;
    }

    pub fn environment(&self) -> Environment {
        self.environment.clone()
    }

    /// Where the product's web role listens.
    pub fn web(&self) -> String {
        format!("http://{}", self.environment["ANTREAN_HTTP_ADDR"])
    }

    /// Runs one of the operator's tools to its end.
    pub async fn operator(&self, arguments: &[&str]) -> Output {
        run(&self.environment, arguments).await
    }

    /// A person nobody has met, whose app speaks `language`.
    pub async fn person(&self, name: &str, language: &str) -> Person {
        let person = self.door.post("/sim/people", json!({ "first_name": name, "language_code": language })).await;
        Person::new(self.door.clone(), person["id"].as_i64().expect("a person has an id"))
    }

    /// Opens 8–11 o'clock of `office` on every working day of the coming six weeks, with `capacity` places an hour.
    pub async fn open_quota(&self, office: &str, capacity: u32) {
        let (from, to) = (self.day(1).await, self.day(42).await);
        self.open_quota_on(office, from, to, "08-11", capacity).await;
    }

    pub async fn open_quota_on(&self, office: &str, from: NaiveDate, to: NaiveDate, hours: &str, capacity: u32) {
        let (from, to, capacity) = (from.to_string(), to.to_string(), capacity.to_string());
        let window = ["--from", &from, "--to", &to, "--hours", hours, "--capacity", &capacity];
        let opened = self.operator(&[&["quota", "open", "--office", office, "--class", "regular"], &window[..]].concat()).await;
        assert_eq!(opened.code, 0, "{opened:?}");
    }

    /// The date in Jakarta, so many days ahead.
    pub async fn day(&self, ahead: u64) -> NaiveDate {
        Zone::Wib.date(self.door.now_ms().await) + Days::new(ahead)
    }

    /// The first day at least so many days ahead on which offices work.
    pub async fn working_day(&self, ahead: u64) -> NaiveDate {
        #[derive(serde::Deserialize)]
        struct Holidays {
            holidays: Calendar,
        }
        let file: Holidays = toml::from_str(include_str!("../../config/holidays.toml")).expect("the shipped holidays");
        let first = self.day(ahead).await;
        first.iter_days().find(|day| file.holidays.is_working_day(*day)).expect("offices work some day")
    }

    /// The bookings as an operator sees them.
    pub async fn bookings(&self, arguments: &[&str]) -> Vec<Value> {
        let listed = self.operator(&[&["bookings", "--json"], arguments].concat()).await;
        assert_eq!(listed.code, 0, "{listed:?}");
        listed.stdout.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
    }

    /// Recounts everything; any broken invariant fails the test.
    pub async fn is_sound(&self) {
        let audit = self.operator(&["audit"]).await;
        assert_eq!(audit.code, 0, "the audit found something:\n{}{}", audit.stdout, audit.stderr);
    }

    /// Everything the product's processes have logged.
    pub fn logs(&self) -> String {
        self.processes.iter().map(Process::log).collect()
    }
}

impl<R> Drop for World<R> {
    fn drop(&mut self) {
        self.shutdown.cancel();
        if std::thread::panicking() {
            for process in &self.processes {
                eprintln!("{}", process.tail());
            }
        }
    }
}

/// Runs the product to its end.
pub async fn run(environment: &Environment, arguments: &[&str]) -> Output {
    let mut command = antrean(environment, arguments);
    Output::of(command.stdin(Stdio::null()).output().await.expect("the product's binary"))
}

impl Output {
    fn of(output: std::process::Output) -> Self {
        Self {
            code: output.status.code().expect("it ended by itself"),
            stdout: String::from_utf8(output.stdout).expect("it writes text"),
            stderr: String::from_utf8(output.stderr).expect("it writes text"),
        }
    }

    /// Its standard output as one JSON value.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("not JSON ({error}): {self:?}"))
    }
}

/// How many shards `settings` ask for.
fn shards(settings: &str) -> u8 {
    let settings: toml::Table = settings.parse().expect("settings are TOML");
    settings.get("shards").and_then(toml::Value::as_integer).map_or(1, |shards| shards.try_into().expect("1-100"))
}

/// The shipped configuration with another `antrean.toml`: the path of a folder in `dir`.
fn configured(dir: &Path, settings: &str) -> String {
    let (shipped, config) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("../config"), dir.join("config"));
    for language in ["id", "en"] {
        copy_files(&shipped.join("locales").join(language), &config.join("locales").join(language));
    }
    copy_files(&shipped, &config);
    std::fs::write(config.join("antrean.toml"), settings).expect("a folder of our own can be written to");
    config.to_str().expect("a plain path").to_owned()
}

fn copy_files(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder of our own can be written to");
    for entry in std::fs::read_dir(from).expect("the shipped configuration") {
        let path = entry.expect("an entry of it").path();
        if path.is_file() {
            std::fs::copy(&path, to.join(path.file_name().expect("a file has a name"))).expect("it can be copied");
        }
    }
}

/// The bank's key pair. Made once for all tests of a run: it takes a while, and nothing depends on whose it is.
struct Keys {
    private: String,
    public: String,
}

async fn keys() -> &'static Keys {
    static KEYS: OnceCell<Keys> = OnceCell::const_new();
    KEYS.get_or_init(|| async {
        let dir = tempfile::tempdir().expect("a folder for keys");
        let private = dir.path().join("bank.pem");
        let private = private.to_str().expect("a plain path");
        openssl(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", private]).await;
        let public = openssl(&["pkey", "-in", private, "-pubout"]).await;
        Keys { private: std::fs::read_to_string(private).expect("a key was written"), public }
    })
    .await
}

async fn openssl(arguments: &[&str]) -> String {
    let output = tokio::process::Command::new("openssl").args(arguments).output().await.expect("openssl is installed (script/setup)");
    let output = Output::of(output);
    assert_eq!(output.code, 0, "openssl {arguments:?}: {output:?}");
    output.stdout
}
