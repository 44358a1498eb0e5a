//! The rule of moving: a paid booking, once, to another date of the same office, at the latest the day before.

use crate::Millis;
use crate::service::Rules;
use crate::slot::SlotId;
use crate::zone::Zone;

/// Why a booking may not move there. Each has its own answer to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("it was moved as often as it may")]
    UsedUp,
    #[error("the day before the appointment is over")]
    TooLate,
    #[error("the new date is the old one")]
    SameDate,
    #[error("the office or class differs")]
    OtherOffice,
    #[error("the new date cannot be booked any more")]
    NewDatePast,
}

/// The moment from which a booking for `slot` may move no more: the appointment's date begins in the office's zone.
pub fn closes_at(slot: &SlotId, zone: Zone) -> Millis {
    zone.midnight(slot.date)
}

/// Whether a booking at `from`, moved `moves` times so far, may move at all at `now_ms`.
pub fn may_move(from: &SlotId, moves: u32, zone: Zone, rules: &Rules, now_ms: Millis) -> Result<(), Refusal> {
    if moves >= rules.reschedules_max {
        return Err(Refusal::UsedUp);
    }
    if now_ms >= closes_at(from, zone) {
        return Err(Refusal::TooLate);
    }
    Ok(())
}

/// Whether it may move to `to`.
pub fn may_move_to(from: &SlotId, to: &SlotId, moves: u32, zone: Zone, rules: &Rules, now_ms: Millis) -> Result<(), Refusal> {
    may_move(from, moves, zone, rules, now_ms)?;
    if to.office != from.office || to.class != from.class {
        return Err(Refusal::OtherOffice);
    }
    if to.date == from.date {
        return Err(Refusal::SameDate);
    }
    if to.date <= zone.date(now_ms) {
        return Err(Refusal::NewDatePast);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        Rules {
            hold_minutes: 10,
            bill_minutes: 120,
            bill_reminder_minutes: 60,
            eve_reminder_hour: 18,
            reschedules_max: 1,
            months_ahead: 3,
            active_per_chat_max: 5,
            by_interview: true,
            photo_bytes_max: 20_000_000,
        }
    }

    #[test]
    fn h_minus_1_ends_at_midnight_of_the_offices_zone() {
        let from = SlotId::parse("DENPASAR:2026-12-10:08:regular").expect("a slot");
        for zone in [Zone::Wib, Zone::Wita, Zone::Wit] {
            let midnight = zone.midnight(from.date);
            assert_eq!(may_move(&from, 0, zone, &rules(), midnight - 1), Ok(()));
            assert_eq!(may_move(&from, 0, zone, &rules(), midnight), Err(Refusal::TooLate));
        }
    }

    #[test]
    fn only_once_and_only_to_another_date_of_the_same_office() {
        let from = SlotId::parse("JKTSEL:2026-12-10:08:regular").expect("a slot");
        let now = Zone::Wib.midnight(from.date) - 1;
        let to = |text| SlotId::parse(text).expect("a slot");
        let verdict = |slot: &SlotId, moves| may_move_to(&from, slot, moves, Zone::Wib, &rules(), now);
        assert_eq!(verdict(&to("JKTSEL:2026-12-11:08:regular"), 0), Ok(()));
        assert_eq!(verdict(&to("JKTSEL:2026-12-11:08:regular"), 1), Err(Refusal::UsedUp));
        assert_eq!(verdict(&to("JKTSEL:2026-12-10:09:regular"), 0), Err(Refusal::SameDate));
        assert_eq!(verdict(&to("BOGOR:2026-12-11:08:regular"), 0), Err(Refusal::OtherOffice));
        assert_eq!(verdict(&to("JKTSEL:2026-12-09:08:regular"), 0), Err(Refusal::NewDatePast));
    }
}
