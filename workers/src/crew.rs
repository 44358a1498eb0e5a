//! The crew: reads batches of jobs, gives each kind to its duty, and deals with what a duty could not settle.
//!
//! What if it crashes: anywhere in here. A job's effect and its settling are one script, so whatever is still on the
//! stream was not done; it is reclaimed after one lease and runs alone, where only it can be to blame.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use antrean_domain::{BookingRef, ChatId, Job, JobClass};
use antrean_store::{Backoff, Batch, BatchHead, Committed, Entry, JobReader, StoreError, Verdict, Work};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::bill::Bill;
use crate::broadcast::Broadcast;
use crate::cancel::Cancel;
use crate::duty::{Ctx, Duty};
use crate::expire::Expire;
use crate::hold::Hold;
use crate::part::Part;
use crate::promote::Promote;
use crate::release::Release;
use crate::remind::Remind;
use crate::reschedule::Reschedule;
use crate::settle::Settle;
use crate::subscribe::Subscribe;
use crate::tick::keep_ticking;
use crate::{reclaim, relay};

/// A job put off waits at least this long, doubled each time …
const RETRY_FIRST: Duration = Duration::from_millis(500);
/// … up to this: what has failed for longer needs a person, not haste.
const RETRY_LONGEST: Duration = Duration::from_mins(2);

/// Where Redis has no memory for it, a job waits about this long, however often: that is nobody's failure but the operator's,
/// and the stream must drain, for behind it may be what frees places.
const NO_ROOM: Duration = Duration::from_secs(2);

/// How the crew works.
#[derive(Clone, Copy, Debug)]
pub struct CrewSettings {
    /// How many entries one script call is given at most.
    pub batch: usize,
    /// How many readers each stream of jobs has in this process.
    pub readers: usize,
    /// How often a job is tried again before it is buried.
    pub retries_max: u32,
}

/// The crew of one process.
pub struct Crew;

impl Crew {
    /// Starts the parts in `only`, or all of them where it is empty, for every office shard. Each runs until
    /// `shutdown` and then finishes what it has in hand.
    pub fn start(ctx: &Ctx, settings: CrewSettings, only: &[Part], tasks: &mut JoinSet<()>, shutdown: &CancellationToken) {
        let parts = if only.is_empty() { &Part::ALL } else { only };
        for shard in ctx.store.office_shards() {
            for part in parts {
                let (ctx, shutdown) = (ctx.clone(), shutdown.clone());
                let tag = antrean_store::Tag::Office(shard);
                match *part {
                    Part::Class(class) => {
                        for _ in 0..settings.readers {
                            tasks.spawn(read(ctx.clone(), settings, shard.0, class, shutdown.clone()));
                        }
                        continue;
                    }
                    Part::Expire => tasks.spawn(keep_ticking::<Expire>(ctx, shard, shutdown)),
                    Part::Release => tasks.spawn(keep_ticking::<Release>(ctx, shard, shutdown)),
                    Part::Promote => tasks.spawn(keep_ticking::<Promote>(ctx, shard, shutdown)),
                    Part::Broadcast => tasks.spawn(keep_ticking::<Broadcast>(ctx, shard, shutdown)),
                    Part::Relay => tasks.spawn(relay::run(ctx.store, tag, shutdown)),
                    Part::Reclaim => tasks.spawn(reclaim::run(ctx.store, tag, shutdown)),
                };
            }
        }
    }
}

/// One reader of one stream: a batch at a time, until told to stop. Never between a read and its work.
async fn read(ctx: Ctx, settings: CrewSettings, shard: u8, class: JobClass, shutdown: CancellationToken) {
    let mut backoff = Backoff::new();
    let mut reader: Option<JobReader> = None;
    while !shutdown.is_cancelled() {
        let Some(jobs) = &mut reader else {
            match ctx.store.jobs(shard, class).await {
                Ok(opened) => reader = Some(opened),
                Err(error) => {
                    tracing::warn!(shard, class = class.word(), %error, "a reader of jobs could not be opened and is tried again");
                    backoff.wait().await;
                }
            }
            continue;
        };
        match jobs.next(settings.batch).await {
            Ok(batch) => {
                backoff.reset();
                if work_off(&ctx, settings, batch).await == 0 {
                    jobs.all_settled();
                }
            }
            Err(error) => {
                tracing::warn!(shard, class = class.word(), %error, "a batch of jobs could not be prepared and is left to be reclaimed");
                backoff.wait().await;
            }
        }
    }
}

