//! reschedule: moves a paid booking to another slot of its office.
//!
//! Wakes on `jobs:*:hi`. Reads the record, the rules and the new slot's counts. Writes the record, both slots' counts in one
//! step, the reminder of the new eve, the journal; tells `Rescheduled` or `NotRescheduled`.
//! Safe twice because the script is fenced and a booking takes no sequence twice.

use antrean_domain::{Job, Millis};
use antrean_store::{BatchHead, RescheduleJob, StoreError, Verdict, Work};

use crate::duty::{Ctx, Duty};
use crate::prepare::{misled, prepare};

pub(crate) struct Reschedule;

impl Duty for Reschedule {
    const KIND: &'static str = "reschedule";

    async fn run(ctx: &Ctx, head: &BatchHead, work: Vec<Work<Job>>) -> Result<Vec<Verdict>, StoreError> {
        let now_ms = ctx.store.clock().now_ms();
        let prepared = prepare(work, |job| read(ctx, job, now_ms));
        let verdicts = ctx.store.reschedule(head, &prepared.ready).await?;
        Ok(prepared.with(verdicts))
    }
}

fn read(ctx: &Ctx, job: Job, now_ms: Millis) -> Result<RescheduleJob<'_>, String> {
    let Job::Reschedule { booking, seq, to } = job else { return Err(misled(&job)) };
    let zone = ctx.office(&booking.office)?.zone;
    Ok(RescheduleJob { booking, seq, to, zone, rules: &ctx.terms.rules, now_ms })
}
