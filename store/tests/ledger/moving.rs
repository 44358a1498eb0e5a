//! Rescheduling: once, in time, both places or neither.

use antrean_domain::outcome::MoveRefusal;
use antrean_domain::{Outcome, Zone};

use crate::house::House;

#[tokio::test]
async fn a_paid_booking_moves_with_both_places_in_one_step() {
    let house = House::with_places(1).await;
    let (from, to) = (house.slot(1, 8), house.slot(2, 9));
    let (booking, _) = house.paid(&from, "p1").await;
    house.outcomes().await;
    assert_eq!(house.reschedule(&booking, 3, &to).await, "rescheduled");
    assert_eq!((house.taken(&from).await, house.taken(&to).await), (0, 1));
    let view = house.view(&booking).await;
    assert_eq!((view.slot, view.moves), (to.clone(), 1));
    assert_eq!(house.outcome().await, Outcome::Rescheduled { booking: booking.clone(), from, to: to.clone() });
    let eve = to.eve_at(Zone::Wib, 18);
    assert!(house.delayed().await.values().any(|at| *at == eve), "the new eve is recalled");

    assert_eq!(house.reschedule(&booking, 4, &house.slot(3, 9)).await, "not-rescheduled");
    let refused = Outcome::NotRescheduled { booking, to: house.slot(3, 9), why: MoveRefusal::UsedUp };
    assert_eq!(house.outcome().await, refused);
}

#[tokio::test]
async fn each_refusal_has_its_word_and_moves_nothing() {
    let house = House::with_places(1).await;
    let from = house.slot(1, 8);
    let (booking, _) = house.paid(&from, "p1").await;
    assert_eq!(house.hold(&house.booking(), 1, &house.slot(2, 8)).await, "held");
    let mut elsewhere = house.slot(2, 9);
    elsewhere.office = "BOGOR".parse().expect("an office code");
    let cases = [
        (house.slot(2, 8), MoveRefusal::Full),
        (house.slot(9, 8), MoveRefusal::Full), // never opened
        (house.slot(1, 9), MoveRefusal::SameDate),
        (house.slot(-60, 9), MoveRefusal::Unfit),
        (elsewhere, MoveRefusal::Unfit),
    ];
    for (seq, (to, why)) in (3..).zip(cases) {
        house.outcomes().await;
        assert_eq!(house.reschedule(&booking, seq, &to).await, "not-rescheduled");
        assert_eq!(house.outcome().await, Outcome::NotRescheduled { booking: booking.clone(), to, why });
        assert_eq!((house.taken(&from).await, house.view(&booking).await.moves), (1, 0));
    }
}

#[tokio::test]
async fn only_a_paid_booking_moves() {
    let house = House::with_places(1).await;
    let (booking, _) = house.billed(&house.slot(1, 8)).await;
    house.outcomes().await;
    let to = house.slot(2, 8);
    assert_eq!(house.reschedule(&booking, 3, &to).await, "not-rescheduled");
    assert_eq!(house.outcome().await, Outcome::NotRescheduled { booking: booking.clone(), to: to.clone(), why: MoveRefusal::NotPaid });
    assert_eq!(house.reschedule(&booking, 2, &to).await, "superseded");
    assert_eq!(house.reschedule(&house.booking(), 1, &to).await, "unknown");
}

#[tokio::test]
async fn h_minus_1_is_over_when_the_day_begins_at_the_office() {
    let house = House::with_places(1).await;
    let from = house.slot(1, 8);
    let (booking, _) = house.paid(&from, "p1").await;
    house.outcomes().await;
    house.pass(Zone::Wib.midnight(from.date) - house.now()).await;
    let to = house.slot(1, 8); // forty days after that
    house.store.open_quota(std::slice::from_ref(&to), 1).await.expect("opened");
    assert_eq!(house.reschedule(&booking, 3, &to).await, "not-rescheduled");
    assert_eq!(house.outcome().await, Outcome::NotRescheduled { booking, to, why: MoveRefusal::TooLate });
}
