//! The engine against the limit: real hold jobs over 1,000 slots, done by the crew as it ships, and the plain design
//! beside it in the same run, in turns.
//!
//! *Drain*: the queue is full beforehand. *Live*: jobs are enqueued meanwhile, at the pace they are done. Of each job:
//! read, fenced, executed, settled, an event in the journal, an outcome on the hop. The relay is timed apart.

use std::time::{Duration, Instant};

use antrean_domain::JobClass;
use antrean_rig::{Durability, Redis};
use antrean_workers::Part;
use redis::AsyncCommands as _;
use redis::aio::MultiplexedConnection;

use crate::ground::{Ground, hold, slots};
use crate::report::{Chapter, Target, per_second};
use crate::{Size, raw};

const SLOTS: usize = 1_000;
/// How far the producer of *live* may be ahead of the crew: the queue is never empty and never long.
const AHEAD: usize = 2_000;
const JOBS: &str = "jobs:{o0}:hi";
const HOP: &str = "hop:{o0}";
const JOURNAL: &str = "journal:{o0}";

pub(crate) async fn run(size: Size) -> Chapter {
    let mut chapter = Chapter::new("engine", "Holds a second, against the plain design of one call per booking (raw)");
    let (jobs, rounds) = match size {
        Size::Quick => (2_000, 1),
        Size::Usual | Size::Full => (40_000, 3),
    };
    for durability in [Durability::Off, Durability::EverySecond, Durability::Always] {
        let name = word(durability);
        let mut took = Vec::new();
        // In turns, so that what else the machine does falls on all three alike.
        for _ in 0..rounds {
            let plain = raw::book(&Redis::start_with(durability).await, jobs, SLOTS).await;
            let drain = drain(durability, jobs).await;
            let live = live(durability, jobs).await;
            took.push((plain, drain, live));
        }
        let plain = median(took.iter().map(|(plain, _, _)| *plain));
        let drain = median(took.iter().map(|(_, drain, _)| drain.drained));
        let live = median(took.iter().map(|(_, _, live)| *live));
        let relay = median(took.iter().map(|(_, drain, _)| drain.relayed));
        chapter.figure(&format!("raw.{name}.per_s"), per_second(jobs, plain), "bookings/s", None);
        chapter.figure(&format!("engine.drain.{name}.per_s"), per_second(jobs, drain), "jobs/s", None);
        let drain_least = if durability == Durability::Always { 1.0 } else { 1.2 };
        let ratio = |took: Duration| plain.as_secs_f64() / took.as_secs_f64();
        chapter.figure(&format!("engine.drain.{name}.ratio"), ratio(drain), "× raw", Some(Target::AtLeast(drain_least)));
        chapter.figure(&format!("engine.live.{name}.per_s"), per_second(jobs, live), "jobs/s", None);
        let live_least = (durability == Durability::EverySecond).then_some(Target::AtLeast(0.9));
        chapter.figure(&format!("engine.live.{name}.ratio"), ratio(live), "× raw", live_least);
        chapter.figure(&format!("engine.relay.{name}.per_s"), per_second(jobs, relay), "hops/s", None);
    }
    chapter
}

struct Drained {
    drained: Duration,
    relayed: Duration,
}

/// Fills the queue, drains it, then carries the outcomes to their mailboxes.
async fn drain(durability: Durability, jobs: usize) -> Drained {
    let ground = opened(durability, jobs).await;
    let mut connection = connection(&ground.redis).await;
    enqueue(&mut connection, &ground, 0..jobs).await;
    let started = Instant::now();
    let crew = ground.crew(&[Part::Class(JobClass::Hi)]);
    until_empty(&mut connection, JOBS).await;
    let drained = started.elapsed();
    crew.ends().await;
    done(&mut connection, jobs).await;

    let started = Instant::now();
    let crew = ground.crew(&[Part::Relay]);
    until_empty(&mut connection, HOP).await;
    let relayed = started.elapsed();
    crew.ends().await;
    Drained { drained, relayed }
}

/// Jobs come while others are done.
async fn live(durability: Durability, jobs: usize) -> Duration {
    let ground = opened(durability, jobs).await;
    let mut connection = connection(&ground.redis).await;
    let mut eyes = connection.clone();
    let crew = ground.crew(&[Part::Class(JobClass::Hi)]);
    let started = Instant::now();
    let mut at = 0;
    while at < jobs {
        let next = (at + AHEAD / 4).min(jobs);
        enqueue(&mut connection, &ground, at..next).await;
        at = next;
        while eyes.xlen::<_, usize>(JOBS).await.expect("Redis answers") > AHEAD {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    until_empty(&mut connection, JOBS).await;
    let took = started.elapsed();
    crew.ends().await;
    done(&mut connection, jobs).await;
    took
}

async fn opened(durability: Durability, jobs: usize) -> Ground {
    let ground = Ground::new(durability).await;
    let capacity = u32::try_from(jobs).expect("a bench has fewer jobs than a slot has places");
    ground.store.open_quota(&slots(&ground.store, SLOTS), capacity).await.expect("Redis is there");
    ground
}

/// Puts holds on the stream the way a relay does: as entries with a payload and an attempt.
async fn enqueue(connection: &mut MultiplexedConnection, ground: &Ground, jobs: std::ops::Range<usize>) {
    let slots = slots(&ground.store, SLOTS);
    let all: Vec<_> = jobs.collect();
    for chunk in all.chunks(500) {
        let mut pipe = redis::pipe();
        for at in chunk {
            let payload = hold(*at, &slots[at % SLOTS]).to_wire();
            pipe.cmd("XADD").arg(JOBS).arg("*").arg("p").arg(payload).arg("a").arg(0).ignore();
        }
        pipe.query_async::<()>(connection).await.expect("Redis answers");
    }
}

async fn until_empty(connection: &mut MultiplexedConnection, stream: &str) {
    while connection.xlen::<_, usize>(stream).await.expect("Redis answers") > 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Every job left its event and its outcome: what is fast must also be right.
async fn done(connection: &mut MultiplexedConnection, jobs: usize) {
    let events: usize = connection.xlen(JOURNAL).await.expect("Redis answers");
    let hops: usize = connection.xlen(HOP).await.expect("Redis answers");
    // Opening the quota is an event, too, for each month of it.
    assert!(events >= jobs && hops == jobs, "{jobs} jobs left {events} events and {hops} outcomes");
}

async fn connection(redis: &Redis) -> MultiplexedConnection {
    let client = redis::Client::open(redis.url()).expect("an address of our own");
    client.get_multiplexed_async_connection().await.expect("Redis is there")
}

fn median(took: impl Iterator<Item = Duration>) -> Duration {
    let mut took: Vec<_> = took.collect();
    took.sort();
    took[took.len() / 2]
}

pub(crate) fn word(durability: Durability) -> &'static str {
    match durability {
        Durability::Off => "off",
        Durability::EverySecond => "everysec",
        Durability::Always => "always",
    }
}
