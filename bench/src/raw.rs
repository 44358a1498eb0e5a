//! The limit that a plain design meets: `raw.lua`, one call per booking, sent by a pipelining client.

use std::time::{Duration, Instant};

use antrean_rig::Redis;
use futures_util::stream::{self, StreamExt as _};
use redis::{Client, Script};

/// Calls in flight: as many as the engine takes jobs at once, and far beyond what a round trip hides.
const DEPTH: usize = 64;
/// How long a code lives in it, in milliseconds. Long: nothing ends while it is measured.
const CODE_MS: u64 = 7_200_000;

/// Books `bookings` times over `slots` slots and gives how long it took.
pub(crate) async fn book(redis: &Redis, bookings: usize, slots: usize) -> Duration {
    let client = Client::open(redis.url()).expect("an address of our own");
    let mut connection = client.get_multiplexed_async_connection().await.expect("Redis is there");
    let mut open = redis::pipe();
    for slot in 0..slots {
        open.cmd("HSET").arg(quota(slot)).arg("capacity").arg(bookings).ignore();
    }
    open.query_async::<()>(&mut connection).await.expect("Redis is there");
    let script = Script::new(include_str!("raw.lua"));
    script.load_async(&mut connection).await.expect("the script is sound");

    let started = Instant::now();
    let calls = stream::iter(0..bookings).map(|n| {
        let (mut call, mut connection) = (script.prepare_invoke(), connection.clone());
        let id = format!("{n:032x}");
        let (slot, code) = (n % slots, format!("{:015}", 820_000_000_000_000 + n));
        call.key(quota(slot)).key(format!("booking:{id}")).key(format!("code:{code}")).key("deadlines").key("events");
        call.arg(id).arg(n).arg(format!("JKTSEL:2026-12-01:{slot:04}")).arg("JKTSEL").arg(code).arg(950_000);
        call.arg(1_795_000_000_000_u64).arg(CODE_MS);
        async move { call.invoke_async::<String>(&mut connection).await.expect("Redis answers") }
    });
    let held = calls.buffer_unordered(DEPTH).filter(|word| std::future::ready(word == "held")).count().await;
    let took = started.elapsed();
    assert_eq!(held, bookings, "every slot had room");
    took
}

fn quota(slot: usize) -> String {
    format!("quota:{slot}")
}
