//! The journal's high-water mark: how far a shard's journal had come, said so that it can be kept outside Redis and held
//! against the journal later.
//!
//! A failover may forget what was acknowledged last, and so does an old backup. Nothing inside Redis can show that: the
//! records, the counts and the journal are all of the same earlier moment, and sound. What was kept elsewhere can.

use antrean_domain::Millis;
use data_encoding::HEXLOWER;
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use super::audit::read_seq;
use crate::Store;
use crate::error::{Result, StoreError};
use crate::keys::{self, OfficeShard};

/// An event of a shard's journal, by its number and by what it says. After a failover the new primary numbers on from
/// what it knows: soon there is an event of the same number again, and it is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watermark {
    pub seq: u64,
    pub at_ms: Millis,
    /// SHA-256 of its fields, in hex. Nothing personal can be read from it.
    pub digest: String,
}

/// A journal, held against an earlier mark of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tide {
    /// The marked event is there. How far the journal has come since; `None` while it is empty.
    Kept(Option<Watermark>),
    Lost(Loss),
}

/// Events that were acknowledged and are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The last event that was known, and is not there any more.
    pub mark: Watermark,
    /// The journal's last event now.
    pub last: Option<Watermark>,
}

/// An event as Redis gives it: its id, then names and values by turns.
type Event = (String, Vec<Vec<u8>>);

impl Loss {
    /// How many events are gone, at least: those that came after are not told from those that replaced some.
    pub fn events_min(&self) -> u64 {
        let last = self.last.as_ref().map_or(0, |last| last.seq);
        self.mark.seq.saturating_sub(last).max(1)
    }
}

impl Store {
    /// Which journals there are. Marks of others say nothing about them.
    pub async fn journals(&self) -> Result<String> {
        let id: Option<String> = redis::cmd("GET").arg(keys::JOURNALS).query_async(&mut self.commands()).await?;
        Ok(id.unwrap_or_default())
    }

    /// Holds the journal of `shard` against `mark`, and says how far it has come.
    pub async fn tide(&self, shard: OfficeShard, mark: Option<&Watermark>) -> Result<Tide> {
        let at = format!("{}-0", mark.map_or(0, |mark| mark.seq));
        // One connection, so one server, whose journal only grows: what is last was there with what was marked. Not a
        // transaction: that would be refused when memory is full, and money may come even then.
        let mut ask = redis::pipe();
        ask.cmd("XRANGE").arg(shard.journal()).arg(&at).arg(&at);
        ask.cmd("XREVRANGE").arg(shard.journal()).arg("+").arg("-").arg("COUNT").arg(1);
        let (marked, last): (Vec<Event>, Vec<Event>) = ask.query_async(&mut self.commands()).await?;
        let last = last.first().map(Watermark::of).transpose()?;
        let Some(mark) = mark else { return Ok(Tide::Kept(last)) };
        let marked = marked.first().map(Watermark::of).transpose()?;
        Ok(if marked.as_ref() == Some(mark) { Tide::Kept(last) } else { Tide::Lost(Loss { mark: mark.clone(), last }) })
    }
}

impl Watermark {
    fn of((id, fields): &Event) -> Result<Self> {
        let at_ms = fields.chunks(2).find(|pair| pair[0] == b"t").and_then(|pair| std::str::from_utf8(pair.get(1)?).ok()?.parse().ok());
        let corrupt = || StoreError::Corrupt { what: "journal event", why: format!("{id} does not say when it was") };
        let mut digest = Context::new(&SHA256);
        for part in fields {
            // The length first: else `ab` + `c` and `a` + `bc` would be the same.
            digest.update(&u64::try_from(part.len()).expect("a usize fits a u64").to_be_bytes());
            digest.update(part);
        }
        Ok(Self { seq: read_seq(id), at_ms: at_ms.ok_or_else(corrupt)?, digest: HEXLOWER.encode(digest.finish().as_ref()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(fields: &[&str]) -> Event {
        ("7-0".to_owned(), fields.iter().map(|field| field.as_bytes().to_vec()).collect())
    }

    #[test]
    fn an_event_is_known_by_all_it_says() {
        let mark = |fields: &[&str]| Watermark::of(&event(fields)).expect("an event");
        let one = mark(&["e", "hold", "t", "17", "b", "ab"]);
        assert_eq!((one.seq, one.at_ms, one.digest.len()), (7, 17, 64));
        assert_eq!(one, mark(&["e", "hold", "t", "17", "b", "ab"]));
        assert_ne!(one, mark(&["e", "hold", "t", "17", "b", "ac"]));
        assert_ne!(mark(&["t", "17", "ab", "c"]).digest, mark(&["t", "17", "a", "bc"]).digest);
        assert!(Watermark::of(&event(&["e", "hold"])).is_err());
    }

    #[test]
    fn at_least_the_marked_event_is_gone() {
        let mark = |seq| Watermark { seq, at_ms: 0, digest: String::new() };
        let loss = |last| Loss { mark: mark(10), last };
        assert_eq!(loss(Some(mark(7))).events_min(), 3);
        assert_eq!(loss(Some(mark(12))).events_min(), 1);
        assert_eq!(loss(None).events_min(), 10);
    }
}
