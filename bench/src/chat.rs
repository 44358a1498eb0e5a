//! Turns: an update in, its answer handed to Telegram's imitation. People answer the bot's questions up to the calendar,
//! so that no job is asked for, and begin anew.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use antrean_rig::{Flood, World};

use crate::Size;
use crate::crowd::{Crowd, PACE_LIFTED, Tally, Visit};
use crate::report::{Chapter, per_second};
use crate::usage::Meter;

pub(crate) async fn run(size: Size) -> Chapter {
    let mut chapter = Chapter::new("chat", "Turns a second: an update in, its answer handed to Telegram's imitation");
    let (people, warming, measured) = match size {
        Size::Quick => (4, Duration::from_millis(200), Duration::from_secs(1)),
        Size::Usual | Size::Full => (64, Duration::from_secs(3), Duration::from_secs(15)),
    };
    let mut world = World::with_settings(Flood::Unlimited, PACE_LIFTED).await;
    world.start(&["bot"]).await;
    world.open_quota("JKTSEL", 1_000).await;

    let tally = Arc::new(Tally::default());
    let mut crowd = Crowd::gathers(&world, people, Visit::Applies, &tally);
    crowd.goes_on(warming).await;
    let (before, begun, meter) = (tally.turns.load(Ordering::Relaxed), Instant::now(), Meter::start(&mut world).await);
    crowd.goes_on(measured).await;
    let (turns, took, cores) = (tally.turns.load(Ordering::Relaxed) - before, begun.elapsed(), meter.cores());

    let turns_per_s = per_second(turns, took);
    chapter.figure("chat.turns_per_s", turns_per_s, "turns/s", None);
    // Redis is counted in: without it there is no turn.
    chapter.figure("chat.turns_per_s_per_core", turns_per_s / (cores.product + cores.redis), "turns/s", None);
    chapter.figure("chat.cores.product", cores.product, "cores", None);
    chapter.figure("chat.cores.redis", cores.redis, "cores", None);
    chapter.figure("chat.cores.world", cores.world, "cores", None);
    chapter
}
