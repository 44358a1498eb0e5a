//! How fast a full queue of holds is drained: the engine's batches against the same script called once per job.
//!
//! `script/bench [--json] [JOBS]`. Both sides read the same stream by the same readers and settle the same entries in
//! one Redis of their own, so the ratio is what batching is worth on this machine. One call per job is sent by a
//! pipelining client, which is what most queues do at their best.

#[expect(dead_code, reason = "the tests ask more of a Redis than a bench does")]
#[path = "../../rig/src/server.rs"]
mod server;

use std::time::Instant;

use antrean_domain::{BookingId, BookingRef, ChatId, Job, JobClass, OfficeCode, ServiceClass, SlotId};
use antrean_store::{Batch, BatchHead, ClockMode, HoldJob, JobReader, Options, Store, Work};
use chrono::{Days, NaiveDate};
use futures_util::future::join_all;
use serde_json::json;
use uuid::Uuid;

use crate::server::{Durability, Redis};

const JOBS: usize = 20_000;
/// Several, so that one's script runs while another's answer travels.
const READERS: usize = 4;
/// Hours the holds are spread over; each has room for all.
const SLOTS: u64 = 40;

/// How a batch is handed to the ledger.
#[derive(Clone, Copy)]
enum Way {
    OneCallPerJob,
    Batches(usize),
}

impl Way {
    const ALL: [Self; 3] = [Self::OneCallPerJob, Self::Batches(64), Self::Batches(256)];

    fn name(self) -> String {
        match self {
            Self::OneCallPerJob => "one call per job".to_owned(),
            Self::Batches(size) => format!("batches of {size}"),
        }
    }

    fn most(self) -> usize {
        match self {
            Self::OneCallPerJob => 256,
            Self::Batches(size) => size,
        }
    }
}

#[tokio::main]
async fn main() {
    // `cargo bench` adds an argument of its own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let as_json = arguments.iter().any(|argument| argument == "--json");
    let jobs = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(JOBS);
    for durability in [Durability::Always, Durability::Off] {
        let mut raw = None;
        for way in Way::ALL {
            let per_second = measure(durability, way, jobs).await;
            let ratio = per_second / *raw.get_or_insert(per_second);
            report(as_json, durability, way, per_second, ratio);
        }
    }
}

#[expect(clippy::print_stdout, reason = "a bench is read on standard output")]
fn report(as_json: bool, durability: Durability, way: Way, per_second: f64, ratio: f64) {
    if as_json {
        println!("{}", json!({ "fsync": word(durability), "way": way.name(), "jobs_per_second": per_second.round(), "ratio": ratio }));
    } else {
        println!("fsync {:<7} {:<17} {per_second:>9.0} jobs/s   {ratio:>5.2} x", word(durability), way.name());
    }
}

fn word(durability: Durability) -> &'static str {
    match durability {
        Durability::Always => "always",
        Durability::Off => "off",
    }
}

/// Drains `jobs` holds and gives how many a second.
async fn measure(durability: Durability, way: Way, jobs: usize) -> f64 {
    let redis = Redis::start_with(durability).await;
    let options = Options { url: redis.url().into(), shards: 1, seal: None, clock: ClockMode::System, lease_ms: 60_000 };
    let store = Store::connect(options).await.expect("Redis is there");
    fill(&store, jobs).await;
    let readers = join_all((0..READERS).map(|_| store.jobs(0, JobClass::Hi))).await;
    let started = Instant::now();
    let drained = join_all(readers.into_iter().map(|reader| drain(&store, reader.expect("Redis is there"), way))).await;
    assert_eq!(drained.iter().map(|(judged, _)| judged).sum::<usize>(), jobs, "every job is judged once");
    let ended = drained.into_iter().map(|(_, ended)| ended).max().unwrap_or(started);
    #[expect(clippy::cast_precision_loss, reason = "nobody benches 2^52 jobs")]
    let jobs = jobs as f64;
    jobs / (ended - started).as_secs_f64()
}

async fn fill(store: &Store, jobs: usize) {
    let first = antrean_domain::Zone::Wib.date(store.clock().now_ms()) + Days::new(1);
    let slots: Vec<_> = (0..SLOTS).map(|day| slot(first + Days::new(day))).collect();
    let capacity = u32::try_from(jobs).expect("a bench has fewer jobs than a slot has places");
    store.open_quota(&slots, capacity).await.expect("Redis is there");
    let holds: Vec<_> = (0..jobs).map(|at| hold(at, &slots[at % slots.len()])).collect();
    for chunk in holds.chunks(500) {
        for enqueued in join_all(chunk.iter().map(|job| store.enqueue(job))).await {
            enqueued.expect("Redis is there");
        }
    }
}

fn slot(date: NaiveDate) -> SlotId {
    let office: OfficeCode = "JKTSEL".parse().expect("a code");
    SlotId { office, date, hour: 8, class: ServiceClass::Regular }
}

fn hold(at: usize, slot: &SlotId) -> Job {
    let id = BookingId::new(Uuid::from_u128(at as u128 + 1));
    let chat = ChatId(i64::try_from(at).expect("a count of jobs") + 1);
    Job::Hold { booking: BookingRef { office: slot.office.clone(), id }, seq: 1, chat, slot: slot.clone(), places: 1 }
}

/// Reads until nothing is left; how many this reader's calls judged, and when the last of them was.
async fn drain(store: &Store, mut reader: JobReader, way: Way) -> (usize, Instant) {
    let (mut judged, mut ended) = (0, Instant::now());
    loop {
        let Batch { head, entries, .. } = reader.next(way.most()).await.expect("Redis is there");
        if entries.is_empty() {
            return (judged, ended);
        }
        let work: Vec<_> = entries
            .into_iter()
            .map(|entry| Work { entry: entry.id, attempt: entry.attempt, job: prepare(entry.job.expect("our own job")) })
            .collect();
        judged += match way {
            Way::Batches(_) => held(store, &head, &work).await,
            Way::OneCallPerJob => join_all(work.chunks(1).map(|one| held(store, &head, one))).await.into_iter().sum(),
        };
        ended = Instant::now();
    }
}

async fn held(store: &Store, head: &BatchHead, work: &[Work<HoldJob>]) -> usize {
    let verdicts = store.hold(head, work).await.expect("Redis is there");
    verdicts.iter().filter(|verdict| verdict.word() == "held").count()
}

fn prepare(job: Job) -> HoldJob {
    let Job::Hold { booking, seq, chat, slot, places } = job else { unreachable!("only holds were filled in") };
    let midnight_ms = antrean_domain::Zone::Wib.midnight(slot.date);
    HoldJob { booking, seq, chat, slot, places, until_ms: midnight_ms, closes_ms: midnight_ms }
}