/// Works a batch off and says how many of its entries are left unsettled.
async fn work_off(ctx: &Ctx, settings: CrewSettings, batch: Batch) -> usize {
    let Batch { mut head, entries, alone } = batch;
    for run in runs(&entries) {
        let began = Instant::now();
        head.in_hand -= do_run(ctx, settings, &head, &run).await;
        tracing::debug!(job.kind = run.kind, count = run.entries.len(), alone, "a run of jobs was done");
        metrics::histogram!("antrean_run_seconds", "kind" => run.kind).record(began.elapsed().as_secs_f64());
    }
    for entry in &entries {
        if let Err(reason) = &entry.job {
            // Of another release, or damaged: parked for the release that can read it, never dropped.
            head.in_hand -= usize::from(bury(ctx, &head, entry, &reason.to_string()).await);
        }
    }
    head.in_hand
}

/// Jobs of one kind, in their stream's order.
struct Run<'a> {
    kind: &'static str,
    entries: Vec<(&'a Entry, &'a Job)>,
}

/// Splits a batch into as few runs as keep the order of every booking: a job joins its kind's run unless an
/// earlier one on the same booking, of another kind, is still to be done.
fn runs(entries: &[Entry]) -> Vec<Run<'_>> {
    let mut left: Vec<(&Entry, &Job)> = entries.iter().filter_map(|entry| Some((entry, entry.job.as_ref().ok()?))).collect();
    let mut runs = Vec::new();
    while let Some((_, first)) = left.first() {
        let kind = first.kind();
        let mut passed_over = HashSet::new();
        let (now, later) = left.into_iter().partition(|(_, job)| {
            let joins = job.kind() == kind && !passed_over.contains(&Subject::of(job));
            if !joins {
                passed_over.insert(Subject::of(job));
            }
            joins
        });
        runs.push(Run { kind, entries: now });
        left = later;
    }
    runs
}

/// What a job must not overtake another on.
#[derive(PartialEq, Eq, Hash)]
enum Subject<'a> {
    Booking(&'a BookingRef),
    Chat(ChatId),
}

impl<'a> Subject<'a> {
    fn of(job: &'a Job) -> Self {
        match job {
            Job::Hold { booking, .. }
            | Job::Release { booking, .. }
            | Job::Bill { booking, .. }
            | Job::Cancel { booking, .. }
            | Job::Reschedule { booking, .. }
            | Job::Settle { booking, .. }
            | Job::Remind { booking, .. } => Self::Booking(booking),
            Job::Subscribe { chat, .. } => Self::Chat(*chat),
        }
    }
}

