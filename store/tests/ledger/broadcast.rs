//! Broadcasts: everyone once, resumable, never twice.

use std::collections::BTreeSet;

use antrean_domain::ChatId;
use antrean_store::{OfficeShard, Sending, SubscribeJob};

use crate::house::{House, office};

const SHARD: OfficeShard = OfficeShard(0);

async fn house_with_subscribers(count: i64) -> House {
    let house = House::open().await;
    let jobs = (1..=count).map(|chat| SubscribeJob { office: office(), chat: ChatId(chat), on: true }).collect();
    let (head, work) = house.work(jobs).await;
    house.store.subscribe(&head, &work).await.expect("judged");
    house
}

#[tokio::test]
async fn everyone_hears_of_it_once_and_the_counts_add_up() {
    let house = house_with_subscribers(25).await;
    let id = house.store.create_broadcast(&office(), "Kuota baru").await.expect("an id");
    let mut heard = BTreeSet::new();
    loop {
        let queued = house.store.walk_broadcasts(SHARD, 10).await.expect("a walk");
        let sends = house.store.reserve_sends(SHARD, 4).await.expect("sends");
        if queued == 0 && sends.is_empty() {
            break;
        }
        for send in sends {
            assert_eq!((send.text.as_str(), &send.office), ("Kuota baru", &office()));
            assert!(heard.insert(send.chat), "{} twice", send.chat);
            let sending = if send.chat == ChatId(7) { Sending::Blocked } else { Sending::Sent };
            house.store.mark_send(&send, sending).await.expect("marked");
        }
    }
    assert_eq!(heard.len(), 25);
    let status = &house.store.broadcasts().await.expect("a list")[0];
    assert_eq!((status.id.as_str(), status.queued, status.sent, status.blocked), (id.as_str(), 25, 24, 1));
    assert!(status.is_over());
    assert_eq!(house.store.subscribers(&office()).await.expect("a count"), 24, "who blocked the bot is taken off");
}

#[tokio::test]
async fn the_walk_stays_a_bounded_way_ahead() {
    let house = house_with_subscribers(25).await;
    house.store.create_broadcast(&office(), "Kuota baru").await.expect("an id");
    while house.store.walk_broadcasts(SHARD, 10).await.expect("a walk") > 0 {}
    let status = &house.store.broadcasts().await.expect("a list")[0];
    assert_eq!((status.queued, status.walking), (10, true));
}

#[tokio::test]
async fn what_was_reserved_and_lost_is_not_sent_again() {
    let house = house_with_subscribers(3).await;
    house.store.create_broadcast(&office(), "Kuota baru").await.expect("an id");
    while house.store.walk_broadcasts(SHARD, 10).await.expect("a walk") > 0 {}
    assert_eq!(house.store.reserve_sends(SHARD, 2).await.expect("sends").len(), 2); // and killed here
    let rest = house.store.reserve_sends(SHARD, 10).await.expect("sends");
    assert_eq!(rest.len(), 1);
    house.store.mark_send(&rest[0], Sending::Later).await.expect("marked");
    let again = house.store.reserve_sends(SHARD, 10).await.expect("sends");
    assert_eq!((again.len(), again[0].chat), (1, rest[0].chat), "what was not delivered for sure comes again");
    house.store.mark_send(&again[0], Sending::Unknown).await.expect("marked");
    let status = &house.store.broadcasts().await.expect("a list")[0];
    assert_eq!((status.queued, status.sent, status.unknown, status.in_flight), (3, 0, 1, 2));
    assert!(status.is_over());
}
