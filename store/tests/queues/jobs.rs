//! Streams of jobs: retries, delays, dead letters, and entries that kill whoever takes them.

use std::collections::BTreeSet;
use std::time::Duration;

use antrean_domain::Job;
use antrean_domain::job::BadPayload;
use antrean_store::{BatchHead, Committed, Entry, LetterKind, OfficeShard, Tag};

use crate::house::{CLASS, House, LEASE_MS, job, next_batch};

fn chat_of(entry: &Entry) -> i64 {
    match entry.job {
        Ok(Job::Subscribe { chat, .. }) => chat.0,
        ref other => panic!("not a job of these tests: {other:?}"),
    }
}

/// Does a job without any effect: settles it the way a script would.
async fn settle(house: &House, head: &BatchHead, entry: &Entry) {
    assert_eq!(house.store.retry(head, entry, Duration::from_hours(1)).await.expect("answered"), Committed::Done);
    house.redis::<usize>("DEL delay:{o0}").await;
}

#[tokio::test]
async fn an_entry_that_kills_its_process_is_buried_and_its_63_neighbours_survive() {
    let house = House::open().await;
    for n in 0..64 {
        house.store.enqueue(&job(n)).await.expect("enqueued");
    }
    // The first process dies with all 64 in hand.
    let mut dead = house.store.jobs(0, CLASS).await.expect("joined");
    assert_eq!(next_batch(&mut dead, 64).await.entries.len(), 64);
    drop(dead);

    let mut done = BTreeSet::new();
    let mut crashes = 0;
    while house.redis::<usize>("XLEN jobs:{o0}:norm").await > 0 {
        let mut reader = house.store.jobs(0, CLASS).await.expect("joined");
        while house.redis::<usize>("XLEN jobs:{o0}:norm").await > 0 {
            let batch = reader.next(64).await.expect("read");
            let Some(entry) = batch.entries.first() else { continue };
            assert!(batch.alone && batch.entries.len() == 1, "what the dead held runs alone");
            if chat_of(entry) == 13 {
                crashes += 1;
                break;
            }
            assert!(done.insert(chat_of(entry)), "done once");
            settle(&house, &batch.head, entry).await;
        }
    }
    assert_eq!((done.len(), crashes), (63, 3));
    let letters = house.store.dead_letters(10).await.expect("read");
    assert_eq!((letters.len(), letters[0].kind), (1, LetterKind::Job));
    assert!(letters[0].reason.contains("3 times"), "{}", letters[0].reason);
}

#[tokio::test]
async fn under_one_name_never_more_is_pending_than_the_batch_in_hand() {
    let house = House::open().await;
    for n in 0..4 {
        house.store.enqueue(&job(n)).await.expect("enqueued");
    }
    let mut reader = house.store.jobs(0, CLASS).await.expect("joined");
    let first = next_batch(&mut reader, 2).await;
    settle(&house, &first.head, &first.entries[0]).await;
    let second = next_batch(&mut reader, 2).await;
    assert_ne!(first.head.consumer, second.head.consumer, "what is left is a dead owner's");
    assert_eq!((first.head.in_hand, second.head.in_hand), (2, 2));
    for entry in &second.entries {
        settle(&house, &second.head, entry).await;
    }
    reader.all_settled();
    let left = next_batch(&mut reader, 2).await;
    assert_eq!(left.head.consumer, second.head.consumer, "nothing was left under this name");
    assert!(left.alone && left.entries[0].id == first.entries[1].id, "and comes back after one lease");
}

#[tokio::test]
async fn a_slow_but_living_reader_keeps_what_it_holds() {
    // Long enough for a heartbeat on a busy machine, short enough for two reads, each a second long, to see it run out.
    let house = House::with_lease(1_200).await;
    let mut slow = house.store.jobs(0, CLASS).await.expect("joined");
    house.store.enqueue(&job(1)).await.expect("enqueued");
    let batch = next_batch(&mut slow, 8).await;
    let mut other = house.store.jobs(0, CLASS).await.expect("joined");
    for _ in 0..2 {
        assert!(other.next(8).await.expect("read").entries.is_empty());
    }
    settle(&house, &batch.head, &batch.entries[0]).await;
}

#[tokio::test]
async fn the_dead_can_neither_put_off_nor_bury_what_is_anothers() {
    let house = House::open().await;
    let mut dead = house.store.jobs(0, CLASS).await.expect("joined");
    house.store.enqueue(&job(1)).await.expect("enqueued");
    let stale = next_batch(&mut dead, 8).await;
    drop(dead);
    let mut living = house.store.jobs(0, CLASS).await.expect("joined");
    let batch = next_batch(&mut living, 8).await;
    let entry = &stale.entries[0];
    assert_eq!(house.store.retry(&stale.head, entry, Duration::ZERO).await.expect("answered"), Committed::Stale);
    assert_eq!(house.store.bury(&stale.head, entry, "late").await.expect("answered"), Committed::Stale);
    assert_eq!(house.redis::<usize>("EXISTS delay:{o0} dead:{o0}").await, 0);
    settle(&house, &batch.head, &batch.entries[0]).await;
}

