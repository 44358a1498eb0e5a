//! The one place where keys are spelled. `docs/REDIS.md` has the same list with types, lifetimes and writers.
//!
//! Every key of a shard carries that shard's hash tag, `{c3}` for chats and `{o3}` for offices, so that all keys
//! of one script live on one node of a Redis Cluster. The ledger's builders are in `keys/ledger.rs`.

mod ledger;

use std::fmt;
use std::str::FromStr;

use antrean_domain::{ChatId, Job, JobClass, Millis, PaymentId, Zone};

pub(crate) use ledger::{LEDGER_KINDS, QuotaMonth};

/// How many shards this installation has, written down at its first start.
pub(crate) const SHARDS: &str = "antrean:shards";
/// Which step of a change of that number is being made. While it stands no process starts.
pub(crate) const RESHARDING: &str = "antrean:resharding";
/// Sorted set process → its last sign of life.
pub(crate) const PROCESSES: &str = "antrean:alive";
/// Which journals there are: when the change of the number of shards began that wrote them anew.
pub(crate) const JOURNALS: &str = "antrean:journals";
/// By how many milliseconds a steered clock is ahead.
pub(crate) const CLOCK: &str = "antrean:clock";
/// Who may poll Telegram now.
pub(crate) const POLLER: &str = "antrean:lease:poller";
/// When the next bulk message may leave, over all processes.
pub(crate) const BULK_LIMIT: &str = "antrean:limit:bulk";

/// String, for good: the billing code a payment id was used for. Only where there are several shards.
pub(crate) fn payment_claim(payment: &PaymentId) -> String {
    format!("antrean:payment:{}", payment.as_str())
}

/// String, two days: the fingerprint of the request that used an external id on that day in Jakarta. Likewise.
pub(crate) fn external_claim(received_at: Millis, external: &str) -> String {
    format!("antrean:external:{}:{external}", Zone::Wib.date(received_at).format("%Y%m%d"))
}

/// A shard of chats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChatShard(pub u8);

/// A shard of offices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OfficeShard(pub u8);

/// A hash tag: what a script may write is one of these, whole, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tag {
    Chat(ChatShard),
    Office(OfficeShard),
}

/// The text is not a tag.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a tag reads c<number> or o<number>, not {0:?}")]
pub struct BadTag(String);

impl ChatShard {
    pub fn of(chat: ChatId, shards: u8) -> Self {
        let shard = chat.0.rem_euclid(i64::from(shards.max(1)));
        Self(u8::try_from(shard).expect("a remainder of a u8 fits a u8"))
    }

    /// Stream of chats that have mail: one entry per non-empty inbound mailbox.
    pub(crate) fn ready(self) -> String {
        format!("ready:{{c{}}}", self.0)
    }

    /// Hash chat → its entry on [`Self::ready`].
    pub(crate) fn ready_ids(self) -> String {
        format!("ready-ids:{{c{}}}", self.0)
    }

    /// List: a chat's inbound mailbox.
    pub(crate) fn inbox(self, chat: ChatId) -> String {
        format!("in:{{c{}}}:{chat}", self.0)
    }

    /// Hash `rev`, `data`: a chat's dialogue.
    pub(crate) fn dialogue(self, chat: ChatId) -> String {
        format!("dialogue:{{c{}}}:{chat}", self.0)
    }

    /// Set of the update ids taken in on the UTC day `days_ago` before `now_ms`.
    pub(crate) fn seen(self, now_ms: Millis, days_ago: i64) -> String {
        let day = antrean_domain::zone::utc(now_ms - days_ago * 86_400_000).format("%Y%m%d");
        format!("seen:{{c{}}}:{day}", self.0)
    }

    /// Stream of chats that have something to be sent.
    pub(crate) fn outready(self) -> String {
        format!("outready:{{c{}}}", self.0)
    }

    /// Hash chat → its entry on [`Self::outready`], or `snoozed`.
    pub(crate) fn outready_ids(self) -> String {
        format!("outready-ids:{{c{}}}", self.0)
    }

    /// List: a chat's outbox.
    pub(crate) fn outbox(self, chat: ChatId) -> String {
        format!("out:{{c{}}}:{chat}", self.0)
    }

    /// String: what send remembers of a chat.
    pub(crate) fn live(self, chat: ChatId) -> String {
        format!("live:{{c{}}}:{chat}", self.0)
    }

    /// Sorted set chat → the moment its outbox wakes.
    pub(crate) fn snooze(self) -> String {
        format!("snooze:{{c{}}}", self.0)
    }
}

impl OfficeShard {
    /// Stream of jobs of one class.
    pub(crate) fn jobs(self, class: JobClass) -> String {
        format!("jobs:{{o{}}}:{}", self.0, class.word())
    }

    /// Sorted set of jobs that are not due yet.
    pub(crate) fn delay(self) -> String {
        format!("delay:{{o{}}}", self.0)
    }
}

impl Tag {
    /// The tag of the office a job runs on.
    pub(crate) fn of_job(job: &Job, shards: u8) -> Self {
        Self::Office(OfficeShard(job.office().shard(shards)))
    }

    /// The number of its shard.
    pub fn shard(self) -> u8 {
        match self {
            Self::Chat(shard) => shard.0,
            Self::Office(shard) => shard.0,
        }
    }

    pub(crate) fn is_office(self) -> bool {
        matches!(self, Self::Office(_))
    }

    /// What a key of `kind` begins with.
    pub(crate) fn prefix(self, kind: &str) -> String {
        format!("{kind}:{{{self}}}:")
    }

    /// Stream of what this tag's scripts have for other tags.
    pub(crate) fn hop(self) -> String {
        format!("hop:{{{self}}}")
    }

    /// Hash source tag → the last hop taken in from it.
    pub(crate) fn marks(self) -> String {
        format!("marks:{{{self}}}")
    }

    /// Stream of dead letters.
    pub(crate) fn dead(self) -> String {
        format!("dead:{{{self}}}")
    }

    /// Sorted set consumer → its last heartbeat.
    pub(crate) fn alive(self) -> String {
        format!("alive:{{{self}}}")
    }

    /// Hash of what was reclaimed → how often it crashed while it ran alone.
    pub(crate) fn alone(self) -> String {
        format!("alone:{{{self}}}")
    }

    /// String: who does the chore `chore` for this tag now.
    pub(crate) fn lease(self, chore: &str) -> String {
        format!("lease:{{{self}}}:{chore}")
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chat(shard) => write!(f, "c{}", shard.0),
            Self::Office(shard) => write!(f, "o{}", shard.0),
        }
    }
}

impl FromStr for Tag {
    type Err = BadTag;

    fn from_str(text: &str) -> Result<Self, BadTag> {
        let number = text.get(1..).and_then(|number| number.parse().ok());
        match (text.as_bytes().first(), number) {
            (Some(b'c'), Some(number)) => Ok(Self::Chat(ChatShard(number))),
            (Some(b'o'), Some(number)) => Ok(Self::Office(OfficeShard(number))),
            _ => Err(BadTag(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_reads_what_it_writes() {
        for tag in [Tag::Chat(ChatShard(0)), Tag::Office(OfficeShard(99))] {
            assert_eq!(tag.to_string().parse(), Ok(tag));
        }
        for bad in ["", "c", "x1", "o-1", "c256"] {
            assert_eq!(bad.parse::<Tag>(), Err(BadTag(bad.to_owned())));
        }
    }

    #[test]
    fn a_group_chat_has_a_shard_too() {
        assert_eq!(ChatShard::of(ChatId(-1_001), 4), ChatShard(3));
    }
}
