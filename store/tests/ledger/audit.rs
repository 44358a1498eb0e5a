//! The audit: silent on a sound ledger, and it finds each kind of corruption planted here.

use antrean_domain::State;
use antrean_store::{Invariant, OfficeShard};
use chrono::Datelike as _;

use crate::house::{BILL_MS, House};

/// A house in which everything has happened once.
async fn lived_in() -> House {
    let house = House::with_places(3).await;
    let slot = house.slot(1, 8);
    let (late, late_code) = house.billed(&slot).await;
    let (refund, refund_code) = house.billed(&house.slot(2, 9)).await;
    let (cancelled, _) = house.billed(&slot).await;
    assert_eq!(house.cancel(&cancelled, 3).await, "cancelled");
    house.pass(BILL_MS).await;
    assert_eq!(house.store.expire_overdue(OfficeShard(0), 10).await.expect("a tick"), 2);
    house.store.open_quota(&[house.slot(2, 9)], 0).await.expect("opened");
    for (booking, code, payment, word) in [(&late, &late_code, "l1", "restored"), (&refund, &refund_code, "l2", "refunded")] {
        house.accept(code, payment).await;
        assert_eq!(house.settle(booking, payment).await, word);
    }
    let (paid, paid_code) = house.paid(&slot, "p1").await;
    house.accept(&paid_code, "p2").await;
    assert_eq!(house.settle(&paid, "p2").await, "again");
    assert_eq!(house.reschedule(&paid, 3, &house.slot(3, 8)).await, "rescheduled");
    let (_, waiting) = house.billed(&slot).await;
    house.accept(&waiting, "p3").await;
    let released = house.booking();
    house.hold(&released, 1, &house.slot(1, 9)).await;
    house.release(&released, 2).await;
    house.billed(&house.slot(2, 8)).await;
    house.hold(&house.booking(), 1, &house.slot(1, 9)).await;
    house.store.open_quota(&[house.slot(3, 8)], 0).await.expect("a deficit");
    house
}

async fn findings(house: &House) -> Vec<(Invariant, String)> {
    let findings = house.store.audit().await.expect("an audit");
    findings.into_iter().map(|finding| (finding.invariant, finding.subject)).collect()
}

/// Plants a corruption in a house in which all has happened, and checks that it is found, by its name.
async fn finds(invariant: Invariant, plant: impl AsyncFnOnce(&House) -> redis::Cmd) {
    let house = lived_in().await;
    let command = plant(&house).await;
    let _: redis::Value = command.query_async(&mut house.raw.clone()).await.expect("planted");
    let found = findings(&house).await;
    assert!(found.iter().any(|(kind, _)| *kind == invariant), "{invariant} is not among {found:?}");
}

fn cmd(line: &str) -> redis::Cmd {
    let mut words = line.split(' ');
    let mut command = redis::cmd(words.next().expect("a command"));
    for word in words {
        command.arg(word);
    }
    command
}

/// A key of the one booking in `state`.
async fn key(house: &House, kind: &str, state: State) -> String {
    let page = house.store.all_bookings(OfficeShard(0), 0).await.expect("read");
    let view = page.bookings.into_iter().find(|view| view.state == state).expect("one in this state");
    match kind {
        "code" | "bill" => format!("{kind}:{{o0}}:{}", view.code.expect("a code")),
        "id" => view.booking.id.to_string(),
        _ => format!("{kind}:{{o0}}:{}", view.booking.id),
    }
}

fn quota(house: &House) -> String {
    let slot = house.slot(1, 8);
    format!("quota:{{o0}}:{}:{}:{}", slot.office, slot.class, slot.month())
}

/// Where a count of that slot is within its month, in numbers of four bytes: 0 the capacity, 1 what is taken.
fn count(house: &House, which: u32) -> u32 {
    ((house.slot(1, 8).date.day() - 1) * 24 + 8) * 3 + which
}

