//! Hops: in order, once, however many relays carry them.

use antrean_domain::Outcome;
use antrean_store::{ChatShard, LetterKind, Mail, OfficeShard, Tag};

use crate::house::{BUDI, CLASS, House, next_batch, next_turn};

const OFFICE: Tag = Tag::Office(OfficeShard(0));

/// Leaves `count` outcomes for Budi on the office's hop stream, as a script would.
async fn leave_outcomes(house: &House, count: usize) {
    for n in 0..count {
        let outcome = format!(r#"o{{"v":1,"kind":"subscribed","office":"AA{n}","on":true}}"#);
        house.redis::<String>(&format!("XADD hop:{{o0}} * t c0:mail:7001 p {outcome}")).await;
    }
}

/// The offices of the outcomes in Budi's mailbox, in order.
async fn arrived(house: &House) -> Vec<String> {
    let items: Vec<String> = house.redis("LRANGE in:{c0}:7001 0 -1").await;
    let office = |item: String| match Outcome::from_wire(&item[1..]) {
        Ok(Outcome::Subscribed { office, .. }) => office.to_string(),
        other => panic!("not an outcome of these tests: {other:?}"),
    };
    items.into_iter().map(office).collect()
}

fn expected(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("AA{n}")).collect()
}

#[tokio::test]
async fn two_relays_at_once_keep_the_order_and_carry_nothing_twice() {
    let house = House::open().await;
    leave_outcomes(&house, 600).await;
    let (mut one, mut two) = (house.store.relay(OFFICE), house.store.relay(OFFICE));
    while house.redis::<usize>("XLEN hop:{o0}").await > 0 {
        tokio::join!(one.next(), two.next());
    }
    assert_eq!(arrived(&house).await, expected(600));
    assert_eq!(house.redis::<usize>("XLEN ready:{c0}").await, 1);
}

#[tokio::test]
async fn a_relay_that_dies_before_it_deletes_repeats_nothing() {
    let house = House::open().await;
    leave_outcomes(&house, 5).await;
    house.redis::<usize>("COPY hop:{o0} saved:{o0}").await;
    let mut relay = house.store.relay(OFFICE);
    assert_eq!(relay.next().await, 5);
    // As if the process had died between applying and deleting.
    house.redis::<String>("RENAME saved:{o0} hop:{o0}").await;
    assert_eq!(relay.next().await, 5);
    assert_eq!(arrived(&house).await, expected(5));
    assert_eq!(house.redis::<usize>("XLEN hop:{o0}").await, 0);
}

#[tokio::test]
async fn a_hop_wakes_its_relay_and_the_chats_reader_at_once() {
    let house = House::open().await;
    let mut relay = house.store.relay(OFFICE);
    let mut reader = house.store.turns(0).await.expect("joined");
    let carry = async { while relay.next().await == 0 {} };
    let (turn, (), ()) = tokio::join!(next_turn(&mut reader), carry, leave_outcomes(&house, 1));
    assert_eq!(turn.chat, BUDI);
    assert!(matches!(turn.mail[..], [Mail::Outcome(Outcome::Subscribed { on: true, .. })]));
}

#[tokio::test]
async fn jobs_reach_their_class_and_what_nobody_can_read_is_buried() {
    let house = House::open().await;
    let payload = crate::house::job(1).to_wire();
    house.redis::<String>(&format!("XADD hop:{{c0}} * t o0:job:norm p {payload}")).await;
    for bad in ["t z9:job:norm p x", "t o7:job:norm p x", "t o0:job:soon p x", "t c0:gift:7001 p x"] {
        house.redis::<String>(&format!("XADD hop:{{c0}} * {bad}")).await;
    }
    let mut relay = house.store.relay(Tag::Chat(ChatShard(0)));
    assert_eq!(relay.next().await, 5);
    let mut reader = house.store.jobs(0, CLASS).await.expect("joined");
    assert_eq!(next_batch(&mut reader, 8).await.entries[0].raw, payload);
    let letters = house.store.dead_letters(10).await.expect("read");
    assert_eq!(letters.len(), 4);
    assert!(letters.iter().all(|letter| letter.kind == LetterKind::Hop));
    assert!(house.store.retry_dead(&letters[0].id).await.expect("answered"));
    assert_eq!(house.redis::<usize>("XLEN hop:{c0}").await, 1, "back on its hop, whole");
}

#[tokio::test]
async fn with_several_shards_mail_finds_its_chat() {
    let house = House::with_shards(4).await;
    let shard = ChatShard::of(BUDI, 4);
    house.redis::<String>(&format!(r#"XADD hop:{{o2}} * t c{}:mail:7001 p o{{"v":1}}"#, shard.0)).await;
    assert_eq!(house.store.relay(Tag::Office(OfficeShard(2))).next().await, 1);
    let mut reader = house.store.turns(shard.0).await.expect("joined");
    assert_eq!(next_turn(&mut reader).await.chat, BUDI);
}

#[tokio::test]
async fn a_letter_that_cannot_be_brought_back_stays() {
    let house = House::open().await;
    house.redis::<String>("XADD dead:{o0} * k hop w 1-1 a 0 p garbage r damaged t 1").await;
    let letters = house.store.dead_letters(10).await.expect("read");
    assert!(house.store.retry_dead(&letters[0].id).await.is_err());
    assert_eq!(house.store.dead_letters(10).await.expect("read").len(), 1);
}
