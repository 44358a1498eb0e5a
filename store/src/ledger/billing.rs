//! Billing codes: issued, withdrawn, run out.

use antrean_domain::job::{Reminder, Sealed};
use antrean_domain::{BillingCode, BookingId, BookingRef, Job, Millis, Rupiah, State, Transition as Rule};

use super::answers::at_rest;
use super::holding::{quota_seen, slot_seen};
use super::record::Record;
use super::run::{Look, Transition, clock_head, clock_work};
use super::scripts;
use crate::error::Result;
use crate::keys::OfficeShard;
use crate::scripts::{Call, Script};
use crate::{BatchHead, Store, Verdict, Work};

/// Issue a billing code for a held booking.
#[derive(Clone, Debug)]
pub struct BillJob {
    pub booking: BookingRef,
    pub seq: u64,
    pub amount: Rupiah,
    pub application: Sealed,
    /// When the code dies.
    pub until_ms: Millis,
    /// When that is recalled; not at all if this has passed.
    pub remind_ms: Millis,
}

/// Withdraw a bill before it is paid.
#[derive(Clone, Debug)]
pub struct CancelJob {
    pub booking: BookingRef,
    pub seq: u64,
}

/// A bill that ran out.
struct RunOut(BookingId);

impl Store {
    /// Words: `billed`, `over` (the hold had run out), `superseded`, `refused`, `unknown`.
    pub async fn bill(&self, head: &BatchHead, work: &[Work<BillJob>]) -> Result<Vec<Verdict>> {
        self.judge(head, work).await
    }

    /// Words: `cancelled`, `superseded`, `refused`, `unknown`.
    pub async fn cancel(&self, head: &BatchHead, work: &[Work<CancelJob>]) -> Result<Vec<Verdict>> {
        self.judge(head, work).await
    }

    /// Expires at most `most` bills of `shard` that ran out unpaid; how many it did. Any number of processes may
    /// do this at once. None while a loss of payments is being repaired (`loss`).
    pub async fn expire_overdue(&self, shard: OfficeShard, most: usize) -> Result<usize> {
        if self.expiry_rests(shard).await? {
            return Ok(0);
        }
        let ids = self.overdue(shard, State::Billed, most).await?;
        let work: Vec<_> = ids.into_iter().map(|id| clock_work(RunOut(id))).collect();
        let verdicts = self.judge(&clock_head(shard), &work).await?;
        Ok(verdicts.iter().filter(|verdict| verdict.word() == "expired").count())
    }
}

impl Transition for BillJob {
    const LOOK: Look = Look::Never;

    fn script() -> &'static Script {
        &scripts::BILL
    }

    fn head(_: OfficeShard, call: &mut Call) {
        call.arg(Rule::Bill.from_letters());
    }

    fn booking(&self) -> Option<BookingId> {
        Some(self.booking.id)
    }

    fn push(&self, shard: OfficeShard, _: Option<&Record>, call: &mut Call) {
        // Random, so that a code tells nothing of its neighbours; the script refuses one that was ever used.
        let code = BillingCode::new(shard.0, rand::random());
        let id = self.booking.id;
        let reminder = Job::Remind { booking: self.booking.clone(), of: Reminder::Bill { until: self.until_ms } };
        call.key(shard.booking(id)).key(shard.code(&code)).key(shard.bill(&code)).key(shard.application(id));
        call.arg(id.to_string()).arg(self.seq).arg(self.amount.0).arg(code.as_str()).arg(self.until_ms);
        call.arg(self.remind_ms).arg(delayed(&reminder)).arg(at_rest(&self.application));
    }
}

impl Transition for CancelJob {
    const LOOK: Look = Look::First;

    fn script() -> &'static Script {
        &scripts::CANCEL
    }

    fn head(_: OfficeShard, call: &mut Call) {
        call.arg(Rule::Cancel.from_letters());
    }

    fn booking(&self) -> Option<BookingId> {
        Some(self.booking.id)
    }

    fn push(&self, shard: OfficeShard, seen: Option<&Record>, call: &mut Call) {
        let booking = shard.booking(self.booking.id);
        call.key(&booking).key(quota_seen(shard, seen, booking.clone())).key(bill_seen(shard, seen, booking));
        call.arg(self.booking.id.to_string()).arg(self.seq).arg(slot_seen(seen)).arg(code_seen(seen));
    }
}

impl Transition for RunOut {
    const LOOK: Look = Look::First;

    fn script() -> &'static Script {
        &scripts::EXPIRE
    }

    fn head(_: OfficeShard, call: &mut Call) {
        call.arg(Rule::Expire.from_letters());
    }

    fn booking(&self) -> Option<BookingId> {
        Some(self.0)
    }

    fn push(&self, shard: OfficeShard, seen: Option<&Record>, call: &mut Call) {
        let booking = shard.booking(self.0);
        call.key(&booking).key(quota_seen(shard, seen, booking.clone())).key(bill_seen(shard, seen, booking));
        call.arg(self.0.to_string()).arg(slot_seen(seen)).arg(code_seen(seen));
    }
}

/// The bill of the code a booking was seen to have; `stand_in` where it had none (see `quota_seen`).
pub(super) fn bill_seen(shard: OfficeShard, seen: Option<&Record>, stand_in: String) -> String {
    seen.and_then(|record| record.view.code.as_ref()).map_or(stand_in, |code| shard.bill(code))
}

pub(super) fn code_seen(seen: Option<&Record>) -> &str {
    seen.and_then(|record| record.view.code.as_ref()).map_or("", BillingCode::as_str)
}

/// A job as a member of the delay set: class, attempt, payload.
pub(super) fn delayed(job: &Job) -> String {
    format!("{}\n0\n{}", job.class().word(), job.to_brief())
}
