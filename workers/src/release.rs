//! release: gives a held place back, when the person goes back or when the hold runs out.
//!
//! Wakes on `jobs:*:hi` and on the clock. Reads the deadlines and the record. Writes the record, the slot's count, the
//! deadline, the journal; tells `HoldOver` where the clock asked.
//! Safe twice because what is released holds nothing any more.

use std::time::Duration;

use antrean_domain::Job;
use antrean_store::{BatchHead, OfficeShard, ReleaseJob, StoreError, Verdict, Work};

use crate::duty::{Ctx, Duty, Tick};
use crate::prepare::{misled, prepare};

/// As many as one script call should judge.
const BATCH_MAX: usize = 256;

pub(crate) struct Release;

impl Duty for Release {
    const KIND: &'static str = "release";

    async fn run(ctx: &Ctx, head: &BatchHead, work: Vec<Work<Job>>) -> Result<Vec<Verdict>, StoreError> {
        let prepared = prepare(work, |job| match job {
            Job::Release { booking, seq } => Ok(ReleaseJob { booking, seq }),
            other => Err(misled(&other)),
        });
        let verdicts = ctx.store.release(head, &prepared.ready).await?;
        Ok(prepared.with(verdicts))
    }
}

impl Tick for Release {
    const NAME: &'static str = "release";
    /// A place that is free again is seen within half a second.
    const EVERY: Duration = Duration::from_millis(500);

    async fn tick(ctx: &Ctx, shard: OfficeShard) -> Result<usize, StoreError> {
        ctx.store.release_overdue(shard, BATCH_MAX).await
    }
}
