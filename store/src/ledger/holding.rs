//! Holding a place while a person reviews, and giving it back.

use std::collections::HashSet;

use antrean_domain::{BookingId, BookingRef, ChatId, Millis, Outcome, SlotId, State, Transition as Rule};

use super::quota::Place;
use super::record::{self, Record};
use super::run::{Look, Transition, clock_head, clock_work};
use super::scripts;
use crate::error::Result;
use crate::hop;
use crate::keys::{OfficeShard, QuotaMonth};
use crate::scripts::{Call, Script};
use crate::{BatchHead, Mail, Store, Verdict, Work};

/// Take `places` in `slot` for a booking, instead of what it holds.
#[derive(Clone, Debug)]
pub struct HoldJob {
    pub booking: BookingRef,
    pub seq: u64,
    pub chat: ChatId,
    /// Of the booking's office.
    pub slot: SlotId,
    /// At least one.
    pub places: u32,
    /// Until when the places are kept.
    pub until_ms: Millis,
    /// From when on the slot cannot be booked any more, whatever is left of it.
    pub closes_ms: Millis,
}

/// The same, for a booking taken to be new: a stampede is nothing else. If one of a batch is known after all, each of
/// them is answered `moved`.
struct FirstHold {
    job: HoldJob,
    /// Where its outcome goes.
    to: String,
    now: Millis,
}

/// Give a held place back.
#[derive(Clone, Debug)]
pub struct ReleaseJob {
    pub booking: BookingRef,
    pub seq: u64,
}

/// A hold that ran out.
struct RunOut(BookingId);

impl Store {
    /// Words: `held`, `full`, `superseded`, `refused`.
    pub async fn hold(&self, head: &BatchHead, work: &[Work<HoldJob>]) -> Result<Vec<Verdict>> {
        let now = self.clock().now_ms();
        let mut verdicts = vec![Verdict::Moved; work.len()];
        let mut named = HashSet::new();
        let is_first = |at: &usize| work[*at].job.seq == 1 && named.insert(work[*at].job.booking.id);
        let first: Vec<usize> = (0..work.len()).filter(is_first).collect();
        let new = |at: &usize| {
            let Work { entry, attempt, job } = work[*at].clone();
            Work { entry, attempt, job: FirstHold { to: hop::to_mail(job.chat, self.shards()), job, now } }
        };
        let unheard: Vec<_> = first.iter().map(new).collect();
        let words = self.judge_once(head, &unheard, &(0..first.len()).collect::<Vec<_>>()).await?;
        for (at, word) in first.into_iter().zip(words) {
            verdicts[at] = Verdict::from_word(word);
        }
        let known: Vec<usize> = (0..work.len()).filter(|at| verdicts[*at] == Verdict::Moved).collect();
        let again: Vec<_> = known.iter().map(|at| work[*at].clone()).collect();
        let head = BatchHead { in_hand: 0, ..head.clone() };
        for (at, verdict) in known.into_iter().zip(self.judge(&head, &again).await?) {
            verdicts[at] = verdict;
        }
        Ok(verdicts)
    }

    /// Words: `released`, `void` (the clock was faster), `superseded`, `refused`, `unknown`.
    pub async fn release(&self, head: &BatchHead, work: &[Work<ReleaseJob>]) -> Result<Vec<Verdict>> {
        self.judge(head, work).await
    }

    /// Releases at most `most` holds of `shard` that ran out; how many it did. Any number of processes may do this
    /// at once.
    pub async fn release_overdue(&self, shard: OfficeShard, most: usize) -> Result<usize> {
        let ids = self.overdue(shard, State::Held, most).await?;
        let work: Vec<_> = ids.into_iter().map(|id| clock_work(RunOut(id))).collect();
        let verdicts = self.judge(&clock_head(shard), &work).await?;
        Ok(verdicts.iter().filter(|verdict| verdict.word() == "released").count())
    }
}

