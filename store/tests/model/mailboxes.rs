//! The mailboxes on a real Redis against [`mailbox`]: updates that repeat, readers that die, come back late or take
//! over, shows that sleep, entries that vanish. In order for each chat, nothing lost, nothing twice.

use std::collections::{BTreeMap, BTreeSet};

use antrean_store::{Committed, Delivered, Sent};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest_state_machine::ReferenceStateMachine;

use crate::booking::Minutes;
use crate::drive::{Effort, Walk, prove, tally};
use crate::mailbox::{CHATS, Chat, Hand, Item, Known, Mailboxes, READERS};
use crate::post::{Picture, Post};
use crate::queue_house::House;

pub(crate) const DAY: Minutes = 24 * 60;
/// Few update ids, so that many repeat.
const UPDATES: i64 = 12;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    In,
    Out,
}

#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Deliver(Vec<(Chat, i64)>),
    /// Outcomes by way of a hop. `dies`: the relay does before it deletes them, and another carries them again.
    Tell {
        chats: Vec<Chat>,
        dies: bool,
    },
    Read {
        side: Side,
        reader: usize,
    },
    Commit {
        hand: Hand,
        taken: usize,
        shows: u32,
        jobs: usize,
    },
    Sent {
        hand: Hand,
        taken: usize,
        sleep: Option<Minutes>,
    },
    Park {
        side: Side,
        hand: Hand,
    },
    /// A reader dies and another starts; `takes`: a visit whose lease has run out.
    Restart {
        side: Side,
        reader: usize,
        takes: Option<Hand>,
    },
    Lose {
        side: Side,
        chat: Chat,
    },
    /// A repair takes an entry for lost that is not.
    Double {
        side: Side,
        chat: Chat,
    },
    Sweep,
    Pass(Minutes),
    Wake,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub now: Minutes,
    seen: BTreeMap<i64, BTreeSet<i64>>,
    pub inbox: Mailboxes,
    pub outbox: Mailboxes,
    revs: [u64; CHATS],
    outcomes: u32,
    shows: u32,
    jobs: usize,
    /// What the last operation was answered.
    answer: String,
}

impl Model {
    fn side(&mut self, side: Side) -> &mut Mailboxes {
        match side {
            Side::In => &mut self.inbox,
            Side::Out => &mut self.outbox,
        }
    }

    pub(crate) fn of(&self, side: Side) -> &Mailboxes {
        match side {
            Side::In => &self.inbox,
            Side::Out => &self.outbox,
        }
    }

    /// An update is taken in once in two days.
    fn deliver(&mut self, chat: Chat, id: i64) -> Delivered {
        let today = self.now / DAY;
        let seen = |day| self.seen.get(&day).is_some_and(|ids| ids.contains(&id));
        if seen(today) || seen(today - 1) {
            return Delivered::Repeated;
        }
        self.seen.entry(today).or_default().insert(id);
        self.inbox.put(chat, Item::Update(id));
        Delivered::New
    }

    fn commit(&mut self, hand: Hand, taken: usize, shows: u32, jobs: usize) -> Committed {
        let chat = self.inbox.hands[hand].chat;
        if !self.inbox.take(hand, taken, None) {
            return Committed::Stale;
        }
        self.revs[chat] += 1;
        for _ in 0..shows {
            self.shows += 1;
            self.outbox.put(chat, Item::Show(self.shows));
        }
        self.jobs += jobs;
        Committed::Done
    }

    fn sent(&mut self, hand: Hand, taken: usize, sleep: Option<Minutes>) -> Sent {
        let chat = self.outbox.hands[hand].chat;
        let until = sleep.map(|minutes| self.now + minutes);
        if !self.outbox.take(hand, taken, until) {
            return Sent::Stale;
        }
        match self.outbox.known[chat] {
            Known::Nothing => Sent::Empty,
            Known::Entry(_) => Sent::More,
            Known::Snoozed(_) => Sent::Snoozed,
        }
    }

    /// A visit as its reader is given it.
    fn given(&self, side: Side, hand: Option<Hand>) -> String {
        let visit = hand.map(|hand| &self.of(side).hands[hand]);
        let rev = |chat: Chat| if side == Side::In { self.revs[chat] } else { 0 };
        visit
            .map_or_else(|| "nothing".to_owned(), |visit| given(visit.chat, &visit.items, rev(visit.chat), side == Side::In && visit.alone))
    }
}

