//! What must hold for every value, not only for the examples beside the code.

use std::collections::BTreeMap;

use antrean_domain::billing::bill_expires_at;
use antrean_domain::job::Reminder;
use antrean_domain::reschedule::{Refusal, closes_at, may_move_to};
use antrean_domain::service::Rules;
use antrean_domain::{
    AgeGroup, BillingCode, BookingId, BookingRef, Calendar, ChatId, DayKind, HourQuota, Job, Month, MonthQuota, Nik, OfficeCode, PaymentId,
    Rupiah, ServiceClass, SlotId, State, Transition, Zone,
};
use chrono::{Datelike, NaiveDate};
use proptest::prelude::*;
use uuid::Uuid;

fn zones() -> impl Strategy<Value = Zone> {
    prop_oneof![Just(Zone::Wib), Just(Zone::Wita), Just(Zone::Wit)]
}

fn classes() -> impl Strategy<Value = ServiceClass> {
    prop_oneof![Just(ServiceClass::Regular), Just(ServiceClass::Expedited)]
}

fn dates() -> impl Strategy<Value = NaiveDate> {
    (2024..2040_i32, 1..=366_u32).prop_filter_map("a day of that year", |(year, day)| NaiveDate::from_yo_opt(year, day))
}

fn offices() -> impl Strategy<Value = OfficeCode> {
    "[A-Z0-9]{2,8}".prop_map(|code| code.parse().expect("the pattern is that of a code"))
}

fn slots() -> impl Strategy<Value = SlotId> {
    (offices(), dates(), 0..24_u8, classes()).prop_map(|(office, date, hour, class)| SlotId { office, date, hour, class })
}

fn bookings() -> impl Strategy<Value = BookingRef> {
    (offices(), any::<u128>()).prop_map(|(office, id)| BookingRef { office, id: BookingId::new(Uuid::from_u128(id)) })
}

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

/// A month of `JKTSEL` whose hours 8–15 have the given counts.
fn months() -> impl Strategy<Value = MonthQuota> {
    let counts = (0..30_u32, 0..40_u32, 0..5_u32).prop_map(|(capacity, taken, withheld)| HourQuota { capacity, taken, withheld });
    let hours = proptest::collection::btree_map((1..=31_u32, 8..16_u8), counts, 0..80);
    hours.prop_map(|hours| MonthQuota {
        office: "JKTSEL".parse().expect("a code"),
        class: ServiceClass::Regular,
        month: "2026-12".parse().expect("a month"),
        hours: hours
            .into_iter()
            .map(|((day, hour), quota)| ((NaiveDate::from_ymd_opt(2026, 12, day).expect("December has 31 days"), hour), quota))
            .collect(),
    })
}

