//! Whole bookings, as people make them: eighteen answers, a hold, a bill, a payment at the bank, the proof. How many a
//! second, and how long people wait, alone and at half of that load.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use antrean_rig::{Flood, World};

use crate::Size;
use crate::crowd::{Crowd, PACE_LIFTED, Tally, Visit, come_at_random, come_one_by_one};
use crate::report::{Chapter, Target, per_second};
use crate::usage::Meter;

/// What of the day is measured how long.
struct Plan {
    /// How many people book at the same time when as much is asked as goes.
    people: usize,
    warming: Duration,
    full: Duration,
    idle: Duration,
    half: Duration,
}

pub(crate) async fn run(size: Size) -> Chapter {
    let mut chapter =
        Chapter::new("booking", "Whole bookings a second, and what people wait, alone (idle) and at half of that load (half)");
    let plan = match size {
        Size::Quick => {
            let short = Duration::from_secs(1);
            Plan { people: 4, warming: Duration::from_millis(200), full: short, idle: short, half: short }
        }
        Size::Usual | Size::Full => {
            let long = Duration::from_secs(20);
            Plan { people: 48, warming: Duration::from_secs(3), full: long, idle: long, half: long }
        }
    };
    let mut world = World::with_settings(Flood::Unlimited, PACE_LIFTED).await;
    for role in ["bot", "worker", "web"] {
        world.start(&[role]).await;
    }
    world.open_quota("JKTSEL", 10_000).await;

    let idle = come_one_by_one(&world, plan.idle).await;
    let per_s = full(&mut world, &plan, &mut chapter).await;
    let half = Arc::new(Tally::default());
    come_at_random(&world, per_s / 2.0, plan.half, &half).await;
    times(&mut chapter, "idle", &idle, 15.0);
    times(&mut chapter, "half", &half, 50.0);
    world.is_sound().await;
    chapter
}

/// As many bookings as go; how many that are a second.
async fn full(world: &mut World, plan: &Plan, chapter: &mut Chapter) -> f64 {
    let tally = Arc::new(Tally::default());
    let mut crowd = Crowd::gathers(world, plan.people, Visit::Completes, &tally);
    crowd.goes_on(plan.warming).await;
    let (before, begun, meter) = (tally.bookings.load(Ordering::Relaxed), Instant::now(), Meter::start(world).await);
    crowd.goes_on(plan.full).await;
    // One at least: half of nothing cannot be measured.
    let bookings = (tally.bookings.load(Ordering::Relaxed) - before).max(1);
    let (per_s, cores) = (per_second(bookings, begun.elapsed()), meter.cores());
    chapter.figure("booking.per_s", per_s, "bookings/s", None);
    chapter.figure("booking.per_s_per_core", per_s / (cores.product + cores.redis), "bookings/s", None);
    chapter.figure("booking.cores.product", cores.product, "cores", None);
    chapter.figure("booking.cores.redis", cores.redis, "cores", None);
    chapter.figure("booking.cores.world", cores.world, "cores", None);
    per_s
}

fn times(chapter: &mut Chapter, load: &str, tally: &Tally, tap_most_ms: f64) {
    let times = tally.times();
    chapter.count(&format!("booking.{load}.taps"), times.taps.len(), "taps", None);
    let mut both = |what: &str, of: &crate::times::Times, most_ms: Option<f64>| {
        chapter.figure(&format!("booking.{load}.{what}_p50_ms"), of.within_ms(0.5), "ms", None);
        chapter.figure(&format!("booking.{load}.{what}_p99_ms"), of.within_ms(0.99), "ms", most_ms.map(Target::AtMost));
    };
    both("tap", &times.taps, Some(tap_most_ms));
    both("hold", &times.holds, None);
    both("paid", &times.payments, None);
}
