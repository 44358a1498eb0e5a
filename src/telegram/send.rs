//! Send: brings screens from a chat's outbox to the person, in order.
//!
//! Wakes on: the stream of chats that have something to be sent. Reads: the head of the outbox and what is
//! remembered of the chat (`live`). Writes: that memory and the outbox trimmed, in one script, after Telegram took the
//! messages. Safe twice because: an edit made twice changes nothing; a message sent by a process that was killed
//! before it could settle is sent again, which is allowed, a lost one is not.

use std::sync::Arc;
use std::time::Duration;

use antrean_chat::Show;
use antrean_domain::ChatId;
use antrean_store::{ChatShard, Outbox, StoreError};
use metrics::counter;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::limiter::Pace;
use super::live::{Gathered, Live, gather};
use super::message::{self, Trouble};
use super::{Bot, backoff, shows};

/// One chat at a time: Telegram takes some 100 ms for a message, and no chat waits for another's.
const CHATS: usize = 1;

pub(super) async fn run(bot: Arc<Bot>, shard: ChatShard, shutdown: CancellationToken) {
    let mut failures = 0;
    while !shutdown.is_cancelled() {
        match read(&bot, shard, &shutdown).await {
            Ok(()) => failures = 0,
            Err(error) => {
                failures += 1;
                tracing::warn!(%error, "outboxes cannot be read");
                backoff::wait(backoff::delay(failures), &shutdown).await;
            }
        }
    }
}

async fn read(bot: &Bot, shard: ChatShard, shutdown: &CancellationToken) -> Result<(), StoreError> {
    let mut reader = bot.store.outboxes(shard.0).await?;
    while !shutdown.is_cancelled() {
        for outbox in reader.next(CHATS).await? {
            let span = tracing::info_span!("send", chat = bot.tag(outbox.chat));
            serve(bot, &outbox, shutdown).instrument(span).await;
        }
    }
    Ok(())
}

/// Sends what waits and settles it, however long Redis is away: what has gone out must not go out again.
async fn serve(bot: &Bot, outbox: &Outbox, shutdown: &CancellationToken) {
    let delivery = deliver(bot, outbox).await;
    let mut failures = 0;
    while let Err(error) = settle(bot, outbox, &delivery).await {
        failures += 1;
        tracing::warn!(%error, failures, "an outbox could not be settled");
        if shutdown.is_cancelled() {
            return;
        }
        backoff::wait(backoff::soon(failures), shutdown).await;
    }
}

/// How far an outbox has been worked off.
struct Delivery {
    /// Shows that are done with, from the head.
    taken: usize,
    live: Live,
    end: End,
}

enum End {
    /// All that was read is done with, or what follows needs a new look.
    Done,
    /// The next show has to wait.
    Later(Duration),
    /// The show at the head can never be sent, and why.
    Unfit(String),
}

async fn settle(bot: &Bot, outbox: &Outbox, delivery: &Delivery) -> Result<(), StoreError> {
    let live = delivery.live.save();
    match &delivery.end {
        End::Done => bot.store.sent(outbox, delivery.taken, &live).await.map(drop),
        End::Later(wait) => {
            let wait_ms = i64::try_from(wait.as_millis()).expect("no wait lasts 292 million years");
            let until = bot.store.clock().now_ms() + wait_ms;
            bot.store.snooze(outbox, delivery.taken, &live, until).await.map(drop)
        }
        End::Unfit(reason) => {
            tracing::error!(reason, "a screen is parked: see antrean jobs list");
            bot.store.park_show(outbox, reason).await.map(drop)
        }
    }
}

async fn deliver(bot: &Bot, outbox: &Outbox) -> Delivery {
    let mut live = Live::load(outbox.live.as_deref());
    let (shows, unreadable) = readable(&outbox.shows);
    let mut taken = 0;
    for Gathered { show, count } in gather(shows) {
        let Err(trouble) = tell(bot, outbox.chat, &show, &mut live).await else {
            counter!("antrean_sends_total", "class" => "chat", "end" => "sent").increment(1);
            taken += count;
            continue;
        };
        counter!("antrean_sends_total", "class" => "chat", "end" => trouble.word()).increment(1);
        let end = match trouble {
            Trouble::Flood { wait_ms } => End::Later(Duration::from_millis(wait_ms.unsigned_abs())),
            Trouble::Unclear(what) | Trouble::Gone(what) => {
                live.failures += 1;
                tracing::warn!(what, failures = live.failures, "a screen has to wait");
                End::Later(backoff::delay(live.failures))
            }
            Trouble::Unreachable(why) => {
                // Nobody is there to read any of it. The booking is not touched: who comes back finds it.
                tracing::info!(why, "the chat is unreachable");
                live.lost();
                taken = outbox.shows.len();
                End::Done
            }
            Trouble::Unfit(why) => {
                // Shows merged into it, and those before it, are done with; it is parked once it is the head alone.
                taken += count - 1;
                if taken == 0 { End::Unfit(why) } else { End::Done }
            }
        };
        return Delivery { taken, live, end };
    }
    let end = match unreadable {
        Some(reason) if taken == 0 => End::Unfit(reason),
        _ => End::Done,
    };
    Delivery { taken, live, end }
}

/// Shows `show`, in place where it can be.
async fn tell(bot: &Bot, chat: ChatId, show: &Show, live: &mut Live) -> Result<(), Trouble> {
    if let Some(id) = live.edits(show) {
        // Edits answer a person's own tap and ring nowhere: they are as fast as the person is, and only told to
        // wait by Telegram itself.
        match message::edit(&bot.client, chat, id, &show.screen).await {
            Ok(()) => {
                live.shown(show, Some(id));
                return Ok(());
            }
            Err(Trouble::Gone(_)) => live.forget(),
            Err(trouble) => return Err(trouble),
        }
    }
    let now_ms = bot.store.clock().now_ms();
    let pace = Pace::new(bot.settings.per_chat_per_second, bot.settings.burst);
    pace.admit(&mut live.paid_ms, now_ms).map_err(|until_ms| Trouble::Flood { wait_ms: until_ms - now_ms })?;
    let sent = message::send(&bot.client, chat, &show.screen).await?;
    live.shown(show, sent);
    Ok(())
}

/// The shows up to the first that cannot be read, and why that one cannot.
fn readable(shows: &[Vec<u8>]) -> (Vec<Show>, Option<String>) {
    let mut read = Vec::with_capacity(shows.len());
    for show in shows {
        match shows::read(show) {
            Ok(show) => read.push(show),
            Err(reason) => return (read, Some(reason)),
        }
    }
    (read, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_stops_before_the_first_show_that_cannot_be_read() {
        let good = br#"{"v":1,"how":"live","screen":{"text":"a"}}"#.to_vec();
        let (shows, reason) = readable(&[good.clone(), b"{}".to_vec(), good]);
        assert_eq!(shows.len(), 1);
        assert!(reason.expect("a reason").starts_with("not a show"));
    }
}