/// What may be done with what is in somebody's hands; now and then, with what was long ago.
fn finishes(side: Side, mailboxes: &Mailboxes) -> Vec<(u32, BoxedStrategy<Operation>)> {
    if mailboxes.hands.is_empty() {
        return vec![];
    }
    let (held, ever) = (mailboxes.in_hand(), 0..mailboxes.hands.len());
    let weight = if held.is_empty() { 5 } else { 30 };
    let hand = if held.is_empty() { ever.boxed() } else { prop_oneof![6 => select(held), 1 => ever].boxed() };
    let sizes: Vec<usize> = mailboxes.hands.iter().map(|visit| visit.items.len()).collect();
    let visit = (hand, any::<Index>()).prop_map(move |(hand, taken)| (hand, 1 + taken.index(sizes[hand])));
    let park = visit.clone().prop_map(move |(hand, _)| Operation::Park { side, hand });
    let finish = match side {
        Side::In => {
            (visit, 0..3_u32, 0..2_usize).prop_map(|((hand, taken), shows, jobs)| Operation::Commit { hand, taken, shows, jobs }).boxed()
        }
        // Who is told to wait has sent one less.
        Side::Out => (visit, prop::option::weighted(0.4, 1..6_i64))
            .prop_map(|((hand, taken), sleep)| Operation::Sent { hand, taken: taken - usize::from(sleep.is_some()), sleep })
            .boxed(),
    };
    vec![(weight / 5, park.boxed()), (weight, finish)]
}

/// `alone`: as a turn says; an outbox does not.
pub(crate) fn given(chat: Chat, items: &[Item], rev: u64, alone: bool) -> String {
    format!("chat {chat} at {rev}: {items:?}{}", if alone { " alone" } else { "" })
}

struct Machine;

impl ReferenceStateMachine for Machine {
    type State = Model;
    type Transition = Operation;

    fn init_state() -> BoxedStrategy<Model> {
        Just(Model::default()).boxed()
    }

    fn transitions(model: &Model) -> BoxedStrategy<Operation> {
        let mut operations = vec![
            (20, vec((0..CHATS, 0..UPDATES), 1..4).prop_map(Operation::Deliver).boxed()),
            (6, (vec(0..CHATS, 1..4), any::<bool>()).prop_map(|(chats, dies)| Operation::Tell { chats, dies }).boxed()),
            (if model.inbox.deaf().len() + model.outbox.deaf().len() > 0 { 10 } else { 1 }, Just(Operation::Sweep).boxed()),
            (if model.outbox.is_asleep() { 15 } else { 6 }, select(vec![1, 1, 5, 12 * 60, DAY]).prop_map(Operation::Pass).boxed()),
            (if model.outbox.is_asleep() { 15 } else { 1 }, Just(Operation::Wake).boxed()),
        ];
        for side in [Side::In, Side::Out] {
            let mailboxes = model.of(side);
            if mailboxes.has_waiting() {
                operations.push((25, (0..READERS).prop_map(move |reader| Operation::Read { side, reader }).boxed()));
            }
            let called: Vec<Chat> = (0..CHATS).filter(|chat| matches!(mailboxes.known[*chat], Known::Entry(_))).collect();
            if !called.is_empty() {
                operations.push((3, select(called.clone()).prop_map(move |chat| Operation::Lose { side, chat }).boxed()));
                operations.push((3, select(called).prop_map(move |chat| Operation::Double { side, chat }).boxed()));
            }
            operations.push((2, (0..READERS).prop_map(move |reader| Operation::Restart { side, reader, takes: None }).boxed()));
            let mut lapsed: Vec<_> =
                mailboxes.in_hand().into_iter().flat_map(|hand| (0..READERS).map(move |reader| (reader, hand))).collect();
            lapsed.retain(|(reader, hand)| mailboxes.may_be_taken_over(*hand, *reader));
            // Often the one that was in the most crashes: what kills, kills on, and it takes three to be condemned.
            let worst = lapsed.iter().copied().max_by_key(|(_, hand)| mailboxes.alone[mailboxes.hands[*hand].chat]);
            if let Some(worst) = worst {
                let takes = prop_oneof![1 => select(lapsed), 2 => Just(worst)];
                let restart = takes.prop_map(move |(reader, hand)| Operation::Restart { side, reader, takes: Some(hand) });
                let kills_on = mailboxes.alone[mailboxes.hands[worst.1].chat].is_some();
                operations.push((if kills_on { 60 } else { 12 }, restart.boxed()));
            }
            operations.extend(finishes(side, mailboxes));
        }
        proptest::strategy::Union::new_weighted(operations).boxed()
    }

    fn preconditions(model: &Model, operation: &Operation) -> bool {
        match operation {
            // Who asks in vain waits a second.
            Operation::Read { side, .. } => model.of(*side).has_waiting(),
            Operation::Commit { hand, taken, .. } => model.inbox.hands.get(*hand).is_some_and(|visit| *taken <= visit.items.len()),
            Operation::Sent { hand, taken, .. } => model.outbox.hands.get(*hand).is_some_and(|visit| *taken <= visit.items.len()),
            Operation::Park { side, hand } => *hand < model.of(*side).hands.len(),
            Operation::Restart { side, reader, takes: Some(hand) } => {
                *hand < model.of(*side).hands.len() && model.of(*side).may_be_taken_over(*hand, *reader)
            }
            // One at a time: in which order several are found again is nobody's promise.
            Operation::Lose { side, chat } => model.of(*side).deaf().is_empty() && matches!(model.of(*side).known[*chat], Known::Entry(_)),
            Operation::Double { side, chat } => matches!(model.of(*side).known[*chat], Known::Entry(_)),
            _ => true,
        }
    }

