//! Money: in time, late, twice, wrong; never lost.

use antrean_domain::{BillingCode, Outcome, Rupiah, State};
use antrean_store::{Accepted, OfficeShard};

use crate::house::{BILL_MS, House, PRICE, pay_id};

const SHARD: OfficeShard = OfficeShard(0);

#[tokio::test]
async fn money_in_time_pays_the_booking_once() {
    let house = House::with_places(1).await;
    let slot = house.slot(1, 8);
    let (booking, code) = house.billed(&slot).await;
    house.outcomes().await;
    assert_eq!(house.accept(&code, "p1").await, Accepted::Recorded);
    assert_eq!(house.depth().await, 1, "the crew is asked to settle");
    assert!(house.store.find_code(&code).await.expect("read").expect("known").paid, "known to be paid before it is settled");
    assert_eq!(house.accept(&code, "p1").await, Accepted::Repeated);
    assert_eq!(house.depth().await, 1, "nothing is written twice");
    assert_eq!(house.settle(&booking, "p1").await, "paid");
    assert_eq!(house.settle(&booking, "p1").await, "repeated");
    let view = house.view(&booking).await;
    assert_eq!((view.state, view.due_ms, house.taken(&slot).await), (State::Paid, None, 1));
    assert!(view.paid_ms.is_some() && !house.store.find_code(&code).await.expect("read").expect("known").live);
    assert_eq!(house.outcome().await, Outcome::Paid { booking, slot: slot.clone(), late: false });
    let eve = slot.eve_at(antrean_domain::Zone::Wib, 18);
    assert!(house.delayed().await.iter().any(|(member, at)| *at == eve && member.starts_with("norm\n0\neve1 ")), "the eve is recalled");
}

#[tokio::test]
async fn money_that_is_in_is_waited_for() {
    let house = House::with_places(1).await;
    let (booking, code) = house.billed(&house.slot(1, 8)).await;
    house.pass(BILL_MS - 1).await;
    assert_eq!(house.accept(&code, "p1").await, Accepted::Recorded);
    house.pass(60_000).await;
    assert_eq!(house.store.expire_overdue(SHARD, 10).await.expect("a tick"), 0);
    assert_eq!(house.cancel(&booking, 3).await, "refused");
    assert_eq!(house.settle(&booking, "p1").await, "paid");
}

#[tokio::test]
async fn money_in_time_keeps_its_place_however_long_the_crew_is_away() {
    let house = House::with_places(1).await;
    let slot = house.slot(1, 8);
    let (booking, code) = house.billed(&slot).await;
    assert_eq!(house.accept(&code, "p1").await, Accepted::Recorded);
    // The whole crew comes back an hour after the bill's end, and the tick is faster than the job.
    house.pass(BILL_MS + 3_600_000).await;
    assert_eq!(house.store.expire_overdue(SHARD, 10).await.expect("a tick"), 0);
    assert_eq!(house.hold(&house.booking(), 1, &slot).await, "full");
    assert_eq!(house.settle(&booking, "p1").await, "paid");
}

#[tokio::test]
async fn late_money_gets_the_same_place_if_it_is_still_free() {
    let house = House::with_places(1).await;
    let slot = house.slot(1, 8);
    let (booking, code) = house.billed(&slot).await;
    house.pass(BILL_MS).await;
    house.store.expire_overdue(SHARD, 10).await.expect("a tick");
    house.outcomes().await;
    assert_eq!(house.accept(&code, "p1").await, Accepted::Recorded);
    assert_eq!(house.settle(&booking, "p1").await, "restored");
    assert_eq!((house.state(&booking).await, house.taken(&slot).await), (State::Paid, 1));
    assert_eq!(house.outcome().await, Outcome::Paid { booking, slot, late: true });
    assert!(house.store.refunds().await.expect("read").is_empty());
}

#[tokio::test]
async fn late_money_for_a_place_that_is_gone_becomes_a_refund_case() {
    let house = House::with_places(1).await;
    let slot = house.slot(1, 8);
    let (booking, code) = house.billed(&slot).await;
    house.pass(BILL_MS).await;
    house.store.expire_overdue(SHARD, 10).await.expect("a tick");
    assert_eq!(house.hold(&house.booking(), 1, &slot).await, "held");
    house.outcomes().await;
    assert_eq!(house.accept(&code, "p1").await, Accepted::Recorded);
    assert_eq!(house.settle(&booking, "p1").await, "refunded");
    assert_eq!((house.state(&booking).await, house.taken(&slot).await), (State::RefundDue, 1));
    assert_eq!(house.outcome().await, Outcome::RefundDue { booking: booking.clone(), amount: PRICE, again: false });
    let cases = house.store.refunds().await.expect("read");
    assert_eq!(cases.len(), 1);
    assert_eq!((&cases[0].booking, &cases[0].payment, cases[0].amount, cases[0].again), (&booking, &pay_id("p1"), PRICE, false));

    assert_eq!(house.accept(&code, "p2").await, Accepted::Recorded);
    assert_eq!(house.settle(&booking, "p2").await, "again");
    assert_eq!(house.store.refunds().await.expect("read").len(), 2);
}

