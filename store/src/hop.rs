//! Hops: how what a script on one hash tag has for another gets there, in order and once.
//!
//! A script writes its own tag only; what is for others it leaves on its tag's hop stream, in the same step. A relay
//! takes the stream's head, applies it at the destination by a script that remembers the last hop taken in per
//! source, and only then deletes it here. A crash in between repeats an application that the mark ignores. Two relays
//! at once are harmless; a lease keeps them from doing the same work.

use std::collections::BTreeMap;

use antrean_domain::{ChatId, Job, JobClass};
use redis::streams::{StreamId, StreamReadReply};

use crate::backoff::Backoff;
use crate::dead::{LetterKind, Strays};
use crate::error::Result;
use crate::keys::{ChatShard, Tag};
use crate::reader::{BLOCK, Line};
use crate::{Store, scripts};

/// How many hops are taken at once. Bounds how long Redis is busy with one script.
const BATCH_MAX: usize = 256;
/// What a hop may be.
const MAIL: &str = "mail";
const JOB: &str = "job";

/// Carries the hops of one tag.
pub struct Relay {
    store: Store,
    tag: Tag,
    line: Line,
    backoff: Backoff,
}

/// A hop that can be carried.
struct Hop<'a> {
    id: &'a str,
    to: Tag,
    /// A chat or a class of jobs: what it is taken to at `to`.
    what: String,
    payload: Vec<u8>,
}

impl Relay {
    /// Carries what is there now, or comes first within a second, and says how many that were. Faults are handled in
    /// here, with a pause.
    pub async fn next(&mut self) -> usize {
        match self.carry().await {
            Ok(carried) => {
                self.backoff.reset();
                carried
            }
            Err(error) => {
                tracing::warn!(tag = %self.tag, %error, "relaying failed and is tried again");
                self.backoff.wait().await;
                0
            }
        }
    }

    async fn carry(&mut self) -> Result<usize> {
        // From the beginning, every time: what was carried is deleted, so the head is always what is left to do.
        let mut read = redis::cmd("XREAD");
        read.arg("COUNT").arg(BATCH_MAX).arg("BLOCK").arg(BLOCK.as_millis()).arg("STREAMS").arg(self.tag.hop()).arg("0");
        let reply: Option<StreamReadReply> = self.line.ask(&read).await?;
        let Some(stream) = reply.and_then(|reply| reply.keys.into_iter().next()) else { return Ok(0) };
        let mut by_tag: BTreeMap<Tag, Vec<Hop<'_>>> = BTreeMap::new();
        let mut unknown = Vec::new();
        for entry in &stream.ids {
            match Hop::read(entry, self.store.shards()) {
                Some(hop) => by_tag.entry(hop.to).or_default().push(hop),
                None => unknown.push(entry.id.as_str()),
            }
        }
        for (to, hops) in &by_tag {
            self.apply(*to, hops).await?;
        }
        self.bury(&unknown).await?;
        let carried: Vec<&str> = by_tag.values().flatten().map(|hop| hop.id).collect();
        // Crashed before this line? They are still here, and the marks will ignore them.
        if !carried.is_empty() {
            let mut delete = redis::cmd("XDEL");
            delete.arg(self.tag.hop()).arg(&carried).query_async::<()>(&mut self.store.commands()).await?;
        }
        Ok(stream.ids.len())
    }

    async fn apply(&self, to: Tag, hops: &[Hop<'_>]) -> Result<()> {
        let mut call = match to {
            Tag::Chat(shard) => {
                let mut call = scripts::RELAY_MAIL.call();
                call.key(to.marks()).key(shard.ready()).key(shard.ready_ids()).arg(self.tag.to_string());
                for hop in hops {
                    call.key(shard.inbox(ChatId(hop.what.parse().expect("a hop to a chat was read with its id"))));
                }
                call
            }
            Tag::Office(shard) => {
                let mut call = scripts::RELAY_JOBS.call();
                call.key(to.marks()).arg(self.tag.to_string());
                call.key(shard.jobs(JobClass::Hi)).key(shard.jobs(JobClass::Norm)).key(shard.jobs(JobClass::Bulk));
                call
            }
        };
        for hop in hops {
            call.arg(hop.id).arg(&hop.what).arg(&hop.payload);
        }
        call.run::<usize>(&self.store).await.map(drop)
    }

    /// Of another release, or damaged: kept as dead letters, out of the way of those behind them.
    async fn bury(&self, ids: &[&str]) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let strays = Strays { tag: self.tag, stream: self.tag.hop(), group: "", kind: LetterKind::Hop, of: "" };
        self.store.bury_strays(&strays, "names no tag and kind this release knows", ids).await
    }
}

impl<'a> Hop<'a> {
    fn read(entry: &'a StreamId, shards: u8) -> Option<Self> {
        let address: String = entry.get("t")?;
        let (to, rest) = address.split_once(':')?;
        let (kind, what) = rest.split_once(':')?;
        let to: Tag = to.parse().ok().filter(|to: &Tag| to.shard() < shards)?;
        let payload = entry.get("p")?;
        let fits = match (kind, to) {
            (MAIL, Tag::Chat(_)) => what.parse::<ChatId>().is_ok(),
            (JOB, Tag::Office(_)) => JobClass::ALL.into_iter().any(|class| class.word() == what),
            _ => false,
        };
        fits.then(|| Self { id: &entry.id, to, what: what.to_owned(), payload })
    }
}

/// The address of `chat`'s mailbox, as a hop has it. `lua/ledger.lua` writes the same. One field for all of it: each
/// argument costs a script as much as a small command.
pub(crate) fn to_mail(chat: ChatId, shards: u8) -> String {
    format!("{}:{MAIL}:{chat}", Tag::Chat(ChatShard::of(chat, shards)))
}

/// The address of the stream `job` goes to.
pub(crate) fn to_jobs(job: &Job, shards: u8) -> String {
    format!("{}:{JOB}:{}", Tag::of_job(job, shards), job.class().word())
}

impl Store {
    /// A relay for the hops of `tag`.
    pub fn relay(&self, tag: Tag) -> Relay {
        Relay { store: self.clone(), tag, line: Line::new(self, &tag.hop()), backoff: Backoff::new() }
    }
}
