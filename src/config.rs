//! What the process is told: the environment, and the files of the configuration folder.
//!
//! The one place that reads the environment. Nothing is demanded until it is asked for, so that each role needs
//! only what it uses; what is missing or wrong is named, with what it should be ([`ConfigError`], exit code 2).
//! Defaults give way to `antrean.toml`, which gives way to the environment. See `settings` for that file,
//! `data` for the others, and `snap` for what was agreed with the bank.

mod data;
mod settings;
mod snap;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use antrean_store::{ClockMode, Options, Seal};
use data_encoding::BASE64;
use reqwest::Url;
use secrecy::SecretString;
use tracing_subscriber::EnvFilter;

pub(crate) use self::settings::{LogFormat, Settings, TelegramSettings, WebSettings};
pub(crate) use self::snap::{BankStatus, Snap};

/// Everything the environment may say. Others are not looked at.
const NAMES: [&str; 18] = [
    "REDIS_URL",
    "TELOXIDE_TOKEN",
    "TELEGRAM_API_URL",
    "TELEGRAM_WEBHOOK_URL",
    "TELEGRAM_WEBHOOK_SECRET",
    "ANTREAN_CONFIG",
    "ANTREAN_SEAL_KEY",
    "ANTREAN_HTTP_ADDR",
    "ANTREAN_METRICS_ADDR",
    "ANTREAN_CLOCK",
    "ANTREAN_SNAP_CLIENT_ID",
    "ANTREAN_SNAP_SECRET",
    "ANTREAN_SNAP_PUBLIC_KEY",
    "ANTREAN_SNAP_PRIVATE_KEY",
    "ANTREAN_SNAP_PARTNER_ID",
    "ANTREAN_BANK_URL",
    "ANTREAN_WATERMARK_FILE",
    "RUST_LOG",
];

const TELEGRAM_API_URL: &str = "https://api.telegram.org";
const HTTP_ADDR: &str = "127.0.0.1:8080";
/// Where the web role takes updates. A proxy before it may put more in front, not behind.
pub(crate) const WEBHOOK_PATH: &str = "/telegram/updates";
/// What Telegram takes as a secret token.
const WEBHOOK_SECRET_MAX: usize = 256;
/// Shorter ones can be guessed.
const WEBHOOK_SECRET_MIN: usize = 16;

/// What is wrong with the environment or a file. Always exit code 2.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("{name} is not set, it should be {expected}")]
    Missing { name: &'static str, expected: &'static str },
    #[error("{name} {problem}, it should be {expected}")]
    Wrong { name: &'static str, problem: String, expected: &'static str },
    #[error("{path}: {problem}", path = path.display())]
    File { path: PathBuf, problem: String },
    #[error("{path}: {key} is {value}, allowed is {allowed}", path = path.display())]
    Setting { path: PathBuf, key: String, value: String, allowed: String },
}

/// How time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClockKind {
    System,
    /// Moved forward by hand: for tests and the sandbox.
    Steered,
}

/// How Telegram brings updates to us, where we do not fetch them.
pub(crate) struct Webhook {
    /// The web role as Telegram reaches it.
    pub(crate) url: Url,
    /// What Telegram shows to prove itself.
    pub(crate) secret: SecretString,
}

/// The environment, and where the files are.
pub(crate) struct Config {
    environment: BTreeMap<&'static str, String>,
    dir: PathBuf,
    pub(crate) settings: Settings,
}

impl Config {
    /// Reads the environment and `antrean.toml`. In development a file `.env` adds what is not set; it overrides nothing.
    pub(crate) fn load() -> Result<Self, ConfigError> {
        if cfg!(debug_assertions) {
            // An absent or unreadable `.env` is no error: whatever it should have held is named when it is asked for.
            dotenvy::dotenv().ok();
        }
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
        let read = |name: &str| std::env::var(name).ok();
        Self::from_environment(read)
    }

    fn from_environment(read: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let set = |name| read(name).filter(|value| !value.is_empty()).map(|value| (name, value));
        let environment: BTreeMap<_, _> = NAMES.into_iter().filter_map(set).collect();
        let dir = PathBuf::from(environment.get("ANTREAN_CONFIG").map_or("config", String::as_str));
        if !dir.is_dir() {
            let from = if environment.contains_key("ANTREAN_CONFIG") { "names" } else { "is not set and means" };
            let problem = format!("{from} {}, which is no folder here", dir.display());
            return Err(ConfigError::Wrong { name: "ANTREAN_CONFIG", problem, expected: "the folder that holds service.toml" });
        }
        let settings = Settings::read(&dir)?;
        Ok(Self { environment, dir, settings })
    }

    /// The configuration folder.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// What to log: `RUST_LOG`, else `info`.
    pub(crate) fn log_filter(&self) -> Result<EnvFilter, ConfigError> {
        let wrong = |error: tracing_subscriber::filter::ParseError| ConfigError::Wrong {
            name: "RUST_LOG",
            problem: format!("is not a filter ({error})"),
            expected: "like info or antrean=debug,info",
        };
        EnvFilter::try_new(self.get("RUST_LOG").unwrap_or("info")).map_err(wrong)
    }

