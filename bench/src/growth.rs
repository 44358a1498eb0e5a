//! Growth: what a hold and a look into the calendar cost when there are many bookings already, and what a booking at rest
//! takes of memory.
//!
//! Two fields, a small and a large one, are measured in turns. The journal is not sown: it grows by what its events say,
//! may be cut off at the head once it was copied away, and a hold only looks at its last.

use std::time::{Duration, Instant};

use antrean_domain::{JobClass, Month, ServiceClass};
use antrean_workers::Part;
use redis::AsyncCommands as _;

use crate::Size;
use crate::field::Field;
use crate::ground::{hold, info, office, slots};
use crate::report::{Chapter, Target};
use crate::times::Times;

const JOBS: &str = "jobs:{o0}:hi";
/// What the largest may cost, in parts of what ten thousand cost.
const WORSE_AT_MOST: f64 = 1.2;
/// "A kilobyte of Redis per booking".
const BYTES_MOST: f64 = 1_024.0;

pub(crate) async fn run(size: Size) -> Chapter {
    let mut chapter =
        Chapter::new("growth", "What a hold and a calendar cost among few and many bookings, and what a booking at rest takes");
    let (small, large, rounds, jobs) = match size {
        Size::Quick => (500, 5_000, 1, 500),
        Size::Usual => (10_000, 1_000_000, 5, 4_000),
        Size::Full => (10_000, 10_000_000, 5, 4_000),
    };
    let mut fields = [Field::sown(small).await, Field::sown(large).await];
    let (mut holds, mut months) = ([vec![], vec![]], [Times::default(), Times::default()]);
    for round in 0..rounds {
        for (which, field) in fields.iter_mut().enumerate() {
            holds[which].push(hold_us(field, round * jobs..(round + 1) * jobs).await);
            look_at_months(field, jobs, &mut months[which]).await;
        }
    }
    let [small_us, large_us] = holds.map(median);
    let [small_month, large_month] = months.map(|times| times.within_ms(0.5) * 1_000.0);
    chapter.count("growth.bookings.small", small, "bookings", None);
    chapter.count("growth.bookings.large", large, "bookings", None);
    chapter.figure("growth.hold.small_us", small_us, "µs", None);
    chapter.figure("growth.hold.large_us", large_us, "µs", None);
    chapter.figure("growth.hold.ratio", large_us / small_us, "× small", Some(Target::AtMost(WORSE_AT_MOST)));
    chapter.figure("growth.calendar.small_us", small_month, "µs", None);
    chapter.figure("growth.calendar.large_us", large_month, "µs", None);
    chapter.figure("growth.calendar.ratio", large_month / small_month, "× small", Some(Target::AtMost(WORSE_AT_MOST)));
    let [_, large] = &mut fields;
    chapter.count("growth.bytes_per_booking", large.bytes_each, "B", Some(Target::AtMost(BYTES_MOST)));
    for kind in ["booking", "application", "code", "payment"] {
        chapter.count(&format!("growth.bytes_of.{kind}"), large.bytes_of(kind).await, "B", None);
    }
    chapter.count("growth.bytes_of.reminder", large.bytes_of_reminder().await, "B", None);
    chapter
}

/// Lets the crew do so many holds; what one took of Redis' time, in microseconds, as Redis counts the scripts' time.
async fn hold_us(field: &mut Field, jobs: std::ops::Range<usize>) -> f64 {
    let (count, slots) = (jobs.len(), slots(&field.ground.store, 1_000));
    let mut pipe = redis::pipe();
    for at in jobs {
        let payload = hold(at, &slots[at % slots.len()]).to_wire();
        pipe.cmd("XADD").arg(JOBS).arg("*").arg("p").arg(payload).arg("a").arg(0).ignore();
    }
    pipe.query_async::<()>(&mut field.connection).await.expect("Redis answers");
    redis::cmd("CONFIG").arg("RESETSTAT").query_async::<()>(&mut field.connection).await.expect("Redis answers");
    let crew = field.ground.crew(&[Part::Class(JobClass::Hi)]);
    while field.connection.xlen::<_, usize>(JOBS).await.expect("Redis answers") > 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let said = info(&mut field.connection, "commandstats", "cmdstat_evalsha:").await;
    crew.ends().await;
    let took_us = said.split(',').find_map(|part| part.strip_prefix("usec=")).and_then(|us| us.parse::<f64>().ok());
    let count: u32 = count.try_into().expect("a count of jobs");
    took_us.expect("Redis counts the time of scripts") / f64::from(count)
}

/// Looks into the calendar of the coming months, again and again, as a turn does.
async fn look_at_months(field: &Field, times: usize, took: &mut Times) {
    let store = &field.ground.store;
    let month = Month::of(slots(store, 1)[0].date).next();
    for _ in 0..times {
        let started = Instant::now();
        store.month(&office(), ServiceClass::Regular, month).await.expect("Redis answers");
        took.add(started.elapsed());
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
