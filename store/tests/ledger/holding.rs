//! Holding places and giving them back.

use antrean_domain::{Outcome, State};
use antrean_store::{ReleaseJob, Verdict};

use crate::house::{HOLD_MS, House, JOBS, head};

#[tokio::test]
async fn a_hold_takes_a_place_until_its_time_is_over() {
    let house = House::with_places(2).await;
    let (slot, booking) = (house.slot(1, 8), house.booking());
    assert_eq!(house.hold(&booking, 1, &slot).await, "held");
    assert_eq!(house.taken(&slot).await, 1);
    assert_eq!(house.depth().await, 0, "settled in the same step");
    let view = house.view(&booking).await;
    let until = view.due_ms.expect("a hold has a deadline");
    assert_eq!(house.outcome().await, Outcome::Held { booking: booking.clone(), slot: slot.clone(), until });

    assert_eq!(house.store.release_overdue(antrean_store::OfficeShard(0), 10).await.expect("a tick"), 0);
    house.pass(HOLD_MS).await;
    assert_eq!(house.store.release_overdue(antrean_store::OfficeShard(0), 10).await.expect("a tick"), 1);
    assert_eq!(house.store.release_overdue(antrean_store::OfficeShard(0), 10).await.expect("a tick"), 0);
    assert_eq!((house.taken(&slot).await, house.state(&booking).await), (0, State::Released));
    assert_eq!(house.outcome().await, Outcome::HoldOver { booking });
}

#[tokio::test]
async fn the_last_place_cannot_be_taken_twice() {
    let house = House::with_places(1).await;
    let slot = house.slot(1, 8);
    assert_eq!(house.hold(&house.booking(), 1, &slot).await, "held");
    let second = house.booking();
    assert_eq!(house.hold(&second, 1, &slot).await, "full");
    assert_eq!(house.taken(&slot).await, 1);
    assert_eq!(house.outcomes().await[1], Outcome::Full { booking: second.clone(), slot, kept: None });
    assert_eq!(house.store.bookings(&[second]).await.expect("read"), [None], "a full hold leaves no booking");
}

#[tokio::test]
async fn of_256_in_one_batch_20_get_the_20_places() {
    let house = House::with_places(20).await;
    let slot = house.slot(1, 8);
    let jobs = (0..256).map(|_| house.hold_job(&house.booking(), 1, &slot)).collect();
    let (head, work) = house.work(jobs).await;
    let verdicts = house.store.hold(&head, &work).await.expect("judged");
    let count = |word| verdicts.iter().filter(|verdict| verdict.word() == word).count();
    assert_eq!((count("held"), count("full")), (20, 236));
    assert!(verdicts[..20].iter().all(|verdict| verdict.word() == "held"), "first come, first served");
    assert_eq!((house.taken(&slot).await, house.depth().await, house.outcomes().await.len()), (20, 0, 256));
}

#[tokio::test]
async fn a_new_hold_replaces_the_old_one_in_the_same_step() {
    let house = House::with_places(1).await;
    let (eight, nine, booking) = (house.slot(1, 8), house.slot(1, 9), house.booking());
    assert_eq!(house.hold(&booking, 1, &eight).await, "held");
    assert_eq!(house.hold(&booking, 2, &nine).await, "held");
    assert_eq!((house.taken(&eight).await, house.taken(&nine).await), (0, 1));
    assert_eq!(house.view(&booking).await.slot, nine);
}

#[tokio::test]
async fn a_hold_is_replaced_across_months_too() {
    let house = House::with_places(1).await;
    let (near, far, booking) = (house.slot(1, 8), house.slot(40, 8), house.booking());
    assert_ne!(near.month(), far.month());
    house.store.open_quota(std::slice::from_ref(&far), 1).await.expect("opened");
    assert_eq!(house.hold(&booking, 1, &near).await, "held");
    assert_eq!(house.hold(&booking, 2, &far).await, "held");
    assert_eq!((house.taken(&near).await, house.taken(&far).await, house.depth().await), (0, 1, 0));
}

