//! What a test asks the ledger itself: places taken, and the one booking there is.

use antrean_domain::{Month, OfficeCode, ServiceClass, SlotId, Zone};
use chrono::{Days, NaiveTime};
use tokio::time::{Instant, timeout_at};

use crate::{PATIENCE, World};

impl<R> World<R> {
    /// How many regular places of `office` are taken, over all the months a calendar shows.
    pub async fn taken(&self, office: &str) -> u32 {
        let office: OfficeCode = office.parse().expect("an office code");
        let first = Month::of(self.day(0).await);
        let mut taken = 0;
        for month in [first, first.next(), first.next().next()] {
            let quota = self.store.month(&office, ServiceClass::Regular, month).await.expect("Redis answers");
            taken += quota.hours.values().map(|hour| hour.taken).sum::<u32>();
        }
        taken
    }

    /// Waits until so many are taken. Asks again and again: the ledger tells nobody who did not ask for a place.
    pub async fn until_taken(&self, office: &str, places: u32) {
        let deadline = Instant::now() + PATIENCE;
        while self.taken(office).await != places {
            let looked = timeout_at(deadline, tokio::task::yield_now()).await;
            assert!(looked.is_ok() && Instant::now() < deadline, "{places} places taken were awaited in vain");
        }
    }

    /// Waits for a dead letter and gives its id.
    pub async fn dead_letter(&self) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let listed = self.operator(&["jobs", "list", "--json"]).await.json();
            if let Some(id) = listed["dead"][0]["id"].as_str() {
                return id.to_owned();
            }
            assert!(Instant::now() < deadline, "no dead letter came: {listed}");
        }
    }

    /// The slot of the only booking there is.
    pub async fn slot(&self) -> SlotId {
        let [booking] = &self.bookings(&[]).await[..] else { panic!("there is one booking") };
        SlotId::parse(booking["slot"].as_str().expect("a booking has a slot")).expect("a slot")
    }

    /// Moves the clock to a minute after six in the evening before `slot`, in Jakarta.
    pub async fn advance_to_the_eve_of(&self, slot: &SlotId) {
        let evening = NaiveTime::from_hms_opt(18, 1, 0).expect("a time of day");
        let at = Zone::Wib.at(slot.date - Days::new(1), evening);
        let minutes = (at - self.door.now_ms().await) / 60_000 + 1;
        assert!(minutes > 0, "the evening before {slot} is already over");
        self.door.advance_minutes(minutes).await;
    }
}