#[tokio::test]
async fn who_takes_fewer_places_after_a_cut_oversells_nothing() {
    let house = House::with_places(2).await;
    let (slot, booking) = (house.slot(1, 8), house.booking());
    for (seq, places) in [(1, 2), (2, 1)] {
        let job = antrean_store::HoldJob { places, ..house.hold_job(&booking, seq, &slot) };
        let (head, work) = house.work(vec![job]).await;
        assert_eq!(house.store.hold(&head, &work).await.expect("judged")[0].word(), "held");
        house.store.open_quota(std::slice::from_ref(&slot), 0).await.expect("cut");
    }
    assert_eq!(findings(&house).await, []);
}

#[tokio::test]
async fn a_sound_ledger_is_clean() {
    let house = lived_in().await;
    assert_eq!(findings(&house).await, []);
}

#[tokio::test]
async fn an_empty_redis_is_clean() {
    assert_eq!(findings(&House::open().await).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn traffic_makes_no_false_alarm() {
    let house = std::sync::Arc::new(House::with_places(200).await);
    let busy = std::sync::Arc::clone(&house);
    let traffic = tokio::spawn(async move {
        for round in 0..150 {
            let (booking, _) = busy.paid(&busy.slot(1, 8), &format!("p{round}")).await;
            busy.reschedule(&booking, 3, &busy.slot(2, 9)).await;
            let (other, _) = busy.billed(&busy.slot(1, 8)).await;
            busy.cancel(&other, 3).await;
        }
    });
    let mut audits = 0;
    while !traffic.is_finished() {
        assert_eq!(findings(&house).await, []);
        audits += 1;
    }
    traffic.await.expect("the traffic ran");
    assert!(audits > 1, "only {audits} audits ran beside the traffic");
}

#[tokio::test]
async fn counts_that_are_no_recount() {
    finds(Invariant::Counts, async |house| cmd(&format!("BITFIELD {} INCRBY u32 #{} 1", quota(house), count(house, 1)))).await;
    finds(Invariant::Counts, async |house| cmd(&format!("DEL {}", quota(house)))).await;
}

#[tokio::test]
async fn records_that_are_not_what_the_journal_says() {
    finds(Invariant::Record, async |house| cmd(&format!("DEL {}", key(house, "booking", State::Paid).await))).await;
    finds(Invariant::Record, async |house| cmd(&format!("SET {} x", key(house, "booking", State::Paid).await))).await;
    finds(Invariant::Record, async |house| {
        let (from, to) = (key(house, "booking", State::Cancelled).await, key(house, "booking", State::Paid).await);
        cmd(&format!("COPY {from} {to} REPLACE"))
    })
    .await;
}

#[tokio::test]
async fn deadlines_missing_wrong_and_missed() {
    finds(Invariant::Deadline, async |house| cmd(&format!("ZREM due:{{o0}} {}", key(house, "id", State::Held).await))).await;
    finds(Invariant::Deadline, async |house| cmd(&format!("ZINCRBY due:{{o0}} 5 {}", key(house, "id", State::Billed).await))).await;
    finds(Invariant::Deadline, async |house| cmd(&format!("ZADD due:{{o0}} 9999999999999 {}", key(house, "id", State::Paid).await))).await;
    finds(Invariant::Overdue, async |house| {
        house.pass(BILL_MS).await;
        cmd("PING")
    })
    .await;
}

#[tokio::test]
async fn codes_and_bills_that_are_not_both_ways() {
    finds(Invariant::Bill, async |house| {
        let id = house.billed(&house.slot(1, 9)).await.1;
        cmd(&format!("DEL bill:{{o0}}:{id}"))
    })
    .await;
    finds(Invariant::Bill, async |house| cmd(&format!("SET {} 1 PX 100000", key(house, "bill", State::Cancelled).await))).await;
    finds(Invariant::Code, async |house| cmd(&format!("DEL {}", key(house, "code", State::Paid).await))).await;
    finds(Invariant::Code, async |house| {
        let other = house.booking();
        cmd("SET").arg(key(house, "code", State::Paid).await).arg(format!("{} {}", other.office, other.id)).to_owned()
    })
    .await;
    finds(Invariant::Code, async |_| cmd("SET code:{o0}:800000000000001 JKTSEL")).await;
    finds(Invariant::Code, async |house| cmd(&format!("DEL {}", key(house, "application", State::Paid).await))).await;
}

#[tokio::test]
async fn payments_lost_changed_and_applied_to_nothing() {
    finds(Invariant::Payment, async |_| cmd("DEL payment:{o0}:p1")).await;
    finds(Invariant::Payment, async |_| cmd("HSET payment:{o0}:p3 state applied")).await;
    finds(Invariant::Payment, async |_| cmd("HDEL refunds:{o0} p2")).await;
    finds(Invariant::Money, async |_| cmd("HDEL refunds:{o0} p2")).await;
    finds(Invariant::Orphan, async |_| cmd("HSET payment:{o0}:p9 state applied")).await;
}

#[tokio::test]
async fn a_journal_with_a_hole_and_one_with_a_lie() {
    finds(Invariant::Journal, async |_| cmd("XDEL journal:{o0} 5-0")).await;
    finds(Invariant::Journal, async |_| cmd("XADD journal:{o0} * e nonsense")).await;
    let forge = async |house: &House, word: &str| {
        let image: Vec<u8> =
            cmd(&format!("GET {}", key(house, "booking", State::Paid).await)).query_async(&mut house.raw.clone()).await.expect("read");
        let last: redis::streams::StreamRangeReply =
            cmd("XREVRANGE journal:{o0} + - COUNT 1").query_async(&mut house.raw.clone()).await.expect("read");
        let next = last.ids[0].id.split('-').next().and_then(|seq| seq.parse::<u64>().ok()).expect("a number") + 1;
        let id = key(house, "id", State::Paid).await;
        let mut add = cmd(&format!("XADD journal:{{o0}} {next}-0 e {word} t 1 b {id} r"));
        add.arg(image).to_owned()
    };
    finds(Invariant::Transition, async |house| forge(house, "release").await).await;
    finds(Invariant::Move, async |house| forge(house, "reschedule").await).await;
    finds(Invariant::Payment, async |house| forge(house, "pay").await).await;
}

#[tokio::test]
async fn an_event_that_took_what_was_not_there() {
    let house = House::with_places(1).await;
    let slot = house.slot(1, 8);
    // Capacity plus one.
    let _: Vec<i64> = cmd(&format!("BITFIELD {} SET u32 #{} 3", quota(&house), count(&house, 0)))
        .query_async(&mut house.raw.clone())
        .await
        .expect("planted");
    for _ in 0..2 {
        assert_eq!(house.hold(&house.booking(), 1, &slot).await, "held");
    }
    assert!(findings(&house).await.contains(&(Invariant::Oversold, slot.to_string())));
}

#[tokio::test]
async fn keys_that_belong_to_nothing() {
    finds(Invariant::Orphan, async |house| cmd(&format!("SET booking:{{o0}}:{} x", house.booking().id))).await;
    finds(Invariant::Orphan, async |house| cmd(&format!("SET application:{{o0}}:{} x", house.booking().id))).await;
    finds(Invariant::Orphan, async |house| cmd(&format!("ZADD due:{{o0}} 9999999999999 {}", house.booking().id))).await;
    finds(Invariant::Orphan, async |_| cmd("SET booking:{o0}:nobody x")).await;
    finds(Invariant::Orphan, async |_| cmd("SET quota:{o0}:nowhere x")).await;
}

#[tokio::test]
async fn what_lives_too_short_or_too_long() {
    finds(Invariant::Lifetime, async |house| cmd(&format!("EXPIRE {} 1000", key(house, "booking", State::Paid).await))).await;
    finds(Invariant::Lifetime, async |house| cmd(&format!("PERSIST {}", key(house, "bill", State::Billed).await))).await;
}

#[tokio::test]
async fn a_number_of_a_person_in_the_clear() {
    for line in [
        "RPUSH in:{c0}:42 u{\"text\":\"3174010101900001\"}",
        "HSET dialogue:{c0}:42 data 3174010101900001",
        "XADD dead:{o0} * reason 3174010101900001",
        "SET live:{c0}:42 3174010101900001",
    ] {
        finds(Invariant::PlainNik, async |_| cmd(line)).await;
    }
}

#[tokio::test]
async fn a_redis_that_forgets() {
    finds(Invariant::Settings, async |_| cmd("CONFIG SET appendonly no")).await;
    finds(Invariant::Settings, async |_| cmd("CONFIG SET maxmemory-policy allkeys-lru")).await;
}
