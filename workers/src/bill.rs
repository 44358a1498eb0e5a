//! bill: issues a billing code for a held booking.
//!
//! Wakes on `jobs:*:hi`. Reads the terms (how long a bill lives, when its end is recalled). Writes the record, the code
//! for good, the bill's key with its lifetime, the sealed answers, the deadline, the reminder, the journal; tells `Billed`,
//! or `HoldOver` where the hold had run out.
//! Safe twice because the script is fenced and a booking takes no sequence twice.

use antrean_domain::billing::bill_expires_at;
use antrean_domain::{Job, Millis};
use antrean_store::{BatchHead, BillJob, StoreError, Verdict, Work};

use crate::duty::{Ctx, Duty};
use crate::prepare::{misled, prepare};

pub(crate) struct Bill;

impl Duty for Bill {
    const KIND: &'static str = "bill";

    async fn run(ctx: &Ctx, head: &BatchHead, work: Vec<Work<Job>>) -> Result<Vec<Verdict>, StoreError> {
        let until_ms = bill_expires_at(ctx.store.clock().now_ms(), ctx.terms.bill_ttl_ms());
        let remind_ms = until_ms - i64::from(ctx.terms.rules.bill_reminder_minutes) * 60_000;
        let prepared = prepare(work, |job| read(job, until_ms, remind_ms));
        let verdicts = ctx.store.bill(head, &prepared.ready).await?;
        Ok(prepared.with(verdicts))
    }
}

fn read(job: Job, until_ms: Millis, remind_ms: Millis) -> Result<BillJob, String> {
    match job {
        Job::Bill { booking, seq, amount, application } => Ok(BillJob { booking, seq, amount, application, until_ms, remind_ms }),
        other => Err(misled(&other)),
    }
}
