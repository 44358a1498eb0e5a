//! The ledger and the queues. The only floor that knows Redis.
//!
//! Three primitives carry everything. A **stream of jobs** (`jobs`) is worked in parallel by a consumer group. A
//! **mailbox** (`turn` inbound, `outbox` outbound) is in order for its chat and parallel across chats: a list,
//! plus one *ready* entry on a stream while the list is not empty. A **hop** (`hop`) carries what a script on one
//! hash tag has for another. Every transition is one script in `lua/`, fenced: it changes something only while
//! its entry is still pending for the consumer that asks, and settles that entry in the same step.
//!
//! So the answer to "what if it crashes here?" is always one of two. Before the script: nothing happened; the
//! entry stays pending and is reclaimed when its owner's lease has run out (`reader`). After it: all of it happened.
//!
//! This floor refuses to know Telegram, texts and what a booking is allowed to become: that table is
//! `antrean_domain::booking`. Read `keys` and `docs/REDIS.md` next.

mod backoff;
mod clock;
mod counted;
mod dead;
mod depth;
mod error;
mod hop;
mod jobs;
mod keys;
mod lease;
mod ledger;
mod link;
mod mail;
mod mailbox;
mod outbox;
mod reader;
mod receive;
mod reshard;
mod scripts;
mod seal;
mod server;
mod tend;
mod turn;
mod work;

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

pub use backoff::Backoff;
pub use clock::{Clock, ClockMode};
pub use dead::{BadDeadLetterId, DeadLetter, DeadLetterId, LetterKind};
pub use depth::StreamDepth;
pub use error::{Result, StoreError};
pub use hop::Relay;
pub use jobs::{Batch, Entry, JobReader};
pub use keys::{ChatShard, OfficeShard, Tag};
pub use ledger::*;
pub use link::{BadAddress, check_address};
pub use mail::Mail;
pub use outbox::{Outbox, OutboxReader, Sent};
pub use receive::Delivered;
pub use reshard::{Obstacle, Reshard, ReshardError, Step};
pub use seal::{Seal, SealError};
pub use server::Server;
pub use turn::{Commit, Committed, Dialogue, Turn, TurnReader};
pub use work::{BY_THE_CLOCK, BatchHead, Verdict, Work};

use link::{Commands, Link};

/// How to reach the store.
pub struct Options {
    /// `redis://…`, `redis+unix://…`, `redis+sentinel://…` or `redis+cluster://…`. Secret: it may carry a password.
    pub url: SecretString,
    /// Into how many shards chats and offices are split: 1–100. Only [`Reshard`] changes it.
    pub shards: u8,
    /// Absent for a role that reads and writes nothing personal.
    pub seal: Option<Seal>,
    pub clock: ClockMode,
    /// After how long without a sign of life an entry is taken from its owner.
    pub lease_ms: u64,
}

/// The way to Redis. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    link: Link,
    clock: Clock,
    shards: u8,
    seal: Option<Seal>,
    lease: Duration,
}

impl Store {
    /// Connects, agrees on the number of shards, and loads every script.
    pub async fn connect(options: Options) -> Result<Self> {
        let store = Self::open(options).await?;
        store.agree_on_shards().await?;
        Ok(store)
    }

    /// The same without asking anybody about shards.
    async fn open(options: Options) -> Result<Self> {
        let link = Link::open(&options.url).await?;
        let clock = Clock::start(options.clock, link.commands()).await?;
        let lease = Duration::from_millis(options.lease_ms);
        let inner = Inner { link, clock, shards: options.shards, seal: options.seal, lease };
        let store = Self { inner: Arc::new(inner) };
        scripts::preload(&store).await?;
        Ok(store)
    }

    /// The same Redis, looked at as if it had `shards` shards.
    fn with_shards(&self, shards: u8) -> Self {
        let Inner { link, clock, seal, lease, .. } = &*self.inner;
        let (link, clock, seal, lease) = (link.clone(), clock.clone(), seal.clone(), *lease);
        Self { inner: Arc::new(Inner { link, clock, shards, seal, lease }) }
    }

    /// How many shards this Redis was set up with, if it was.
    async fn shards_written(&self) -> Result<Option<u8>> {
        let text: Option<String> = redis::cmd("GET").arg(keys::SHARDS).query_async(&mut self.commands()).await?;
        let corrupt = |text: &str| StoreError::Corrupt { what: "number of shards", why: format!("{text:?}") };
        text.map(|text| text.parse().map_err(|_not_a_number| corrupt(&text))).transpose()
    }

    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    pub fn shards(&self) -> u8 {
        self.inner.shards
    }

    /// The tags of all chat shards.
    pub fn chat_shards(&self) -> impl Iterator<Item = ChatShard> + use<> {
        (0..self.shards()).map(ChatShard)
    }

    /// The tags of all office shards.
    pub fn office_shards(&self) -> impl Iterator<Item = OfficeShard> + use<> {
        (0..self.shards()).map(OfficeShard)
    }

    /// After how long without a sign of life an entry is taken from its owner.
    pub fn lease(&self) -> Duration {
        self.inner.lease
    }

    /// The seal, or an error in a role that was given no key.
    pub fn seal(&self) -> Result<&Seal> {
        self.inner.seal.as_ref().ok_or(StoreError::NoSeal)
    }

    /// Whether Redis answers.
    pub async fn ping(&self) -> Result<()> {
        self.commands().ping().await
    }

    /// The shared connection for commands: multiplexed, reconnecting. Never for blocking reads.
    pub(crate) fn commands(&self) -> Commands {
        self.inner.link.commands()
    }

    pub(crate) fn link(&self) -> &Link {
        &self.inner.link
    }

    /// Keys depend on the number of shards: whoever comes first writes it down, everyone else must agree.
    async fn agree_on_shards(&self) -> Result<()> {
        if let Some(note) = reshard::Note::read(self).await? {
            return Err(StoreError::Resharding { from: note.from, to: note.to });
        }
        let mut connection = self.commands();
        let wanted = self.shards();
        // Written by the first only: a process must start even when memory is full, for it may be the one that frees places.
        let known: Option<String> = redis::cmd("GET").arg(keys::SHARDS).query_async(&mut connection).await?;
        let found = if let Some(found) = known {
            found
        } else {
            let mut agree = redis::pipe();
            agree.cmd("SETNX").arg(keys::SHARDS).arg(wanted).ignore().cmd("GET").arg(keys::SHARDS);
            let (found,): (String,) = agree.query_async(&mut connection).await?;
            found
        };
        if found == wanted.to_string() { Ok(()) } else { Err(StoreError::Shards { wanted, found }) }
    }
}
