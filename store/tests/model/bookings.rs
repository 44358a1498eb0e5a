//! The ledger on a real Redis against [`booking`]: whatever is asked, in whatever order and however late, both answer
//! the same and are the same afterwards.

use std::collections::BTreeSet;

use antrean_domain::State;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest_state_machine::ReferenceStateMachine;

use crate::booking::{BILL, Booking, HOLD, Ledger, Minutes, Notice, SLOTS, Slot, Who};
use crate::drive::{Effort, Walk, prove};
use crate::house::House;
use crate::office::{Office, Picture};

/// Enough to be in one another's way at [`PLACES_MAX`] places an hour.
pub(crate) const BOOKINGS: Who = 5;
pub(crate) const PAYMENTS: u8 = 6;
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
        Just(Model::default()).boxed()
    }

    fn transitions(model: &Model) -> BoxedStrategy<Operation> {
        let ledger = &model.ledger;
        let command = |kind, fit: fn(&Booking) -> bool| {
            let fitting: Vec<Who> = ledger.bookings.iter().filter(|(_, booking)| fit(booking)).map(|(who, _)| *who).collect();
            let orders = (mostly(fitting), vec((prop::bool::weighted(0.1), 0..SLOTS.len(), 1..=2_u32), BOOKINGS));
            // Now and then somebody taps twice.
            (orders, prop::bool::weighted(0.15), delivery()).prop_map(move |((mut bookings, rest), twice, delivery)| {
                if twice {
                    bookings = vec![bookings[0]; 2];
                }
                let order = |(who, (late, slot, places))| Order { who, late, slot, places };
                Operation::Command { kind, orders: bookings.into_iter().zip(rest).map(order).collect(), delivery }
            })
        };
        let codes: Vec<Who> = ledger.bookings.iter().filter(|(_, booking)| booking.billed).map(|(who, _)| *who).collect();
        let notice = (0..PAYMENTS, 0..PAYMENTS, prop::bool::weighted(0.8), mostly(codes), prop::bool::weighted(0.9));
        let notice = notice.prop_map(|(payment, external, own, codes, right_amount)| {
            Operation::Accept(Notice { payment, external: if own { payment } else { external }, code: codes[0], right_amount })
        });
        let payments: Vec<u8> = (0..PAYMENTS).collect();
        prop_oneof![
            3 => (0..SLOTS.len(), 0..=PLACES_MAX).prop_map(|(slot, capacity)| Operation::Open { slot, capacity }),
            8 => command(Kind::Hold, |booking| matches!(booking.state, State::Held | State::Released)),
            2 => command(Kind::Release, |booking| booking.state == State::Held),
            5 => command(Kind::Bill, |booking| booking.state == State::Held),
            2 => command(Kind::Cancel, |booking| booking.state == State::Billed),
            3 => command(Kind::Reschedule, |booking| booking.state == State::Paid),
            5 => notice,
            5 => (subsequence(payments, 1..=3), delivery()).prop_map(|(payments, delivery)| Operation::Settle { payments, delivery }),
            3 => select(vec![1, 4, HOLD, 50, BILL, 24 * 60]).prop_map(Operation::Pass),
            3 => Just(Operation::Tick),
        ]
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
                // Of a batch of holds, those of bookings nobody has heard of go first: the stampede's.
                let mut in_turn: Vec<_> = orders.iter().enumerate().collect();
                if matches!(kind, Kind::Hold) {
                    in_turn.sort_by_key(|(_, order)| ledger.bookings.contains_key(&order.who));
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
    prop_oneof![4 => subsequence(fitting, 1..=most).prop_shuffle(), 1 => any].boxed()
}

fn delivery() -> impl Strategy<Value = Delivery> {
    prop_oneof![4 => Just(Delivery::Once), 1 => Just(Delivery::StaleFirst), 1 => Just(Delivery::Twice)]
}

async fn walk(house: &House, mut walk: Walk<Bookings>) {
    let office = Office::open(house).await;
    while let Some((operation, before, after)) = walk.next() {
        let words = office.apply(&operation, &before.ledger).await;
        assert_eq!(words, after.words, "the words of {operation:?}");
        for slot in 0..SLOTS.len() {
            let most = before.ledger.taken(slot).max(after.ledger.capacity[slot]);
            assert!(after.ledger.taken(slot) <= most, "{operation:?} oversold slot {slot}");
        }
        assert_eq!(office.told().await, after.ledger.told, "what was told of {operation:?}");
        assert_eq!(office.picture().await, Picture::of(&after.ledger), "after {operation:?}");
        assert_eq!(house.depth().await, 0, "settled in the same step");
    }
    office.close(&walk.model().ledger).await;
}

#[test]
fn a_booking_is_what_the_model_says_it_is() {
    prove::<Bookings, _>(&Effort { cases: 48, steps_max: 50 }, House::open, &walk);
}