/// Does a run and says how many of its entries were settled. One job that breaks the script must not hold up the others:
/// then each is done by itself.
async fn do_run(ctx: &Ctx, settings: CrewSettings, head: &BatchHead, run: &Run<'_>) -> usize {
    let mut settled = 0;
    match attempt(ctx, head, run.kind, &run.entries).await {
        Ok(verdicts) => {
            for ((entry, _), verdict) in run.entries.iter().zip(verdicts) {
                settled += usize::from(conclude(ctx, settings, head, run.kind, entry, verdict).await);
            }
        }
        Err(error) if error.is_out_of_memory() => {
            tracing::warn!(job.kind = run.kind, count = run.entries.len(), %error, "a run of jobs waits until Redis has memory for it");
            for (entry, _) in &run.entries {
                metrics::counter!("antrean_retries_total", "kind" => run.kind).increment(1);
                let delay = NO_ROOM.mul_f64(rand::random_range(0.5..1.5));
                settled += usize::from(is_off(entry, &ctx.store.postpone(head, entry, delay).await));
            }
        }
        Err(error) if error.is_transient() => {
            // Redis is away for longer than is worth waiting here; the entries stay ours until the lease runs out.
            tracing::warn!(job.kind = run.kind, %error, "a run of jobs is left to be reclaimed");
        }
        Err(error) => {
            tracing::error!(job.kind = run.kind, count = run.entries.len(), %error, "a run of jobs failed, each is now done by itself");
            for single in &run.entries {
                let verdict = match attempt(ctx, head, run.kind, std::slice::from_ref(single)).await {
                    Ok(verdicts) => verdicts.into_iter().next().unwrap_or(Verdict::Stale),
                    Err(error) => Verdict::Retry(error.to_string()),
                };
                settled += usize::from(conclude(ctx, settings, head, run.kind, single.0, verdict).await);
            }
        }
    }
    settled
}

/// Calls the duty, again while Redis is briefly away: its script is fenced, so a repeat changes nothing twice.
async fn attempt(ctx: &Ctx, head: &BatchHead, kind: &str, entries: &[(&Entry, &Job)]) -> Result<Vec<Verdict>, StoreError> {
    /// Some five seconds in all: a restart of Redis takes less, and so does half a lease.
    const TRIES_MAX: u32 = 10;
    let mut backoff = Backoff::new();
    let mut tries = 1;
    loop {
        match dispatch(ctx, head, kind, works(entries)).await {
            Err(error) if error.is_transient() && !error.is_out_of_memory() && tries < TRIES_MAX => {
                tries += 1;
                backoff.wait().await;
            }
            answer => return answer,
        }
    }
}

fn works(entries: &[(&Entry, &Job)]) -> Vec<Work<Job>> {
    let work = |(entry, job): &(&Entry, &Job)| Work { entry: entry.id.clone(), attempt: entry.attempt, job: (*job).clone() };
    entries.iter().map(work).collect()
}

async fn dispatch(ctx: &Ctx, head: &BatchHead, kind: &str, work: Vec<Work<Job>>) -> Result<Vec<Verdict>, StoreError> {
    match kind {
        Hold::KIND => Hold::run(ctx, head, work).await,
        Release::KIND => Release::run(ctx, head, work).await,
        Bill::KIND => Bill::run(ctx, head, work).await,
        Cancel::KIND => Cancel::run(ctx, head, work).await,
        Reschedule::KIND => Reschedule::run(ctx, head, work).await,
        Settle::KIND => Settle::run(ctx, head, work).await,
        Remind::KIND => Remind::run(ctx, head, work).await,
        Subscribe::KIND => Subscribe::run(ctx, head, work).await,
        _ => Ok(vec![Verdict::Bury(format!("nobody in the crew does {kind} jobs")); work.len()]),
    }
}

/// Deals with one entry's verdict: what was settled is over, the rest is put off or buried. Whether it is off its stream.
async fn conclude(ctx: &Ctx, settings: CrewSettings, head: &BatchHead, kind: &'static str, entry: &Entry, verdict: Verdict) -> bool {
    metrics::counter!("antrean_jobs_total", "kind" => kind, "verdict" => verdict.word().to_owned()).increment(1);
    match verdict {
        Verdict::Settled(word) => {
            tracing::debug!(job.kind = kind, job.id = entry.id, job.attempt = entry.attempt, word, "a job was done");
            true
        }
        Verdict::Stale => {
            tracing::debug!(job.kind = kind, job.id = entry.id, "a job is another's by now");
            false
        }
        Verdict::Moved => put_off(ctx, settings, head, kind, entry, "its record kept changing").await,
        Verdict::Retry(reason) => put_off(ctx, settings, head, kind, entry, &reason).await,
        Verdict::Bury(reason) => bury(ctx, head, entry, &reason).await,
    }
}

