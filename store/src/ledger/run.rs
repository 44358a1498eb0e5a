//! Driving a script that takes a batch of jobs: look at the records, build one call, read one word per job.
//!
//! Some keys derive from what a record says now (the quota of the slot a booking holds). Those are looked up first
//! and passed with what was seen; the script answers `moved` where that is no longer so, and the job is looked at again.

use antrean_domain::{BookingId, JobClass};

use super::record::Record;
use crate::error::Result;
use crate::jobs::CREW_GROUP;
use crate::keys::{OfficeShard, Tag};
use crate::scripts::{Call, Script};
use crate::{BY_THE_CLOCK, BatchHead, Store, Verdict, Work};

/// How often a job is looked at afresh within one call. Each round means that somebody else changed the booking
/// within the last millisecond: a person cannot do that five times running, so the rest comes back later.
const LOOKS_MAX: u32 = 5;

/// Whether a transition's keys depend on the record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Never,
    First,
}

/// A job as its script takes it.
pub(crate) trait Transition {
    const LOOK: Look;

    fn script() -> &'static Script;

    /// Keys and arguments of the script's own head, behind the common one.
    fn head(shard: OfficeShard, call: &mut Call);

    /// The booking to look at.
    fn booking(&self) -> Option<BookingId>;

    /// The job's own keys and arguments, behind its entry; `seen` is its record, where it was looked at and exists.
    fn push(&self, shard: OfficeShard, seen: Option<&Record>, call: &mut Call);
}

impl Store {
    /// Hands `work` to its script and answers a verdict for each, in order.
    pub(crate) async fn judge<T: Transition>(&self, head: &BatchHead, work: &[Work<T>]) -> Result<Vec<Verdict>> {
        let mut verdicts = vec![Verdict::Moved; work.len()];
        for _ in 0..LOOKS_MAX {
            let open: Vec<usize> = (0..work.len()).filter(|at| verdicts[*at] == Verdict::Moved).collect();
            if open.is_empty() {
                return Ok(verdicts);
            }
            let words = self.judge_once(head, work, &open).await?;
            for (at, word) in open.into_iter().zip(words) {
                // A billing code that is taken is answered like a moved record: the next look proposes another.
                verdicts[at] = if word == "taken" { Verdict::Moved } else { Verdict::from_word(word) };
            }
        }
        let tired = |verdict| if verdict == Verdict::Moved { Verdict::Retry("its booking kept changing".to_owned()) } else { verdict };
        Ok(verdicts.into_iter().map(tired).collect())
    }

    /// Hands those of `work` at `open` to their script once and answers its words.
    pub(super) async fn judge_once<T: Transition>(&self, head: &BatchHead, work: &[Work<T>], open: &[usize]) -> Result<Vec<String>> {
        let looks = T::LOOK == Look::First;
        let shard = OfficeShard(head.shard);
        let ids: Vec<_> = open.iter().filter_map(|at| work[*at].job.booking()).filter(|_| looks).collect();
        let mut seen = self.looks(shard, &ids).await?.into_iter();
        // Of another release, or damaged: its job is not asked about, and its neighbours do not suffer for it.
        let mut words = vec!["unreadable".to_owned(); open.len()];
        let mut asked = Vec::with_capacity(open.len());
        for (nth, at) in open.iter().enumerate() {
            let looked = if looks && work[*at].job.booking().is_some() { seen.next().unwrap_or(Ok(None)) } else { Ok(None) };
            match looked {
                Ok(record) => asked.push((nth, *at, record)),
                Err(error) => tracing::error!(%error, "the record of a job's booking cannot be read"),
            }
        }
        if asked.is_empty() {
            return Ok(words);
        }
        let mut call = T::script().call();
        call.key(shard.jobs(head.class)).key(Tag::Office(shard).hop()).key(shard.journal()).key(shard.due()).key(shard.delay());
        call.arg(CREW_GROUP).arg(&head.consumer).arg(self.clock().now_ms()).arg(asked.len()).arg(self.shards());
        T::head(shard, &mut call);
        for (_, at, record) in &asked {
            let Work { entry, job, .. } = &work[*at];
            call.arg(entry);
            job.push(shard, record.as_ref(), &mut call);
        }
        // In a later round some are settled already, and nobody counted them.
        call.arg(if open.len() == work.len() { head.in_hand } else { 0 });
        let answers: Vec<String> = call.run(self).await?;
        for ((nth, ..), word) in asked.into_iter().zip(answers) {
            words[nth] = word;
        }
        Ok(words)
    }

    /// The records of `ids`, in their order.
    pub(crate) async fn records(&self, shard: OfficeShard, ids: &[BookingId]) -> Result<Vec<Option<Record>>> {
        self.looks(shard, ids).await?.into_iter().collect()
    }

    /// Likewise, each readable or not.
    pub(super) async fn looks(&self, shard: OfficeShard, ids: &[BookingId]) -> Result<Vec<Result<Option<Record>>>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<_> = ids.iter().map(|id| shard.booking(*id)).collect();
        let packed: Vec<Option<Vec<u8>>> = redis::cmd("MGET").arg(keys).query_async(&mut self.commands()).await?;
        Ok(ids.iter().zip(packed).map(|(id, bytes)| bytes.map(|bytes| Record::read(*id, &bytes)).transpose()).collect())
    }
}

/// The head of a batch nobody reads from a stream.
pub(crate) fn clock_head(shard: OfficeShard) -> BatchHead {
    BatchHead { shard: shard.0, class: JobClass::Hi, consumer: String::new(), in_hand: 0 }
}

/// Work the clock asks for.
pub(crate) fn clock_work<T>(job: T) -> Work<T> {
    Work { entry: BY_THE_CLOCK.to_owned(), attempt: 0, job }
}
