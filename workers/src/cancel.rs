//! cancel: withdraws a bill before it is paid.
//!
//! Wakes on `jobs:*:hi`. Reads the record. Writes the record, the slot's count, the deadline, the journal, and deletes the
//! bill's key; tells `Cancelled`, or `Refused` where the money was faster.
//! Safe twice because the script is fenced and a booking takes no sequence twice.

use antrean_domain::Job;
use antrean_store::{BatchHead, CancelJob, StoreError, Verdict, Work};

use crate::duty::{Ctx, Duty};
use crate::prepare::{misled, prepare};

pub(crate) struct Cancel;

impl Duty for Cancel {
    const KIND: &'static str = "cancel";

    async fn run(ctx: &Ctx, head: &BatchHead, work: Vec<Work<Job>>) -> Result<Vec<Verdict>, StoreError> {
        let prepared = prepare(work, |job| match job {
            Job::Cancel { booking, seq } => Ok(CancelJob { booking, seq }),
            other => Err(misled(&other)),
        });
        let verdicts = ctx.store.cancel(head, &prepared.ready).await?;
        Ok(prepared.with(verdicts))
    }
}
