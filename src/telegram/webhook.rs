//! Webhook: tells Telegram where to bring updates, or that they are fetched. Taking them is the web role's (`web`).
//!
//! Setting the same webhook again changes nothing, and no process ever takes it away because it stops: a rolling restart
//! loses no update and repeats none. Only a bot that is to poll takes it away, once, before its first poll.

use std::sync::Arc;
use std::time::Duration;

use metrics::gauge;
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::Value;
use teloxide::payloads::{DeleteWebhook, DeleteWebhookSetters, GetWebhookInfo};
use teloxide::requests::Payload;
use tokio_util::sync::CancellationToken;

use super::{Bot, Failure, backoff, update};
use crate::config::Webhook;

/// How often Telegram is asked how many updates wait there.
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// Telegram says that the address will not do. Only an operator can help.
const REFUSED: Duration = Duration::from_secs(30);

/// teloxide's own payload is a form with a file; this is JSON like all the others.
#[derive(Serialize)]
struct SetWebhook<'a> {
    url: &'a str,
    secret_token: &'a str,
    allowed_updates: [&'static str; 4],
    max_connections: u8,
    drop_pending_updates: bool,
}

impl Payload for SetWebhook<'_> {
    type Output = Value;
    const NAME: &'static str = "setWebhook";
}

/// Sets the webhook, and then watches what waits at Telegram.
pub(super) async fn run(bot: Arc<Bot>, shutdown: CancellationToken) {
    let webhook = bot.webhook.as_ref().expect("started where there is one");
    set(&bot, webhook, &shutdown).await;
    while !shutdown.is_cancelled() {
        look(&bot, webhook).await;
        backoff::wait(LOOK_EVERY, &shutdown).await;
    }
}

/// Takes the webhook away, so that `getUpdates` is not refused. What waits at Telegram is kept.
pub(super) async fn removed(bot: &Bot, shutdown: &CancellationToken) {
    let mut failures = 0;
    while !shutdown.is_cancelled() {
        match bot.client.call(&DeleteWebhook::new().drop_pending_updates(false)).await {
            Ok(_) => return,
            Err(failure) => {
                failures += 1;
                tracing::warn!(%failure, "a webhook could not be taken away, which polling needs");
                backoff::wait(patience(&failure, failures), shutdown).await;
            }
        }
    }
}

async fn set(bot: &Bot, webhook: &Webhook, shutdown: &CancellationToken) {
    let payload = SetWebhook {
        url: webhook.url.as_str(),
        secret_token: webhook.secret.expose_secret(),
        allowed_updates: update::KINDS,
        max_connections: bot.settings.webhook_connections,
        drop_pending_updates: false,
    };
    let mut failures = 0;
    while !shutdown.is_cancelled() {
        match bot.client.call(&payload).await {
            Ok(_) => {
                tracing::info!(url = %webhook.url, "Telegram brings updates by webhook");
                return;
            }
            Err(failure) => {
                failures += 1;
                tracing::error!(%failure, url = %webhook.url, "the webhook could not be set");
                backoff::wait(patience(&failure, failures), shutdown).await;
            }
        }
    }
}

/// Asks Telegram how it goes. Best effort: nothing depends on the answer but a figure and a line in the log.
async fn look(bot: &Bot, webhook: &Webhook) {
    let info = match bot.client.call(&GetWebhookInfo::new()).await {
        Ok(info) => info,
        Err(failure) => return tracing::debug!(%failure, "Telegram did not tell of its webhook"),
    };
    if info["url"] != webhook.url.as_str() {
        tracing::error!("somebody else set another webhook, or none: updates do not come here; a restart of a bot sets it again");
    }
    let waiting = info["pending_update_count"].as_u64().and_then(|count| u32::try_from(count).ok());
    gauge!("antrean_webhook_waiting").set(waiting.unwrap_or(0));
}

fn patience(failure: &Failure, failures: u32) -> Duration {
    match failure {
        Failure::Flood { wait_ms } => Duration::from_millis(wait_ms.unsigned_abs()),
        Failure::Refused { .. } => REFUSED,
        _ => backoff::delay(failures),
    }
}
