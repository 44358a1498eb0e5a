//! The ledger on a real Redis against [`booking`]: whatever is asked, in whatever order and however late, both answer
//! the same and are the same afterwards.

use std::collections::{BTreeMap, BTreeSet};

use antrean_domain::State;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest_state_machine::ReferenceStateMachine;

use crate::booking::{BILL, Booking, HOLD, Ledger, Minutes, Money, Notice, SLOTS, Slot, Told, Who};
use crate::drive::{Effort, Walk, prove, tally};
use crate::house::House;
use crate::office::{Office, Picture};

/// Enough to be in one another's way at [`PLACES_MAX`] places an hour.
pub(crate) const BOOKINGS: Who = 5;
pub(crate) const PAYMENTS: u8 = 8;
const PLACES_MAX: u32 = 3;

#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Open {
        slot: Slot,
        capacity: u32,
    },
    /// A batch of commands of one kind, each on another booking, or all on one.
    Command {
        kind: Kind,
        orders: Vec<Order>,
        delivery: Delivery,
    },
    Accept(Notice),
    /// A batch of payments, each for another booking, or all for one.
    Settle {
        payments: Vec<u8>,
        delivery: Delivery,
    },
    Pass(Minutes),
    Tick,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Hold,
    Release,
    Bill,
    Cancel,
    Reschedule,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    pub who: Who,
    /// Overtaken by the command before it.
    pub late: bool,
    pub slot: Slot,
    pub places: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Delivery {
    Once,
    /// One whose lease ran out asks first.
    StaleFirst,
    /// The answer was lost, and its owner asks again.
    Twice,
}

/// The ledger, and what it answered last.
#[derive(Clone, Debug, Default)]
struct Model {
    ledger: Ledger,
    words: Vec<String>,
}

struct Bookings;

impl ReferenceStateMachine for Bookings {
    type State = Model;
    type Transition = Operation;

    fn init_state() -> BoxedStrategy<Model> {
        proptest::array::uniform4(1..=PLACES_MAX).prop_map(|capacity| Model { ledger: Ledger::with(capacity), words: vec![] }).boxed()
    }

    fn transitions(model: &Model) -> BoxedStrategy<Operation> {
        let ledger = &model.ledger;
        let those = |fit: &dyn Fn(&Booking) -> bool| {
            ledger.bookings.iter().filter(|(_, booking)| fit(booking)).map(|(who, _)| *who).collect::<Vec<_>>()
        };
        let in_state = |states: &[State]| those(&|booking| states.contains(&booking.state));
        let unheard = (0..BOOKINGS).filter(|who| !ledger.bookings.contains_key(who));
        let may_hold = in_state(&[State::Held, State::Released]).into_iter().chain(unheard).collect();

        // What would come to nothing is tried as well, but seldom.
        let often = |weight: u32, fitting: &[Who]| if fitting.is_empty() { 1 } else { 10 * weight };
        let command = |kind, weight, fitting: Vec<Who>| (often(weight, &fitting), commands(kind, fitting));
        let (payable, late) =
            (those(&|booking| booking.state == State::Billed && !booking.money), in_state(&[State::Expired, State::Cancelled]));
        let codes = those(&|booking| booking.billed);
        let fresh = (0..PAYMENTS).filter(|payment| !ledger.payments.contains_key(payment)).collect();
        let unsettled: Vec<u8> =
            ledger.payments.iter().filter(|(_, payment)| payment.became == Money::Unsettled).map(|(payment, _)| *payment).collect();
        let overdue = ledger.due().values().any(|due| *due <= ledger.now);
        proptest::strategy::Union::new_weighted(vec![
            command(Kind::Hold, 5, may_hold),
            command(Kind::Release, 1, in_state(&[State::Held])),
            command(Kind::Bill, 5, in_state(&[State::Held])),
            command(Kind::Cancel, 2, in_state(&[State::Billed])),
            command(Kind::Reschedule, 4, in_state(&[State::Paid])),
            (often(2, &payable), notices(fresh, payable)),
            (often(2, &late), notices((0..PAYMENTS).collect(), late)),
            (often(1, &codes), notices((0..PAYMENTS).collect(), codes)),
            (if unsettled.is_empty() { 1 } else { 30 }, settlements(unsettled)),
            (if overdue { 40 } else { 5 }, Just(Operation::Tick).boxed()),
            (25, select(vec![1, 4, HOLD, 50, BILL, BILL, 36 * 60]).prop_map(Operation::Pass).boxed()),
            (15, (0..SLOTS.len(), 0..=PLACES_MAX).prop_map(|(slot, capacity)| Operation::Open { slot, capacity }).boxed()),
        ])
        .boxed()
    }

