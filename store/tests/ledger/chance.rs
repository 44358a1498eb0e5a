//! Anything in any order: random commands on a few bookings and few places, with the clock running. Whatever comes,
//! nothing is oversold, no money is lost, and the audit stays silent.

use antrean_domain::{BookingRef, ChatId, State};
use antrean_store::{HoldJob, OfficeShard};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::house::{BILL_MS, HOLD_MS, House};

const PLACES: u32 = 2;

async fn live(seed: u64, steps: u32) {
    let house = House::with_places(PLACES).await;
    let mut chance = StdRng::seed_from_u64(seed);
    let bookings: Vec<BookingRef> = (0..6).map(|_| house.booking()).collect();
    let slots = [house.slot(1, 8), house.slot(1, 9), house.slot(2, 8)];
    let mut payments = Vec::new();
    for step in 0..steps {
        let booking = &bookings[chance.random_range(0..bookings.len())];
        let slot = &slots[chance.random_range(0..slots.len())];
        let view = house.store.bookings(std::slice::from_ref(booking)).await.expect("read").remove(0);
        // Mostly the next command of its person, sometimes one that comes late.
        let seq = view.as_ref().map_or(1, |view| view.seq + 1).saturating_sub(u64::from(chance.random_ratio(1, 10)));
        match chance.random_range(0..10) {
            0..=2 => {
                let places = chance.random_range(1..=PLACES);
                let job = HoldJob { places, chat: ChatId(42), ..house.hold_job(booking, seq, slot) };
                let (head, work) = house.work(vec![job]).await;
                house.store.hold(&head, &work).await.expect("judged");
            }
            3 => drop(house.release(booking, seq).await),
            4 => drop(house.bill(booking, seq).await),
            5 => drop(house.cancel(booking, seq).await),
            6 => drop(house.reschedule(booking, seq, slot).await),
            7 => {
                if let Some(code) = view.and_then(|view| view.code) {
                    let payment = format!("p{step}");
                    house.accept(&code, &payment).await;
                    payments.push((booking.clone(), payment));
                }
            }
            8 if !payments.is_empty() => {
                let (booking, payment) = &payments[chance.random_range(0..payments.len())];
                house.settle(booking, payment).await;
            }
            _ => {
                house.pass(chance.random_range(0..BILL_MS / 2 + HOLD_MS)).await;
                house.store.release_overdue(OfficeShard(0), 10).await.expect("a tick");
                house.store.expire_overdue(OfficeShard(0), 10).await.expect("a tick");
            }
        }
        for slot in &slots {
            let quota = house.quota(slot).await;
            assert!(quota.taken <= PLACES, "seed {seed}, step {step}: {quota:?} at {slot}");
        }
    }
    for (booking, payment) in &payments {
        house.settle(booking, payment).await;
    }
    house.store.release_overdue(OfficeShard(0), 10).await.expect("a tick");
    house.store.expire_overdue(OfficeShard(0), 10).await.expect("a tick");
    assert_eq!(house.store.audit().await.expect("an audit"), [], "seed {seed}");

    let views = house.store.bookings(&bookings).await.expect("read");
    let paid = views.iter().flatten().filter(|view| view.state == State::Paid).count();
    assert_eq!(payments.len(), paid + house.store.refunds().await.expect("read").len(), "seed {seed}: every payment is one or the other");
}

#[tokio::test]
async fn whatever_comes_the_ledger_holds() {
    for seed in 0..6 {
        live(seed, 150).await;
    }
}
