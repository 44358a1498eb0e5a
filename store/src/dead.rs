//! Dead letters: what could not be done, with the reason, kept until someone decides.

use std::fmt;
use std::str::FromStr;

use antrean_domain::{ChatId, JobClass, Millis};
use redis::AsyncCommands;
use redis::streams::{StreamId, StreamRangeReply};

use crate::error::{Result, StoreError};
use crate::keys::Tag;
use crate::mailbox::Side;
use crate::{Store, counted, scripts};

/// What strays on the stream of sends are of.
pub(crate) const BULK: &str = "bulk";

/// Where a dead letter lies: `c0/1764000000000-0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetterId {
    tag: Tag,
    entry: String,
}

/// The text names no dead letter.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a dead letter's id reads c0/<number>-<number>, not {0:?}")]
pub struct BadDeadLetterId(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterKind {
    Job,
    /// A message to a dialogue.
    Mail,
    /// A message to a person.
    Show,
    Hop,
    /// An entry of another stream that says nothing this release knows.
    Stray,
    /// A dead letter that does not say what it was. It can be looked at and dropped.
    Unknown,
}

/// Entries that cannot be read, and where they lie.
pub(crate) struct Strays<'a> {
    pub tag: Tag,
    pub stream: String,
    /// The group they are read in; empty where there is none.
    pub group: &'a str,
    pub kind: LetterKind,
    /// What they are of, for whoever brings them back; empty: each one's own id.
    pub of: &'a str,
}

#[derive(Clone, Debug)]
pub struct DeadLetter {
    pub id: DeadLetterId,
    pub kind: LetterKind,
    /// A job's class, a mailbox's chat, a hop's id, or a stray's stream.
    pub of: String,
    pub attempt: u32,
    pub reason: String,
    pub at_ms: Millis,
    /// As it was stored: a job's JSON; mail and shows are sealed, unless they are an outcome.
    pub payload: Vec<u8>,
}

impl Store {
    /// The dead letters of all shards, oldest first within each, at most `most` per shard.
    pub async fn dead_letters(&self, most: usize) -> Result<Vec<DeadLetter>> {
        let mut letters = Vec::new();
        for tag in self.tags() {
            let reply: StreamRangeReply = self.commands().xrange_count(tag.dead(), "-", "+", most).await?;
            letters.extend(reply.ids.iter().map(|entry| DeadLetter::read(tag, entry)));
        }
        Ok(letters)
    }

    /// One dead letter, if it is there.
    pub async fn dead_letter(&self, id: &DeadLetterId) -> Result<Option<DeadLetter>> {
        let reply: StreamRangeReply = self.commands().xrange(id.tag.dead(), &id.entry, &id.entry).await?;
        Ok(reply.ids.first().map(|entry| DeadLetter::read(id.tag, entry)))
    }

    /// Brings a dead letter back to where it died, to be tried afresh. False when it is gone.
    pub async fn retry_dead(&self, id: &DeadLetterId) -> Result<bool> {
        let Some(letter) = self.dead_letter(id).await? else { return Ok(false) };
        let corrupt = || StoreError::Corrupt { what: "dead letter", why: format!("{id} does not say where it belongs") };
        let mut call = scripts::RETRY_DEAD.call();
        call.key(id.tag.dead()).arg(&id.entry).arg(letter.kind.word());
        match (letter.kind, id.tag) {
            (LetterKind::Job, Tag::Office(shard)) => {
                let class = JobClass::ALL.into_iter().find(|class| class.word() == letter.of);
                call.key(shard.jobs(class.ok_or_else(corrupt)?));
            }
            (LetterKind::Hop, tag) => {
                call.key(tag.hop());
            }
            (LetterKind::Stray, tag) => {
                call.key(stray_stream(tag, &letter.of).ok_or_else(corrupt)?);
            }
            (LetterKind::Mail | LetterKind::Show, Tag::Chat(shard)) => {
                let side = if letter.kind == LetterKind::Mail { Side::In } else { Side::Out };
                let chat: ChatId = letter.of.parse().map_err(|_not_a_number| corrupt())?;
                call.key(side.stream(shard)).key(side.ids(shard)).key(side.list(shard, chat)).arg(chat.0);
            }
            _ => return Err(corrupt()),
        }
        Ok(call.run::<String>(self).await? == "done")
    }

