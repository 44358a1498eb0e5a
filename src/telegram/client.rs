//! Requests to a Bot API server: teloxide's payloads over our own transport.
//!
//! teloxide's transport sleeps ten seconds inside the call after a 5xx, forgets the error code, and fails a send
//! whose answer holds something newer than itself, which would be sent again. So its payloads are posted here, and
//! of an answer only what is used is read.

use std::time::{Duration, Instant};

use antrean_domain::Millis;
use metrics::histogram;
use reqwest::{Response, Url, multipart};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use teloxide::requests::Payload;

use super::update;

/// How long connecting may take, in milliseconds. A server that needs more is not there.
const CONNECT_MS: u64 = 5_000;

/// Where and as whom requests go. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    api: Url,
    token: SecretString,
    timeout: Duration,
}

/// Why a request brought no result.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// 429: not done, and not to be tried again before that long.
    #[error("too many requests, retry after {wait_ms} ms")]
    Flood { wait_ms: Millis },
    /// Not done, and never will be: the server's own words.
    #[error("{description}")]
    Refused { code: u16, description: String },
    /// Not done: the server was not reached.
    #[error("not reached: {0}")]
    Unreached(String),
    /// Done or not, nobody can tell: a timeout, a 5xx, an answer that is none.
    #[error("unclear: {0}")]
    Unclear(String),
}

impl Failure {
    /// Whether the token is not (or no longer) a bot's.
    pub(crate) fn is_bad_token(&self) -> bool {
        // 404: the token is not even shaped like one. A known bot answers unknown methods with 404, too, but this
        // program calls none.
        matches!(self, Self::Refused { code: 401 | 404, .. })
    }

    /// Its word in metrics.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Flood { .. } => "flood",
            Self::Refused { code: 403, .. } => "unreachable",
            Self::Refused { .. } => "unfit",
            Self::Unreached(_) | Self::Unclear(_) => "unclear",
        }
    }

    /// Whether another poller is at work with the same token.
    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self, Self::Refused { code: 409, .. })
    }
}

#[derive(Deserialize)]
struct Answer {
    ok: bool,
    #[serde(default)]
    result: Value,
    #[serde(default)]
    error_code: u16,
    #[serde(default)]
    description: String,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Default, Deserialize)]
struct Parameters {
    /// In whole seconds.
    retry_after: Option<u32>,
}

#[derive(Serialize)]
struct GetUpdates {
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<i64>,
    limit: u8,
    timeout: u64,
    allowed_updates: [&'static str; 4],
}

impl Client {
    pub(crate) fn new(api: Url, token: SecretString, request_ms: u64) -> reqwest::Result<Self> {
        let http = reqwest::Client::builder().connect_timeout(Duration::from_millis(CONNECT_MS)).tcp_nodelay(true).build()?;
        Ok(Self { http, api, token, timeout: Duration::from_millis(request_ms) })
    }

    /// Calls the method of `payload` and gives its bare result.
    pub(crate) async fn call<P: Payload + Serialize>(&self, payload: &P) -> Result<Value, Failure> {
        let asked = Instant::now();
        let answered = self.post(P::NAME, payload, self.timeout).await;
        histogram!("antrean_telegram_seconds", "method" => P::NAME).record(asked.elapsed());
        answered
    }

    /// Calls `method` with a file in `form`.
    pub(crate) async fn upload(&self, method: &str, form: multipart::Form) -> Result<Value, Failure> {
        let request = self.http.post(self.url(method)).multipart(form).timeout(self.timeout);
        let asked = Instant::now();
        let answered = answer(request.send().await).await;
        histogram!("antrean_telegram_seconds", "method" => method.to_owned()).record(asked.elapsed());
        answered
    }

    /// Waits up to `poll_s` seconds for updates from `offset` on, which confirms all before it.
    pub(crate) async fn updates(&self, offset: Option<i64>, poll_s: u64) -> Result<Vec<Value>, Failure> {
        let payload = GetUpdates { offset, limit: 100, timeout: poll_s, allowed_updates: update::KINDS };
        let timeout = self.timeout + Duration::from_secs(poll_s);
        match self.post("getUpdates", &payload, timeout).await? {
            Value::Array(updates) => Ok(updates),
            _ => Err(Failure::Unclear("getUpdates answered no list".to_owned())),
        }
    }

    async fn post(&self, method: &str, payload: &impl Serialize, timeout: Duration) -> Result<Value, Failure> {
        let request = self.http.post(self.url(method)).json(payload).timeout(timeout);
        answer(request.send().await).await
    }

    fn url(&self, method: &str) -> Url {
        let mut url = self.api.clone();
        let bot = format!("bot{}", self.token.expose_secret());
        url.path_segments_mut().expect("an http address has a path").pop_if_empty().extend([bot.as_str(), method]);
        url
    }
}

async fn answer(response: reqwest::Result<Response>) -> Result<Value, Failure> {
    // The address holds the token: no error may carry it.
    let response = response.map_err(|error| {
        let kind = if error.is_connect() { Failure::Unreached } else { Failure::Unclear };
        kind(chain(&error.without_url()))
    })?;
    let status = response.status();
    if status.is_server_error() {
        return Err(Failure::Unclear(format!("status {status}")));
    }
    let body = response.bytes().await.map_err(|error| Failure::Unclear(chain(&error.without_url())))?;
    let answer: Answer = serde_json::from_slice(&body).map_err(|_| Failure::Unclear(format!("status {status} without an answer")))?;
    read(answer)
}

fn read(answer: Answer) -> Result<Value, Failure> {
    if answer.ok {
        return Ok(answer.result);
    }
    let wait_ms = answer.parameters.retry_after.map(|seconds| Millis::from(seconds) * 1_000);
    match (answer.error_code, wait_ms) {
        // A flood without its time is met with the least Telegram ever asks for.
        (429, wait_ms) => Err(Failure::Flood { wait_ms: wait_ms.unwrap_or(1_000) }),
        (500.., _) => Err(Failure::Unclear(answer.description)),
        (code, _) => Err(Failure::Refused { code, description: answer.description }),
    }
}

/// An error with its causes: reqwest's own text is only the first of them.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, expected: &Result<Value, Failure>) {
        assert_eq!(&read(serde_json::from_str(body).expect("an answer")), expected);
    }

    #[test]
    fn an_answer_is_read_for_what_can_be_done_about_it() {
        check(r#"{"ok":true,"result":{"message_id":3,"hologram":{}}}"#, &Ok(serde_json::json!({"message_id": 3, "hologram": {}})));
        let flood = r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}"#;
        check(flood, &Err(Failure::Flood { wait_ms: 7_000 }));
        let blocked = "Forbidden: bot was blocked by the user".to_owned();
        let body = format!(r#"{{"ok":false,"error_code":403,"description":"{blocked}"}}"#);
        check(&body, &Err(Failure::Refused { code: 403, description: blocked }));
        check(r#"{"ok":false,"error_code":502,"description":"Bad Gateway"}"#, &Err(Failure::Unclear("Bad Gateway".to_owned())));
    }

    #[test]
    fn the_token_is_part_of_the_address_and_the_path_is_kept() {
        let client = |api: &str| Client::new(Url::parse(api).expect("a url"), "1:a".into(), 1_000).expect("a client");
        assert_eq!(client("https://api.telegram.org").url("getMe").as_str(), "https://api.telegram.org/bot1:a/getMe");
        assert_eq!(client("http://localhost:81/tg/").url("getMe").as_str(), "http://localhost:81/tg/bot1:a/getMe");
    }
}
