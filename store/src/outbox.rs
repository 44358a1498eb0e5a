//! Outboxes: the outbound side of a chat. Send takes a chat's shows in order, calls Telegram, and says what it sent.
//! Between the call and the say-so a crash repeats the head: a first delivery is in order, a repeat is allowed.

use antrean_domain::{ChatId, Millis};
use redis::streams::StreamId;

use crate::error::{Result, StoreError};
use crate::keys::{ChatShard, Tag};
use crate::mail::PURPOSE_SHOW;
use crate::mailbox::{self, Side, Visit};
use crate::reader::{CRASHES_MAX, Fetched, Reader};
use crate::turn::Committed;
use crate::{Store, counted, scripts};

/// Reads chats with something to be sent. One batch in flight: finish its outboxes before asking for the next.
pub struct OutboxReader {
    store: Store,
    shard: ChatShard,
    reader: Reader,
    /// The chat whose head is sent alone now.
    alone: Option<ChatId>,
}

/// A chat's outbox.
#[derive(Clone, Debug)]
pub struct Outbox {
    pub shard: u8,
    pub chat: ChatId,
    /// Its entry on the ready stream.
    pub ready: String,
    pub consumer: String,
    /// What send remembered last time: nothing personal, it is stored in the clear.
    pub live: Option<Vec<u8>>,
    /// The head, opened, oldest first. Never empty.
    pub shows: Vec<Vec<u8>>,
}

/// What is left of an outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It is ready again.
    More,
    Empty,
    /// It sleeps and will be ready again.
    Snoozed,
    /// The chat is another's by now. Nothing was changed.
    Stale,
}

impl OutboxReader {
    /// The next outboxes, at most `most`; none after a second without any.
    pub async fn next(&mut self, most: usize) -> Result<Vec<Outbox>> {
        if let Some(chat) = self.alone.take() {
            self.store.survived(Tag::Chat(self.shard), &Side::Out.alone_field(chat)).await?;
        }
        match self.reader.next(most).await {
            Fetched::Nothing => Ok(Vec::new()),
            Fetched::Fresh(entries) => self.load(&entries).await,
            Fetched::Reclaimed(entry) => self.load_reclaimed(entry).await,
        }
    }

    async fn load_reclaimed(&mut self, entry: StreamId) -> Result<Vec<Outbox>> {
        // A stray has no chat to blame: looking into it buries it.
        let Some(chat) = mailbox::chat_of(&entry) else { return self.load(&[entry]).await };
        let crashes = self.store.reclaimed(Tag::Chat(self.shard), &Side::Out.alone_field(chat)).await?;
        let outboxes = self.load(&[entry]).await?;
        if crashes < CRASHES_MAX {
            self.alone = outboxes.first().map(|outbox| outbox.chat);
            return Ok(outboxes);
        }
        for outbox in &outboxes {
            self.store.park_show(outbox, &format!("its process died {crashes} times while it was sent alone")).await?;
        }
        Ok(Vec::new())
    }

    async fn load(&self, entries: &[StreamId]) -> Result<Vec<Outbox>> {
        let visits = self.store.visit(Side::Out, self.shard, self.reader.consumer(), entries).await?;
        let mut outboxes = Vec::with_capacity(visits.len());
        for visit in visits {
            outboxes.extend(self.read(visit).await?);
        }
        Ok(outboxes)
    }

    /// Opens what can be read, up to the first show that cannot. If that is the head, it is parked.
    async fn read(&self, visit: Visit) -> Result<Option<Outbox>> {
        let seal = self.store.seal()?;
        let Visit { chat, entry, items, state, .. } = visit;
        let live = redis::from_redis_value(state).map_err(redis::RedisError::from)?;
        let consumer = self.reader.consumer().to_owned();
        let mut outbox = Outbox { shard: self.shard.0, chat, ready: entry, consumer, live, shows: Vec::with_capacity(items.len()) };
        for item in items {
            match seal.open(PURPOSE_SHOW, &item) {
                Ok(show) => outbox.shows.push(show),
                Err(error) if outbox.shows.is_empty() => {
                    self.store.park_show(&outbox, &error.to_string()).await?;
                    return Ok(None);
                }
                Err(_) => break,
            }
        }
        Ok(Some(outbox))
    }
}

impl Store {
    /// Joins the readers of outboxes on `shard`.
    pub async fn outboxes(&self, shard: u8) -> Result<OutboxReader> {
        let shard = ChatShard(shard);
        let reader = Reader::open(self, Side::Out.source(shard)).await?;
        Ok(OutboxReader { store: self.clone(), shard, reader, alone: None })
    }

    /// Takes `taken` shows off the head, remembers `live`, and leaves the rest ready.
    pub async fn sent(&self, outbox: &Outbox, taken: usize, live: &[u8]) -> Result<Sent> {
        self.leave_outbox(outbox, taken, live, 0).await
    }

    /// Likewise, but what is left sleeps until `until`: this chat only, as its limit or `retry_after` says.
    pub async fn snooze(&self, outbox: &Outbox, taken: usize, live: &[u8], until: Millis) -> Result<Sent> {
        self.leave_outbox(outbox, taken, live, until).await
    }

    /// Parks the head of an outbox, which can never be sent, as a dead letter, and leaves the rest ready.
    pub async fn park_show(&self, outbox: &Outbox, reason: &str) -> Result<Committed> {
        self.park(Side::Out, ChatShard(outbox.shard), outbox.chat, &outbox.consumer, &outbox.ready, reason).await
    }

    async fn leave_outbox(&self, outbox: &Outbox, taken: usize, live: &[u8], until: Millis) -> Result<Sent> {
        let shard = ChatShard(outbox.shard);
        let chat = outbox.chat;
        let mut call = scripts::SENT.call();
        call.key(shard.outready()).key(shard.outready_ids()).key(shard.outbox(chat)).key(shard.live(chat));
        call.key(shard.snooze()).key(Tag::Chat(shard).alone());
        call.arg(Side::Out.group()).arg(&outbox.consumer).arg(&outbox.ready).arg(chat.0);
        call.arg(taken).arg(live).arg(until).arg(Side::Out.alone_field(chat));
        let word: String = call.run(self).await?;
        match word.as_str() {
            "more" => Ok(Sent::More),
            "empty" => Ok(Sent::Empty),
            "snoozed" => Ok(Sent::Snoozed),
            "stale" => {
                counted::lease_lost(Side::Out.letter());
                Ok(Sent::Stale)
            }
            _ => Err(StoreError::Answer { script: "sent", answer: word }),
        }
    }
}
