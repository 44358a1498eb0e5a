//! A broadcast to a million: how fast its audience is queued when nothing holds the walk back, what that takes of memory,
//! and what a tap waits while it runs as shipped.

use std::sync::Arc;
use std::time::{Duration, Instant};

use antrean_rig::{Durability, Flood, World};
use futures_util::future::join_all;
use redis::aio::MultiplexedConnection;

use crate::Size;
use crate::crowd::{PACE_LIFTED, Tally, Visitor, come_one_by_one};
use crate::ground::{Ground, connect, office, used_memory};
use crate::report::{Chapter, Target, per_second};

const SUBSCRIBERS: &str = "subscribers:{o0}:JKTSEL";
const BULK: &str = "bulk:{o0}";
/// Chats nobody is in: the walk does not know.
const FIRST_CHAT: usize = 1_000_000_000;
/// As many as the crew lets wait (`AHEAD_MAX` of workers/src/broadcast.rs).
const AHEAD: usize = 1_800;
/// "No worse than twice".
const WORSE_AT_MOST: f64 = 2.0;

pub(crate) async fn run(size: Size) -> Chapter {
    let mut chapter =
        Chapter::new("broadcast", "A broadcast to 1,000,000 subscribers: queueing it, its memory, and a tap's wait meanwhile");
    let (subscribers, listeners, duration) = match size {
        Size::Quick => (20_000, 20, Duration::from_secs(1)),
        Size::Usual | Size::Full => (1_000_000, 900, Duration::from_secs(20)),
    };
    queueing(&mut chapter, subscribers).await;
    waiting(&mut chapter, subscribers, listeners, duration).await;
    chapter
}

/// The whole audience at once, which the crew never does: it stays a minute ahead of what can be sent.
async fn queueing(chapter: &mut Chapter, subscribers: usize) {
    let ground = Ground::new(Durability::Always).await;
    let mut connection = ground.connection().await;
    let empty = used_memory(&mut connection).await;
    subscribe(&mut connection, subscribers).await;
    let listed = used_memory(&mut connection).await;
    ground.store.create_broadcast(&office(), "Kuota Desember sudah dibuka.").await.expect("Redis is there");
    let shard = ground.store.office_shards().next().expect("one shard at least");
    let ahead = async |ahead_max: usize| while ground.store.walk_broadcasts(shard, ahead_max).await.expect("Redis answers") > 0 {};
    ahead(AHEAD).await;
    let shipped = used_memory(&mut connection).await;
    let started = Instant::now();
    ahead(usize::MAX >> 12).await;
    let took = started.elapsed();
    let queued: usize = redis::cmd("XLEN").arg(BULK).query_async(&mut connection).await.expect("Redis answers");
    assert_eq!(queued, subscribers, "everybody is queued once");
    chapter.figure("broadcast.enqueue_per_s", per_second(subscribers - AHEAD.min(subscribers), took), "sends/s", None);
    chapter.figure("broadcast.memory.subscribers_mb", megabytes(empty, listed), "MB", None);
    chapter.figure("broadcast.memory.ahead_mb", megabytes(listed, shipped), "MB", None);
}

/// One person books after another, first in peace, then while the broadcast runs.
async fn waiting(chapter: &mut Chapter, subscribers: usize, listeners: usize, duration: Duration) {
    let mut world = World::with_settings(Flood::Unlimited, PACE_LIFTED).await;
    for role in ["bot", "worker", "web"] {
        world.start(&[role]).await;
    }
    world.open_quota("JKTSEL", 10_000).await;
    let mut connection = connect(&world.redis.url()).await;
    // The first to hear of it are people who are there, so that sends are sends. The list goes by the chat.
    let chats = listen(&world, listeners).await;
    add_subscribers(&mut connection, &chats).await;
    subscribe(&mut connection, subscribers - listeners).await;

    let peace = come_one_by_one(&world, duration).await.times().taps;
    let said = world.operator(&["broadcast", "--office", "JKTSEL", "--text", "Kuota Desember sudah dibuka."]).await;
    assert_eq!(said.code, 0, "{said:?}");
    let begun = Instant::now();
    let meanwhile = come_one_by_one(&world, duration).await.times().taps;
    let status = world.store.broadcasts().await.expect("Redis answers").remove(0);
    assert!(!status.is_over(), "the broadcast was over before the bookings were: {status:?}");
    let sent = usize::try_from(status.sent).expect("a count of sends");
    chapter.figure("broadcast.sent_per_s", per_second(sent, begun.elapsed()), "sends/s", None);
    chapter.figure("broadcast.without.tap_p99_ms", peace.within_ms(0.99), "ms", None);
    chapter.figure("broadcast.with.tap_p99_ms", meanwhile.within_ms(0.99), "ms", None);
    let ratio = meanwhile.within_ms(0.99) / peace.within_ms(0.99);
    chapter.figure("broadcast.tap_p99_ratio", ratio, "× without", Some(Target::AtMost(WORSE_AT_MOST)));
}

/// People who have met the bot, so that it may write to them.
async fn listen(world: &World, people: usize) -> Vec<i64> {
    let tally = Arc::new(Tally::default());
    let mut chats = Vec::with_capacity(people);
    while chats.len() < people {
        let arrivals = (chats.len()..people).take(50).map(|_| async {
            let mut visitor = Visitor::arrives(world.door.clone(), Arc::clone(&tally)).await;
            visitor.says("/start", |_| true).await;
            visitor.id
        });
        chats.extend(join_all(arrivals).await);
    }
    chats
}

async fn subscribe(connection: &mut MultiplexedConnection, count: usize) {
    let all: Vec<usize> = (FIRST_CHAT..FIRST_CHAT + count).collect();
    for some in all.chunks(5_000) {
        let chats: Vec<i64> = some.iter().map(|chat| i64::try_from(*chat).expect("a chat")).collect();
        add_subscribers(connection, &chats).await;
    }
}

/// As `subscribe.lua` writes them: the chat is its own score.
async fn add_subscribers(connection: &mut MultiplexedConnection, chats: &[i64]) {
    let mut add = redis::cmd("ZADD");
    add.arg(SUBSCRIBERS);
    for chat in chats {
        add.arg(chat).arg(chat);
    }
    add.query_async::<()>(connection).await.expect("Redis answers");
}

#[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 bytes of memory")]
fn megabytes(before: usize, after: usize) -> f64 {
    after.saturating_sub(before) as f64 / 1e6
}
