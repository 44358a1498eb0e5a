//! The journal, folded: what every record and count must be after its first N events.

use std::collections::{BTreeMap, HashMap};

use antrean_domain::{BookingId, Millis, Rupiah, SlotId, State, Transition};
use redis::streams::{StreamId, StreamRangeReply};

use super::probe::read_seq;
use super::{Findings, Invariant};
use crate::Store;
use crate::error::Result;
use crate::keys::{OfficeShard, QuotaMonth};
use crate::ledger::quota::Place;
use crate::ledger::record::Record;

/// How many events are read at once.
const PAGE: usize = 1_000;

/// What became of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Applied {
    Unsettled,
    ToBooking,
    Refund { again: bool },
}

/// A payment as its event tells.
#[derive(Clone, Debug)]
pub(super) struct Money {
    pub booking: BookingId,
    pub code: String,
    pub amount: Rupiah,
    pub applied: Applied,
}

/// An hour's counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hour {
    pub capacity: i64,
    pub taken: i64,
}

/// The state after the event `at`, and what was wrong with the events up to there.
pub(super) struct Replay {
    pub shard: OfficeShard,
    at: u64,
    pub bookings: HashMap<BookingId, Record>,
    pub codes: HashMap<String, BookingId>,
    pub quotas: BTreeMap<QuotaMonth, BTreeMap<Place, Hour>>,
    pub payments: BTreeMap<String, Money>,
    pub findings: Findings,
}

/// An event's fields.
struct Event<'a> {
    seq: u64,
    entry: &'a StreamId,
}

impl Replay {
    pub(super) fn new(shard: OfficeShard) -> Self {
        Self {
            shard,
            at: 0,
            bookings: HashMap::new(),
            codes: HashMap::new(),
            quotas: BTreeMap::new(),
            payments: BTreeMap::new(),
            findings: Findings::default(),
        }
    }

    /// Folds the events up to and with `until`.
    pub(super) async fn advance(&mut self, store: &Store, until: u64) -> Result<()> {
        while self.at < until {
            let mut range = redis::cmd("XRANGE");
            range.arg(self.shard.journal()).arg(format!("{}-0", self.at + 1)).arg(format!("{until}-0")).arg("COUNT").arg(PAGE);
            let page: StreamRangeReply = range.query_async(&mut store.commands()).await?;
            if page.ids.is_empty() {
                self.findings.add(
                    Invariant::Journal,
                    self.at + 1,
                    format!("the journal says it has {until} events, and this one is missing"),
                );
                self.at = until;
            }
            for entry in &page.ids {
                self.fold(&Event { seq: read_seq(&entry.id), entry });
            }
        }
        Ok(())
    }

    fn fold(&mut self, event: &Event<'_>) {
        let gapless = event.seq == self.at + 1 && event.entry.id.ends_with("-0");
        self.findings.check(gapless, Invariant::Journal, &event.entry.id, || format!("follows event {}", self.at));
        self.at = event.seq.max(self.at + 1);
        let folded = match event.text("e").as_str() {
            "quota" => self.fold_quota(event),
            // It tells of the journal itself, and changes nothing.
            "loss" => Some(()),
            "again" => self.fold_again(event),
            "payment" => self.fold_payment(event),
            word => Transition::from_word(word).and_then(|transition| self.fold_transition(event, transition)),
        };
        self.findings.check(folded.is_some(), Invariant::Journal, event.seq, || "cannot be read".to_owned());
    }

    fn fold_quota(&mut self, event: &Event<'_>) -> Option<()> {
        let capacity = event.text("n").parse().ok()?;
        let hours = self.quotas.entry(event.text("q").parse().ok()?).or_default();
        for hour in event.text("h").split_whitespace() {
            hours.entry(Place::read(hour)?).or_default().capacity = capacity;
        }
        Some(())
    }

    fn fold_payment(&mut self, event: &Event<'_>) -> Option<()> {
        let (payment, record) = (event.text("p"), event.record()?);
        let before = self.bookings.get(&record.view.booking.id);
        let same = before.is_some_and(|before| (before.view.state, &before.view.slot) == (record.view.state, &record.view.slot));
        self.findings.check(same, Invariant::Transition, record.view.booking.id, || {
            format!("event {} records a payment and changes the booking", event.seq)
        });
        let money = Money {
            booking: record.view.booking.id,
            code: event.text("c"),
            amount: Rupiah(event.text("a").parse().ok()?),
            applied: Applied::Unsettled,
        };
        let known = self.payments.insert(payment.clone(), money);
        self.findings.check(known.is_none(), Invariant::Payment, payment, || format!("recorded again by event {}", event.seq));
        self.bookings.insert(record.view.booking.id, record);
        Some(())
    }

    fn fold_again(&mut self, event: &Event<'_>) -> Option<()> {
        let id = event.text("b").parse().ok()?;
        self.apply(event, id, Applied::Refund { again: true });
        Some(())
    }

