//! subscribe: enters a chat into an office's list of subscribers, or takes it off.
//!
//! Wakes on `jobs:*:norm`. Reads nothing. Writes the list; tells `Subscribed`.
//! Safe twice because a set has each member once.

use antrean_domain::Job;
use antrean_store::{BatchHead, StoreError, SubscribeJob, Verdict, Work};

use crate::duty::{Ctx, Duty};
use crate::prepare::{misled, prepare};

pub(crate) struct Subscribe;

impl Duty for Subscribe {
    const KIND: &'static str = "subscribe";

    async fn run(ctx: &Ctx, head: &BatchHead, work: Vec<Work<Job>>) -> Result<Vec<Verdict>, StoreError> {
        let prepared = prepare(work, |job| match job {
            Job::Subscribe { office, chat, on } => Ok(SubscribeJob { office, chat, on }),
            other => Err(misled(&other)),
        });
        let verdicts = ctx.store.subscribe(head, &prepared.ready).await?;
        Ok(prepared.with(verdicts))
    }
}
