//! No place is sold twice: every slot is counted again, event by event.

use std::collections::HashMap;

use super::{Broken, broken};
use crate::evidence::{Booking, Evidence};

pub(super) fn check(evidence: &Evidence) -> Vec<Broken> {
    let mut found = Vec::new();
    let mut capacity: HashMap<&str, u32> = HashMap::new();
    let mut bookings: HashMap<&str, &Booking> = HashMap::new();
    for (expected, event) in (1..).zip(&evidence.journal) {
        if event.seq != expected {
            found.push(broken("gapless", format!("event {}", event.seq), format!("stands where {expected} must")));
            break;
        }
        if let Some((slots, places)) = &event.opened {
            capacity.extend(slots.iter().map(|slot| (slot.as_str(), *places)));
        }
        let Some(booking) = &event.booking else { continue };
        let before = bookings.insert(&booking.id, booking).map(places);
        let after = places(booking);
        // Counted anew each time: slower than a running sum, and nothing can drift.
        if before != Some(after) && after > 0 {
            let taken: u32 = bookings.values().filter(|other| other.slot == booking.slot).map(|other| places(other)).sum();
            let most = capacity.get(booking.slot.as_str()).copied().unwrap_or(0);
            if taken > most {
                let what = format!("{taken} of {most} places are taken after event {} ({})", event.seq, event.word);
                found.push(broken("oversold", &booking.slot, what));
            }
        }
    }
    found
}

/// The places a booking keeps from others.
fn places(booking: &Booking) -> u32 {
    if matches!(booking.state.as_str(), "held" | "billed" | "paid") { booking.places } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::super::by_hand::{opened, rules};
    use super::*;

    #[test]
    fn a_place_goes_from_one_to_the_next() {
        let sound = opened(1).then("hold", "a", "held").then("release", "a", "released").then("hold", "b", "held");
        assert_eq!(check(&sound), []);
    }

    #[test]
    fn a_place_sold_twice_is_found() {
        let oversold = opened(1).then("hold", "a", "held").then("hold", "b", "held");
        assert_eq!(rules(&check(&oversold)), ["oversold"]);
        let restored =
            opened(1).then("hold", "a", "held").then("expire", "a", "expired").then("hold", "b", "held").then("restore", "a", "paid");
        assert_eq!(rules(&check(&restored)), ["oversold"]);
    }

    #[test]
    fn a_lost_event_is_found() {
        let mut lost = opened(2).then("hold", "a", "held").then("hold", "b", "held");
        lost.journal.remove(1);
        assert_eq!(rules(&check(&lost)), ["gapless"]);
    }
}
