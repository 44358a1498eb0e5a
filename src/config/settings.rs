//! `antrean.toml`: how the machinery runs. Every setting has a default; unknown ones are refused by name.
//! What the service itself promises (fees, times) is in `service.toml` instead.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::Path;

use serde::Deserialize;

use super::{ConfigError, data};

pub(super) const FILE: &str = "antrean.toml";

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// Over how many hash tags offices and chats are spread. 1–100; `antrean reshard` changes it.
    pub(crate) shards: u8,
    pub(crate) log: LogFormat,
    pub(crate) engine: EngineSettings,
    pub(crate) telegram: TelegramSettings,
    pub(crate) web: WebSettings,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    #[default]
    Text,
    Json,
}

/// The queue engine.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EngineSettings {
    /// After how long without a sign of life a reader's entries go to another, in milliseconds.
    pub(crate) lease_ms: u64,
    /// How many entries a worker takes at once.
    pub(crate) batch: usize,
    /// How many readers each stream of jobs has in one process.
    pub(crate) readers: usize,
    /// How often a failing job is tried again before it becomes a dead letter.
    pub(crate) retries_max: u32,
}

/// The conversation's two ends.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TelegramSettings {
    /// How long one `getUpdates` waits at Telegram, in seconds.
    pub(crate) poll_s: u64,
    /// How many updates Telegram may bring at the same time, by webhook.
    pub(crate) webhook_connections: u8,
    /// How many chats are served at the same time, for each shard.
    pub(crate) turn_readers: usize,
    /// How many chats are written to at the same time, for each shard.
    pub(crate) send_readers: usize,
    /// Messages a second to one chat, after the burst is spent.
    pub(crate) per_chat_per_second: u32,
    /// Messages to one chat that may go out at once.
    pub(crate) burst: u32,
    /// Messages a second of broadcasts, over all processes.
    pub(crate) bulk_per_second: u32,
    /// How long one request may take, in milliseconds. `getUpdates` has its own limit.
    pub(crate) request_ms: u64,
}

/// The bank's door.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WebSettings {
    /// How long an access token is honoured, in seconds. SNAP BI says 900.
    pub(crate) token_s: u32,
    /// How far `X-TIMESTAMP` may be from our clock, in seconds.
    pub(crate) timestamp_window_s: u32,
    /// The largest body read, in bytes.
    pub(crate) body_bytes_max: usize,
    /// How long a request may take until it is answered 503, in milliseconds.
    pub(crate) request_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            shards: 1,
            log: LogFormat::default(),
            engine: EngineSettings::default(),
            telegram: TelegramSettings::default(),
            web: WebSettings::default(),
        }
    }
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self { lease_ms: 8_000, batch: 256, readers: 4, retries_max: 8 }
    }
}

impl Default for TelegramSettings {
    fn default() -> Self {
        Self {
            poll_s: 50,
            webhook_connections: 40,
            turn_readers: 4,
            send_readers: 16,
            per_chat_per_second: 1,
            burst: 5,
            bulk_per_second: 30,
            request_ms: 20_000,
        }
    }
}

impl Default for WebSettings {
    fn default() -> Self {
        Self { token_s: 900, timestamp_window_s: 300, body_bytes_max: 65_536, request_ms: 10_000 }
    }
}

impl Settings {
    /// Reads `antrean.toml` in `dir`, or takes the defaults where there is none.
    pub(super) fn read(dir: &Path) -> Result<Self, ConfigError> {
        let path = dir.join(FILE);
        let settings = if path.exists() { data::read_toml(&path)? } else { Self::default() };
        settings.check(&path)?;
        Ok(settings)
    }

    fn check(&self, path: &Path) -> Result<(), ConfigError> {
        let (engine, telegram, web) = (&self.engine, &self.telegram, &self.web);
        within(path, "shards", self.shards, 1..=100)?;
        // Below two seconds a pause of the machine already looks like a death.
        within(path, "engine.lease_ms", engine.lease_ms, 2_000..=600_000)?;
        // Above 256 one script call blocks Redis for longer than a tap should wait.
        within(path, "engine.batch", engine.batch, 1..=256)?;
        within(path, "engine.readers", engine.readers, 1..=64)?;
        within(path, "engine.retries_max", engine.retries_max, 0..=25)?;
        // Telegram itself ends a poll after 50 seconds.
        within(path, "telegram.poll_s", telegram.poll_s, 0..=50)?;
        // Telegram itself allows no more than a hundred.
        within(path, "telegram.webhook_connections", telegram.webhook_connections, 1..=100)?;
        within(path, "telegram.turn_readers", telegram.turn_readers, 1..=64)?;
        within(path, "telegram.send_readers", telegram.send_readers, 1..=64)?;
        within(path, "telegram.per_chat_per_second", telegram.per_chat_per_second, 1..=1_000)?;
        within(path, "telegram.burst", telegram.burst, 1..=100)?;
        within(path, "telegram.bulk_per_second", telegram.bulk_per_second, 1..=1_000)?;
        within(path, "telegram.request_ms", telegram.request_ms, 1_000..=120_000)?;
        within(path, "web.token_s", web.token_s, 60..=86_400)?;
        within(path, "web.timestamp_window_s", web.timestamp_window_s, 30..=3_600)?;
        within(path, "web.body_bytes_max", web.body_bytes_max, 1_024..=1_048_576)?;
        within(path, "web.request_ms", web.request_ms, 1_000..=60_000)
    }
}

fn within<T: PartialOrd + Display + Copy>(path: &Path, key: &str, value: T, allowed: RangeInclusive<T>) -> Result<(), ConfigError> {
    if allowed.contains(&value) {
        return Ok(());
    }
    let allowed = format!("{} to {}", allowed.start(), allowed.end());
    Err(ConfigError::Setting { path: path.to_owned(), key: key.to_owned(), value: value.to_string(), allowed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(file: &str, said: &str) {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join(FILE), file).expect("a file");
        let error = Settings::read(dir.path()).expect_err("refused").to_string();
        assert!(error.contains(said) && error.contains(FILE), "{error}");
    }

    #[test]
    fn a_setting_out_of_bounds_is_named_with_what_is_allowed() {
        check("shards = 0", "shards is 0, allowed is 1 to 100");
        check("[engine]\nbatch = 1000", "engine.batch is 1000, allowed is 1 to 256");
        check("[telegram]\npoll_s = 90", "telegram.poll_s is 90, allowed is 0 to 50");
    }

    #[test]
    fn an_unknown_setting_is_refused_by_name() {
        check("[engine]\nlease = 3", "unknown field `lease`");
        check("shard = 3", "unknown field `shard`");
    }

    #[test]
    fn without_a_file_the_defaults_hold() {
        let dir = tempfile::tempdir().expect("a folder");
        assert_eq!(Settings::read(dir.path()).expect("defaults").shards, 1);
    }
}