    /// Drops a dead letter for good. False when it is gone already.
    pub async fn drop_dead(&self, id: &DeadLetterId) -> Result<bool> {
        let dropped: usize = self.commands().xdel(id.tag.dead(), &[&id.entry]).await?;
        Ok(dropped > 0)
    }

    /// Buries entries that say nothing this release knows, out of the way of those behind them.
    pub(crate) async fn bury_strays(&self, strays: &Strays<'_>, reason: &str, ids: &[&str]) -> Result<()> {
        let Strays { tag, stream, group, kind, of } = strays;
        let mut call = scripts::BURY_STRAY.call();
        call.key(stream).key(tag.dead()).arg(*group).arg(kind.word()).arg(*of).arg(reason).arg(self.clock().now_ms()).arg(ids);
        let buried: usize = call.run(self).await?;
        for _ in 0..buried {
            counted::dead_letter(kind.word());
        }
        tracing::error!(%tag, kind = kind.word(), buried, reason, "entries that cannot be read were buried as dead letters");
        Ok(())
    }

    /// Every tag of this installation.
    pub fn tags(&self) -> impl Iterator<Item = Tag> + use<> {
        self.chat_shards().map(Tag::Chat).chain(self.office_shards().map(Tag::Office))
    }
}

impl DeadLetter {
    fn read(tag: Tag, entry: &StreamId) -> Self {
        let id = DeadLetterId { tag, entry: entry.id.clone() };
        let kind = entry.get::<String>("k").and_then(|word| LetterKind::from_word(&word)).unwrap_or(LetterKind::Unknown);
        Self {
            id,
            kind,
            of: entry.get("w").unwrap_or_default(),
            attempt: entry.get("a").unwrap_or(0),
            reason: entry.get("r").unwrap_or_else(|| "it does not say why it is here".to_owned()),
            at_ms: entry.get("t").unwrap_or(0),
            payload: entry.get("p").unwrap_or_default(),
        }
    }
}

impl LetterKind {
    const ALL: [Self; 5] = [Self::Job, Self::Mail, Self::Show, Self::Hop, Self::Stray];

    pub fn word(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Mail => Side::In.letter(),
            Self::Show => Side::Out.letter(),
            Self::Hop => "hop",
            Self::Stray => "stray",
            Self::Unknown => "unknown",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// The stream strays of `of` came from.
fn stray_stream(tag: Tag, of: &str) -> Option<String> {
    match tag {
        Tag::Chat(shard) => [Side::In, Side::Out].into_iter().find(|side| side.word() == of).map(|side| side.stream(shard)),
        Tag::Office(shard) => (of == BULK).then(|| shard.bulk()),
    }
}

impl fmt::Display for DeadLetterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.tag, self.entry)
    }
}

impl FromStr for DeadLetterId {
    type Err = BadDeadLetterId;

    fn from_str(text: &str) -> Result<Self, BadDeadLetterId> {
        let bad = || BadDeadLetterId(text.to_owned());
        let (tag, entry) = text.split_once('/').ok_or_else(bad)?;
        let (ms, n) = entry.split_once('-').ok_or_else(bad)?;
        let numbers = ms.parse::<u64>().is_ok() && n.parse::<u64>().is_ok();
        let tag = tag.parse().map_err(|_bad_tag| bad())?;
        if numbers { Ok(Self { tag, entry: entry.to_owned() }) } else { Err(bad()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_letters_id_reads_what_it_writes() {
        let text = "o0/1764000000000-3";
        assert_eq!(text.parse::<DeadLetterId>().expect("an id").to_string(), text);
        for bad in ["", "o0", "o0/", "o0/x-1", "z0/1-1"] {
            assert_eq!(bad.parse::<DeadLetterId>(), Err(BadDeadLetterId(bad.to_owned())));
        }
    }
}
