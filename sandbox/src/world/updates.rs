//! Updates the bot has not confirmed yet.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{sync::watch, time::Instant};

/// Telegram keeps an unconfirmed tap this long, and anything else a day.
const CALLBACK_KEPT: Duration = Duration::from_secs(150);
const MESSAGE_KEPT: Duration = Duration::from_hours(24);

/// Taps wait in a queue of their own per user, beside the chat's messages, so over a webhook the two may arrive
/// out of order. The offset is the one of Telegram's own server.
const CALLBACK_QUEUE: i64 = 3 << 33;

/// The queue of updates, in the order of their ids.
#[derive(Default)]
pub(crate) struct Updates {
    /// By id and then by arrival, because the scripted door may push an id twice.
    pending: BTreeMap<(i64, u64), Pending>,
    next_id: i64,
    next_seq: u64,
    /// Grows with every update; pollers and the webhook wait on it.
    pub(crate) arrived: watch::Sender<u64>,
    /// Grows with every `getUpdates`: an older one that still waits sees that it has been replaced.
    pub(crate) poller: watch::Sender<u64>,
}

/// One update as it will be delivered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) id: i64,
    pub(crate) seq: u64,
    /// Webhook deliveries of one queue follow each other; different queues go side by side.
    pub(crate) queue: i64,
    pub(crate) is_tap: bool,
    /// The whole update, JSON.
    pub(crate) body: String,
    /// By the machine's clock, not the steered one; begins anew at a restart.
    #[serde(skip, default = "Instant::now")]
    born: Instant,
}

/// What an update is about, before it has an id.
pub(crate) enum NewUpdate {
    Message { chat: i64 },
    Tap { user: i64 },
}

impl Updates {
    pub(crate) fn next_id(&self) -> i64 {
        self.next_id
    }

    pub(crate) fn len(&self) -> usize {
        self.pending.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Pending> {
        self.pending.values()
    }

    /// An update with this id that is to be recorded.
    pub(crate) fn prepare(&self, id: i64, about: &NewUpdate, body: String) -> Pending {
        let (queue, is_tap) = match about {
            NewUpdate::Message { chat } => (*chat, false),
            NewUpdate::Tap { user } => (user + CALLBACK_QUEUE, true),
        };
        Pending { id, seq: self.next_seq, queue, is_tap, body, born: Instant::now() }
    }

    pub(crate) fn get(&self, id: i64, seq: u64) -> Option<&Pending> {
        self.pending.get(&(id, seq)).filter(|pending| !pending.is_expired())
    }

    /// Up to `limit` bodies, oldest first.
    pub(crate) fn take(&self, limit: usize) -> Vec<String> {
        self.pending.values().filter(|pending| !pending.is_expired()).take(limit).map(|it| it.body.clone()).collect()
    }

    /// Everything that came after `seq`, for the webhook's queues.
    pub(crate) fn since(&self, seq: u64) -> impl Iterator<Item = &Pending> {
        self.pending.values().filter(move |pending| pending.seq >= seq)
    }

    /// The id below which everything is confirmed when a bot asks for the last `count` only.
    pub(crate) fn id_of_last(&self, count: usize) -> Option<i64> {
        self.pending.keys().rev().take(count).next_back().map(|(id, _)| *id)
    }

    pub(crate) fn has_below(&self, id: i64) -> bool {
        self.pending.keys().next().is_some_and(|(first, _)| *first < id)
    }

    /// Forgets what Telegram would no longer keep.
    pub(crate) fn prune(&mut self) {
        self.pending.retain(|_, pending| !pending.is_expired());
    }

    pub(super) fn push(&mut self, pending: Pending) {
        self.next_id = self.next_id.max(pending.id.saturating_add(1));
        self.next_seq = self.next_seq.max(pending.seq + 1);
        self.pending.insert((pending.id, pending.seq), pending);
        self.arrived.send_replace(self.next_seq);
    }

    pub(super) fn confirm(&mut self, below: i64) {
        self.pending = self.pending.split_off(&(below, 0));
    }

    pub(super) fn remove(&mut self, id: i64, seq: u64) {
        self.pending.remove(&(id, seq));
    }

    pub(super) fn skip_to(&mut self, next_id: i64) {
        self.next_id = self.next_id.max(next_id);
    }
}

impl Pending {
    fn is_expired(&self) -> bool {
        self.born.elapsed() > if self.is_tap { CALLBACK_KEPT } else { MESSAGE_KEPT }
    }
}