    fn apply(mut model: Model, operation: &Operation) -> Model {
        model.answer = match operation {
            Operation::Deliver(updates) => {
                format!("{:?}", updates.iter().map(|(chat, id)| model.deliver(*chat, *id)).collect::<Vec<_>>())
            }
            Operation::Tell { chats, .. } => {
                for chat in chats {
                    model.outcomes += 1;
                    let outcome = Item::Outcome(model.outcomes);
                    model.inbox.put(*chat, outcome);
                }
                format!("{}", chats.len())
            }
            Operation::Read { side, reader } => {
                let hand = model.side(*side).read(*reader);
                model.given(*side, hand)
            }
            Operation::Commit { hand, taken, shows, jobs } => format!("{:?}", model.commit(*hand, *taken, *shows, *jobs)),
            Operation::Sent { hand, taken, sleep } => format!("{:?}", model.sent(*hand, *taken, *sleep)),
            Operation::Park { side, hand } => {
                format!("{:?}", if model.side(*side).park(*hand) { Committed::Done } else { Committed::Stale })
            }
            Operation::Restart { side, reader, takes } => {
                let hand = model.side(*side).restart(*reader, *takes);
                model.given(*side, hand)
            }
            Operation::Lose { side, chat } => {
                model.side(*side).lose(*chat);
                String::new()
            }
            Operation::Double { side, chat } => {
                model.side(*side).call(*chat);
                String::new()
            }
            Operation::Sweep => (model.inbox.sweep() + model.outbox.sweep()).to_string(),
            Operation::Pass(minutes) => {
                model.now += minutes;
                String::new()
            }
            Operation::Wake => model.outbox.wake(model.now).to_string(),
        };
        model
    }
}

async fn walk(house: &House, mut walk: Walk<Machine>) {
    let mut post = Post::open(house).await;
    while let Some((operation, _, after)) = walk.next() {
        assert_eq!(post.apply(&operation, &after).await, after.answer, "the answer to {operation:?}");
        for side in [Side::In, Side::Out] {
            assert_eq!(post.picture(side).await, Picture::of(after.of(side)), "{side:?} after {operation:?}");
        }
        let jobs: usize = house.redis("XLEN hop:{c0}").await;
        assert_eq!(jobs, after.jobs, "jobs left by turns");
        post.nothing_lost(&after);
    }
}

const EFFORT: Effort = Effort { cases: 80, steps_max: 100 };

#[test]
fn a_mailbox_keeps_order_and_loses_nothing() {
    prove::<Machine, _>(&EFFORT, House::open, &walk);
}

#[test]
fn walks_of_mailboxes_meet_everything() {
    tally::<Machine>(&EFFORT, |operation, before, after| {
        let answer = &after.answer;
        let parked = after.inbox.parked.len() - before.inbox.parked.len() + after.outbox.parked.len() - before.outbox.parked.len();
        let met = match operation {
            Operation::Deliver(_) => answer.contains("Repeated").then(|| "an update again".to_owned()),
            Operation::Tell { dies, .. } => Some(format!("a relay, dying {dies}")),
            Operation::Read { side, .. } if answer == "nothing" => Some(format!("{side:?} a second entry")),
            Operation::Read { side, .. } => Some(format!("{side:?} read{}", if answer.ends_with("alone") { " alone" } else { "" })),
            Operation::Restart { side, takes: Some(_), .. } if parked == 1 => Some(format!("{side:?} condemned")),
            Operation::Restart { side, takes: Some(_), .. } => Some(format!("{side:?} taken over")),
            Operation::Commit { .. } => Some(format!("commit {answer}")),
            Operation::Sent { .. } => Some(format!("sent {answer}")),
            Operation::Park { side, .. } => Some(format!("{side:?} park {answer}")),
            Operation::Wake | Operation::Sweep if answer != "0" => Some(format!("{operation:?}")),
            _ => None,
        };
        Vec::from_iter(met)
    })
    .each(&[
        "an update again",
        "a relay, dying true",
        "a relay, dying false",
        "In read",
        "In read alone",
        "Out read",
        "In a second entry",
        "Out a second entry",
        "In taken over",
        "Out taken over",
        "In condemned",
        "Out condemned",
        "commit Done",
        "commit Stale",
        "sent Empty",
        "sent More",
        "sent Snoozed",
        "sent Stale",
        "In park Done",
        "In park Stale",
        "Out park Done",
        "Out park Stale",
        "Wake",
        "Sweep",
    ]);
}
