//! Bulk: sends broadcasts, within the rate Telegram allows for messages nobody asked for, over all processes.
//!
//! Wakes on: the clock, twice a second while nothing is queued. Reads: sends the crew has queued, reserving each
//! before it goes out. Writes: what became of it. Safe twice because: it never is. A send whose outcome is unknown (a
//! timeout, a kill) is counted so and not sent again: an announcement missed is better than one rung out twice.

use std::sync::Arc;
use std::time::Duration;

use antrean_store::{BulkSend, OfficeShard, Sending, StoreError};
use metrics::counter;
use teloxide::payloads::{SendMessage, SendMessageSetters};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::client::Failure;
use super::message::{self, Trouble};
use super::{Bot, backoff};

const IDLE: Duration = Duration::from_millis(500);
/// Sends under way at once. At 100 ms each, three are enough for thirty a second; the rest is for slow days.
const UNDER_WAY_MAX: usize = 16;

pub(super) async fn run(bot: Arc<Bot>, shard: OfficeShard, shutdown: CancellationToken) {
    let mut failures = 0;
    let mut under_way = JoinSet::new();
    while !shutdown.is_cancelled() {
        let wait = match next(&bot, shard).await {
            Ok(next) => {
                failures = 0;
                match next {
                    Next::Send(send) => {
                        under_way.spawn(deliver(Arc::clone(&bot), send));
                        Duration::ZERO
                    }
                    Next::Wait(wait) => wait,
                }
            }
            Err(error) => {
                failures += 1;
                tracing::warn!(%error, "broadcasts cannot be read");
                backoff::delay(failures)
            }
        };
        let pause = finished(&mut under_way).await.max(wait);
        if pause > Duration::ZERO {
            backoff::wait(pause, &shutdown).await;
        }
    }
    // Reserved sends are ours alone: they are finished before the process goes.
    under_way.join_all().await;
}

enum Next {
    Send(BulkSend),
    Wait(Duration),
}

async fn next(bot: &Bot, shard: OfficeShard) -> Result<Next, StoreError> {
    let Some(send) = bot.store.reserve_sends(shard, 1).await?.pop() else {
        return Ok(Next::Wait(IDLE));
    };
    if let Err(error) = permit(bot).await {
        bot.store.mark_send(&send, Sending::Later).await?;
        return Err(error);
    }
    Ok(Next::Send(send))
}

/// Waits until all processes together may send one more: a thirtieth of a second, as a rule.
async fn permit(bot: &Bot) -> Result<(), StoreError> {
    while let Err(wait_ms) = bot.store.take_bulk_token(bot.settings.bulk_per_second).await? {
        tokio::time::sleep(Duration::from_millis(wait_ms.unsigned_abs())).await;
    }
    Ok(())
}

/// Takes in what has finished, waiting only where too much is under way, and gives the pause Telegram asks for.
async fn finished(under_way: &mut JoinSet<Duration>) -> Duration {
    let mut pause = Duration::ZERO;
    loop {
        let ended = if under_way.len() >= UNDER_WAY_MAX { under_way.join_next().await } else { under_way.try_join_next() };
        match ended {
            // A send that panicked stays unmarked, which counts as unknown.
            Some(ended) => pause = pause.max(ended.unwrap_or_default()),
            None => return pause,
        }
    }
}

/// Sends one message, notes what became of it, and says how long all others should wait.
async fn deliver(bot: Arc<Bot>, send: BulkSend) -> Duration {
    let payload = SendMessage::new(message::recipient(send.chat), send.text.clone()).link_preview_options(message::no_preview());
    let (end, (sending, pause)) = match bot.client.call(&payload).await {
        Ok(_) => ("sent", (Sending::Sent, Duration::ZERO)),
        Err(failure) => (failure.word(), judge(failure)),
    };
    counter!("antrean_sends_total", "class" => "bulk", "end" => end).increment(1);
    if let Err(error) = bot.store.mark_send(&send, sending).await {
        tracing::warn!(%error, chat = bot.tag(send.chat), ?sending, "what became of a broadcast's message could not be noted: it counts as unknown");
    }
    pause
}

fn judge(failure: Failure) -> (Sending, Duration) {
    // Known not to be delivered, and not this message's fault.
    if failure.is_bad_token() || matches!(failure, Failure::Unreached(_)) {
        tracing::warn!(%failure, "broadcasts have to wait");
        return (Sending::Later, backoff::delay(4));
    }
    match Trouble::from(failure) {
        Trouble::Flood { wait_ms } => (Sending::Later, Duration::from_millis(wait_ms.unsigned_abs())),
        Trouble::Unreachable(_) => (Sending::Blocked, Duration::ZERO),
        Trouble::Unclear(_) => (Sending::Unknown, Duration::ZERO),
        Trouble::Unfit(why) | Trouble::Gone(why) => {
            tracing::warn!(why, "a broadcast's message was refused");
            (Sending::Failed, Duration::ZERO)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_not_to_be_delivered_is_sent_again() {
        let refused = |code, description: &str| Failure::Refused { code, description: description.to_owned() };
        assert_eq!(judge(Failure::Flood { wait_ms: 3_000 }), (Sending::Later, Duration::from_secs(3)));
        assert_eq!(judge(Failure::Unreached("refused".to_owned())).0, Sending::Later);
        assert_eq!(judge(refused(401, "Unauthorized")).0, Sending::Later);
        assert_eq!(judge(Failure::Unclear("timed out".to_owned())).0, Sending::Unknown);
        assert_eq!(judge(refused(403, "Forbidden: bot was blocked by the user")).0, Sending::Blocked);
        assert_eq!(judge(refused(400, "Bad Request: message is too long")).0, Sending::Failed);
    }
}
