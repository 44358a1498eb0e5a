//! Turns: the inbound side of a chat. A ready chat is read with its dialogue and the head of its mailbox; whatever
//! the dialogue makes of that is committed in one script: mail trimmed, dialogue saved, shows and jobs left, settled.

use antrean_domain::{ChatId, Job};
use redis::streams::StreamId;

use crate::error::{Result, StoreError};
use crate::hop;
use crate::keys::{ChatShard, Tag};
use crate::mail::{Mail, PURPOSE_DIALOGUE, PURPOSE_SHOW};
use crate::mailbox::{self, Side, Visit};
use crate::reader::{CRASHES_MAX, Fetched, Reader};
use crate::seal::SealError;
use crate::{Store, counted, scripts};

/// Reads chats that have mail. One batch in flight: finish its turns before asking for the next.
pub struct TurnReader {
    store: Store,
    shard: ChatShard,
    reader: Reader,
    /// The chat whose head runs alone now.
    alone: Option<ChatId>,
}

/// A chat whose turn it is.
#[derive(Clone, Debug)]
pub struct Turn {
    pub shard: u8,
    pub chat: ChatId,
    /// Its entry on the ready stream.
    pub ready: String,
    pub consumer: String,
    /// The dialogue's revision. A commit on another one is stale.
    pub rev: u64,
    /// The dialogue, opened; absent for a new chat.
    pub dialogue: Option<Dialogue>,
    /// The head of its mailbox, oldest first; one message where it runs alone.
    pub mail: Vec<Mail>,
    /// Whether this chat's mail was in the hands of a process that died.
    pub alone: bool,
}

/// A stored dialogue: the bytes that were saved, or why they cannot be opened.
pub type Dialogue = std::result::Result<Vec<u8>, SealError>;

/// What a turn makes of its mail.
#[derive(Clone, Debug)]
pub struct Commit<'a> {
    /// How many messages of the head were consumed.
    pub taken: usize,
    pub dialogue: &'a [u8],
    /// For the outbox, in the clear; sealed here.
    pub shows: Vec<Vec<u8>>,
    pub jobs: Vec<Job>,
}

/// What became of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    Done,
    /// The chat is another's by now. Nothing was changed.
    Stale,
}

impl TurnReader {
    /// The next chats with mail, at most `most`; none after a second without any.
    pub async fn next(&mut self, most: usize) -> Result<Vec<Turn>> {
        if let Some(chat) = self.alone.take() {
            self.store.survived(Tag::Chat(self.shard), &Side::In.alone_field(chat)).await?;
        }
        match self.reader.next(most).await {
            Fetched::Nothing => Ok(Vec::new()),
            Fetched::Fresh(entries) => self.load(&entries).await,
            Fetched::Reclaimed(entry) => self.load_reclaimed(entry).await,
        }
    }

    async fn load_reclaimed(&mut self, entry: StreamId) -> Result<Vec<Turn>> {
        // A stray has no chat to blame: looking into it buries it.
        let Some(chat) = mailbox::chat_of(&entry) else { return self.load(&[entry]).await };
        let crashes = self.store.reclaimed(Tag::Chat(self.shard), &Side::In.alone_field(chat)).await?;
        let turns = self.load(&[entry]).await?;
        if crashes < CRASHES_MAX {
            self.alone = turns.first().map(|turn| turn.chat);
            return Ok(turns);
        }
        for turn in &turns {
            self.store.park_head(turn, &format!("its process died {crashes} times while it ran alone")).await?;
        }
        Ok(Vec::new())
    }

    async fn load(&self, entries: &[StreamId]) -> Result<Vec<Turn>> {
        let visits = self.store.visit(Side::In, self.shard, self.reader.consumer(), entries).await?;
        visits.into_iter().map(|visit| self.read(visit)).collect()
    }

    fn read(&self, visit: Visit) -> Result<Turn> {
        let seal = self.store.seal()?;
        let Visit { chat, entry, alone, items, state } = visit;
        let (rev, dialogue): (Option<u64>, Option<Vec<u8>>) = redis::from_redis_value(state).map_err(redis::RedisError::from)?;
        let dialogue = dialogue.map(|sealed| seal.open(PURPOSE_DIALOGUE, &sealed));
        let mail = items.iter().map(|item| Mail::read(seal, item)).collect();
        let consumer = self.reader.consumer().to_owned();
        Ok(Turn { shard: self.shard.0, chat, ready: entry, consumer, rev: rev.unwrap_or(0), dialogue, mail, alone })
    }
}

impl Store {
    /// Joins the readers of turns on `shard`.
    pub async fn turns(&self, shard: u8) -> Result<TurnReader> {
        let shard = ChatShard(shard);
        let reader = Reader::open(self, Side::In.source(shard)).await?;
        Ok(TurnReader { store: self.clone(), shard, reader, alone: None })
    }

    /// Commits a turn, all of it or nothing. After an error it may or may not be in: the next reader will see.
    pub async fn commit(&self, turn: &Turn, commit: Commit<'_>) -> Result<Committed> {
        let seal = self.seal()?;
        let shard = ChatShard(turn.shard);
        let chat = turn.chat;
        let mut call = scripts::TURN.call();
        call.key(shard.ready()).key(shard.ready_ids()).key(shard.inbox(chat)).key(shard.dialogue(chat));
        call.key(shard.outready()).key(shard.outready_ids()).key(shard.outbox(chat));
        call.key(Tag::Chat(shard).hop()).key(Tag::Chat(shard).alone());
        call.arg(Side::In.group()).arg(&turn.consumer).arg(&turn.ready).arg(chat.0).arg(turn.rev);
        call.arg(commit.taken).arg(seal.seal(PURPOSE_DIALOGUE, commit.dialogue)).arg(Side::In.alone_field(chat));
        call.arg(commit.shows.len());
        for show in &commit.shows {
            call.arg(seal.seal(PURPOSE_SHOW, show));
        }
        call.arg(commit.jobs.len());
        for job in &commit.jobs {
            call.arg(hop::to_jobs(job, self.shards())).arg(job.to_wire());
        }
        Committed::from_word(Side::In.letter(), call.run(self).await?)
    }

    /// Parks the head message of a turn as a dead letter, and goes on with the rest of the mailbox.
    pub async fn park_head(&self, turn: &Turn, reason: &str) -> Result<Committed> {
        self.park(Side::In, ChatShard(turn.shard), turn.chat, &turn.consumer, &turn.ready, reason).await
    }
}

impl Committed {
    pub(crate) fn from_word(of: &'static str, word: String) -> Result<Self> {
        match word.as_str() {
            "done" => Ok(Self::Done),
            "stale" => {
                counted::lease_lost(of);
                Ok(Self::Stale)
            }
            _ => Err(StoreError::Answer { script: of, answer: word }),
        }
    }
}