#[tokio::test]
async fn a_full_slot_leaves_the_old_hold_and_says_so() {
    let house = House::with_places(1).await;
    let (eight, nine, booking) = (house.slot(1, 8), house.slot(1, 9), house.booking());
    assert_eq!(house.hold(&house.booking(), 1, &nine).await, "held");
    assert_eq!(house.hold(&booking, 1, &eight).await, "held");
    house.outcomes().await;
    assert_eq!(house.hold(&booking, 2, &nine).await, "full");
    assert_eq!(house.outcome().await, Outcome::Full { booking: booking.clone(), slot: nine, kept: Some(eight.clone()) });
    assert_eq!((house.taken(&eight).await, house.view(&booking).await.slot), (1, eight));
}

#[tokio::test]
async fn the_same_slot_again_renews_the_time_and_takes_nothing() {
    let house = House::with_places(1).await;
    let (slot, booking) = (house.slot(1, 8), house.booking());
    assert_eq!(house.hold(&booking, 1, &slot).await, "held");
    let before = house.view(&booking).await.due_ms;
    house.pass(60_000).await;
    house.store.open_quota(std::slice::from_ref(&slot), 0).await.expect("opened");
    assert_eq!(house.hold(&booking, 2, &slot).await, "held", "nobody is evicted by a cut");
    assert!(house.view(&booking).await.due_ms > before);
    assert_eq!(house.taken(&slot).await, 1);
}

#[tokio::test]
async fn what_comes_late_is_superseded() {
    let house = House::with_places(2).await;
    let (eight, nine, booking) = (house.slot(1, 8), house.slot(1, 9), house.booking());
    assert_eq!(house.hold(&booking, 5, &eight).await, "held");
    assert_eq!(house.hold(&booking, 4, &nine).await, "superseded");
    assert_eq!(house.hold(&booking, 5, &nine).await, "superseded");
    assert_eq!(house.release(&booking, 5).await, "superseded");
    assert_eq!(house.bill(&booking, 5).await, "superseded");
    assert_eq!((house.taken(&eight).await, house.taken(&nine).await), (1, 0));
    assert_eq!(house.outcomes().await.len(), 1, "only the hold was told");
}

#[tokio::test]
async fn who_repeats_a_first_hold_is_not_told_that_its_own_place_is_full() {
    let house = House::with_places(1).await;
    let (slot, booking) = (house.slot(1, 8), house.booking());
    assert_eq!(house.hold(&booking, 1, &slot).await, "held");
    // A failover brings the job back that was acked.
    assert_eq!(house.hold(&booking, 1, &slot).await, "superseded");
    assert_eq!((house.taken(&slot).await, house.outcomes().await.len()), (1, 1));
}

#[tokio::test]
async fn who_goes_back_gives_the_place_back_and_may_hold_again() {
    let house = House::with_places(1).await;
    let (slot, booking) = (house.slot(1, 8), house.booking());
    assert_eq!(house.hold(&booking, 1, &slot).await, "held");
    assert_eq!(house.release(&booking, 2).await, "released");
    assert_eq!((house.taken(&slot).await, house.state(&booking).await), (0, State::Released));
    assert_eq!(house.release(&booking, 3).await, "void");
    assert_eq!(house.hold(&booking, 4, &slot).await, "held");
    assert_eq!(house.taken(&slot).await, 1);
    assert_eq!(house.release(&house.booking(), 1).await, "unknown");
    assert_eq!(house.outcomes().await.len(), 2, "a release by the person needs no message");
}

#[tokio::test]
async fn a_day_that_has_begun_cannot_be_held() {
    let house = House::with_places(1).await;
    let slot = house.slot(1, 8);
    let mut job = house.hold_job(&house.booking(), 1, &slot);
    job.closes_ms = house.now();
    let (head, work) = house.work(vec![job]).await;
    assert_eq!(house.store.hold(&head, &work).await.expect("judged"), [Verdict::Settled("full".to_owned())]);
}

#[tokio::test]
async fn a_stale_consumer_changes_nothing() {
    let house = House::with_places(1).await;
    let (slot, booking) = (house.slot(1, 8), house.booking());
    let (_, work) = house.work(vec![house.hold_job(&booking, 1, &slot)]).await;
    assert_eq!(house.store.hold(&head("other"), &work).await.expect("judged"), [Verdict::Stale]);
    assert_eq!((house.taken(&slot).await, house.depth().await), (0, 1));
    assert_eq!(house.store.hold(&head("one"), &work).await.expect("judged"), [Verdict::Settled("held".to_owned())]);
    assert_eq!(house.store.hold(&head("one"), &work).await.expect("judged"), [Verdict::Stale], "a repeat finds it settled");
    assert_eq!(house.taken(&slot).await, 1);
}

