//! What the product's processes keep in memory while people book.

use std::sync::Arc;
use std::time::Duration;

use antrean_rig::{Flood, World};

use crate::Size;
use crate::crowd::{Crowd, PACE_LIFTED, Tally, Visit};
use crate::report::{Chapter, Target};
use crate::usage::resident_mb;

/// How often is looked.
const LOOK_EVERY: Duration = Duration::from_millis(250);
const ROLES: [&str; 3] = ["bot", "worker", "web"];
/// What a bot and a worker may take, in megabytes.
const MOST_MB: f64 = 60.0;

pub(crate) async fn run(size: Size) -> Chapter {
    let mut chapter = Chapter::new("memory", "The most each process had resident while people booked as fast as it went");
    let (people, looks) = match size {
        Size::Quick => (4, 4),
        Size::Usual | Size::Full => (128, 80),
    };
    let mut world = World::with_settings(Flood::Unlimited, PACE_LIFTED).await;
    for role in ROLES {
        world.start(&[role]).await;
    }
    world.open_quota("JKTSEL", 10_000).await;
    let mut crowd = Crowd::gathers(&world, people, Visit::Completes, &Arc::new(Tally::default()));
    let mut most = [0.0_f64; ROLES.len()];
    for _ in 0..looks {
        crowd.goes_on(LOOK_EVERY).await;
        for (most, process) in most.iter_mut().zip(world.processes()) {
            *most = most.max(resident_mb(process.id()));
        }
    }
    for (role, most) in ROLES.iter().zip(most) {
        // The web role is not promised anything: it is asked for the same.
        chapter.figure(&format!("memory.{role}_mb"), most, "MB", Some(Target::AtMost(MOST_MB)));
    }
    chapter
}
