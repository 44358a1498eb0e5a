//! hold: keeps a place while a person reviews.
//!
//! Wakes on `jobs:*:hi`. Reads the terms (how long a hold lasts) and, where the booking holds something else already, its
//! record. Writes the record, both slots' counts, the deadline, the journal; tells `Held` or `Full`.
//! Safe twice because the script is fenced and a booking takes no sequence twice.

use antrean_domain::{Job, Millis};
use antrean_store::{BatchHead, HoldJob, StoreError, Verdict, Work};

use crate::duty::{Ctx, Duty};
use crate::prepare::{misled, prepare};

pub(crate) struct Hold;

impl Duty for Hold {
    const KIND: &'static str = "hold";

    async fn run(ctx: &Ctx, head: &BatchHead, work: Vec<Work<Job>>) -> Result<Vec<Verdict>, StoreError> {
        let until_ms = ctx.store.clock().now_ms() + ctx.terms.hold_ttl_ms();
        let prepared = prepare(work, |job| read(ctx, job, until_ms));
        let verdicts = ctx.store.hold(head, &prepared.ready).await?;
        Ok(prepared.with(verdicts))
    }
}

fn read(ctx: &Ctx, job: Job, until_ms: Millis) -> Result<HoldJob, String> {
    let Job::Hold { booking, seq, chat, slot, places } = job else { return Err(misled(&job)) };
    let office = ctx.office(&booking.office)?;
    if slot.office != booking.office || places == 0 {
        return Err(format!("a hold of {places} places in {slot} does not fit a booking at {}", booking.office));
    }
    // From the day itself on nothing is booked: a billing code alone may take two hours.
    let closes_ms = office.zone.midnight(slot.date);
    Ok(HoldJob { booking, seq, chat, slot, places, until_ms, closes_ms })
}