#[tokio::test]
async fn who_was_robbed_of_one_entry_keeps_the_others() {
    let house = House::with_places(3).await;
    let slot = house.slot(1, 8);
    let jobs = (0..3).map(|_| house.hold_job(&house.booking(), 1, &slot)).collect();
    let (head, work) = house.work(jobs).await;
    assert_eq!(head.in_hand, 3);
    let mut claim = redis::cmd("XCLAIM");
    claim.arg(JOBS).arg("crew").arg("two").arg(0).arg(&work[1].entry).arg("JUSTID");
    let _: Vec<String> = claim.query_async(&mut house.raw.clone()).await.expect("claimed");
    let words = |verdicts: Vec<Verdict>| verdicts.iter().map(|verdict| verdict.word().to_owned()).collect::<Vec<_>>();
    assert_eq!(words(house.store.hold(&head, &work).await.expect("judged")), ["held", "stale", "held"]);
    // As if the answer had been lost and the call were made again.
    assert_eq!(words(house.store.hold(&head, &work).await.expect("judged")), ["stale"; 3]);
    assert_eq!((house.taken(&slot).await, house.depth().await), (2, 1));
}

#[tokio::test]
async fn a_billed_booking_is_neither_held_nor_released() {
    let house = House::with_places(2).await;
    let slot = house.slot(1, 8);
    let (booking, _) = house.billed(&slot).await;
    house.outcomes().await;
    assert_eq!(house.hold(&booking, 3, &slot).await, "refused");
    assert_eq!(house.release(&booking, 3).await, "refused");
    let refused = |job: &str| Outcome::Refused { booking: booking.clone(), job: job.to_owned() };
    assert_eq!(house.outcomes().await, [refused("hold"), refused("release")]);
    assert_eq!((house.taken(&slot).await, house.state(&booking).await), (1, State::Billed));
}

#[tokio::test]
async fn a_record_that_cannot_be_read_breaks_its_own_job_and_no_other() {
    let house = House::with_places(3).await;
    let slot = house.slot(1, 8);
    let bookings: Vec<_> = (0..3).map(|_| house.booking()).collect();
    for booking in &bookings {
        assert_eq!(house.hold(booking, 1, &slot).await, "held");
    }
    let broken = format!("booking:{{o0}}:{}", bookings[1].id);
    let _: i64 = redis::cmd("DEL").arg(&broken).query_async(&mut house.raw.clone()).await.expect("deleted");
    let _: i64 = redis::cmd("RPUSH").arg(&broken).arg("garbage").query_async(&mut house.raw.clone()).await.expect("pushed");
    let jobs = bookings.iter().map(|booking| ReleaseJob { booking: booking.clone(), seq: 2 }).collect();
    let (head, work) = house.work(jobs).await;
    let verdicts = house.store.release(&head, &work).await.expect("judged");
    assert_eq!(verdicts.iter().map(Verdict::word).collect::<Vec<_>>(), ["released", "retry", "released"]);
    assert!(matches!(&verdicts[1], Verdict::Retry(reason) if reason.contains("WRONGTYPE")), "{verdicts:?}");
    assert_eq!((house.taken(&slot).await, house.depth().await), (1, 1), "counted for both, settled for both");
}

#[tokio::test]
async fn one_known_booking_in_a_batch_of_new_ones_changes_nothing_for_them() {
    let house = House::with_places(4).await;
    let slot = house.slot(1, 8);
    let (known, new) = (house.booking(), house.booking());
    assert_eq!(house.hold(&known, 1, &slot).await, "held");
    // The first hold of `known` comes again, as it may after a failover; that of `new` comes twice.
    let jobs = [&known, &new, &new].map(|booking| house.hold_job(booking, 1, &slot));
    let (head, work) = house.work(jobs.into()).await;
    let verdicts = house.store.hold(&head, &work).await.expect("judged");
    assert_eq!(verdicts.iter().map(Verdict::word).collect::<Vec<_>>(), ["superseded", "held", "superseded"]);
    assert_eq!((house.taken(&slot).await, house.depth().await, house.outcomes().await.len()), (2, 0, 2));
}
