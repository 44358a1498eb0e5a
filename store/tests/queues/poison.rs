//! Poison: what nobody can read, on everything that is read. It is parked where an operator sees it, and what stands behind
//! it goes on.

use antrean_store::{DeadLetter, LetterKind, OfficeShard};

use crate::house::{BUDI, CLASS, House, SITI, job, next_batch, next_outbox, next_turn};

/// Any command; `bytes` is an argument no text could hold.
async fn raw(house: &House, words: &str, bytes: &[u8]) {
    let mut command = redis::Cmd::new();
    for word in words.split_whitespace() {
        if word == "BYTES" {
            command.arg(bytes)
        } else {
            command.arg(word)
        };
    }
    house.ask(&command).await;
}

async fn letters(house: &House) -> Vec<DeadLetter> {
    house.store.dead_letters(100).await.expect("read")
}

#[tokio::test]
async fn ready_entries_that_name_no_chat_are_parked_and_the_next_chat_is_served() {
    let house = House::open().await;
    house.redis::<String>("XADD ready:{c0} * garbage x").await;
    house.redis::<String>("XADD ready:{c0} * c nobody").await;
    house.deliver(BUDI, [1]).await;
    let mut reader = house.store.turns(0).await.expect("joined");
    assert_eq!(next_turn(&mut reader).await.chat, BUDI);
    house.redis::<String>("XADD outready:{c0} * c nobody").await;
    house.show(SITI, 2, &["hello"]).await;
    let mut sender = house.store.outboxes(0).await.expect("joined");
    assert_eq!(next_outbox(&mut sender).await.chat, SITI);

    let found = letters(&house).await;
    let of: Vec<_> = found.iter().map(|letter| (letter.kind, letter.of.as_str())).collect();
    assert_eq!(of, [(LetterKind::Stray, "ready"), (LetterKind::Stray, "ready"), (LetterKind::Stray, "outready")]);
    assert_eq!(found[0].payload, br#"["garbage","x"]"#);
    // Brought back it is met again, and parked again; dropped it is gone.
    assert!(house.store.retry_dead(&found[0].id).await.expect("answered"));
    while letters(&house).await.len() < 3 {
        assert!(reader.next(8).await.expect("read").is_empty());
    }
    for letter in letters(&house).await {
        assert!(house.store.drop_dead(&letter.id).await.expect("answered"));
    }
    assert!(letters(&house).await.is_empty());
}

#[tokio::test]
async fn a_stray_in_a_dead_readers_hands_is_parked_as_well() {
    let house = House::open().await;
    house.redis::<String>("XGROUP CREATE ready:{c0} turn 0 MKSTREAM").await;
    house.redis::<String>("XADD ready:{c0} * garbage x").await;
    let _: redis::Value = house.redis("XREADGROUP GROUP turn dead COUNT 1 STREAMS ready:{c0} >").await;
    let mut reader = house.store.turns(0).await.expect("joined");
    while letters(&house).await.is_empty() {
        assert!(reader.next(8).await.expect("read").is_empty());
    }
    assert_eq!(house.redis::<usize>("XLEN ready:{c0}").await, 0);
}

#[tokio::test]
async fn a_jobs_payload_is_parked_byte_for_byte() {
    let house = House::open().await;
    let garbage = [0xff, 0xfe, b'{', 0x00];
    raw(&house, "XADD jobs:{o0}:norm * p BYTES a 0", &garbage).await;
    house.redis::<String>("XADD jobs:{o0}:norm * nothing known a many").await;
    house.store.enqueue(&job(1)).await.expect("enqueued");
    let mut reader = house.store.jobs(0, CLASS).await.expect("joined");
    let batch = next_batch(&mut reader, 8).await;
    assert!(batch.entries[2].job.is_ok(), "its neighbour is a job like any other");
    for entry in batch.entries.iter().filter(|entry| entry.job.is_err()) {
        house.store.bury(&batch.head, entry, "unreadable").await.expect("answered");
    }
    let found = letters(&house).await;
    assert_eq!((found[0].payload.as_slice(), found[1].payload.as_slice()), (&garbage[..], &br#"["nothing","known","a","many"]"#[..]));
    assert!(house.store.retry_dead(&found[0].id).await.expect("answered"));
    let again: redis::streams::StreamRangeReply = house.redis("XREVRANGE jobs:{o0}:norm + - COUNT 1").await;
    assert_eq!(again.ids[0].get::<Vec<u8>>("p").as_deref(), Some(&garbage[..]));
}

#[tokio::test]
async fn a_delay_that_is_no_job_reaches_the_crew_to_be_judged() {
    let house = House::open().await;
    raw(&house, "ZADD delay:{o0} 1 BYTES", &[0xff, b'\n', 0x01]).await;
    raw(&house, "ZADD delay:{o0} 1 BYTES", b"soon\n1\n{}").await;
    assert_eq!(house.store.promote(OfficeShard(0)).await.expect("promoted"), 2);
    let mut reader = house.store.jobs(0, CLASS).await.expect("joined");
    let batch = next_batch(&mut reader, 8).await;
    assert!(batch.entries.len() == 2 && batch.entries.iter().all(|entry| entry.job.is_err()));
}

#[tokio::test]
async fn sends_of_no_broadcast_do_not_hold_up_those_behind_them() {
    let house = House::open().await;
    let office = "JKTSEL".parse().expect("a code");
    house.redis::<usize>("ZADD subscribers:{o0}:JKTSEL 7001 7001").await;
    house.redis::<String>("XADD bulk:{o0} * garbage x").await;
    house.redis::<String>("XADD bulk:{o0} * b none c 7001").await;
    house.store.create_broadcast(&office, "open").await.expect("created");
    house.store.walk_broadcasts(OfficeShard(0), 100).await.expect("walked");
    let sends = house.store.reserve_sends(OfficeShard(0), 8).await.expect("reserved");
    assert_eq!(sends.iter().map(|send| send.chat).collect::<Vec<_>>(), [BUDI]);
    let found = letters(&house).await;
    assert!(found.len() == 2 && found.iter().all(|letter| letter.kind == LetterKind::Stray && letter.of == "bulk"));
    assert!(house.store.retry_dead(&found[0].id).await.expect("answered"));
    assert_eq!(house.redis::<usize>("XLEN bulk:{o0}").await, 1);
}

#[tokio::test]
async fn a_dead_letter_that_says_nothing_hides_no_other() {
    let house = House::open().await;
    house.redis::<String>("XADD dead:{o0} * garbage x").await;
    house.redis::<String>("XADD dead:{o0} * k job w norm a 0 p {} r why t 1").await;
    let found = letters(&house).await;
    assert_eq!(found.iter().map(|letter| letter.kind).collect::<Vec<_>>(), [LetterKind::Unknown, LetterKind::Job]);
    let unknown = &found[0].id;
    assert!(house.store.retry_dead(unknown).await.is_err(), "nobody knows where to");
    assert!(house.store.dead_letter(unknown).await.expect("read").is_some());
    assert!(house.store.drop_dead(unknown).await.expect("answered"));
    assert_eq!(letters(&house).await.len(), 1);
}