    /// How a role or a tool reaches the store, with a seal if it reads or writes anything personal.
    pub(crate) fn store_options(&self, seal: Option<Seal>) -> Result<Options, ConfigError> {
        let clock = match self.clock()? {
            ClockKind::System => ClockMode::System,
            ClockKind::Steered => ClockMode::Steered,
        };
        let (shards, lease_ms) = (self.settings.shards, self.settings.engine.lease_ms);
        Ok(Options { url: self.redis_url()?, shards, seal, clock, lease_ms })
    }

    /// This Redis was first started with `found` shards.
    pub(crate) fn wrong_shards(&self, found: &str) -> ConfigError {
        let allowed = format!("{found} with this Redis, as written down there at the first start");
        ConfigError::Setting {
            path: self.dir.join(settings::FILE),
            key: "shards".to_owned(),
            value: self.settings.shards.to_string(),
            allowed,
        }
    }

    pub(crate) fn redis_url(&self) -> Result<SecretString, ConfigError> {
        let expected = "the address of Redis, like redis://127.0.0.1:6379";
        let url = SecretString::from(self.need("REDIS_URL", expected)?);
        match antrean_store::check_address(&url) {
            Ok(()) => Ok(url),
            Err(error) => Err(wrong("REDIS_URL", &error.to_string(), expected)),
        }
    }

    /// The bot's token, shaped as `BotFather` gives it.
    pub(crate) fn token(&self) -> Result<SecretString, ConfigError> {
        let expected = "the bot's token from @BotFather, like 123456:ABC-DEF";
        let token = self.need("TELOXIDE_TOKEN", expected)?;
        let shaped = token.split_once(':').is_some_and(|(id, rest)| id.parse::<u64>().is_ok() && !rest.is_empty());
        let clean = token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":_-".contains(&byte));
        if shaped && clean { Ok(token.into()) } else { Err(wrong("TELOXIDE_TOKEN", "is no bot token", expected)) }
    }

    pub(crate) fn telegram_api_url(&self) -> Result<Url, ConfigError> {
        let expected = "the http(s) address of a Bot API server, without a path";
        let text = self.get("TELEGRAM_API_URL").unwrap_or(TELEGRAM_API_URL);
        let fits = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
        let url = Url::parse(text).ok().filter(fits);
        url.ok_or_else(|| wrong("TELEGRAM_API_URL", "is no such address", expected))
    }

    /// The webhook, where one is to be used instead of polling.
    pub(crate) fn webhook(&self) -> Result<Option<Webhook>, ConfigError> {
        let expected = "the public https address of the web role, ending in /telegram/updates";
        let Some(text) = self.get("TELEGRAM_WEBHOOK_URL") else { return Ok(None) };
        let fits = |url: &Url| matches!(url.scheme(), "http" | "https") && url.path().ends_with(WEBHOOK_PATH);
        let url = Url::parse(text).ok().filter(fits);
        let url = url.ok_or_else(|| wrong("TELEGRAM_WEBHOOK_URL", "is no such address", expected))?;
        Ok(Some(Webhook { url, secret: self.webhook_secret()? }))
    }

    fn webhook_secret(&self) -> Result<SecretString, ConfigError> {
        const NAME: &str = "TELEGRAM_WEBHOOK_SECRET";
        let expected = "16 to 256 letters, digits, _ and -: openssl rand -hex 32";
        let secret = self.need(NAME, expected)?;
        let clean = secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        let fits = clean && (WEBHOOK_SECRET_MIN..=WEBHOOK_SECRET_MAX).contains(&secret.len());
        if fits { Ok(secret.into()) } else { Err(wrong(NAME, "is no such secret", expected)) }
    }

    /// The key that seals personal data.
    pub(crate) fn seal_key(&self) -> Result<[u8; 32], ConfigError> {
        let expected = "32 random bytes in base64: openssl rand -base64 32";
        let text = self.need("ANTREAN_SEAL_KEY", expected)?;
        let bytes = BASE64.decode(text.trim().as_bytes()).map_err(|_| wrong("ANTREAN_SEAL_KEY", "is not base64", expected))?;
        let length = bytes.len();
        bytes.try_into().map_err(|_| wrong("ANTREAN_SEAL_KEY", &format!("has {length} bytes"), expected))
    }

    /// Where the web role listens.
    pub(crate) fn http_addr(&self) -> Result<std::net::SocketAddr, ConfigError> {
        let expected = "an address and a port, like 0.0.0.0:8080";
        let text = self.get("ANTREAN_HTTP_ADDR").unwrap_or(HTTP_ADDR);
        text.parse().map_err(|_| wrong("ANTREAN_HTTP_ADDR", "is no socket address", expected))
    }

    /// Where any process serves its own health and figures. Unset: nowhere, but for the web role's.
    pub(crate) fn metrics_addr(&self) -> Result<Option<std::net::SocketAddr>, ConfigError> {
        let expected = "an address and a port, like 0.0.0.0:9464";
        let parse = |text: &str| text.parse().map_err(|_| wrong("ANTREAN_METRICS_ADDR", "is no socket address", expected));
        self.get("ANTREAN_METRICS_ADDR").map(parse).transpose()
    }

    pub(crate) fn clock(&self) -> Result<ClockKind, ConfigError> {
        match self.get("ANTREAN_CLOCK") {
            None | Some("system") => Ok(ClockKind::System),
            Some("steered") => Ok(ClockKind::Steered),
            Some(other) => Err(wrong("ANTREAN_CLOCK", &format!("is {other}"), "system, or steered for tests and the sandbox")),
        }
    }

    /// Where the journals' high-water marks are kept, if they are.
    pub(crate) fn watermark_file(&self) -> Option<PathBuf> {
        self.get("ANTREAN_WATERMARK_FILE").map(PathBuf::from)
    }

    fn get(&self, name: &str) -> Option<&str> {
        debug_assert!(NAMES.contains(&name), "{name} is not in NAMES");
        self.environment.get(name).map(String::as_str)
    }

    fn need(&self, name: &'static str, expected: &'static str) -> Result<&str, ConfigError> {
        self.get(name).ok_or(ConfigError::Missing { name, expected })
    }
}

