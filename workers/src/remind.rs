//! remind: recalls the end of a bill, or tomorrow's appointment, if that still holds.
//!
//! Wakes on `jobs:*:norm`, promoted from the delay set at its time. Reads the record. Writes nothing but the message;
//! tells `BillReminder` or `EveReminder`.
//! Safe twice because the script is fenced: it speaks in the step that settles its entry.

use antrean_domain::Job;
use antrean_domain::job::Reminder;
use antrean_store::{BatchHead, RemindJob, StoreError, Verdict, Work};

use crate::duty::{Ctx, Duty};
use crate::prepare::{misled, prepare};

pub(crate) struct Remind;

impl Duty for Remind {
    const KIND: &'static str = "remind";

    async fn run(ctx: &Ctx, head: &BatchHead, work: Vec<Work<Job>>) -> Result<Vec<Verdict>, StoreError> {
        let prepared = prepare(work, |job| read(ctx, job));
        let verdicts = ctx.store.remind(head, &prepared.ready).await?;
        Ok(prepared.with(verdicts))
    }
}

fn read(ctx: &Ctx, job: Job) -> Result<RemindJob, String> {
    let Job::Remind { booking, of } = job else { return Err(misled(&job)) };
    let zone = ctx.office(&booking.office)?.zone;
    let pointless_ms = match &of {
        Reminder::Bill { until } => *until,
        Reminder::Eve { slot } => slot.starts_at(zone),
    };
    Ok(RemindJob { booking, of, pointless_ms })
}
