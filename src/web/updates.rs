//! Telegram's door: updates by webhook, one a request.
//!
//! A request is answered 200 only when its update is in Redis; until then Telegram keeps it, and repeats it after what
//! `Retry-After` says. Whoever does not know the secret is answered 401, and nothing of the request is read. What will
//! never be an update is counted and answered 200: repeated for a day, it would keep back all that its chat sends after
//! it.
//!
//! Safe twice because: a repeated update is known by its id where mailboxes are written (`Store::deliver`).

use std::sync::Arc;
use std::time::Duration;

use antrean_store::Store;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::config::WEBHOOK_PATH;
use crate::telegram::intake;

const SECRET_HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";
/// One update of Telegram's is some kilobytes; a hundred of them never exceed four million bytes.
const BODY_BYTES_MAX: usize = 1_048_576;
/// When Telegram is to try again. Redis is back within seconds, or gone for long; a try costs little.
const RETRY_AFTER_S: HeaderValue = HeaderValue::from_static("2");

/// What Telegram's door needs: the secret, the mailboxes, the limit.
pub(crate) struct Hook {
    secret: Secret,
    store: Store,
    limit: Duration,
}

/// What Telegram must show.
struct Secret {
    key: hmac::Key,
    tag: hmac::Tag,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    /// It is in Redis, or is nothing that should be.
    Done,
    Stranger,
    TooLarge,
    /// The request broke off.
    Cut,
    /// Redis did not take it, or did not say so in time.
    Later,
}

impl Hook {
    /// `request_ms` is how long Redis may take until Telegram is told to come again.
    pub(crate) fn new(secret: &SecretString, store: Store, request_ms: u64) -> Self {
        Self { secret: Secret::new(secret), store, limit: Duration::from_millis(request_ms) }
    }

    async fn take(&self, request: Request) -> Taken {
        let (parts, body) = request.into_parts();
        if !self.secret.is_shown(&parts.headers) {
            tracing::warn!("someone who is not Telegram, or has an old secret, brought something as an update");
            return Taken::Stranger;
        }
        // Said beforehand, so that only a lie is cut off.
        let said = parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        if said.is_some_and(|bytes| bytes > BODY_BYTES_MAX) {
            return Taken::TooLarge;
        }
        let Ok(body) = axum::body::to_bytes(body, BODY_BYTES_MAX).await else { return Taken::Cut };
        let Ok(update) = serde_json::from_slice::<Value>(&body) else {
            intake::malformed();
            tracing::warn!(bytes = body.len(), "what Telegram brought is not JSON, it was left out");
            return Taken::Done;
        };
        let mail = intake::sort(vec![update], self.store.clock().now_ms());
        if mail.is_empty() {
            return Taken::Done;
        }
        match self.store.deliver(&mail).await {
            Ok(_) => Taken::Done,
            Err(error) => {
                tracing::warn!(%error, "an update could not be put into its mailbox, Telegram keeps it");
                Taken::Later
            }
        }
    }
}

pub(super) fn routes(hook: Arc<Hook>) -> Router {
    Router::new().route(WEBHOOK_PATH, post(answer)).with_state(hook)
}

async fn answer(State(hook): State<Arc<Hook>>, request: Request) -> Response {
    let taken = tokio::time::timeout(hook.limit, hook.take(request)).await.unwrap_or_else(|_| {
        // It may be in Redis: then its repetition is recognised.
        tracing::warn!("an update was not taken in time, Telegram repeats it");
        Taken::Later
    });
    metrics::counter!("antrean_webhook_requests_total", "answer" => taken.word()).increment(1);
    taken.into_response()
}

impl Taken {
    /// Its word in metrics.
    fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Stranger => "stranger",
            Self::TooLarge => "large",
            Self::Cut => "cut",
            Self::Later => "later",
        }
    }
}

impl IntoResponse for Taken {
    fn into_response(self) -> Response {
        match self {
            Self::Done => StatusCode::OK.into_response(),
            Self::Stranger => StatusCode::UNAUTHORIZED.into_response(),
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
            Self::Cut => StatusCode::BAD_REQUEST.into_response(),
            Self::Later => (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, RETRY_AFTER_S)]).into_response(),
        }
    }
}

impl Secret {
    fn new(secret: &SecretString) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"antrean webhook secret 1");
        let tag = hmac::sign(&key, secret.expose_secret().as_bytes());
        Self { key, tag }
    }

    /// Whether `headers` show it. Takes the same time whatever differs, and however long it is.
    fn is_shown(&self, headers: &HeaderMap) -> bool {
        let shown = headers.get(SECRET_HEADER).map(HeaderValue::as_bytes).unwrap_or_default();
        hmac::verify(&self.key, shown, self.tag.as_ref()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_secret_opens_the_door() {
        let secret = Secret::new(&"a-secret-of-the-webhook".into());
        let shows = |shown: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(SECRET_HEADER, shown.parse().expect("a header"));
            secret.is_shown(&headers)
        };
        assert!(shows("a-secret-of-the-webhook"));
        for wrong in ["", "a", "a-secret-of-the-webhoo", "a-secret-of-the-webhookk", "A-secret-of-the-webhook"] {
            assert!(!shows(wrong), "{wrong}");
        }
        assert!(!secret.is_shown(&HeaderMap::new()));
    }

    #[test]
    fn telegram_is_told_when_to_come_again() {
        let answer = Taken::Later.into_response();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers()[header::RETRY_AFTER], "2");
    }
}
