//! Rescheduling: a paid booking moves to another slot, both places in one step or neither.

use antrean_domain::job::Reminder;
use antrean_domain::outcome::MoveRefusal;
use antrean_domain::reschedule::{self, Refusal};
use antrean_domain::service::Rules;
use antrean_domain::{BookingId, BookingRef, Job, Millis, SlotId, Transition as Rule, Zone};

use super::billing::delayed;
use super::holding::{quota_seen, slot_seen};
use super::record::Record;
use super::run::{Look, Transition};
use super::scripts;
use crate::error::Result;
use crate::keys::{OfficeShard, QuotaMonth};
use crate::scripts::{Call, Script};
use crate::{BatchHead, Store, Verdict, Work};

/// Move a paid booking to `to`.
#[derive(Clone, Debug)]
pub struct RescheduleJob<'a> {
    pub booking: BookingRef,
    pub seq: u64,
    pub to: SlotId,
    /// Of the booking's office.
    pub zone: Zone,
    pub rules: &'a Rules,
    pub now_ms: Millis,
}

impl Store {
    /// Words: `rescheduled`, `not-rescheduled`, `superseded`, `unknown`.
    pub async fn reschedule(&self, head: &BatchHead, work: &[Work<RescheduleJob<'_>>]) -> Result<Vec<Verdict>> {
        self.judge(head, work).await
    }
}

impl RescheduleJob<'_> {
    /// The rule's word against moving a booking that was seen like this; empty where there is none.
    fn against(&self, record: &Record) -> &'static str {
        let view = &record.view;
        match reschedule::may_move_to(&view.slot, &self.to, view.moves, self.zone, self.rules, self.now_ms) {
            Ok(()) => "",
            Err(refusal) => word(refuse(refusal)),
        }
    }
}

impl Transition for RescheduleJob<'_> {
    const LOOK: Look = Look::First;

    fn script() -> &'static Script {
        &scripts::RESCHEDULE
    }

    fn head(_: OfficeShard, call: &mut Call) {
        call.arg(Rule::Reschedule.from_letters());
    }

    fn booking(&self) -> Option<BookingId> {
        Some(self.booking.id)
    }

    fn push(&self, shard: OfficeShard, seen: Option<&Record>, call: &mut Call) {
        let id = self.booking.id;
        let booking = shard.booking(id);
        call.key(&booking).key(quota_seen(shard, seen, booking)).key(shard.quota(&QuotaMonth::of(&self.to)));
        call.arg(id.to_string()).arg(self.seq).arg(slot_seen(seen)).arg(seen.map_or(0, |record| record.view.moves));
        call.arg(self.to.to_string()).arg(seen.map_or("", |record| self.against(record)));
        call.arg(seen.map_or(0, |record| reschedule::closes_at(&record.view.slot, self.zone)));
        let eve = Job::Remind { booking: self.booking.clone(), of: Reminder::Eve { slot: self.to.clone() } };
        call.arg(self.to.eve_at(self.zone, self.rules.eve_reminder_hour)).arg(delayed(&eve)).arg(self.rules.reschedules_max);
    }
}

fn refuse(refusal: Refusal) -> MoveRefusal {
    match refusal {
        Refusal::UsedUp => MoveRefusal::UsedUp,
        Refusal::TooLate => MoveRefusal::TooLate,
        Refusal::SameDate => MoveRefusal::SameDate,
        Refusal::OtherOffice | Refusal::NewDatePast => MoveRefusal::Unfit,
    }
}

/// The word of an outcome's `why`.
fn word(refusal: MoveRefusal) -> &'static str {
    match refusal {
        MoveRefusal::Full => "full",
        MoveRefusal::UsedUp => "used-up",
        MoveRefusal::TooLate => "too-late",
        MoveRefusal::SameDate => "same-date",
        MoveRefusal::NotPaid => "not-paid",
        MoveRefusal::Unfit => "unfit",
    }
}
