//! A kill between every two steps of each consumer's loop: at the first wait for Redis, at the second, and so on until
//! the loop comes to its end unharmed. A successor finds what is left, and every effect is there once.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Mutex;
use std::task::Poll;

use antrean_domain::{ChatId, Job, Outcome};
use antrean_store::{Batch, Commit, Committed, JobReader, Mail, OfficeShard, Options, Store, SubscribeJob, Tag, Turn, Work};

use crate::crew::chat_of;
use crate::drive::{LEASE_MS, empty};
use crate::queue_house::{BUDI, CLASS, House, SITI, job, next_batch, update};

const OFFICE: OfficeShard = OfficeShard(0);
/// A loop that waits oftener than this does not come to its end.
const WAITS_MAX: usize = 500;

/// A consumer's loop, and how to see that it is over.
struct Loop {
    stream: &'static str,
    /// Its consumer group; a relay has none.
    group: Option<&'static str>,
}

impl Loop {
    async fn is_over(&self, house: &House) -> bool {
        house.redis::<usize>(&format!("XLEN {}", self.stream)).await == 0
    }

    /// The lease of whatever is in the hands of the dead runs out.
    async fn lapse(&self, house: &House) {
        let (stream, Some(group)) = (self.stream, self.group) else { return };
        let pending: redis::streams::StreamPendingCountReply = house.redis(&format!("XPENDING {stream} {group} - + 100")).await;
        for entry in pending.ids {
            let lapse = format!("XCLAIM {stream} {group} {} 0 {} IDLE {} JUSTID", entry.consumer, entry.id, LEASE_MS + 1);
            house.redis::<Vec<String>>(&lapse).await;
        }
    }

    /// Prepares, runs `life` to its death at each of its waits, twice, then to its end, and checks what came of it.
    async fn killed_everywhere(
        &self,
        prepare: impl AsyncFn(&House, &Store),
        life: impl AsyncFn(&House, &Store),
        check: impl AsyncFn(&House, &Store),
    ) {
        let house = House::open().await;
        for waits in 0..WAITS_MAX {
            empty(&house.store, &mut house.raw.clone()).await;
            let store = Store::connect(Options { lease_ms: LEASE_MS, ..house.server.options(1) }).await.expect("connected");
            prepare(&house, &store).await;
            if let Some(group) = self.group {
                house.redis::<String>(&format!("XGROUP CREATE {} {group} 0 MKSTREAM", self.stream)).await;
            }
            // The second life begins where the first left off, and is no luckier.
            let survived = killed_after(waits, life(&house, &store)).await;
            if !survived {
                self.lapse(&house).await;
                killed_after(waits, life(&house, &store)).await;
            }
            while !self.is_over(&house).await {
                self.lapse(&house).await;
                life(&house, &store).await;
            }
            check(&house, &store).await;
            if survived {
                assert!(waits > 5, "{waits} waits are no loop");
                return;
            }
        }
        panic!("it never came to its end");
    }
}