fn wrong(name: &'static str, problem: &str, expected: &'static str) -> ConfigError {
    ConfigError::Wrong { name, problem: problem.to_owned(), expected }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A configuration with nothing but `name` set to `value`.
    fn with(name: &str, value: &str) -> Config {
        let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/config");
        let read = |asked: &str| match asked {
            "ANTREAN_CONFIG" => Some(dir.to_owned()),
            _ => (asked == name).then(|| value.to_owned()),
        };
        Config::from_environment(read).expect("the shipped configuration")
    }

    #[test]
    fn what_is_missing_is_named_with_what_it_should_be() {
        let error = with("", "").redis_url().expect_err("refused").to_string();
        assert_eq!(error, "REDIS_URL is not set, it should be the address of Redis, like redis://127.0.0.1:6379");
    }

    #[test]
    fn what_is_wrong_is_named_without_showing_a_secret() {
        let error = with("TELOXIDE_TOKEN", "s3cret").token().expect_err("refused").to_string();
        assert!(error.starts_with("TELOXIDE_TOKEN is no bot token") && !error.contains("s3cret"), "{error}");
        let error = with("ANTREAN_SEAL_KEY", "c2hvcnQ=").seal_key().expect_err("refused").to_string();
        assert!(error.starts_with("ANTREAN_SEAL_KEY has 5 bytes"), "{error}");
        let error = with("ANTREAN_CLOCK", "fast").clock().expect_err("refused").to_string();
        assert!(error.starts_with("ANTREAN_CLOCK is fast, it should be system"), "{error}");
    }

    #[test]
    fn several_servers_are_one_address_and_what_is_wrong_in_it_is_said() {
        for url in ["redis+sentinel://one:26379,two:26379/antrean", "redis+cluster://:s3cret@one:7000,two:7000"] {
            with("REDIS_URL", url).redis_url().expect("an address");
        }
        let error = with("REDIS_URL", "redis+cluster://:s3cret@one").redis_url().expect_err("refused").to_string();
        assert!(error.starts_with("REDIS_URL has \"one\" where a host:port belongs") && !error.contains("s3cret"), "{error}");
    }

    #[test]
    fn a_webhook_is_not_used_without_a_secret_nor_elsewhere_than_the_web_role_listens() {
        assert!(with("", "").webhook().expect("polling").is_none());
        let error = |url: &str| with("TELEGRAM_WEBHOOK_URL", url).webhook().err().expect("refused").to_string();
        assert!(error("https://antrean.example/telegram/updates").starts_with("TELEGRAM_WEBHOOK_SECRET is not set"));
        for wrong in ["https://antrean.example/", "antrean.example/telegram/updates", "ftp://antrean.example/telegram/updates"] {
            assert!(error(wrong).starts_with("TELEGRAM_WEBHOOK_URL is no such address"), "{wrong}");
        }
        let error = with("TELEGRAM_WEBHOOK_SECRET", "0123456789abcde!").webhook_secret().expect_err("refused").to_string();
        assert!(error.starts_with("TELEGRAM_WEBHOOK_SECRET is no such secret") && !error.contains("cde!"), "{error}");
    }

    #[test]
    fn an_empty_value_counts_as_not_set() {
        assert_eq!(with("ANTREAN_CLOCK", "").clock(), Ok(ClockKind::System));
    }

    #[test]
    fn the_shipped_files_are_sound() {
        let config = with("", "");
        config.terms().expect("service.toml");
        config.offices().expect("offices.toml");
        config.calendar().expect("holidays.toml");
        config.texts().expect("locales");
    }
}