impl Transition for FirstHold {
    const LOOK: Look = Look::Never;

    fn script() -> &'static Script {
        &scripts::HOLD
    }

    fn head(_: OfficeShard, _: &mut Call) {}

    fn booking(&self) -> Option<BookingId> {
        None
    }

    fn push(&self, shard: OfficeShard, _: Option<&Record>, call: &mut Call) {
        let Self { job, to, now } = self;
        call.key(shard.booking(job.booking.id)).key(shard.quota(&QuotaMonth::of(&job.slot)));
        call.arg(job.booking.id.to_string()).arg(to);
        let at = if *now < job.closes_ms { Place::of(&job.slot).offset().to_string() } else { String::new() };
        call.arg(at).arg(job.places).arg(job.until_ms).arg(record::first(job, *now));
        let held = Outcome::Held { booking: job.booking.clone(), slot: job.slot.clone(), until: job.until_ms };
        call.arg(Mail::write_outcome(&held));
    }
}

impl Transition for HoldJob {
    const LOOK: Look = Look::First;

    fn script() -> &'static Script {
        &scripts::REHOLD
    }

    fn head(_: OfficeShard, call: &mut Call) {
        call.arg(Rule::Hold.from_letters());
    }

    fn booking(&self) -> Option<BookingId> {
        Some(self.booking.id)
    }

    fn push(&self, shard: OfficeShard, seen: Option<&Record>, call: &mut Call) {
        let seemed = seen.map_or(&self.slot, |record| &record.view.slot);
        let quota = |slot| shard.quota(&QuotaMonth::of(slot));
        call.key(shard.booking(self.booking.id)).key(quota(&self.slot)).key(quota(seemed));
        call.arg(self.booking.id.to_string()).arg(self.seq).arg(self.chat.0).arg(self.booking.office.as_str());
        call.arg(self.slot.to_string()).arg(self.places).arg(self.until_ms).arg(self.closes_ms);
        call.arg(seen.map_or(String::new(), |record| record.view.slot.to_string()));
    }
}

impl Transition for ReleaseJob {
    const LOOK: Look = Look::First;

    fn script() -> &'static Script {
        &scripts::RELEASE
    }

    fn head(_: OfficeShard, call: &mut Call) {
        call.arg(Rule::Release.from_letters());
    }

    fn booking(&self) -> Option<BookingId> {
        Some(self.booking.id)
    }

    fn push(&self, shard: OfficeShard, seen: Option<&Record>, call: &mut Call) {
        push_release(self.booking.id, self.seq, shard, seen, call);
    }
}

impl Transition for RunOut {
    const LOOK: Look = Look::First;

    fn script() -> &'static Script {
        ReleaseJob::script()
    }

    fn head(shard: OfficeShard, call: &mut Call) {
        ReleaseJob::head(shard, call);
    }

    fn booking(&self) -> Option<BookingId> {
        Some(self.0)
    }

    fn push(&self, shard: OfficeShard, seen: Option<&Record>, call: &mut Call) {
        push_release(self.0, 0, shard, seen, call);
    }
}

fn push_release(id: BookingId, seq: u64, shard: OfficeShard, seen: Option<&Record>, call: &mut Call) {
    let booking = shard.booking(id);
    call.key(&booking).key(quota_seen(shard, seen, booking));
    call.arg(id.to_string()).arg(seq).arg(slot_seen(seen));
}

/// The quota of the slot a booking was seen to have. Of a booking that was not seen, `stand_in`: the script needs a
/// key there, and goes no further than to see that it is unknown, or that it moved.
pub(super) fn quota_seen(shard: OfficeShard, seen: Option<&Record>, stand_in: String) -> String {
    seen.map_or(stand_in, |record| shard.quota(&QuotaMonth::of(&record.view.slot)))
}

pub(super) fn slot_seen(seen: Option<&Record>) -> String {
    seen.map_or(String::new(), |record| record.view.slot.to_string())
}