proptest! {
    #[test]
    fn a_slot_reads_what_it_writes(slot in slots()) {
        prop_assert_eq!(SlotId::parse(&slot.to_string()), Ok(slot));
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in "\\PC{0,40}") {
        // Whether each accepts it is theirs to say; what they accept, they must write back alike.
        if let Ok(slot) = SlotId::parse(&text) {
            prop_assert_eq!(SlotId::parse(&slot.to_string()), Ok(slot));
        }
        if let Ok(nik) = Nik::parse(&text) {
            prop_assert_eq!(nik.as_str().len(), 16);
        }
        if let Ok(amount) = Rupiah::from_snap(&text) {
            prop_assert_eq!(Rupiah::from_snap(&amount.to_snap()), Ok(amount));
        }
        if let Ok(month) = text.parse::<Month>() {
            prop_assert_eq!(month.to_string(), text.clone());
        }
        if let Ok(code) = text.parse::<BillingCode>() {
            prop_assert!(code.shard() < 100);
        }
        if let Ok(payment) = PaymentId::try_from(text.clone()) {
            prop_assert_eq!(payment.as_str(), text);
        }
    }

    #[test]
    fn a_nik_agrees_with_the_birth_date_it_was_made_of(birth in dates(), woman in any::<bool>(), serial in 1..10_000_u32) {
        let day = birth.day() + if woman { 40 } else { 0 };
        let nik = Nik::parse(&format!("317409{day:02}{:02}{:02}{serial:04}", birth.month(), birth.year() % 100)).expect("sound structure");
        prop_assert!(nik.agrees_with(birth));
        prop_assert!(birth.succ_opt().is_none_or(|next| !nik.agrees_with(next)));
        prop_assert_eq!(nik.masked().chars().filter(char::is_ascii_digit).count(), 4);
    }

    #[test]
    fn a_billing_code_names_its_shard_and_no_other(shard in 0..100_u8, number in any::<u64>()) {
        let code = BillingCode::new(shard, number);
        prop_assert_eq!(code.shard(), shard);
        prop_assert_eq!(code.as_str().len(), 15);
        prop_assert!(code.as_str().starts_with('8'));
        prop_assert_eq!(code.to_string().parse(), Ok(code.clone()));
        prop_assert_eq!(code.grouped().replace(' ', ""), code.to_string());
    }

    #[test]
    fn a_bill_never_outlives_its_time_or_the_year_in_jakarta(date in dates(), minute in 0..1440_i64, ttl_minutes in 10..1440_i64) {
        let now = Zone::Wib.midnight(date) + minute * 60_000;
        let ttl_ms = ttl_minutes * 60_000;
        let until = bill_expires_at(now, ttl_ms);
        prop_assert!(until >= now && until <= now + ttl_ms);
        // In the year's very last second a bill is born dead rather than alive in the next year.
        prop_assert!(until == now || Zone::Wib.date(until).year() == date.year());
    }

    #[test]
    fn every_amount_survives_the_payment_standard(amount in 0..10_000_000_000_000_u64) {
        let amount = Rupiah(amount);
        prop_assert_eq!(Rupiah::from_snap(&amount.to_snap()), Ok(amount));
        let shown: String = amount.to_string().chars().filter(char::is_ascii_digit).collect();
        prop_assert_eq!(shown.parse(), Ok(amount.0));
    }

    #[test]
    fn moving_is_judged_by_the_offices_midnight(from in slots(), zone in zones(), before_ms in 1..10_000_000_i64, later_days in 1..30_u64) {
        let closing = closes_at(&from, zone);
        let to = SlotId { date: from.date + chrono::Days::new(later_days), ..from.clone() };
        prop_assert_eq!(may_move_to(&from, &to, 0, zone, &rules(), closing - before_ms), Ok(()));
        prop_assert_eq!(may_move_to(&from, &to, 0, zone, &rules(), closing), Err(Refusal::TooLate));
        prop_assert_eq!(may_move_to(&from, &to, 1, zone, &rules(), closing - before_ms), Err(Refusal::UsedUp));
        prop_assert_eq!(may_move_to(&from, &from, 0, zone, &rules(), closing - before_ms), Err(Refusal::SameDate));
    }

    #[test]
    fn every_moment_has_one_date_in_each_zone_and_it_never_runs_backwards_to_the_east(at_ms in 0..4_102_444_800_000_i64) {
        let [wib, wita, wit] = [Zone::Wib, Zone::Wita, Zone::Wit].map(|zone| zone.date(at_ms));
        prop_assert!(wib <= wita && wita <= wit);
        for zone in [Zone::Wib, Zone::Wita, Zone::Wit] {
            let midnight = zone.midnight(zone.date(at_ms));
            prop_assert!(midnight <= at_ms && at_ms < midnight + 86_400_000);
        }
    }

    #[test]
    fn a_shard_is_always_within_bounds_and_always_the_same(office in offices(), shards in 1..=100_u8) {
        let shard = office.shard(shards);
        prop_assert!(shard < shards);
        prop_assert_eq!(office.shard(shards), shard);
        prop_assert_eq!(office.shard(1), 0);
    }

    #[test]
    fn nearest_hours_are_free_and_in_order_of_distance(quota in months(), day in 1..=31_u32, hour in 8..16_u8, places in 1..4_u32, most in 0..8_usize) {
        let date = NaiveDate::from_ymd_opt(2026, 12, day).expect("December has 31 days");
        let wanted = quota.slot(date, hour);
        let found = quota.nearest(&wanted, places, most);
        prop_assert!(found.len() <= most);
        let distance = |slot: &SlotId| ((slot.date - date).num_days().abs(), slot.hour.abs_diff(hour));
        prop_assert!(found.windows(2).all(|pair| distance(&pair[0].0) <= distance(&pair[1].0)));
        for (slot, left) in &found {
            prop_assert_ne!(slot, &wanted);
            prop_assert!(*left >= places);
            prop_assert_eq!(quota.hours[&(slot.date, slot.hour)].left(), *left);
        }
    }

    #[test]
    fn a_day_is_free_exactly_where_a_place_is_left(quota in months(), day in 1..=31_u32, first in 1..=31_u32) {
        let date = NaiveDate::from_ymd_opt(2026, 12, day).expect("December has 31 days");
        let first = NaiveDate::from_ymd_opt(2026, 12, first).expect("December has 31 days");
        let left: u32 = quota.day(date).map(|(_, hour)| hour.left()).sum();
        match Calendar::default().kind(date, first, &quota) {
            DayKind::Free { left: shown } => prop_assert!(date >= first && shown == left && left > 0),
            DayKind::Full => prop_assert!(date >= first && left == 0 && quota.left_on(date).is_some()),
            DayKind::NotYetOpen => prop_assert!(quota.left_on(date).is_none()),
            DayKind::Closed => prop_assert!(date < first || left == 0),
        }
    }

    #[test]
    fn a_child_grows_up_once_and_for_good(birth in dates(), days in 0..9_000_u64) {
        let date = birth + chrono::Days::new(days);
        let grown = AgeGroup::on(birth, date) == AgeGroup::Adult;
        let birthday = birth.checked_add_months(chrono::Months::new(12 * AgeGroup::ADULT_FROM_YEARS)).expect("within chrono's range");
        prop_assert_eq!(grown, date >= birthday);
    }

    #[test]
    fn a_job_comes_off_the_wire_as_it_went_on(booking in bookings(), seq in any::<u64>(), chat in any::<i64>(), elsewhere in slots(), places in 1..6_u32) {
        let slot = SlotId { office: booking.office.clone(), ..elsewhere.clone() };
        let jobs = [
            Job::Remind { booking: booking.clone(), of: Reminder::Eve { slot: slot.clone() } },
            Job::Remind { booking: booking.clone(), of: Reminder::Eve { slot: elsewhere } },
            Job::Hold { booking: booking.clone(), seq, chat: ChatId(chat), slot: slot.clone(), places },
            Job::Release { booking: booking.clone(), seq },
            Job::Cancel { booking: booking.clone(), seq },
            Job::Reschedule { booking: booking.clone(), seq, to: slot },
            Job::Subscribe { office: booking.office.clone(), chat: ChatId(chat), on: seq.is_multiple_of(2) },
        ];
        for job in jobs {
            prop_assert_eq!(Job::from_wire(&job.to_brief()), Ok(job.clone()));
            prop_assert_eq!(Job::from_wire(&job.to_wire()), Ok(job));
        }
    }
}

/// Every walk through the transition table, to the depth at which it repeats itself.
#[test]
fn every_state_can_be_reached_and_three_are_final() {
    let mut reached: BTreeMap<State, u32> = BTreeMap::new();
    let mut walks = vec![(None::<State>, 0_u32)];
    while let Some((state, steps)) = walks.pop() {
        for transition in Transition::ALL.into_iter().filter(|transition| transition.allowed_from(state)) {
            let to = transition.to();
            let seen = reached.entry(to).or_insert(u32::MAX);
            if *seen > steps {
                *seen = steps;
                walks.push((Some(to), steps + 1));
            }
        }
    }
    assert_eq!(reached.len(), State::ALL.len(), "every state can be reached: {reached:?}");
    for state in State::ALL {
        assert_eq!(State::from_letter(state.letter()), Some(state));
        let ends = Transition::ALL.into_iter().all(|transition| !transition.allowed_from(Some(state)));
        assert_eq!(ends, matches!(state, State::Attended | State::NoShow | State::RefundDue), "{state:?}");
        assert!(!state.has_deadline() || state.takes_places(), "a deadline without a place would be idle: {state:?}");
    }
}
