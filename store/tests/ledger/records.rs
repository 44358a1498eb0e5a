//! Records of other releases: those of the last are read, those of a future one are left alone, and neither their jobs nor
//! their neighbours are lost.

use antrean_domain::{BookingRef, State};
use antrean_store::{Accepted, CancelJob, OfficeShard, RemindJob, StoreError, Verdict};

use crate::house::{BILL_MS, House, PRICE};

const SHARD: OfficeShard = OfficeShard(0);

async fn get(house: &House, booking: &BookingRef) -> Vec<u8> {
    redis::cmd("GET").arg(format!("booking:{{o0}}:{}", booking.id)).query_async(&mut house.raw.clone()).await.expect("a record")
}

async fn set(house: &House, booking: &BookingRef, record: &[u8]) {
    let key = format!("booking:{{o0}}:{}", booking.id);
    let _: String = redis::cmd("SET").arg(key).arg(record).query_async(&mut house.raw.clone()).await.expect("set");
}

/// The record as a release that counts differently would have written it.
fn of_version(record: &[u8], version: u8) -> Vec<u8> {
    let mut other = record.to_vec();
    assert_eq!((other[0], other[1]), (0x9e, 1), "an array of fourteen, its version first");
    other[1] = version;
    other
}

fn cancel(booking: &BookingRef) -> CancelJob {
    CancelJob { booking: booking.clone(), seq: 3 }
}

#[tokio::test]
async fn records_of_version_1_are_read() {
    let house = House::with_places(5).await;
    let states = [State::Held, State::Billed, State::Paid, State::Released, State::Expired, State::Cancelled, State::RefundDue];
    let lines: Vec<_> = include_str!("records-1.hex").lines().collect();
    assert_eq!(lines.len(), states.len());
    for (line, state) in lines.into_iter().zip(states) {
        let booking = house.booking();
        set(&house, &booking, &data_encoding::HEXLOWER.decode(line.as_bytes()).expect("hexadecimal")).await;
        let view = house.view(&booking).await;
        assert_eq!((view.state, view.places, view.chat.0, view.booking.office.as_str()), (state, 1, 42, "JKTSEL"), "{view:?}");
        assert_eq!(view.slot.to_string(), "JKTSEL:2026-12-07:08:regular");
        let billed = !matches!(state, State::Held | State::Released);
        assert_eq!((view.code.is_some(), view.amount == PRICE), (billed, billed), "{view:?}");
    }
}

#[tokio::test]
async fn a_record_of_a_future_version_stops_nobody_else_in_its_batch() {
    let house = House::with_places(5).await;
    let slot = house.slot(1, 8);
    let mut bookings = Vec::new();
    for _ in 0..3 {
        bookings.push(house.billed(&slot).await.0);
    }
    let record = get(&house, &bookings[1]).await;
    for (foreign, seq) in [(of_version(&record, 2), 3), (b"\x9e garbage".to_vec(), 3), (vec![0xc1], 3)] {
        set(&house, &bookings[1], &foreign).await;
        let jobs = bookings.iter().map(|booking| CancelJob { booking: booking.clone(), seq }).collect();
        let (head, work) = house.work(jobs).await;
        let verdicts = house.store.cancel(&head, &work).await.expect("judged");
        assert!(matches!(&verdicts[1], Verdict::Bury(reason) if reason.contains("of another release")), "{verdicts:?}");
        assert!(matches!((&verdicts[0], &verdicts[2]), (Verdict::Settled(_), Verdict::Settled(_))), "{verdicts:?}");
        assert_eq!(get(&house, &bookings[1]).await, foreign, "it is not touched");
    }
    assert_eq!(house.taken(&slot).await, 1);
    // The release that reads it does what was asked.
    set(&house, &bookings[1], &record).await;
    let (head, work) = house.work(vec![cancel(&bookings[1])]).await;
    assert_eq!(house.store.cancel(&head, &work).await.expect("judged")[0].word(), "cancelled");
}

#[tokio::test]
async fn scripts_that_look_for_themselves_leave_it_alone_too() {
    let house = House::with_places(5).await;
    let slot = house.slot(1, 8);
    let (known, _) = house.billed(&slot).await;
    let (foreign, code) = house.billed(&slot).await;
    let record = get(&house, &foreign).await;
    set(&house, &foreign, &of_version(&record, 99)).await;
    let now = house.now();
    let remind = |booking: &BookingRef| RemindJob {
        booking: booking.clone(),
        of: antrean_domain::job::Reminder::Bill { until: now + BILL_MS },
        pointless_ms: now + BILL_MS,
    };
    let (head, work) = house.work(vec![remind(&foreign), remind(&known)]).await;
    let words: Vec<_> = house.store.remind(&head, &work).await.expect("judged").iter().map(|verdict| verdict.word().to_owned()).collect();
    assert!(words[0] == "bury" && ["reminded", "void"].contains(&words[1].as_str()), "{words:?}");

    // Money for it is neither taken nor turned away for good: the bank hears 503. So it does where the record is lost.
    for lost in [false, true] {
        if lost {
            let key = format!("booking:{{o0}}:{}", foreign.id);
            let _: i64 = redis::cmd("DEL").arg(key).query_async(&mut house.raw.clone()).await.expect("deleted");
        }
        let answer = house.store.accept_payment(&house.notice(&code, "early")).await;
        assert!(matches!(answer, Err(StoreError::Script { .. })), "{answer:?}");
    }
    set(&house, &foreign, &record).await;
    assert_eq!(house.accept(&code, "early").await, Accepted::Recorded);
}

#[tokio::test]
async fn deadlines_of_what_cannot_be_read_keep_nobodys_place() {
    let house = House::with_places(5).await;
    let slot = house.slot(1, 8);
    let (foreign, _) = house.billed(&slot).await;
    let (known, _) = house.billed(&slot).await;
    set(&house, &foreign, &of_version(&get(&house, &foreign).await, 2)).await;
    let _: i64 = redis::cmd("ZADD").arg("due:{o0}").arg(1).arg("garbage").query_async(&mut house.raw.clone()).await.expect("added");
    house.pass(BILL_MS + 1).await;
    assert_eq!(house.store.expire_overdue(SHARD, 10).await.expect("ticked"), 1);
    assert_eq!(house.state(&known).await, State::Expired);
    let listed = house.store.all_bookings(SHARD, 0).await.expect("listed").bookings;
    assert_eq!(listed.iter().map(|view| &view.booking).collect::<Vec<_>>(), [&known]);
}