    fn preconditions(model: &Model, operation: &Operation) -> bool {
        let Operation::Settle { payments, .. } = operation else { return true };
        let codes: Vec<_> = payments.iter().filter_map(|payment| model.ledger.payments.get(payment)).map(|payment| payment.code).collect();
        let bookings = codes.iter().collect::<BTreeSet<_>>().len();
        bookings == codes.len() || bookings == 1 && codes.len() == payments.len()
    }

    fn apply(Model { mut ledger, .. }: Model, operation: &Operation) -> Model {
        ledger.told.clear();
        let words = match operation {
            Operation::Open { slot, capacity } => {
                ledger.capacity[*slot] = *capacity;
                vec![]
            }
            Operation::Command { kind, orders, .. } => {
                let seqs = seqs(orders, &ledger);
                let mut in_turn: Vec<_> = orders.iter().enumerate().collect();
                // Of a batch of holds, the first ones of bookings go first, the stampede's; unless one of them is none.
                let mut named = BTreeSet::new();
                let firsts: Vec<_> = (0..orders.len()).map(|at| seqs[at] == 1 && named.insert(orders[at].who)).collect();
                let heard_of = |at: &usize| firsts[*at] && ledger.bookings.contains_key(&orders[*at].who);
                if matches!(kind, Kind::Hold) && !(0..orders.len()).any(|at| heard_of(&at)) {
                    in_turn.sort_by_key(|(at, _)| !firsts[*at]);
                }
                let mut words: Vec<_> = in_turn.into_iter().map(|(at, order)| (at, order.give(*kind, seqs[at], &mut ledger))).collect();
                words.sort_unstable();
                words.into_iter().map(|(_, word)| word.to_owned()).collect()
            }
            Operation::Accept(notice) => vec![ledger.accept(*notice).to_owned()],
            Operation::Settle { payments, .. } => payments.iter().map(|payment| ledger.settle(*payment).to_owned()).collect(),
            Operation::Pass(minutes) => {
                ledger.now += minutes;
                vec![]
            }
            Operation::Tick => vec![ledger.release_overdue().to_string(), ledger.expire_overdue().to_string()],
        };
        Model { ledger, words }
    }
}

impl Order {
    fn give(self, kind: Kind, seq: u64, ledger: &mut Ledger) -> &'static str {
        let who = self.who;
        match kind {
            Kind::Hold => ledger.hold(who, seq, self.slot, self.places),
            Kind::Release => ledger.release(who, seq),
            Kind::Bill => ledger.bill(who, seq),
            Kind::Cancel => ledger.cancel(who, seq),
            Kind::Reschedule => ledger.reschedule(who, seq, self.slot),
        }
    }
}

/// The sequences of `orders`, as the dialogues of their people count them: from one.
pub(crate) fn seqs(orders: &[Order], before: &Ledger) -> Vec<u64> {
    let earlier = |at: usize| orders[..at].iter().filter(|order| order.who == orders[at].who).count();
    let seq = |at: usize| before.next_seq(orders[at].who) + u64::try_from(earlier(at)).expect("few") - u64::from(orders[at].late);
    (0..orders.len()).map(|at| seq(at).max(1)).collect()
}

/// One to three bookings, as a rule of those that fit.
fn mostly(fitting: Vec<Who>) -> BoxedStrategy<Vec<Who>> {
    let any = subsequence((0..BOOKINGS).collect::<Vec<_>>(), 1..=3).prop_shuffle();
    if fitting.is_empty() {
        return any.boxed();
    }
    let most = fitting.len().min(3);
    prop_oneof![9 => subsequence(fitting, 1..=most).prop_shuffle(), 1 => any].boxed()
}

fn commands(kind: Kind, fitting: Vec<Who>) -> BoxedStrategy<Operation> {
    let orders = (mostly(fitting), vec((prop::bool::weighted(0.1), 0..SLOTS.len(), 1..=2_u32), BOOKINGS));
    // Now and then somebody taps twice.
    let orders = (orders, prop::bool::weighted(0.15), delivery()).prop_map(move |((mut bookings, rest), twice, delivery)| {
        if twice {
            bookings = vec![bookings[0]; 2];
        }
        let order = |(who, (late, slot, places))| Order { who, late, slot, places };
        Operation::Command { kind, orders: bookings.into_iter().zip(rest).map(order).collect(), delivery }
    });
    orders.boxed()
}

