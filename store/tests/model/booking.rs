//! What a booking is, told once more: the specification the ledger's scripts are held to. Nothing here was taken from
//! them. Counts are recounted from the bookings, deadlines and live codes read off them; time is in whole minutes.

use std::collections::{BTreeMap, BTreeSet};

use antrean_domain::State;
use antrean_domain::outcome::MoveRefusal;

pub(crate) type Minutes = i64;
/// Which booking. Its billing code, if it ever gets one, goes by the same number.
pub(crate) type Who = usize;
/// Which of [`SLOTS`].
pub(crate) type Slot = usize;

pub(crate) const HOLD: Minutes = 10;
pub(crate) const BILL: Minutes = 120;
/// A bill is recalled an hour before its end, an appointment at six in the evening before.
const BILL_RECALLED_BEFORE: Minutes = 60;
const EVE: Minutes = 18 * 60 - DAY;
/// How long the crew has to settle money that is in before the audit asks.
const SETTLE_WITHIN: Minutes = 5;
const MOVES_MAX: u32 = 1;
const DAY: Minutes = 24 * 60;

/// Days after today, and hours. The last is in another month, whatever today is.
pub(crate) const SLOTS: [(i64, u8); 4] = [(2, 8), (2, 9), (3, 8), (40, 8)];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Booking {
    pub state: State,
    pub seq: u64,
    pub slot: Slot,
    pub places: u32,
    pub due: Option<Minutes>,
    /// It was given a code, which is its own for good.
    pub billed: bool,
    /// Money for it is in.
    pub money: bool,
    pub paid: Option<Minutes>,
    pub moves: u32,
    pub created: Minutes,
    pub changed: Minutes,
}

/// A payment as the bank reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub payment: u8,
    pub external: u8,
    /// Whose code it names: one that was never issued, where that booking has none.
    pub code: Who,
    pub right_amount: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Money {
    Unsettled,
    Applied,
    Refund,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payment {
    pub code: Who,
    pub at: Minutes,
    pub became: Money,
}

/// What a person hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Held { who: Who, slot: Slot, until: Minutes },
    Full { who: Who, slot: Slot, kept: Option<Slot> },
    HoldOver { who: Who },
    Billed { who: Who, slot: Slot, until: Minutes },
    Cancelled { who: Who, slot: Slot },
    Expired { who: Who, slot: Slot },
    Paid { who: Who, slot: Slot, late: bool },
    RefundDue { who: Who, again: bool },
    Rescheduled { who: Who, from: Slot, to: Slot },
    NotRescheduled { who: Who, to: Slot, why: MoveRefusal },
    Refused { who: Who, job: &'static str },
}

/// What waits for its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Recall {
    Bill { who: Who, until: Minutes },
    Eve { who: Who, slot: Slot },
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    pub now: Minutes,
    pub capacity: [u32; SLOTS.len()],
    pub bookings: BTreeMap<Who, Booking>,
    /// Until when each code could be paid in time.
    codes: BTreeMap<Who, Minutes>,
    pub payments: BTreeMap<u8, Payment>,
    /// By payment: whose it is, and whether it was a further one.
    pub refunds: BTreeMap<u8, (Who, bool)>,
    pub recalls: BTreeMap<Recall, Minutes>,
    /// What each external id stood for on its day.
    externals: BTreeMap<(i64, u8), (u8, Who, bool)>,
    pub told: Vec<Told>,
}

impl Ledger {
    /// Nobody has booked yet.
    pub(crate) fn with(capacity: [u32; SLOTS.len()]) -> Self {
        Self { capacity, ..Self::default() }
    }

    pub(crate) fn taken(&self, slot: Slot) -> u32 {
        self.bookings.values().filter(|booking| booking.slot == slot && booking.takes_places()).map(|booking| booking.places).sum()
    }

    /// Exactly the held and the billed have a deadline.
    pub(crate) fn due(&self) -> BTreeMap<Who, Minutes> {
        self.bookings.iter().filter_map(|(who, booking)| Some((*who, booking.due?))).collect()
    }

    /// Whose codes are issued and neither paid, withdrawn nor ended.
    pub(crate) fn bills(&self) -> BTreeSet<Who> {
        self.bookings.iter().filter(|(_, booking)| booking.state == State::Billed).map(|(who, _)| *who).collect()
    }

    /// Whose of these the clock has not ended either, tick or no tick.
    pub(crate) fn live_codes(&self) -> BTreeSet<Who> {
        self.bills().into_iter().filter(|who| self.now < self.codes[who]).collect()
    }

    pub(crate) fn next_seq(&self, who: Who) -> u64 {
        self.bookings.get(&who).map_or(1, |booking| booking.seq + 1)
    }