#[tokio::test]
async fn a_job_of_an_unknown_version_is_parked_with_its_payload() {
    let house = House::open().await;
    let mut reader = house.store.jobs(0, CLASS).await.expect("joined");
    let payload = r#"{"v":99,"kind":"teleport"}"#;
    house.redis::<String>(&format!("XADD jobs:{{o0}}:norm * p {payload} a 0")).await;
    let batch = next_batch(&mut reader, 8).await;
    let entry = &batch.entries[0];
    assert_eq!(entry.job, Err(BadPayload::Version { found: 99, known: 1 }));
    house.store.bury(&batch.head, entry, "unknown version").await.expect("answered");
    let letters = house.store.dead_letters(10).await.expect("read");
    assert_eq!(letters[0].payload, payload.as_bytes());
    // A release that knows it brings it back.
    assert!(house.store.retry_dead(&letters[0].id).await.expect("answered"));
    assert_eq!(next_batch(&mut reader, 8).await.entries[0].raw, payload);
}

#[tokio::test]
async fn a_job_put_off_comes_back_in_its_time_with_one_attempt_more() {
    let house = House::open().await;
    let mut reader = house.store.jobs(0, CLASS).await.expect("joined");
    house.store.enqueue(&job(1)).await.expect("enqueued");
    let batch = next_batch(&mut reader, 8).await;
    house.store.retry(&batch.head, &batch.entries[0], Duration::from_mins(1)).await.expect("answered");
    let shard = OfficeShard(0);
    assert_eq!(house.store.promote(shard).await.expect("answered"), 0, "not yet");
    house.store.clock().advance(60_001).await.expect("steered");
    assert_eq!(house.store.promote(shard).await.expect("answered"), 1);
    assert_eq!(house.store.promote(shard).await.expect("answered"), 0, "once");
    let batch = next_batch(&mut reader, 8).await;
    assert_eq!((chat_of(&batch.entries[0]), batch.entries[0].attempt), (1, 1));
}

#[tokio::test]
async fn a_consumer_with_something_pending_is_never_reaped() {
    let house = House::open().await;
    let mut reader = house.store.jobs(0, CLASS).await.expect("joined");
    house.store.enqueue(&job(1)).await.expect("enqueued");
    next_batch(&mut reader, 8).await;
    drop(reader);
    let idle = house.store.jobs(0, CLASS).await.expect("joined");
    drop(idle);
    // Both hearts have been silent for longer than ten leases.
    house.redis::<usize>("DEL alive:{o0}").await;
    house.store.reap(Tag::Office(OfficeShard(0))).await.expect("reaped");
    let consumers: Vec<redis::Value> = house.redis("XINFO CONSUMERS jobs:{o0}:norm crew").await;
    assert_eq!(consumers.len(), 1, "the one that holds something");
    let mut living = house.store.jobs(0, CLASS).await.expect("joined");
    let batch = next_batch(&mut living, 8).await;
    settle(&house, &batch.head, &batch.entries[0]).await;
    house.store.reap(Tag::Office(OfficeShard(0))).await.expect("reaped");
    let consumers: Vec<redis::Value> = house.redis("XINFO CONSUMERS jobs:{o0}:norm crew").await;
    assert_eq!(consumers.len(), 1, "now only the living one");
}

#[tokio::test]
async fn a_heartbeat_without_a_consumer_is_forgotten() {
    let house = House::open().await;
    let living = house.store.jobs(0, CLASS).await.expect("joined");
    // One died before its first read; another's group was lost.
    house.redis::<usize>("ZADD alive:{o0} 1 crew-1-dead").await;
    house.store.reap(Tag::Office(OfficeShard(0))).await.expect("reaped");
    assert_eq!(house.redis::<usize>("ZCARD alive:{o0}").await, 1, "only the living one's");
    drop(living);
}

#[tokio::test]
async fn crash_counts_of_jobs_that_are_gone_are_forgotten() {
    let house = House::open().await;
    house.store.enqueue(&job(1)).await.expect("enqueued");
    let waiting: Vec<(String, Vec<String>)> = house.redis("XRANGE jobs:{o0}:norm - +").await;
    house.redis::<usize>(&format!("HSET alone:{{o0}} crew:norm:{} 1 crew:norm:1-1 2", waiting[0].0)).await;
    assert_eq!(house.store.tidy_alone(OfficeShard(0)).await.expect("tidied"), 1);
    assert_eq!(house.redis::<usize>("HLEN alone:{o0}").await, 1);
}

#[tokio::test]
async fn depths_tell_what_waits_and_what_is_in_hand() {
    let house = House::open().await;
    let mut reader = house.store.jobs(0, CLASS).await.expect("joined");
    for n in 0..3 {
        house.store.enqueue(&job(n)).await.expect("enqueued");
    }
    next_batch(&mut reader, 2).await;
    let depths = house.store.depths().await.expect("read");
    let norm = depths.iter().find(|depth| depth.name == "jobs:o0:norm").expect("listed");
    assert_eq!((norm.depth, norm.pending), (3, 2));
    assert!(norm.oldest_ms.is_some_and(|age| age < i64::try_from(LEASE_MS).expect("short") * 100));
}