#[tokio::test]
async fn money_after_a_cancellation_is_late_money() {
    let house = House::with_places(1).await;
    let slot = house.slot(1, 8);
    let (booking, code) = house.billed(&slot).await;
    assert_eq!(house.cancel(&booking, 3).await, "cancelled");
    assert_eq!(house.accept(&code, "p1").await, Accepted::Recorded);
    assert_eq!(house.settle(&booking, "p1").await, "restored");
    assert_eq!((house.state(&booking).await, house.taken(&slot).await), (State::Paid, 1));
}

#[tokio::test]
async fn a_place_whose_hour_has_come_is_not_restored() {
    let house = House::with_places(1).await;
    let slot = house.slot(1, 8);
    let (booking, code) = house.billed(&slot).await;
    house.pass(60 * 86_400_000).await;
    house.store.expire_overdue(SHARD, 10).await.expect("a tick");
    assert_eq!(house.accept(&code, "p1").await, Accepted::Recorded);
    assert_eq!(house.settle(&booking, "p1").await, "refunded");
}

#[tokio::test]
async fn a_second_payment_changes_nothing_but_the_list_of_refunds() {
    let house = House::with_places(1).await;
    let slot = house.slot(1, 8);
    let (booking, code) = house.paid(&slot, "p1").await;
    let before = house.view(&booking).await;
    house.outcomes().await;
    assert_eq!(house.accept(&code, "p2").await, Accepted::Recorded);
    assert_eq!(house.settle(&booking, "p2").await, "again");
    assert_eq!(house.settle(&booking, "p2").await, "repeated");
    let after = house.view(&booking).await;
    assert_eq!((after.state, after.paid_ms, house.taken(&slot).await), (before.state, before.paid_ms, 1));
    assert_eq!(house.outcome().await, Outcome::RefundDue { booking, amount: PRICE, again: true });
    assert!(house.store.refunds().await.expect("read")[0].again);
}

#[tokio::test]
async fn what_does_not_fit_is_not_recorded() {
    let house = House::with_places(1).await;
    let (_, code) = house.billed(&house.slot(1, 8)).await;
    let mut wrong = house.notice(&code, "p1");
    wrong.amount = Rupiah(1);
    assert_eq!(house.store.accept_payment(&wrong).await.expect("answered"), Accepted::WrongAmount { due: PRICE });
    for unknown in [BillingCode::new(0, 5), BillingCode::new(9, 5)] {
        assert_eq!(house.accept(&unknown, "p1").await, Accepted::UnknownCode);
    }
    assert_eq!(house.depth().await, 0);
    assert_eq!(house.accept(&code, "p1").await, Accepted::Recorded, "the id was not used up");
}

#[tokio::test]
async fn an_id_stands_for_one_request() {
    let house = House::with_places(2).await;
    let (_, code) = house.billed(&house.slot(1, 8)).await;
    let (_, other) = house.billed(&house.slot(1, 8)).await;
    assert_eq!(house.accept(&code, "p1").await, Accepted::Recorded);

    let mut another_body = house.notice(&other, "p2");
    another_body.external = "ext-p1".to_owned();
    another_body.fingerprint = [2; 32];
    assert_eq!(house.store.accept_payment(&another_body).await.expect("answered"), Accepted::ExternalReused);

    let mut another_code = house.notice(&other, "p1");
    another_code.external = "ext-p3".to_owned();
    assert_eq!(house.store.accept_payment(&another_code).await.expect("answered"), Accepted::ExternalReused);

    let mut retried = house.notice(&code, "p1");
    retried.external = "ext-p4".to_owned();
    assert_eq!(house.store.accept_payment(&retried).await.expect("answered"), Accepted::Repeated);
}

#[tokio::test]
async fn a_payment_nobody_recorded_settles_nothing() {
    let house = House::with_places(1).await;
    let (booking, _) = house.billed(&house.slot(1, 8)).await;
    assert_eq!(house.settle(&booking, "p1").await, "unknown");
    assert_eq!(house.state(&booking).await, State::Billed);
}