    fn fold_transition(&mut self, event: &Event<'_>, transition: Transition) -> Option<()> {
        let record = event.record()?;
        let id = record.view.booking.id;
        let before = self.bookings.get(&id).cloned();
        let from = before.as_ref().map(|before| before.view.state);
        let legal = transition.allowed_from(from) && transition.to() == record.view.state;
        self.findings.check(legal, Invariant::Transition, id, || {
            format!("event {}: {} from {from:?} to {:?}", event.seq, transition.word(), record.view.state)
        });
        self.check_move(event, transition, before.as_ref(), &record);
        self.count(event, before.as_ref(), &record);
        match transition {
            Transition::Pay | Transition::Restore => self.apply(event, id, Applied::ToBooking),
            Transition::Refund => self.apply(event, id, Applied::Refund { again: false }),
            _ => {}
        }
        if let Some(code) = &record.view.code {
            let other = self.codes.insert(code.as_str().to_owned(), id).filter(|other| *other != id);
            self.findings.check(other.is_none(), Invariant::Code, code, || format!("issued to {id} and to another booking before"));
        }
        self.bookings.insert(id, record);
        Some(())
    }

    /// A slot changes by a hold or a move only, a move within the rule that went with it.
    fn check_move(&mut self, event: &Event<'_>, transition: Transition, before: Option<&Record>, record: &Record) {
        let Some(before) = before else { return };
        let (before, after) = (&before.view, &record.view);
        let holds = match transition {
            Transition::Hold => after.moves == before.moves,
            Transition::Reschedule => {
                let within = event.text("m").parse().is_ok_and(|most: u32| after.moves <= most);
                let in_time = event.text("u").parse().is_ok_and(|closes: Millis| event.at() < closes);
                after.moves == before.moves + 1 && within && in_time
            }
            _ => after.moves == before.moves && after.slot == before.slot && after.places == before.places,
        };
        self.findings.check(holds, Invariant::Move, after.booking.id, || {
            format!("event {} ({}): move {} from {} to {}", event.seq, transition.word(), after.moves, before.slot, after.slot)
        });
    }

    fn count(&mut self, event: &Event<'_>, before: Option<&Record>, after: &Record) {
        let taking = |record: &Record| record.view.state.takes_places().then(|| (record.view.slot.clone(), i64::from(record.view.places)));
        let (before, after) = (before.and_then(taking), taking(after));
        if before == after {
            return;
        }
        let had = before.as_ref().zip(after.as_ref()).filter(|(before, after)| before.0 == after.0).map_or(0, |(before, _)| before.1);
        if let Some((slot, places)) = before {
            self.hour(&slot).taken -= places;
        }
        if let Some((slot, places)) = after {
            let hour = self.hour(&slot);
            hour.taken += places;
            let Hour { capacity, taken } = *hour;
            // Who asks for no more than it has takes no place, and may do so where capacity was cut below what is taken.
            self.findings.check(taken <= capacity || places <= had, Invariant::Oversold, slot, || {
                format!("event {} took place {taken} of {capacity}", event.seq)
            });
        }
    }

    fn hour(&mut self, slot: &SlotId) -> &mut Hour {
        self.quotas.entry(QuotaMonth::of(slot)).or_default().entry(Place::of(slot)).or_default()
    }

    fn apply(&mut self, event: &Event<'_>, booking: BookingId, applied: Applied) {
        let payment = event.text("p");
        let Some(money) = self.payments.get_mut(&payment) else {
            self.findings.add(Invariant::Payment, payment, format!("applied by event {}, never recorded", event.seq));
            return;
        };
        let once = money.applied == Applied::Unsettled && money.booking == booking;
        money.applied = applied;
        self.findings.check(once, Invariant::Payment, payment, || format!("applied again, or to another booking, by event {}", event.seq));
    }

    /// All money taken in, and what of it is not settled.
    pub(super) fn sums(&self) -> (Rupiah, Rupiah) {
        let sum = |unsettled: bool| {
            let counts = |money: &&Money| !unsettled || money.applied == Applied::Unsettled;
            self.payments.values().filter(counts).map(|money| money.amount).sum()
        };
        (sum(false), sum(true))
    }

    /// What the paid bookings cost together.
    pub(super) fn paid(&self) -> Rupiah {
        let paid = |state| matches!(state, State::Paid | State::Attended | State::NoShow);
        self.bookings.values().filter(|record| paid(record.view.state)).map(|record| record.view.amount).sum()
    }
}

impl Event<'_> {
    fn text(&self, field: &str) -> String {
        self.entry.get(field).unwrap_or_default()
    }

    fn at(&self) -> Millis {
        self.text("t").parse().unwrap_or(Millis::MAX)
    }

    fn record(&self) -> Option<Record> {
        let image: Vec<u8> = self.entry.get("r")?;
        Record::read(self.text("b").parse().ok()?, &image).ok()
    }
}
