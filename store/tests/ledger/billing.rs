//! Issuing, withdrawing and ending bills.

use antrean_domain::{BillingCode, Outcome, State};
use antrean_store::OfficeShard;

use crate::house::{BILL_MS, HOLD_MS, House, PRICE};

const SHARD: OfficeShard = OfficeShard(0);

#[tokio::test]
async fn a_bill_gives_a_live_code_and_keeps_the_answers() {
    let house = House::with_places(1).await;
    let slot = house.slot(1, 8);
    let (booking, code) = house.billed(&slot).await;
    let view = house.view(&booking).await;
    assert_eq!((view.state, view.amount, view.slot.clone()), (State::Billed, PRICE, slot.clone()));
    let bill = house.store.find_code(&code).await.expect("read").expect("known");
    assert!(bill.live && !bill.paid);
    assert_eq!(bill.view, view);
    let until = view.due_ms.expect("a bill has a deadline");
    assert_eq!(house.outcomes().await[1], Outcome::Billed { booking, slot, code, amount: PRICE, until });
    let delayed = house.delayed().await;
    let (member, at) = delayed.first_key_value().expect("a reminder waits");
    assert!(member.starts_with("norm\n0\n{"), "{member}");
    assert_eq!(*at, until - 3_600_000);
}

#[tokio::test]
async fn the_clock_alone_ends_a_code_and_the_tick_gives_the_place_back() {
    let house = House::with_places(1).await;
    let slot = house.slot(1, 8);
    let (booking, code) = house.billed(&slot).await;
    house.outcomes().await;
    house.pass(BILL_MS).await;
    assert!(!house.store.find_code(&code).await.expect("read").expect("known").live, "dead before any tick");
    assert_eq!(house.store.release_overdue(SHARD, 10).await.expect("a tick"), 0, "a bill is not a hold");
    assert_eq!(house.store.expire_overdue(SHARD, 10).await.expect("a tick"), 1);
    assert_eq!(house.store.expire_overdue(SHARD, 10).await.expect("a tick"), 0);
    assert_eq!((house.taken(&slot).await, house.state(&booking).await), (0, State::Expired));
    assert_eq!(house.outcome().await, Outcome::Expired { booking, slot });
}

#[tokio::test]
async fn a_hold_that_ran_out_is_not_billed() {
    let house = House::with_places(1).await;
    let (slot, booking) = (house.slot(1, 8), house.booking());
    assert_eq!(house.hold(&booking, 1, &slot).await, "held");
    house.pass(HOLD_MS).await;
    assert_eq!(house.bill(&booking, 2).await, "over", "before the tick");
    house.store.release_overdue(SHARD, 10).await.expect("a tick");
    assert_eq!(house.bill(&booking, 3).await, "over", "after the tick");
    assert_eq!(house.bill(&house.booking(), 1).await, "unknown");
    assert_eq!((house.taken(&slot).await, house.state(&booking).await), (0, State::Released));
}

#[tokio::test]
async fn a_cancelled_bill_gives_its_place_back_and_dies() {
    let house = House::with_places(1).await;
    let slot = house.slot(1, 8);
    let (booking, code) = house.billed(&slot).await;
    house.outcomes().await;
    assert_eq!(house.cancel(&booking, 3).await, "cancelled");
    assert_eq!((house.taken(&slot).await, house.state(&booking).await), (0, State::Cancelled));
    assert_eq!(house.outcome().await, Outcome::Cancelled { booking: booking.clone(), slot });
    let bill = house.store.find_code(&code).await.expect("read").expect("a code is known for good");
    assert!(!bill.live);
    assert_eq!(house.cancel(&booking, 4).await, "refused");
    house.pass(BILL_MS).await;
    assert_eq!(house.store.expire_overdue(SHARD, 10).await.expect("a tick"), 0);
}

#[tokio::test]
async fn only_a_bill_is_cancelled() {
    let house = House::with_places(1).await;
    let (slot, booking) = (house.slot(1, 8), house.booking());
    assert_eq!(house.hold(&booking, 1, &slot).await, "held");
    house.outcomes().await;
    assert_eq!(house.cancel(&booking, 2).await, "refused");
    assert_eq!(house.outcome().await, Outcome::Refused { booking, job: "cancel".to_owned() });
    assert_eq!(house.cancel(&house.booking(), 1).await, "unknown");
}

#[tokio::test]
async fn a_code_never_issued_is_unknown_and_so_is_one_of_another_installation() {
    let house = House::open().await;
    for code in [BillingCode::new(0, 1), BillingCode::new(7, 1)] {
        assert_eq!(house.store.find_code(&code).await.expect("read"), None);
    }
}

#[tokio::test]
async fn answers_come_back_as_they_were_sealed() {
    let house = House::with_places(1).await;
    let application = antrean_domain::Application { name: Some("Siti".to_owned()), ..Default::default() };
    let sealed = house.store.seal_application(&application).expect("a seal");
    assert!(!sealed.0.contains("Siti"));
    let booking = house.booking();
    assert_eq!(house.hold(&booking, 1, &house.slot(1, 8)).await, "held");
    assert_eq!(house.bill_with(&booking, 2, sealed.clone()).await, "billed");
    let mut length = redis::cmd("STRLEN");
    length.arg(format!("application:{{o0}}:{}", booking.id));
    let at_rest: usize = length.query_async(&mut house.raw.clone()).await.expect("a length");
    assert!(at_rest <= sealed.0.len() * 3 / 4, "bytes, no text: {at_rest}");
    assert_eq!(house.store.application(&booking).await.expect("read"), Some(application));
    assert_eq!(house.store.application(&house.booking()).await.expect("read"), None);
}

#[tokio::test]
async fn a_damaged_record_does_not_keep_its_neighbours_places() {
    let house = House::with_places(2).await;
    let slot = house.slot(1, 8);
    let (damaged, _) = house.billed(&slot).await;
    house.billed(&slot).await;
    let key = format!("booking:{{o0}}:{}", damaged.id);
    let _: () = redis::cmd("SET").arg(key).arg("x").query_async(&mut house.raw.clone()).await.expect("OK");
    house.pass(BILL_MS).await;
    assert_eq!(house.store.expire_overdue(SHARD, 10).await.expect("a tick"), 1);
}
