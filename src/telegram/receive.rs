//! Receive: fetches updates from Telegram and puts them into the chats' mailboxes. The other way is `webhook`.
//!
//! Wakes on: `getUpdates`, held open while nothing comes. One poller at a time, by a lease; the others stand by.
//! Writes: mailboxes, sealed. An update is confirmed at Telegram (by the next `offset`) only after Redis has it.
//! While Redis takes nothing, people hear of it from here: see `apology`.
//! Safe twice because: a repeated `update_id` is dropped where mailboxes are written. A kill at any moment means
//! that Telegram hands the same updates to the next poller.

use std::sync::Arc;
use std::time::{Duration, Instant};

use antrean_store::StoreError;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::apology::Apology;
use super::{Bot, Failure, backoff, intake, webhook};

/// How long the lease lives without being renewed, in milliseconds: how long people wait when a poller is killed. A
/// poller that only pauses for longer costs nothing but a 409.
const LEASE_MS: u64 = 4_000;
const RENEW_EVERY: Duration = Duration::from_millis(LEASE_MS / 4);
/// How often those who stand by ask for the lease.
const STANDBY: Duration = Duration::from_millis(500);
/// Someone else polls with our token, without asking for our lease. Their poll ends ours as ours ends theirs.
const CONFLICT: Duration = Duration::from_secs(5);
/// How often updates that Redis did not take are asked for and tried again.
const TAKE_AGAIN: Duration = Duration::from_secs(1);
/// How often whoever polled last looks whom to tell, while Redis is away. It holds no lease then; should another process
/// have it, each look costs that one [`CONFLICT`] at most.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// The token was withdrawn while we ran. Only an operator can help.
const REFUSED: Duration = Duration::from_secs(30);

pub(super) async fn run(bot: Arc<Bot>, shutdown: CancellationToken) {
    let owner = uuid::Uuid::new_v4().simple().to_string();
    let mut apology = Apology::default();
    // Of several processes only the last that had the lease speaks up while nobody can have it.
    let mut ours = false;
    let mut looked: Option<Instant> = None;
    let mut failures = 0;
    // Once, and before anything else: a bot that goes on polling must not take away what others set meanwhile.
    webhook::removed(&bot, &shutdown).await;
    while !shutdown.is_cancelled() {
        match bot.store.poller_lease(&owner, LEASE_MS).await {
            Ok(true) => {
                failures = 0;
                apology.over();
                tokio::select! {
                    // Cutting a poll short is harmless: what it would have brought is not confirmed.
                    () = poll(&bot, &mut apology, &shutdown) => {}
                    () = lease_lost(&bot, &owner) => {}
                    () = shutdown.cancelled() => {}
                }
                ours = true;
            }
            Ok(false) => {
                ours = false;
                backoff::wait(STANDBY, &shutdown).await;
            }
            Err(error) => {
                failures += 1;
                tracing::warn!(%error, "the lease to poll Telegram could not be asked for");
                let now = Instant::now();
                if ours && apology.is_due(now) && looked.is_none_or(|at| now.duration_since(at) >= LOOK_EVERY) {
                    looked = Some(now);
                    shutdown.run_until_cancelled(tell(&bot, &mut apology)).await;
                }
                backoff::wait(backoff::soon(failures), &shutdown).await;
            }
        }
    }
    if let Err(error) = bot.store.release_poller_lease(&owner).await {
        tracing::debug!(%error, "the lease to poll Telegram runs out by itself");
    }
}

/// Looks who waits, and tells them. Without an offset, so that nothing is confirmed, and without staying.
async fn tell(bot: &Arc<Bot>, apology: &mut Apology) {
    match bot.client.updates(None, 0).await {
        Ok(updates) => apology.say(bot, &updates, Instant::now()),
        Err(failure) => tracing::debug!(%failure, "nobody can be told that Redis is away"),
    }
}

/// Ends when the lease is no longer ours, or may not be.
async fn lease_lost(bot: &Bot, owner: &str) {
    loop {
        tokio::time::sleep(RENEW_EVERY).await;
        match bot.store.poller_lease(owner, LEASE_MS).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!("another process polls Telegram now");
                return;
            }
            Err(error) => {
                tracing::warn!(%error, "the lease to poll Telegram could not be renewed");
                return;
            }
        }
    }
}

/// Polls until it is stopped.
async fn poll(bot: &Arc<Bot>, apology: &mut Apology, shutdown: &CancellationToken) {
    // Without an offset Telegram begins at the first unconfirmed update, wherever the last poller stopped.
    let mut offset = None;
    let mut failures = 0;
    while !shutdown.is_cancelled() {
        match bot.client.updates(offset, bot.settings.poll_s).await {
            Ok(updates) if updates.is_empty() => {
                failures = 0;
                // All before it is confirmed now. After an idle week ids begin anew, perhaps below it.
                offset = None;
            }
            Ok(updates) => {
                failures = 0;
                match deliver(bot, updates).await {
                    Ok(Some(last)) => {
                        apology.over();
                        offset = Some(last + 1);
                    }
                    // Nothing can be confirmed, so the same would come again at once.
                    Ok(None) => backoff::wait(STANDBY, shutdown).await,
                    Err(error) => {
                        tracing::warn!(%error, "updates could not be put into their mailboxes, Telegram keeps them");
                        if apology.is_due(Instant::now()) {
                            tell(bot, apology).await;
                        }
                        // They are not confirmed: they come again, and with them those of who wrote since.
                        backoff::wait(TAKE_AGAIN, shutdown).await;
                    }
                }
            }
            Err(failure) => {
                failures += 1;
                let wait = patience(&failure, failures);
                tracing::warn!(%failure, wait_ms = wait.as_millis(), "no updates from Telegram");
                backoff::wait(wait, shutdown).await;
            }
        }
    }
}

fn patience(failure: &Failure, failures: u32) -> Duration {
    match failure {
        Failure::Flood { wait_ms } => Duration::from_millis(wait_ms.unsigned_abs()),
        refused if refused.is_conflict() => CONFLICT,
        refused if refused.is_bad_token() => REFUSED,
        _ => backoff::delay(failures),
    }
}

/// Puts `updates` into their mailboxes and gives the highest id, up to which they may be confirmed; none where no update
/// has one. After an error nothing may be.
async fn deliver(bot: &Bot, updates: Vec<Value>) -> Result<Option<i64>, StoreError> {
    let last = updates.iter().filter_map(intake::id).max();
    let mail = intake::sort(updates, bot.store.clock().now_ms());
    if !mail.is_empty() {
        bot.store.deliver(&mail).await?;
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telegram_is_given_exactly_the_time_it_asks_for() {
        assert_eq!(patience(&Failure::Flood { wait_ms: 7_000 }, 1), Duration::from_secs(7));
    }
}
