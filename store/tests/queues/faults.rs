//! What goes wrong around the scripts: killed readers, lost streams, emptied script caches, a Redis that stalls.

use std::time::Duration;

use antrean_store::{ChatShard, Committed, Store, StoreError};

use crate::house::{BUDI, House, SITI, next_turn, settle};

#[tokio::test]
async fn a_redis_that_forgot_its_scripts_is_told_them_again() {
    let house = House::open().await;
    house.redis::<String>("SCRIPT FLUSH").await;
    house.deliver(BUDI, [1]).await;
    let mut reader = house.store.turns(0).await.expect("joined");
    let turn = next_turn(&mut reader).await;
    house.redis::<String>("SCRIPT FLUSH").await;
    assert_eq!(house.commit(&turn, b"{}", &["hello"]).await, Committed::Done);
}

#[tokio::test]
async fn a_lost_group_is_made_again_from_the_beginning() {
    let house = House::open().await;
    let mut reader = house.store.turns(0).await.expect("joined");
    house.deliver(BUDI, [1]).await;
    house.redis::<usize>("XGROUP DESTROY ready:{c0} turn").await;
    assert_eq!(next_turn(&mut reader).await.chat, BUDI, "`$` would have skipped it");
}

#[tokio::test]
async fn a_deleted_stream_leaves_no_chat_deaf() {
    let house = House::open().await;
    let mut reader = house.store.turns(0).await.expect("joined");
    house.deliver(BUDI, [1]).await;
    house.redis::<usize>("DEL ready:{c0}").await;
    // More mail alone does not help: the mailbox believes that its entry is there.
    house.deliver(BUDI, [2]).await;
    assert_eq!(house.store.sweep_mailboxes(ChatShard(0)).await.expect("swept"), 1);
    assert_eq!(house.store.sweep_mailboxes(ChatShard(0)).await.expect("swept"), 0);
    assert_eq!(next_turn(&mut reader).await.mail.len(), 2);
}

#[tokio::test]
async fn a_stream_deleted_under_a_blocked_reader_is_survived() {
    let house = House::open().await;
    let mut reader = house.store.turns(0).await.expect("joined");
    let disturb = async {
        house.redis::<usize>("DEL ready:{c0}").await;
        house.deliver(SITI, [1]).await;
    };
    let (turn, ()) = tokio::join!(next_turn(&mut reader), disturb);
    assert_eq!(turn.chat, SITI);
}

#[tokio::test]
async fn nothing_is_lost_when_redis_is_killed_and_started_again() {
    let mut house = House::open().await;
    let mut reader = house.store.turns(0).await.expect("joined");
    house.deliver(BUDI, [1]).await;
    let turn = next_turn(&mut reader).await;
    house.deliver(SITI, [2]).await;
    house.server.crash_and_restart();
    settle(async || house.store.ping().await).await;
    // The turn in hand survives the restart; so does the mail behind it.
    let committed =
        settle(async || house.store.commit(&turn, antrean_store::Commit { taken: 1, dialogue: b"{}", shows: vec![], jobs: vec![] }).await)
            .await;
    assert_eq!(committed, Committed::Done);
    assert_eq!(next_turn(&mut reader).await.chat, SITI);
}

#[tokio::test]
async fn a_reader_whose_connection_hangs_builds_another() {
    let house = House::open().await;
    let mut reader = house.store.turns(0).await.expect("joined");
    house.deliver(BUDI, [1]).await;
    house.server.signal("STOP");
    // The watchdog barks after six seconds; Redis says nothing meanwhile.
    assert!(reader.next(1).await.expect("handled inside").is_empty());
    house.server.signal("CONT");
    assert_eq!(next_turn(&mut reader).await.chat, BUDI);
}

#[tokio::test]
async fn with_its_memory_full_redis_moves_what_is_there_and_takes_in_nothing_new() {
    let house = House::open().await;
    let mut reader = house.store.turns(0).await.expect("joined");
    house.deliver(BUDI, [1]).await;
    let turn = next_turn(&mut reader).await;
    let taken = ChatShard(0);
    house.redis::<String>("XADD hop:{o0} * garbage x").await;
    house.redis::<String>("CONFIG SET maxmemory 1").await;

    let full = |error: StoreError| assert!(error.is_out_of_memory() && error.is_transient(), "{error}");
    full(house.store.deliver(&[(SITI, 2, b"{}".to_vec())]).await.expect_err("no room"));
    let commit = || antrean_store::Commit { taken: 1, dialogue: b"{}", shows: vec![b"hello".to_vec()], jobs: vec![] };
    full(house.store.commit(&turn, commit()).await.expect_err("no room"));
    // A process starts, joins its readers and does what needs no room.
    let other = Store::connect(house.server.options(1)).await.expect("connected");
    other.turns(0).await.expect("joined");
    assert!(other.poller_lease("a", 60_000).await.expect("answered"));
    assert_eq!(other.sweep_mailboxes(taken).await.expect("swept"), 0);
    assert_eq!(other.relay(antrean_store::Tag::Office(antrean_store::OfficeShard(0))).next().await, 1, "a stray hop blocks nobody");

    house.redis::<String>("CONFIG SET maxmemory 0").await;
    assert_eq!(house.store.commit(&turn, commit()).await.expect("room"), Committed::Done);
    house.deliver(SITI, [2]).await;
    assert_eq!(next_turn(&mut reader).await.mail.len(), 1, "what was refused left nothing behind");
}

#[tokio::test]
async fn another_number_of_shards_is_refused() {
    let house = House::with_shards(2).await;
    let refused = Store::connect(house.server.options(3)).await.err();
    assert!(matches!(refused, Some(StoreError::Shards { wanted: 3, ref found }) if found == "2"), "{refused:?}");
    assert!(Store::connect(house.server.options(2)).await.is_ok());
}

#[tokio::test]
async fn the_pollers_lease_is_one_mans_until_he_gives_it_up_or_dies() {
    let house = House::open().await;
    let store = &house.store;
    assert!(store.poller_lease("a", 60_000).await.expect("answered"));
    assert!(!store.poller_lease("b", 60_000).await.expect("answered"));
    store.release_poller_lease("b").await.expect("answered");
    assert!(store.poller_lease("a", 1).await.expect("answered"), "its owner prolongs it");
    while !store.poller_lease("b", 60_000).await.expect("answered") {
        tokio::task::yield_now().await;
    }
    store.release_poller_lease("b").await.expect("answered");
    assert!(store.poller_lease("a", 60_000).await.expect("answered"));
}

#[tokio::test]
async fn bulk_messages_keep_their_pace() {
    let house = House::open().await;
    let mut free = 0;
    let wait_ms = loop {
        match house.store.take_bulk_token(30).await.expect("answered") {
            Ok(()) => free += 1,
            Err(wait_ms) => break wait_ms,
        }
    };
    assert!((9..=14).contains(&free), "a burst of a third of a second, not {free}");
    assert!((1..=34).contains(&wait_ms), "{wait_ms}");
    tokio::time::sleep(Duration::from_millis(u64::try_from(wait_ms).expect("positive"))).await;
    assert_eq!(house.store.take_bulk_token(30).await.expect("answered"), Ok(()));
}

#[tokio::test]
async fn a_steered_clock_moves_everywhere_and_only_forward() {
    let house = House::open().await;
    let other = Store::connect(house.server.options(1)).await.expect("connected");
    let before = other.clock().now_ms();
    house.store.clock().advance(3_600_000).await.expect("steered");
    assert!(matches!(house.store.clock().advance(-1).await, Err(StoreError::ClockNotSteered)));
    while other.clock().now_ms() < before + 3_600_000 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