    pub(crate) fn hold(&mut self, who: Who, seq: u64, slot: Slot, places: u32) -> &'static str {
        let before = self.bookings.get(&who).cloned();
        match &before {
            Some(booking) if seq <= booking.seq => return "superseded",
            Some(booking) if !matches!(booking.state, State::Held | State::Released) => return self.refuse(who, "hold"),
            _ => {}
        }
        let held = before.as_ref().filter(|booking| booking.state == State::Held);
        let has = held.filter(|booking| booking.slot == slot).map_or(0, |booking| booking.places);
        // Nobody is evicted by a cut: what one has, one may keep.
        let fits = places <= has || self.taken(slot) - has + places <= self.capacity[slot];
        if !fits || self.now >= begins(slot) {
            self.told.push(Told::Full { who, slot, kept: held.map(|booking| booking.slot) });
            return "full";
        }
        let until = self.now + HOLD;
        let created = before.map_or(self.now, |booking| booking.created);
        self.bookings.insert(
            who,
            Booking {
                state: State::Held,
                seq,
                slot,
                places,
                due: Some(until),
                billed: false,
                money: false,
                paid: None,
                moves: 0,
                created,
                changed: self.now,
            },
        );
        self.told.push(Told::Held { who, slot, until });
        "held"
    }

    pub(crate) fn release(&mut self, who: Who, seq: u64) -> &'static str {
        match self.late_or_state(who, seq) {
            Err(word) => word,
            Ok(State::Held) => {
                self.end(who, State::Released, Some(seq));
                "released"
            }
            // The clock was faster, and said so then.
            Ok(State::Released) => "void",
            Ok(_) => self.refuse(who, "release"),
        }
    }

    pub(crate) fn bill(&mut self, who: Who, seq: u64) -> &'static str {
        let now = self.now;
        let over = |booking: &Booking| booking.state == State::Released || booking.due.is_some_and(|due| now >= due);
        match self.late_or_state(who, seq) {
            Err(word) => word,
            Ok(State::Held | State::Released) if over(&self.bookings[&who]) => {
                self.told.push(Told::HoldOver { who });
                "over"
            }
            Ok(State::Held) => {
                let until = now + BILL;
                let booking = self.change(who);
                (booking.state, booking.seq, booking.due, booking.billed) = (State::Billed, seq, Some(until), true);
                let slot = booking.slot;
                self.codes.insert(who, until);
                self.recalls.insert(Recall::Bill { who, until }, until - BILL_RECALLED_BEFORE);
                self.told.push(Told::Billed { who, slot, until });
                "billed"
            }
            Ok(_) => self.refuse(who, "bill"),
        }
    }

    pub(crate) fn cancel(&mut self, who: Who, seq: u64) -> &'static str {
        match self.late_or_state(who, seq) {
            Err(word) => word,
            // Money that is in wins.
            Ok(State::Billed) if !self.bookings[&who].money => {
                self.end(who, State::Cancelled, Some(seq));
                self.told.push(Told::Cancelled { who, slot: self.bookings[&who].slot });
                "cancelled"
            }
            Ok(_) => self.refuse(who, "cancel"),
        }
    }

    pub(crate) fn reschedule(&mut self, who: Who, seq: u64, to: Slot) -> &'static str {
        let state = match self.late_or_state(who, seq) {
            Err(word) => return word,
            Ok(state) => state,
        };
        let Booking { slot: from, places, moves, .. } = self.bookings[&who];
        let date = |slot: Slot| SLOTS[slot].0;
        let against = [
            (state != State::Paid, MoveRefusal::NotPaid),
            (moves >= MOVES_MAX, MoveRefusal::UsedUp),
            (self.now >= begins(from), MoveRefusal::TooLate),
            (date(to) == date(from), MoveRefusal::SameDate),
            (self.now >= begins(to), MoveRefusal::Unfit),
            (self.taken(to) + places > self.capacity[to], MoveRefusal::Full),
        ];
        if let Some((_, why)) = against.into_iter().find(|(holds, _)| *holds) {
            self.told.push(Told::NotRescheduled { who, to, why });
            return "not-rescheduled";
        }
        let booking = self.change(who);
        (booking.seq, booking.slot, booking.moves) = (seq, to, moves + 1);
        self.recall_eve(who, to);
        self.told.push(Told::Rescheduled { who, from, to });
        "rescheduled"
    }

    /// What the bank is answered.
    pub(crate) fn accept(&mut self, notice: Notice) -> &'static str {
        let Notice { payment, external, code, right_amount } = notice;
        if !self.bookings.get(&code).is_some_and(|booking| booking.billed) {
            return "unknown-code";
        }
        let (today, request) = ((self.now / DAY, external), (payment, code, right_amount));
        if self.externals.get(&today).is_some_and(|known| *known != request) {
            return "external-reused";
        }
        if let Some(known) = self.payments.get(&payment) {
            return if known.code == code && right_amount { "repeated" } else { "external-reused" };
        }
        if !right_amount {
            return "wrong-amount";
        }
        self.externals.insert(today, request);
        self.payments.insert(payment, Payment { code, at: self.now, became: Money::Unsettled });
        let waits_until = self.now + SETTLE_WITHIN;
        let booking = self.change(code);
        if booking.state == State::Billed {
            booking.money = true;
            booking.due = booking.due.max(Some(waits_until));
        }
        "recorded"
    }

    pub(crate) fn settle(&mut self, payment: u8) -> &'static str {
        let Some(Payment { code: who, at, became }) = self.payments.get(&payment).cloned() else { return "unknown" };
        if became != Money::Unsettled {
            return "repeated";
        }
        let Booking { state, slot, places, .. } = self.bookings[&who];
        let late = matches!(state, State::Expired | State::Cancelled);
        let free = self.now < starts(slot) && self.taken(slot) + places <= self.capacity[slot];
        let (word, to) = match state {
            State::Billed => ("paid", Some(State::Paid)),
            _ if late && free => ("restored", Some(State::Paid)),
            _ if late => ("refunded", Some(State::RefundDue)),
            _ => ("again", None),
        };
        if let Some(state) = to {
            self.end(who, state, None);
            let booking = self.change(who);
            (booking.money, booking.paid) = (true, Some(at));
        }
        let became = if to == Some(State::Paid) { Money::Applied } else { Money::Refund };
        self.payments.insert(payment, Payment { code: who, at, became });
        if became == Money::Applied {
            self.recall_eve(who, slot);
            self.told.push(Told::Paid { who, slot, late });
        } else {
            self.refunds.insert(payment, (who, to.is_none()));
            self.told.push(Told::RefundDue { who, again: to.is_none() });
        }
        word
    }

    /// The tick that gives back what was held too long. How many.
    pub(crate) fn release_overdue(&mut self) -> usize {
        let overdue = self.overdue(State::Held);
        for who in &overdue {
            self.end(*who, State::Released, None);
            self.told.push(Told::HoldOver { who: *who });
        }
        overdue.len()
    }

    /// The tick that ends bills nobody paid. How many.
    pub(crate) fn expire_overdue(&mut self) -> usize {
        let overdue = self.overdue(State::Billed);
        for who in &overdue {
            self.end(*who, State::Expired, None);
            self.told.push(Told::Expired { who: *who, slot: self.bookings[who].slot });
        }
        overdue.len()
    }

    /// The longest overdue first. A person whose money is in keeps the place, however long the crew takes.
    fn overdue(&self, state: State) -> Vec<Who> {
        let over = |booking: &Booking| booking.state == state && !booking.money && booking.due.is_some_and(|due| self.now >= due);
        let mut overdue: Vec<_> =
            self.bookings.iter().filter(|(_, booking)| over(booking)).map(|(who, booking)| (booking.due, *who)).collect();
        overdue.sort_unstable();
        overdue.into_iter().map(|(_, who)| who).collect()
    }

    /// The state a command meets, or the word for one that comes too late or to nothing.
    fn late_or_state(&self, who: Who, seq: u64) -> Result<State, &'static str> {
        let booking = self.bookings.get(&who).ok_or("unknown")?;
        if seq <= booking.seq { Err("superseded") } else { Ok(booking.state) }
    }

    fn change(&mut self, who: Who) -> &mut Booking {
        let booking = self.bookings.get_mut(&who).expect("it was looked at");
        booking.changed = self.now;
        booking
    }

    /// Into a state without a deadline.
    fn end(&mut self, who: Who, state: State, seq: Option<u64>) {
        let booking = self.change(who);
        (booking.state, booking.due, booking.seq) = (state, None, seq.unwrap_or(booking.seq));
    }

    fn refuse(&mut self, who: Who, job: &'static str) -> &'static str {
        self.told.push(Told::Refused { who, job });
        "refused"
    }

    fn recall_eve(&mut self, who: Who, slot: Slot) {
        let at = begins(slot) + EVE;
        if at > self.now {
            self.recalls.insert(Recall::Eve { who, slot }, at);
        }
    }
}

impl Told {
    pub(crate) fn who(&self) -> Who {
        match self {
            Self::Held { who, .. }
            | Self::Full { who, .. }
            | Self::HoldOver { who }
            | Self::Billed { who, .. }
            | Self::Cancelled { who, .. }
            | Self::Expired { who, .. }
            | Self::Paid { who, .. }
            | Self::RefundDue { who, .. }
            | Self::Rescheduled { who, .. }
            | Self::NotRescheduled { who, .. }
            | Self::Refused { who, .. } => *who,
        }
    }
}

impl Booking {
    fn takes_places(&self) -> bool {
        matches!(self.state, State::Held | State::Billed | State::Paid)
    }
}

/// When the day of a slot begins: it can be taken no more, and who is there cannot leave it.
fn begins(slot: Slot) -> Minutes {
    SLOTS[slot].0 * DAY
}

/// When its hour comes: late money gets it no more.
fn starts(slot: Slot) -> Minutes {
    begins(slot) + Minutes::from(SLOTS[slot].1) * 60
}
