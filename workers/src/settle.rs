//! settle: applies a recorded payment to its booking, whatever became of that meanwhile.
//!
//! Wakes on `jobs:*:hi`, asked by the bank's door. Reads the record, the payment and the slot's counts. Writes the record,
//! the payment's state, the count of a place taken again, the refund case, the reminder of the eve, the journal, and
//! deletes the bill's key; tells `Paid` or `RefundDue`.
//! Safe twice because a payment is applied only while it says `unsettled`.

use antrean_domain::Job;
use antrean_store::{BatchHead, SettleJob, StoreError, Verdict, Work};

use crate::duty::{Ctx, Duty};
use crate::prepare::{misled, prepare};

pub(crate) struct Settle;

impl Duty for Settle {
    const KIND: &'static str = "settle";

    async fn run(ctx: &Ctx, head: &BatchHead, work: Vec<Work<Job>>) -> Result<Vec<Verdict>, StoreError> {
        let prepared = prepare(work, |job| read(ctx, job));
        let verdicts = ctx.store.settle(head, &prepared.ready).await?;
        Ok(prepared.with(verdicts))
    }
}

fn read(ctx: &Ctx, job: Job) -> Result<SettleJob, String> {
    let Job::Settle { booking, payment } = job else { return Err(misled(&job)) };
    let zone = ctx.office(&booking.office)?.zone;
    Ok(SettleJob { booking, payment, zone, eve_hour: ctx.terms.rules.eve_reminder_hour })
}