async fn put_off(ctx: &Ctx, settings: CrewSettings, head: &BatchHead, kind: &'static str, entry: &Entry, reason: &str) -> bool {
    if entry.attempt >= settings.retries_max {
        let reason = format!("tried {} times, at last: {reason}", entry.attempt + 1);
        return bury(ctx, head, entry, &reason).await;
    }
    let delay = retry_delay(entry.attempt, rand::random_range(0.0..1.0));
    metrics::counter!("antrean_retries_total", "kind" => kind).increment(1);
    tracing::warn!(job.id = entry.id, job.attempt = entry.attempt, reason, "a job is tried again later");
    is_off(entry, &ctx.store.retry(head, entry, delay).await)
}

async fn bury(ctx: &Ctx, head: &BatchHead, entry: &Entry, reason: &str) -> bool {
    is_off(entry, &ctx.store.bury(head, entry, reason).await)
}

/// Whether an entry that was put off or buried is off its stream.
fn is_off(entry: &Entry, answer: &Result<Committed, StoreError>) -> bool {
    if let Err(error) = answer {
        tracing::warn!(job.id = entry.id, %error, "a job could not be taken off its stream and is left to be reclaimed");
    }
    matches!(answer, Ok(Committed::Done))
}

/// Exponential with full jitter: `random` (0–1) of the way to the ceiling of this attempt.
fn retry_delay(attempt: u32, random: f64) -> Duration {
    let ceiling = RETRY_FIRST.saturating_mul(2_u32.saturating_pow(attempt)).min(RETRY_LONGEST);
    ceiling.mul_f64(random)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: usize, job: Job) -> Entry {
        Entry { id: id.to_string(), attempt: 0, raw: job.to_wire(), job: Ok(job) }
    }

    fn booking(n: u8) -> BookingRef {
        BookingRef { office: "JKTSEL".parse().expect("a code"), id: format!("{n:032x}").parse().expect("an id") }
    }

    fn hold(n: u8, seq: u64) -> Job {
        let slot = antrean_domain::SlotId::parse("JKTSEL:2026-12-01:08:regular").expect("a slot");
        Job::Hold { booking: booking(n), seq, chat: ChatId(1), slot, places: 1 }
    }

    fn release(n: u8, seq: u64) -> Job {
        Job::Release { booking: booking(n), seq }
    }

    fn check(jobs: Vec<Job>, expected: &[(&str, &[&str])]) {
        let entries: Vec<_> = jobs.into_iter().enumerate().map(|(n, job)| entry(n, job)).collect();
        let runs = runs(&entries);
        let found: Vec<_> = runs.iter().map(|run| (run.kind, run.entries.iter().map(|(entry, _)| entry.id.as_str()).collect())).collect();
        let expected: Vec<(&str, Vec<&str>)> = expected.iter().map(|(kind, ids)| (*kind, ids.to_vec())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn jobs_of_one_kind_run_together() {
        check(vec![hold(1, 1), release(2, 1), hold(3, 1)], &[("hold", &["0", "2"]), ("release", &["1"])]);
    }

    #[test]
    fn no_job_overtakes_another_on_its_booking() {
        check(
            vec![release(9, 1), hold(1, 1), release(1, 2), hold(1, 3)],
            &[("release", &["0"]), ("hold", &["1"]), ("release", &["2"]), ("hold", &["3"])],
        );
    }

    #[test]
    fn an_unreadable_job_is_in_no_run() {
        let mut broken = entry(0, hold(1, 1));
        broken.job = Job::from_wire("{}");
        assert!(runs(&[broken]).is_empty());
    }

    #[test]
    fn retries_wait_longer_and_longer_up_to_a_bound() {
        assert_eq!(retry_delay(0, 1.0), RETRY_FIRST);
        assert_eq!(retry_delay(3, 0.5), RETRY_FIRST * 4);
        assert_eq!(retry_delay(60, 1.0), RETRY_LONGEST);
    }
}