/// Lets `life` wait so many times and drops it at the next, as a kill does. Whether it came to its end before.
async fn killed_after(waits: usize, life: impl Future<Output = ()>) -> bool {
    let mut life = pin!(life);
    let mut left = waits;
    poll_fn(|context| match life.as_mut().poll(context) {
        Poll::Ready(()) => Poll::Ready(true),
        Poll::Pending if left == 0 => Poll::Ready(false),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

const JOBS: Loop = Loop { stream: "jobs:{o0}:norm", group: Some("crew") };
const TURNS: Loop = Loop { stream: "ready:{c0}", group: Some("turn") };
const SENDS: Loop = Loop { stream: "outready:{c0}", group: Some("send") };
const HOPS: Loop = Loop { stream: "hop:{o0}", group: None };

async fn enqueue_three(_: &House, store: &Store) {
    for n in 1..=3 {
        store.enqueue(&job(n)).await.expect("enqueued");
    }
}

/// Reads two at a time until nothing is left, and gives each batch to `conclude`.
async fn crew(house: &House, store: &Store, conclude: impl AsyncFn(&Store, &Batch)) {
    let mut reader: JobReader = store.jobs(0, CLASS).await.expect("joined");
    while !JOBS.is_over(house).await {
        let batch = reader.next(2).await.expect("read");
        if batch.entries.is_empty() {
            return;
        }
        conclude(store, &batch).await;
    }
}

async fn do_all(store: &Store, Batch { head, entries, .. }: &Batch) {
    let work = |entry: &antrean_store::Entry| match &entry.job {
        Ok(Job::Subscribe { office, chat, on }) => {
            Work { entry: entry.id.clone(), attempt: entry.attempt, job: SubscribeJob { office: office.clone(), chat: *chat, on: *on } }
        }
        other => panic!("not a job of these tests: {other:?}"),
    };
    let work: Vec<_> = entries.iter().map(work).collect();
    store.subscribe(head, &work).await.expect("judged");
}

/// Whom the crew told, in no order.
async fn told(house: &House) -> Vec<i64> {
    let hops: redis::streams::StreamRangeReply = house.redis("XRANGE hop:{o0} - +").await;
    let mut told: Vec<_> = hops.ids.iter().map(chat_of).collect();
    told.sort_unstable();
    told
}

#[tokio::test]
async fn jobs_are_done_once_wherever_the_crew_is_killed() {
    JOBS.killed_everywhere(
        enqueue_three,
        async |house, store| crew(house, store, do_all).await,
        async |house, _| {
            assert_eq!(told(house).await, [1, 2, 3]);
        },
    )
    .await;
}

#[tokio::test]
async fn jobs_are_put_off_once_wherever_the_crew_is_killed() {
    let put_off = async |store: &Store, Batch { head, entries, .. }: &Batch| {
        for entry in entries {
            store.retry(head, entry, std::time::Duration::from_mins(1)).await.expect("answered");
        }
    };
    JOBS.killed_everywhere(
        enqueue_three,
        async |house, store| crew(house, store, put_off).await,
        async |house, store| {
            assert_eq!(house.redis::<usize>("ZCARD delay:{o0}").await, 3);
            store.clock().advance(60_001).await.expect("steered");
            assert_eq!(store.promote(OFFICE).await.expect("promoted"), 3);
            crew(house, store, async |store, batch| {
                assert!(batch.entries.iter().all(|entry| entry.attempt == 1), "{batch:?}");
                do_all(store, batch).await;
            })
            .await;
            assert_eq!(told(house).await, [1, 2, 3]);
        },
    )
    .await;
}

#[tokio::test]
async fn jobs_are_buried_once_wherever_the_crew_is_killed() {
    let bury = async |store: &Store, Batch { head, entries, .. }: &Batch| {
        for entry in entries {
            store.bury(head, entry, "hopeless").await.expect("answered");
        }
    };
    JOBS.killed_everywhere(
        enqueue_three,
        async |house, store| crew(house, store, bury).await,
        async |house, store| {
            let letters = store.dead_letters(10).await.expect("read");
            let mut buried: Vec<_> = letters.iter().map(|letter| letter.payload.clone()).collect();
            buried.sort_unstable();
            assert_eq!(buried, [1, 2, 3].map(|n| job(n).to_wire().into_bytes()));
            assert!(letters.iter().all(|letter| letter.reason == "hopeless"));
            assert_eq!(told(house).await, [0_i64; 0]);
        },
    )
    .await;
}

/// A dialogue that remembers all it heard, and says back and asks for what it heard this time.
async fn turn(store: &Store, turn: &Turn) {
    let heard: Vec<u8> = turn.mail.iter().flat_map(|mail| if let Mail::Update(json) = mail { json.clone() } else { Vec::new() }).collect();
    let before = turn.dialogue.clone().transpose().expect("it opens").unwrap_or_default();
    let dialogue = [before, heard.clone()].concat();
    let commit = Commit { taken: turn.mail.len(), dialogue: &dialogue, shows: vec![heard], jobs: vec![job(turn.chat.0)] };
    store.commit(turn, commit).await.expect("answered");
}

#[tokio::test]
async fn mail_is_answered_once_and_in_order_wherever_a_turn_is_killed() {
    let mail = [(BUDI, 1), (SITI, 2), (BUDI, 3), (BUDI, 4)];
    TURNS
        .killed_everywhere(
            async |_, store| {
                let updates = mail.map(|(chat, n)| (chat, n, update(n)));
                store.deliver(&updates).await.expect("delivered");
            },
            async |house, store| {
                let mut reader = store.turns(0).await.expect("joined");
                while !TURNS.is_over(house).await {
                    let turns = reader.next(2).await.expect("read");
                    if turns.is_empty() {
                        return;
                    }
                    for next in &turns {
                        turn(store, next).await;
                    }
                }
            },
            async |house, store| {
                let heard = |of: ChatId| mail.iter().filter(|(chat, _)| *chat == of).flat_map(|(_, n)| update(*n)).collect::<Vec<_>>();
                let mut jobs = 0;
                let mut reader = store.outboxes(0).await.expect("joined");
                for outbox in reader.next(2).await.expect("read") {
                    // What was said, all together, is what was heard; each turn said it in one show.
                    assert_eq!(outbox.shows.concat(), heard(outbox.chat));
                    let rev: usize = house.redis(&format!("HGET dialogue:{{c0}}:{} rev", outbox.chat)).await;
                    assert_eq!(outbox.shows.len(), rev);
                    jobs += rev;
                }
                assert_eq!(house.redis::<usize>("XLEN hop:{c0}").await, jobs);
                assert_eq!(house.redis::<usize>("EXISTS in:{c0}:7001 in:{c0}:7002 ready-ids:{c0} alone:{c0}").await, 0);
            },
        )
        .await;
}

#[tokio::test]
async fn shows_are_sent_first_in_order_wherever_send_is_killed() {
    // What Telegram was told.
    let sent: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());
    let said = |show: &[u8]| sent.lock().expect("nobody panics with it").push(show.to_vec());
    SENDS
        .killed_everywhere(
            async |_, store| {
                sent.lock().expect("nobody panics with it").clear();
                store.deliver(&[(BUDI, 1, update(1))]).await.expect("delivered");
                let mut reader = store.turns(0).await.expect("joined");
                let turn = reader.next(1).await.expect("read").remove(0);
                let shows = ["one", "two", "three"].map(|show| show.as_bytes().to_vec()).to_vec();
                let commit = Commit { taken: 1, dialogue: b"{}", shows, jobs: vec![] };
                assert_eq!(store.commit(&turn, commit).await.expect("answered"), Committed::Done);
            },
            async |house, store| {
                let mut reader = store.outboxes(0).await.expect("joined");
                while !SENDS.is_over(house).await {
                    let outboxes = reader.next(1).await.expect("read");
                    let Some(outbox) = outboxes.first() else { return };
                    said(&outbox.shows[0]);
                    store.sent(outbox, 1, &outbox.shows[0]).await.expect("answered");
                }
            },
            async |house, _| {
                let sent = sent.lock().expect("nobody panics with it").clone();
                let mut firsts = sent.clone();
                firsts.dedup();
                assert_eq!(firsts, [b"one".to_vec(), b"two".to_vec(), b"three".to_vec()], "only the last may be repeated");
                assert!(sent.len() <= firsts.len() + 2, "a kill repeats one show: {sent:?}");
                assert_eq!(house.redis::<String>("GET live:{c0}:7001").await, "three");
            },
        )
        .await;
}

#[tokio::test]
async fn hops_arrive_once_and_in_order_wherever_a_relay_is_killed() {
    let chats = [BUDI, SITI, BUDI, BUDI, SITI];
    HOPS.killed_everywhere(
        async |house, _| {
            for (n, chat) in chats.iter().enumerate() {
                let outcome = format!(r#"o{{"v":1,"kind":"subscribed","office":"AA{n}","on":true}}"#);
                house.redis::<String>(&format!("XADD hop:{{o0}} * t c0:mail:{chat} p {outcome}")).await;
            }
        },
        async |house, store| {
            let mut relay = store.relay(Tag::Office(OFFICE));
            while !HOPS.is_over(house).await {
                relay.next().await;
            }
        },
        async |house, _| {
            let mut arrived = BTreeMap::new();
            for of in [BUDI, SITI] {
                let items: Vec<String> = house.redis(&format!("LRANGE in:{{c0}}:{of} 0 -1")).await;
                let office = |item: &String| match Outcome::from_wire(&item[1..]) {
                    Ok(Outcome::Subscribed { office, .. }) => office.as_str()[2..].parse::<usize>().expect("a number"),
                    other => panic!("not an outcome of these tests: {other:?}"),
                };
                arrived.insert(of.0, items.iter().map(office).collect::<Vec<_>>());
            }
            assert_eq!(arrived, BTreeMap::from([(BUDI.0, vec![0, 2, 3]), (SITI.0, vec![1, 4])]));
            assert_eq!(house.redis::<usize>("XLEN ready:{c0}").await, 2);
        },
    )
    .await;
}

/// Who has the only entry in hand, and for how long it was not renewed.
async fn in_hand(house: &House) -> (String, usize) {
    let pending: redis::streams::StreamPendingCountReply = house.redis("XPENDING jobs:{o0}:norm crew - + 1").await;
    (pending.ids[0].consumer.clone(), pending.ids[0].last_delivered_ms)
}

#[tokio::test]
async fn a_heart_renews_its_own_and_never_steals_back() {
    let house = House::open().await;
    let lease_ms = crate::queue_house::LEASE_MS;
    let mut slow = house.store.jobs(0, CLASS).await.expect("joined");
    house.store.enqueue(&job(1)).await.expect("enqueued");
    let stale = next_batch(&mut slow, 8).await;
    let (owner, id) = (stale.head.consumer.as_str(), stale.entries[0].id.as_str());
    let idle = async |ms: u64| {
        house.redis::<Vec<String>>(&format!("XCLAIM jobs:{{o0}}:norm crew {owner} 0 {id} IDLE {ms} JUSTID")).await;
    };
    // Almost lost, and renewed by the next beat.
    idle(lease_ms - 100).await;
    while in_hand(&house).await.1 >= 100 {
        tokio::task::yield_now().await;
    }

    // Paused for longer than its lease: another takes it over, although its own heart beats again.
    let mut thief = house.store.jobs(0, CLASS).await.expect("joined");
    let batch = loop {
        idle(lease_ms + 1).await;
        let batch = thief.next(8).await.expect("read");
        if !batch.entries.is_empty() {
            break batch;
        }
    };
    // Its own heart stops here: what the first one's took, it would keep.
    drop(thief);
    let beat = async || house.redis::<String>(&format!("ZSCORE alive:{{o0}} {owner}")).await;
    for _ in 0..2 {
        let last = beat().await;
        while beat().await == last {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(in_hand(&house).await.0, batch.head.consumer);
    assert_eq!(house.store.bury(&stale.head, &stale.entries[0], "late").await.expect("answered"), Committed::Stale);
    assert_eq!(house.store.bury(&batch.head, &batch.entries[0], "in time").await.expect("answered"), Committed::Done);
}