fn notices(payments: Vec<u8>, codes: Vec<Who>) -> BoxedStrategy<Operation> {
    let notice = (of_these(payments), 0..PAYMENTS, prop::bool::weighted(0.8), mostly(codes), prop::bool::weighted(0.9));
    let notice = notice.prop_map(|(payment, external, own, codes, right_amount)| {
        Operation::Accept(Notice { payment, external: if own { payment } else { external }, code: codes[0], right_amount })
    });
    notice.boxed()
}

fn settlements(unsettled: Vec<u8>) -> BoxedStrategy<Operation> {
    let payments = vec(of_these(unsettled), 1..=3).prop_map(|payments| BTreeSet::from_iter(payments).into_iter().collect());
    (payments, delivery()).prop_map(|(payments, delivery)| Operation::Settle { payments, delivery }).boxed()
}

/// A payment, as a rule one of `fitting`.
fn of_these(fitting: Vec<u8>) -> BoxedStrategy<u8> {
    if fitting.is_empty() { (0..PAYMENTS).boxed() } else { prop_oneof![4 => select(fitting), 1 => 0..PAYMENTS].boxed() }
}

fn delivery() -> impl Strategy<Value = Delivery> {
    prop_oneof![4 => Just(Delivery::Once), 1 => Just(Delivery::StaleFirst), 1 => Just(Delivery::Twice)]
}

/// In order for each: between two bookings there is none.
fn by_booking(told: Vec<Told>) -> BTreeMap<Who, Vec<Told>> {
    let mut by_booking = BTreeMap::<_, Vec<_>>::new();
    for told in told {
        by_booking.entry(told.who()).or_default().push(told);
    }
    by_booking
}

async fn walk(house: &House, mut walk: Walk<Bookings>) {
    let office = Office::open(house, &walk.model().ledger).await;
    while let Some((operation, before, after)) = walk.next() {
        let words = office.apply(&operation, &before.ledger).await;
        assert_eq!(words, after.words, "the words of {operation:?}");
        for slot in 0..SLOTS.len() {
            let most = before.ledger.taken(slot).max(after.ledger.capacity[slot]);
            assert!(after.ledger.taken(slot) <= most, "{operation:?} oversold slot {slot}");
        }
        assert_eq!(by_booking(office.told().await), by_booking(after.ledger.told.clone()), "what was told of {operation:?}");
        assert_eq!(office.picture().await, Picture::of(&after.ledger), "after {operation:?}");
        assert_eq!(house.depth().await, 0, "settled in the same step");
    }
    office.close(&walk.model().ledger).await;
}

const EFFORT: Effort = Effort { cases: 64, steps_max: 100 };

#[test]
fn a_booking_is_what_the_model_says_it_is() {
    prove::<Bookings, _>(&EFFORT, House::open, &walk);
}

#[test]
fn walks_of_bookings_meet_everything() {
    tally::<Bookings>(&EFFORT, |operation, before, after| {
        let mut met = after.words.clone();
        met.extend(after.ledger.told.iter().map(|told| match told {
            Told::NotRescheduled { why, .. } => format!("{why:?}"),
            Told::Full { kept: Some(_), .. } => "kept".to_owned(),
            Told::RefundDue { again, .. } => format!("refund, again {again}"),
            Told::Expired { .. } => "expired".to_owned(),
            Told::Refused { job, .. } => format!("refused {job}"),
            _ => String::new(),
        }));
        if let Operation::Command { kind: Kind::Cancel, orders, .. } = operation {
            let paying = |order: &Order| before.ledger.bookings.get(&order.who).is_some_and(|of| of.state == State::Billed && of.money);
            met.extend(orders.iter().any(paying).then(|| "cancel while the money is in".to_owned()));
        }
        met
    })
    .each(&[
        "held",
        "full",
        "kept",
        "superseded",
        "unknown",
        "released",
        "void",
        "billed",
        "over",
        "cancelled",
        "expired",
        "recorded",
        "repeated",
        "external-reused",
        "unknown-code",
        "wrong-amount",
        "paid",
        "restored",
        "refunded",
        "again",
        "rescheduled",
        "Full",
        "UsedUp",
        "TooLate",
        "SameDate",
        "NotPaid",
        "Unfit",
        "refund, again true",
        "refund, again false",
        "refused hold",
        "refused release",
        "refused bill",
        "refused cancel",
        "cancel while the money is in",
    ]);
}
