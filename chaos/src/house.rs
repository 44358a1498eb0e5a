//! The product under trial: seven processes on one Redis, each with lines and a host's clock of its own.

use std::path::{Path, PathBuf};

use antrean_rig::{Flood, World};
use tempfile::TempDir;

use crate::proxy::{Line, Proxy};
use crate::troubles::{BOTS, LEASE_MS, ROLES, To};

/// The office most people go to: there is room for all.
pub(crate) const ROOMY: &str = "JKTSEL";
/// The office that has few places: people meet full hours there, and late money finds its place taken.
pub(crate) const SCARCE: &str = "DENPASAR";
/// Places an hour there, in two hours on two days or three.
const SCARCE_PLACES: u32 = 3;

/// The world, and what is between it and the processes.
pub(crate) struct House {
    pub(crate) world: World,
    redis: Vec<Proxy>,
    telegram: Vec<Proxy>,
    clocks: Option<Clocks>,
}

/// What tells processes a wrong time. Only the wall clock: the monotonic one is the kernel's on every host.
struct Clocks {
    folder: TempDir,
}

impl House {
    /// Everything open and running.
    pub(crate) async fn open() -> Self {
        // Telegram is given up on quickly: with the shipped patience one silent line would outlast the run.
        let settings = format!("[engine]\nlease_ms = {LEASE_MS}\n\n[telegram]\npoll_s = 5\nrequest_ms = 4_000\n");
        let world = World::with_settings(Flood::Unlimited, &settings).await;
        world.open_quota(ROOMY, 100).await;
        let (from, to) = (world.working_day(9).await, world.working_day(11).await);
        world.open_quota_on(SCARCE, from, to, "08-10", SCARCE_PLACES).await;

        let telegram_port = world.door.address().rsplit(':').next().and_then(|port| port.parse().ok());
        let telegram_port = telegram_port.expect("the imitated world listens on a port");
        let (mut redis, mut telegram) = (Vec::new(), Vec::new());
        for process in 0..ROLES.len() {
            redis.push(Proxy::start(world.redis.port()).await);
            if process < BOTS {
                telegram.push(Proxy::start(telegram_port).await);
            }
        }
        let clocks = library().map(|_| Clocks { folder: tempfile::tempdir().expect("a folder for clocks") });
        let mut house = Self { world, redis, telegram, clocks };
        for (process, role) in ROLES.iter().enumerate() {
            house.start(process, role);
        }
        house
    }

    /// Whether hosts' clocks can be moved here.
    pub(crate) fn has_clocks(&self) -> bool {
        self.clocks.is_some()
    }

    pub(crate) fn set_line(&self, process: usize, to: To, line: Line) {
        match to {
            To::Redis => self.redis[process].set(line),
            To::Telegram => self.telegram[process].set(line),
        }
    }

    pub(crate) fn set_clock(&self, process: usize, minutes: i64) {
        if let Some(clocks) = &self.clocks {
            clocks.set(process, minutes);
        }
    }

    fn start(&mut self, process: usize, role: &str) {
        let mut environment = self.world.environment();
        environment.insert("REDIS_URL", format!("redis://127.0.0.1:{}", self.redis[process].port()));
        if let Some(telegram) = self.telegram.get(process) {
            environment.insert("TELEGRAM_API_URL", format!("http://127.0.0.1:{}", telegram.port()));
        }
        if let (Some(clocks), Some(library)) = (&self.clocks, library()) {
            clocks.set(process, 0);
            let file = clocks.file(process).to_str().expect("a plain path").to_owned();
            let library = library.to_str().expect("a plain path").to_owned();
            environment.extend([
                ("LD_PRELOAD", library),
                ("FAKETIME_TIMESTAMP_FILE", file),
                // Looked at again every second, so that a clock moves under a running process.
                ("FAKETIME_CACHE_DURATION", "1".to_owned()),
                ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
                ("DONT_FAKE_MONOTONIC", "1".to_owned()),
                // A killed process could not clear away what it shares.
                ("FAKETIME_DISABLE_SHM", "1".to_owned()),
            ]);
        }
        self.world.spawn(&environment, &[role]);
    }
}

impl Clocks {
    fn file(&self, process: usize) -> PathBuf {
        self.folder.path().join(format!("clock-{process}"))
    }

    fn set(&self, process: usize, minutes: i64) {
        // Renamed into place: a process that looks meanwhile reads the one or the other.
        let (file, fresh) = (self.file(process), self.folder.path().join("fresh"));
        std::fs::write(&fresh, format!("{:+}\n", minutes * 60)).expect("a folder of our own can be written to");
        std::fs::rename(fresh, file).expect("within one folder");
    }
}

/// libfaketime for programs with threads, where script/setup has put it (Debian's package `faketime`).
fn library() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let library = |folder: PathBuf| folder.join(Path::new("faketime/libfaketimeMT.so.1"));
    folders.map(library).find(|path| path.is_file())
}
