//! Outboxes: in order for each chat, asleep where Telegram says so.

use antrean_store::{ChatShard, Committed, LetterKind, Sent};

use crate::house::{BUDI, House, SITI, next_outbox};

const SHARD: ChatShard = ChatShard(0);

#[tokio::test]
async fn shows_are_sent_in_order_and_once() {
    let house = House::open().await;
    house.show(BUDI, 1, &["one", "two", "three"]).await;
    let mut reader = house.store.outboxes(0).await.expect("joined");
    let outbox = next_outbox(&mut reader).await;
    assert_eq!((outbox.chat, outbox.live.clone()), (BUDI, None));
    assert_eq!(outbox.shows, [b"one".to_vec(), b"two".to_vec(), b"three".to_vec()]);
    assert_eq!(house.store.sent(&outbox, 2, b"remembered").await.expect("answered"), Sent::More);
    assert_eq!(house.store.sent(&outbox, 2, b"again").await.expect("answered"), Sent::Stale);

    let outbox = next_outbox(&mut reader).await;
    assert_eq!((outbox.shows.clone(), outbox.live.clone()), (vec![b"three".to_vec()], Some(b"remembered".to_vec())));
    assert_eq!(house.store.sent(&outbox, 1, b"remembered").await.expect("answered"), Sent::Empty);
    assert_eq!(house.redis::<usize>("XLEN outready:{c0}").await, 0);
}

#[tokio::test]
async fn a_snooze_silences_one_chat_until_its_time() {
    let house = House::open().await;
    house.show(BUDI, 1, &["one"]).await;
    let mut reader = house.store.outboxes(0).await.expect("joined");
    let outbox = next_outbox(&mut reader).await;
    let until = house.store.clock().now_ms() + 30_000;
    assert_eq!(house.store.snooze(&outbox, 0, b"429", until).await.expect("answered"), Sent::Snoozed);
    // More to say does not wake it; another chat is not held up.
    house.show(BUDI, 2, &["two"]).await;
    house.show(SITI, 3, &["hello"]).await;
    assert_eq!(next_outbox(&mut reader).await.chat, SITI);
    assert_eq!(house.store.wake(SHARD).await.expect("answered"), 0, "not yet");

    house.store.clock().advance(30_001).await.expect("steered");
    assert_eq!(house.store.wake(SHARD).await.expect("answered"), 1);
    let outbox = next_outbox(&mut reader).await;
    assert_eq!((outbox.chat, outbox.shows), (BUDI, vec![b"one".to_vec(), b"two".to_vec()]));
}

#[tokio::test]
async fn a_chat_with_nothing_left_does_not_snooze() {
    let house = House::open().await;
    house.show(BUDI, 1, &["one"]).await;
    let mut reader = house.store.outboxes(0).await.expect("joined");
    let outbox = next_outbox(&mut reader).await;
    let until = house.store.clock().now_ms() + 30_000;
    assert_eq!(house.store.snooze(&outbox, 1, b"", until).await.expect("answered"), Sent::Empty);
    house.show(BUDI, 2, &["two"]).await;
    assert_eq!(next_outbox(&mut reader).await.shows, [b"two".to_vec()]);
}

#[tokio::test]
async fn a_show_that_can_never_be_sent_is_parked_and_the_rest_goes_on() {
    let house = House::open().await;
    house.show(BUDI, 1, &["bad", "good"]).await;
    let mut reader = house.store.outboxes(0).await.expect("joined");
    let outbox = next_outbox(&mut reader).await;
    assert_eq!(house.store.park_show(&outbox, "400").await.expect("answered"), Committed::Done);
    assert_eq!(next_outbox(&mut reader).await.shows, [b"good".to_vec()]);
    let letters = house.store.dead_letters(10).await.expect("read");
    assert_eq!((letters[0].kind, letters[0].reason.as_str()), (LetterKind::Show, "400"));
}

#[tokio::test]
async fn what_a_dead_sender_held_is_sent_again_by_another() {
    let house = House::open().await;
    house.show(BUDI, 1, &["one", "two"]).await;
    let mut dead = house.store.outboxes(0).await.expect("joined");
    let late = next_outbox(&mut dead).await;
    drop(dead);
    let mut living = house.store.outboxes(0).await.expect("joined");
    let outbox = next_outbox(&mut living).await;
    assert_eq!(outbox.shows, [b"one".to_vec()], "carefully, one at a time");
    assert_eq!(house.store.sent(&late, 2, b"late").await.expect("answered"), Sent::Stale);
    assert_eq!(house.store.sent(&outbox, 1, b"right").await.expect("answered"), Sent::More);
    assert_eq!(next_outbox(&mut living).await.shows, [b"two".to_vec()]);
}
