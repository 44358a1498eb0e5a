//! `antrean doctor`: is everything the product stands on as it must be? A line each, and what to do where not.

use std::fmt::Write;
use std::process::ExitCode;
use std::time::Duration;

use antrean_store::{Server, Store};
use chrono::DateTime;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::print;
use crate::config::{ClockKind, Config, ConfigError};

/// The oldest server whose scripts can carry flags (`#!lua flags=allow-oom`).
const VERSION_MIN: (u32, u32) = (7, 0);
/// Beyond this, hosts disagree about which second of a deadline it is.
const DRIFT_MAX_MS: i64 = 2_000;
/// Where Telegram brings updates to.
const PORTS: [u16; 4] = [443, 80, 88, 8443];
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(clap::Args)]
pub(crate) struct Args {}

/// One thing looked at.
struct Check {
    what: &'static str,
    finding: Finding,
}

enum Finding {
    Sound(String),
    /// What was seen, and what to do about it.
    Broken {
        seen: String,
        remedy: String,
    },
}

pub(crate) async fn run(_args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let mut checks = files(config);
    checks.push(clock(config));
    checks.extend(redis(config).await);
    checks.push(token(config).await);
    checks.push(webhook(config));
    checks.push(seal_key(config));
    checks.push(bank(config));
    checks.push(watermark(config));
    print(&draw(&checks))?;
    let sound = checks.iter().all(|check| matches!(check.finding, Finding::Sound(_)));
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn draw(checks: &[Check]) -> String {
    let mut text = String::new();
    for Check { what, finding } in checks {
        // Writing to a String cannot fail.
        match finding {
            Finding::Sound(seen) => writeln!(text, "ok    {what:<12}{seen}").ok(),
            Finding::Broken { seen, remedy } => writeln!(text, "FAIL  {what:<12}{seen}\n{:18}-> {remedy}", "").ok(),
        };
    }
    let broken = checks.iter().filter(|check| matches!(check.finding, Finding::Broken { .. })).count();
    // Likewise.
    match broken {
        0 => writeln!(text, "\nall {} are in order", checks.len()).ok(),
        _ => writeln!(text, "\n{broken} of {} need attention", checks.len()).ok(),
    };
    text
}

fn files(config: &Config) -> Vec<Check> {
    let remedy = "put the named line right; the files in the repository's config folder show every key";
    let check = |what, read: Result<String, ConfigError>| {
        let finding = read.map_or_else(|error| broken(&error.to_string(), remedy), Finding::Sound);
        Check { what, finding }
    };
    let folder = config.dir().display();
    vec![
        check("settings", Ok(format!("antrean.toml in {folder}, shards: {}", config.settings.shards))),
        check("terms", config.terms().map(|terms| format!("service.toml, operator {}", terms.operator))),
        check("offices", config.offices().map(|offices| format!("offices.toml, {} offices", offices.iter().len()))),
        check("holidays", config.calendar().map(|calendar| format!("holidays.toml, {} days", calendar.holidays.len()))),
        check("texts", config.texts().map(|_| "locales id and en, every text in both".to_owned())),
    ]
}

/// A steered clock is for tests and the sandbox; no office runs by one.
fn clock(config: &Config) -> Check {
    let finding = match config.clock() {
        Err(error) => wrong(&error),
        Ok(ClockKind::System) => Finding::Sound("system".to_owned()),
        Ok(ClockKind::Steered) => {
            broken("steered: whoever can write to Redis moves every deadline", "unset ANTREAN_CLOCK, unless this is a sandbox or a test")
        }
    };
    Check { what: "clock", finding }
}

async fn redis(config: &Config) -> Vec<Check> {
    let what = "redis";
    let options = match config.store_options(None) {
        Ok(options) => options,
        Err(error) => return vec![Check { what, finding: wrong(&error) }],
    };
    let looked = async {
        let store = Store::connect(options).await?;
        let servers = store.servers().await?;
        Ok::<_, antrean_store::StoreError>((store, servers))
    };
    match tokio::time::timeout(PATIENCE, looked).await {
        Ok(Ok((store, servers))) => {
            let mut checks: Vec<_> = servers.iter().flat_map(server_checks).collect();
            checks.push(drift(&store));
            checks.push(losses(&store).await);
            checks
        }
        Ok(Err(error)) => vec![Check { what, finding: broken(&error.to_string(), "start it, or put REDIS_URL right") }],
        Err(_) => vec![Check { what, finding: broken("does not answer", "start it, or put REDIS_URL right") }],
    }
}

fn server_checks(server: &Server) -> Vec<Check> {
    let name = format!("{} at {}", server.name, server.at);
    let version = if server.version >= VERSION_MIN {
        Finding::Sound(name)
    } else {
        broken(&format!("{name} is too old"), "upgrade to Redis 7.0 or Valkey 8, or newer")
    };
    let aof = match (server.appends, server.fsync.as_deref(), server.last_write_ok) {
        (false, ..) => broken("no append-only file: a restart forgets everything", "set appendonly yes (config/redis.conf)"),
        (true, _, false) => broken("its last write to the append-only file failed", "look at its log and its disk"),
        (true, Some("always"), _) => Finding::Sound("append-only file, fsync always".to_owned()),
        (true, Some(fsync), _) => {
            broken(&format!("fsync {fsync}: a power cut may lose acknowledged payments"), "set appendfsync always (config/redis.conf)")
        }
        (true, None, _) => {
            broken("CONFIG GET is forbidden, appendfsync is unknown", "allow CONFIG GET to this user, or ask the provider for always")
        }
    };
    let eviction = match server.eviction.as_deref() {
        Some("noeviction") => Finding::Sound("noeviction".to_owned()),
        Some(policy) => broken(&format!("{policy}: records may be thrown away"), "set maxmemory-policy noeviction (config/redis.conf)"),
        None => broken("unknown", "set maxmemory-policy noeviction (config/redis.conf)"),
    };
    vec![
        Check { what: "redis", finding: version },
        Check { what: "durability", finding: aof },
        Check { what: "eviction", finding: eviction },
    ]
}

/// This host's clock against Redis', by which the product goes.
fn drift(store: &Store) -> Check {
    #[expect(clippy::disallowed_methods, reason = "it is the host's own clock that is being judged here")]
    let host = DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
    let off_ms = host.timestamp_millis() - (store.clock().now_ms() - store.clock().offset_ms());
    let finding = if off_ms.abs() <= DRIFT_MAX_MS {
        Finding::Sound(format!("this host is {off_ms} ms from Redis"))
    } else {
        broken(&format!("this host is {off_ms} ms from Redis"), "let NTP set the clocks of both hosts; the bank refuses stale signatures")
    };
    Check { what: "time", finding }
}

async fn token(config: &Config) -> Check {
    let finding = match (config.token(), config.telegram_api_url()) {
        (Err(error), _) | (_, Err(error)) => wrong(&error),
        (Ok(token), Ok(url)) => match get_me(&token, &url).await {
            Ok(name) => Finding::Sound(format!("@{name} at {}", url.host_str().unwrap_or_default())),
            Err(seen) => broken(&seen, "take the token from @BotFather (/token) into TELOXIDE_TOKEN, or put TELEGRAM_API_URL right"),
        },
    };
    Check { what: "telegram", finding }
}

/// The bot's user name. The error never holds the URL: the token is in it.
async fn get_me(token: &SecretString, api: &Url) -> Result<String, String> {
    let url = format!("{}/bot{}/getMe", api.as_str().trim_end_matches('/'), token.expose_secret());
    let asked = async {
        let client = reqwest::Client::builder().timeout(PATIENCE).build()?;
        client.get(url).send().await?.json::<Value>().await
    };
    let answer = asked.await.map_err(|error| format!("Telegram does not answer: {}", error.without_url()))?;
    match answer.pointer("/result/username").and_then(Value::as_str) {
        Some(name) => Ok(name.to_owned()),
        None => Err(format!("Telegram refuses the token: {}", answer["description"].as_str().unwrap_or("no reason given"))),
    }
}

/// Telegram brings updates to https on a few ports only, and says so nowhere but in its refusal.
fn webhook(config: &Config) -> Check {
    let finding = match config.webhook() {
        Err(error) => wrong(&error),
        Ok(None) => Finding::Sound("none: updates are fetched".to_owned()),
        Ok(Some(webhook)) => {
            let taken = webhook.url.scheme() == "https" && webhook.url.port_or_known_default().is_some_and(|port| PORTS.contains(&port));
            if taken {
                Finding::Sound(webhook.url.to_string())
            } else {
                broken(&format!("{} is not where Telegram comes", webhook.url), "let a proxy serve it by https on port 443, 80, 88 or 8443")
            }
        }
    };
    Check { what: "webhook", finding }
}

fn seal_key(config: &Config) -> Check {
    let finding = config.seal_key().map_or_else(|error| wrong(&error), |_| Finding::Sound("32 bytes".to_owned()));
    Check { what: "seal key", finding }
}

fn bank(config: &Config) -> Check {
    let finding = match (config.snap(), config.bank_status()) {
        (Err(error), _) | (_, Err(error)) => wrong(&error),
        (Ok(snap), Ok(Some(status))) => Finding::Sound(format!("client {}, asked at {}", snap.client_id, status.url)),
        (Ok(snap), Ok(None)) => Finding::Sound(format!("client {}; it cannot be asked what was paid (ANTREAN_BANK_URL)", snap.client_id)),
    };
    Check { what: "bank", finding }
}

/// Whether a loss would be noticed. The file is the web role's: it may be on another host than this.
fn watermark(config: &Config) -> Check {
    let seen = match config.watermark_file() {
        Some(path) => format!("kept in {}", path.display()),
        None => "none: what a failover or a backup forgets goes unnoticed (ANTREAN_WATERMARK_FILE)".to_owned(),
    };
    Check { what: "watermark", finding: Finding::Sound(seen) }
}

/// What Redis forgot, as far as it was noticed.
async fn losses(store: &Store) -> Check {
    let finding = match store.open_losses().await {
        Err(error) => broken(&error.to_string(), "start it, or put REDIS_URL right"),
        Ok(open) => match &open[..] {
            [] => Finding::Sound("none is open".to_owned()),
            [loss, ..] => {
                let seen = format!("event {} of shard {} was acknowledged and is gone", loss.seq, loss.shard.0);
                broken(&seen, "antrean repair asks the bank again (docs/OPERATIONS.md)")
            }
        },
    };
    Check { what: "losses", finding }
}

/// A fault of the environment. Its text says what it should be.
fn wrong(error: &ConfigError) -> Finding {
    broken(&error.to_string(), "set it where the product is started (.env.example lists them all)")
}

fn broken(seen: &str, remedy: &str) -> Finding {
    Finding::Broken { seen: seen.to_owned(), remedy: remedy.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> Server {
        Server {
            at: "127.0.0.1:6379".to_owned(),
            name: "Redis 7.0.15".to_owned(),
            version: (7, 0),
            appends: true,
            fsync: Some("always".to_owned()),
            eviction: Some("noeviction".to_owned()),
            last_write_ok: true,
        }
    }

    #[track_caller]
    fn check(server: &Server, said: &str) {
        let text = draw(&server_checks(server));
        assert!(text.contains(said), "{text}");
    }

    #[test]
    fn a_redis_that_could_forget_is_refused() {
        check(&sound(), "all 3 are in order");
        check(&Server { version: (6, 2), ..sound() }, "upgrade to Redis 7.0");
        check(&Server { appends: false, ..sound() }, "set appendonly yes");
        check(&Server { fsync: Some("everysec".to_owned()), ..sound() }, "set appendfsync always");
        check(&Server { last_write_ok: false, ..sound() }, "look at its log");
        check(&Server { eviction: Some("allkeys-lru".to_owned()), ..sound() }, "allkeys-lru: records may be thrown away");
    }

    #[test]
    fn what_is_broken_comes_with_what_to_do() {
        let text = draw(&[Check { what: "clock", finding: broken("steered", "unset ANTREAN_CLOCK") }]);
        assert_eq!(text, "FAIL  clock       steered\n                  -> unset ANTREAN_CLOCK\n\n1 of 1 need attention\n");
    }
}
