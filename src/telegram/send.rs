//! Send: brings screens from a chat's outbox to the person, in order.
//!
//! Wakes on: the stream of chats that have something to be sent. Reads: the head of the outbox and what is
//! remembered of the chat (`live`). Writes: that memory and the outbox trimmed, in one script, after Telegram took the
//! messages. Safe twice because: an edit made twice changes nothing; a message sent by a process that was killed
//! before it could settle is sent again, which is allowed, a lost one is not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use antrean_chat::{How, Show};
use antrean_domain::ChatId;
use antrean_store::{ChatShard, Outbox, StoreError};
use metrics::counter;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::limiter::Pace;
use super::live::{Live, superseded};
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
    let began = Instant::now();
    for (at, show) in shows.iter().enumerate() {
        // Stopped for so long (or Telegram is slow), this process may have lost the outbox. Whoever has it goes on from
        // here: sent by us now, a screen could come after newer ones.
        let overdue = at > 0 && began.elapsed() > bot.store.lease() / 2;
        let dropped = if overdue { 0 } else { drop_superseded(&shows[at..], &mut live) };
        if overdue || dropped > 0 {
            return Delivery { taken: at + dropped, live, end: End::Done };
        }
        let Err(trouble) = tell(bot, outbox.chat, show, &mut live).await else {
            counter!("antrean_sends_total", "class" => "chat", "end" => "sent").increment(1);
            continue;
        };
        counter!("antrean_sends_total", "class" => "chat", "end" => trouble.word()).increment(1);
        let (taken, end) = match trouble {
            Trouble::Flood { wait_ms } => (at, End::Later(Duration::from_millis(wait_ms.unsigned_abs()))),
            Trouble::Unclear(what) | Trouble::Gone(what) => {
                live.failures += 1;
                tracing::warn!(what, failures = live.failures, "a screen has to wait");
                (at, End::Later(backoff::delay(live.failures)))
            }
            Trouble::Unreachable(why) => {
                // Nobody is there to read any of it. The booking is not touched: who comes back finds it.
                tracing::info!(why, "the chat is unreachable");
                live.lost();
                (outbox.shows.len(), End::Done)
            }
            // Those before it are done with; it is parked once it is the head.
            Trouble::Unfit(why) => (at, if at == 0 { End::Unfit(why) } else { End::Done }),
        };
        return Delivery { taken, live, end };
    }
    let end = match unreadable {
        Some(reason) if shows.is_empty() => End::Unfit(reason),
        _ => End::Done,
    };
    Delivery { taken: shows.len(), live, end }
}

/// How many of `shows` are taken off unsent, since a newer screen waits behind them. That is settled in a step of its own,
/// before the newer one is sent: were it sent first, and this process killed before it could settle, the next one would
/// find them all again, and an older screen would come for the first time after a newer one.
fn drop_superseded(shows: &[Show], live: &mut Live) -> usize {
    // One that may have gone out is sent again, and not dropped: whatever it was delayed by may yet deliver it.
    if live.failures > 0 {
        return 0;
    }
    let dropped = superseded(shows);
    if shows[..dropped].iter().any(|show| show.how == How::Below) {
        // What was typed stands below the live message, and the newer screen must stand below that.
        live.forget();
    }
    dropped
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
    use antrean_chat::Screen;

    use super::*;

    fn screen(how: How) -> Show {
        Show { how, screen: Screen { text: String::new(), buttons: Vec::new(), picture: None } }
    }

    #[test]
    fn what_a_newer_screen_replaces_is_dropped_unless_it_may_have_gone_out() {
        let row = [screen(How::Live), screen(How::Live), screen(How::Live)];
        assert_eq!(drop_superseded(&row, &mut Live::default()), 2);
        let mut unclear = Live::default();
        unclear.failures = 1;
        assert_eq!(drop_superseded(&row, &mut unclear), 0);
    }

    #[test]
    fn whoever_types_quickly_gets_one_screen_below_it_all() {
        let mut live = Live::default();
        live.shown(&screen(How::Below), Some(teloxide::types::MessageId(5)));
        assert_eq!(drop_superseded(&[screen(How::Below), screen(How::Live)], &mut live), 1);
        assert_eq!(live.edits(&screen(How::Live)), None, "sent anew, below what was typed");
    }

    #[test]
    fn reading_stops_before_the_first_show_that_cannot_be_read() {
        let good = br#"{"v":1,"how":"live","screen":{"text":"a"}}"#.to_vec();
        let (shows, reason) = readable(&[good.clone(), b"{}".to_vec(), good]);
        assert_eq!(shows.len(), 1);
        assert!(reason.expect("a reason").starts_with("not a show"));
    }
}
