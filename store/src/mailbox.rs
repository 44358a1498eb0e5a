//! What inbound and outbound mailboxes have in common: a list per chat, and one entry on a ready stream, known to the
//! mailbox, while the list is not empty.

use antrean_domain::ChatId;
use redis::Value;
use redis::streams::StreamId;

use crate::dead::{LetterKind, Strays};
use crate::error::Result;
use crate::keys::{ChatShard, Tag};
use crate::reader::Source;
use crate::turn::Committed;
use crate::{Store, counted, scripts};

/// How many messages one visit takes at most: a flooded chat must not starve the others of its batch.
const ITEMS_MAX: isize = 32;

/// A pipeline answers flat: the known entry, whether alone, the state, the items.
const ANSWERS_PER_VISIT: usize = 4;

/// Which way a mailbox goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Towards the dialogue.
    In,
    /// Towards the person.
    Out,
}

/// A mailbox looked into.
pub(crate) struct Visit {
    pub chat: ChatId,
    pub entry: String,
    /// Whether it is visited carefully, one message at a time, since a process died with it in hand.
    pub alone: bool,
    /// The head, as stored. Never empty.
    pub items: Vec<Vec<u8>>,
    /// What is read along: the dialogue's `rev` and `data`, or what send remembers.
    pub state: Value,
}

impl Side {
    /// The consumer group of its ready stream.
    pub(crate) fn group(self) -> &'static str {
        match self {
            Self::In => "turn",
            Self::Out => "send",
        }
    }

    /// What its dead letters are called.
    pub(crate) fn letter(self) -> &'static str {
        match self {
            Self::In => "mail",
            Self::Out => "show",
        }
    }

    /// Its ready stream in a word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::In => "ready",
            Self::Out => "outready",
        }
    }

    pub(crate) fn stream(self, shard: ChatShard) -> String {
        match self {
            Self::In => shard.ready(),
            Self::Out => shard.outready(),
        }
    }

    pub(crate) fn ids(self, shard: ChatShard) -> String {
        match self {
            Self::In => shard.ready_ids(),
            Self::Out => shard.outready_ids(),
        }
    }

    pub(crate) fn list(self, shard: ChatShard, chat: ChatId) -> String {
        match self {
            Self::In => shard.inbox(chat),
            Self::Out => shard.outbox(chat),
        }
    }

    /// A chat's field in the hash of what runs alone.
    pub(crate) fn alone_field(self, chat: ChatId) -> String {
        format!("{}:{chat}", self.group())
    }

    pub(crate) fn source(self, shard: ChatShard) -> Source {
        Source { tag: Tag::Chat(shard), stream: self.stream(shard), group: self.group() }
    }

    fn state(self, shard: ChatShard, chat: ChatId) -> redis::Cmd {
        let mut state = redis::Cmd::new();
        match self {
            Self::In => state.arg("HMGET").arg(shard.dialogue(chat)).arg("rev").arg("data"),
            Self::Out => state.arg("GET").arg(shard.live(chat)),
        };
        state
    }
}

/// The chat a ready entry is for.
pub(crate) fn chat_of(entry: &StreamId) -> Option<ChatId> {
    entry.get::<i64>("c").map(ChatId)
}

impl Store {
    /// Looks into the mailboxes of `entries`, in one round trip. An entry its mailbox does not know of (a second one,
    /// after a repair) and that of an empty mailbox are settled on the way and left out.
    pub(crate) async fn visit(&self, side: Side, shard: ChatShard, consumer: &str, entries: &[StreamId]) -> Result<Vec<Visit>> {
        let alone = Tag::Chat(shard).alone();
        let mut chats: Vec<(&StreamId, ChatId)> = Vec::with_capacity(entries.len());
        let mut strays = Vec::new();
        for entry in entries {
            match chat_of(entry) {
                Some(chat) => chats.push((entry, chat)),
                None => strays.push(entry.id.as_str()),
            }
        }
        if !strays.is_empty() {
            let of =
                Strays { tag: Tag::Chat(shard), stream: side.stream(shard), group: side.group(), kind: LetterKind::Stray, of: side.word() };
            self.bury_strays(&of, "names no chat", &strays).await?;
        }
        if chats.is_empty() {
            return Ok(Vec::new());
        }
        let mut look = redis::pipe();
        for (_, chat) in &chats {
            look.hget(side.ids(shard), chat.0).hexists(&alone, side.alone_field(*chat));
            // The dialogue's rev before the mail. Mail that comes in between is only seen early; a rev read late
            // would let a stale view of the mail be committed.
            look.add_command(side.state(shard, *chat)).lrange(side.list(shard, *chat), 0, ITEMS_MAX - 1);
        }
        let answers: Vec<Value> = look.query_async(&mut self.commands()).await?;
        let mut visits = Vec::with_capacity(chats.len());
        for ((entry, chat), answer) in chats.into_iter().zip(answers.chunks(ANSWERS_PER_VISIT)) {
            let answer = Value::Array(answer.to_vec());
            let (known, alone, state, mut items): (Option<String>, bool, Value, Vec<Vec<u8>>) =
                redis::from_redis_value(answer).map_err(redis::RedisError::from)?;
            if known.as_deref() != Some(&entry.id) || items.is_empty() {
                self.leave(side, shard, chat, consumer, &entry.id).await?;
                continue;
            }
            if alone {
                // One message: should the process die now, this one did it.
                items.truncate(1);
            }
            visits.push(Visit { chat, entry: entry.id.clone(), alone, items, state });
        }
        Ok(visits)
    }

    async fn leave(&self, side: Side, shard: ChatShard, chat: ChatId, consumer: &str, entry: &str) -> Result<Committed> {
        let mut call = scripts::LEAVE.call();
        call.key(side.stream(shard)).key(side.ids(shard)).key(side.list(shard, chat)).key(Tag::Chat(shard).alone());
        call.arg(side.group()).arg(consumer).arg(entry).arg(chat.0).arg(side.alone_field(chat));
        Committed::from_word(side.letter(), call.run(self).await?)
    }

    /// Parks the head of a mailbox and leaves the rest ready.
    pub(crate) async fn park(
        &self,
        side: Side,
        shard: ChatShard,
        chat: ChatId,
        consumer: &str,
        entry: &str,
        reason: &str,
    ) -> Result<Committed> {
        let tag = Tag::Chat(shard);
        let mut call = scripts::PARK.call();
        call.key(side.stream(shard)).key(side.ids(shard)).key(side.list(shard, chat)).key(tag.dead()).key(tag.alone());
        call.arg(side.group()).arg(consumer).arg(entry).arg(chat.0).arg(side.letter()).arg(reason);
        call.arg(self.clock().now_ms()).arg(side.alone_field(chat));
        let word = Committed::from_word(side.letter(), call.run(self).await?)?;
        if word == Committed::Done {
            counted::dead_letter(side.letter());
            tracing::error!(%tag, letter = side.letter(), reason, "the head of a mailbox was parked as a dead letter");
        }
        Ok(word)
    }
}
