//! What a stream of jobs is: each job waits, is in one owner's hands, sleeps until its time, was done once, or is
//! buried. Here is the machine and its model; `crew` is the real one.

use std::collections::{BTreeMap, VecDeque};

use antrean_store::Committed;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest_state_machine::ReferenceStateMachine;

use crate::booking::Minutes;
use crate::crew::{Crew, Picture};
use crate::drive::{Effort, Walk, prove, tally};
use crate::queue_house::House;

pub(crate) const READERS: usize = 2;
/// Crashes in a row, alone with it, that condemn a job.
const CRASHES_MAX: u32 = 3;

/// Which job: they are numbered as they come.
pub(crate) type Number = i64;

#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Enqueue,
    Read {
        reader: usize,
        most: usize,
    },
    /// All of a batch, by one script.
    Do {
        batch: usize,
    },
    Retry {
        batch: usize,
        at: usize,
        minutes: Minutes,
    },
    Bury {
        batch: usize,
        at: usize,
    },
    /// A reader dies and another starts; `takes`: an entry of a batch whose lease has run out.
    Restart {
        reader: usize,
        takes: Option<(usize, usize)>,
    },
    Pass(Minutes),
    Promote,
}

/// An entry of the stream in somebody's hands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub job: Number,
    pub attempt: u32,
    id: u64,
}

#[derive(Clone, Debug)]
struct Batch {
    owner: u64,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Reader {
    process: u64,
    batch: Option<usize>,
    alone: Option<u64>,
}

#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub now: Minutes,
    pub enqueued: Number,
    pub waiting: VecDeque<Entry>,
    /// Entries in hand, by their owners.
    pub pending: BTreeMap<u64, u64>,
    /// By when they come, and in which order they were put off.
    pub delayed: BTreeMap<(Minutes, u64), (Number, u32)>,
    /// In the order in which they were done.
    pub done: Vec<Number>,
    pub buried: Vec<Number>,
    /// Crashes in a row of those who had an entry alone.
    alone: BTreeMap<u64, u32>,
    batches: Vec<Batch>,
    readers: [Reader; READERS],
    next: u64,
    /// What the last operation was answered.
    pub answer: String,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            now: 0,
            enqueued: 0,
            waiting: VecDeque::new(),
            pending: BTreeMap::new(),
            delayed: BTreeMap::new(),
            done: Vec::new(),
            buried: Vec::new(),
            alone: BTreeMap::new(),
            batches: Vec::new(),
            readers: [1, 2].map(|process| Reader { process, batch: None, alone: None }),
            next: 100,
            answer: String::new(),
        }
    }
}

impl Model {
    /// The crash counts of what is in hand, the smallest first.
    pub(crate) fn crashes(&self) -> Vec<u32> {
        let mut crashes: Vec<_> = self.alone.iter().filter(|(id, _)| self.pending.contains_key(id)).map(|(_, crashes)| *crashes).collect();
        crashes.sort_unstable();
        crashes
    }

    /// Whether a reader has not done all it has in hand.
    pub(crate) fn leaves_some(&self, reader: usize) -> bool {
        let batch = self.readers[reader].batch.map(|batch| &self.batches[batch]);
        batch.is_some_and(|batch| batch.entries.iter().any(|entry| self.pending.get(&entry.id) == Some(&batch.owner)))
    }

    fn enter(&mut self, job: Number, attempt: u32) {
        self.next += 1;
        self.waiting.push_back(Entry { job, attempt, id: self.next });
    }

    /// What waits, the oldest first. What the reader still had in hand it leaves, and has lived through.
    fn read(&mut self, reader: usize, most: usize) -> String {
        if let Some(survived) = self.readers[reader].alone.take() {
            self.alone.remove(&survived);
        }
        let entries: Vec<_> = (0..most).map_while(|_| self.waiting.pop_front()).collect();
        self.hand_out(reader, entries)
    }

    fn hand_out(&mut self, reader: usize, entries: Vec<Entry>) -> String {
        let owner = self.readers[reader].process;
        self.pending.extend(entries.iter().map(|entry| (entry.id, owner)));
        self.readers[reader].batch = Some(self.batches.len());
        let answer = given(self.readers[reader].alone.is_some(), entries.iter().map(|entry| (entry.job, entry.attempt)));
        self.batches.push(Batch { owner, entries });
        answer
    }

    fn do_all(&mut self, batch: usize) -> String {
        let mut words = Vec::new();
        for at in 0..self.batches[batch].entries.len() {
            let done = self.settle(batch, at);
            self.done.extend(done.map(|entry| entry.job));
            words.push(if done.is_some() { "subscribed" } else { "stale" });
        }
        words.join(" ")
    }

    fn retry(&mut self, batch: usize, at: usize, minutes: Minutes) -> Committed {
        let Some(Entry { job, attempt, .. }) = self.settle(batch, at) else { return Committed::Stale };
        self.next += 1;
        self.delayed.insert((self.now + minutes, self.next), (job, attempt + 1));
        Committed::Done
    }

    fn bury(&mut self, batch: usize, at: usize) -> Committed {
        let Some(Entry { job, .. }) = self.settle(batch, at) else { return Committed::Stale };
        self.buried.push(job);
        Committed::Done
    }

    /// Whether a new process in a reader's place may find the lease of an entry run out.
    fn may_be_taken_over(&self, (batch, at): (usize, usize), by: usize) -> bool {
        let renewed = self.readers.iter().enumerate().any(|(reader, of)| reader != by && of.batch == Some(batch));
        let entry = self.batches.get(batch).and_then(|batch| Some((batch.owner, batch.entries.get(at)?)));
        entry.is_some_and(|(owner, entry)| !renewed && self.pending.get(&entry.id) == Some(&owner))
    }

    fn restart(&mut self, reader: usize, takes: Option<(usize, usize)>) -> String {
        self.next += 1;
        self.readers[reader] = Reader { process: self.next, batch: None, alone: None };
        let Some((batch, at)) = takes else { return given(false, []) };
        let entry = self.batches[batch].entries[at];
        let crashes = self.alone.get(&entry.id).map_or(0, |crashes| crashes + 1);
        self.alone.insert(entry.id, crashes);
        if crashes == CRASHES_MAX {
            self.pending.remove(&entry.id);
            self.buried.push(entry.job);
            return given(false, []);
        }
        self.readers[reader].alone = Some(entry.id);
        self.hand_out(reader, vec![entry])
    }

    /// What has become due, the longest first. How many.
    fn promote(&mut self) -> usize {
        let later = self.delayed.split_off(&(self.now + 1, 0));
        let due = std::mem::replace(&mut self.delayed, later);
        for (job, attempt) in due.values() {
            self.enter(*job, *attempt);
        }
        due.len()
    }

    /// Takes an entry off for its owner.
    fn settle(&mut self, batch: usize, at: usize) -> Option<Entry> {
        let Batch { owner, entries } = &self.batches[batch];
        let entry = entries[at];
        if self.pending.get(&entry.id) != Some(owner) {
            return None;
        }
        self.pending.remove(&entry.id);
        Some(entry)
    }
}

/// A batch as its reader is given it.
pub(crate) fn given(alone: bool, entries: impl IntoIterator<Item = (Number, u32)>) -> String {
    format!("{:?}{}", entries.into_iter().collect::<Vec<_>>(), if alone { " alone" } else { "" })
}

pub(crate) struct Jobs;

impl ReferenceStateMachine for Jobs {
    type State = Model;
    type Transition = Operation;

    fn init_state() -> BoxedStrategy<Model> {
        Just(Model::default()).boxed()
    }

    fn transitions(model: &Model) -> BoxedStrategy<Operation> {
        let entries = (0..model.batches.len()).flat_map(|batch| (0..model.batches[batch].entries.len()).map(move |at| (batch, at)));
        let mut lapsed: Vec<_> = entries.flat_map(|entry| (0..READERS).map(move |reader| (reader, entry))).collect();
        lapsed.retain(|(reader, entry)| model.may_be_taken_over(*entry, *reader));
        // Often the one that was in the most crashes: what kills, kills on, and it takes three to be condemned.
        let crashes = |(batch, at): (usize, usize)| model.alone.get(&model.batches[batch].entries[at].id);
        let worst = lapsed.iter().copied().max_by_key(|(_, entry)| crashes(*entry));
        let mut operations = vec![
            (5, Just(Operation::Enqueue).boxed()),
            (6, (0..READERS, 1..=3_usize).prop_map(|(reader, most)| Operation::Read { reader, most }).boxed()),
            (1, (0..READERS).prop_map(|reader| Operation::Restart { reader, takes: None }).boxed()),
            (1, (1..4_i64).prop_map(Operation::Pass).boxed()),
            (2, Just(Operation::Promote).boxed()),
        ];
        if let Some(worst) = worst {
            let takes = prop_oneof![1 => select(lapsed), 2 => Just(worst)];
            let restart = takes.prop_map(|(reader, entry)| Operation::Restart { reader, takes: Some(entry) });
            operations.push((if crashes(worst.1).is_some() { 15 } else { 4 }, restart.boxed()));
        }
        if !model.batches.is_empty() {
            // As a rule what somebody has in hand, now and then what was in hand long ago.
            let owned = |batch: &Batch| batch.entries.iter().any(|entry| model.pending.get(&entry.id) == Some(&batch.owner));
            let held: Vec<usize> = (0..model.batches.len()).filter(|batch| owned(&model.batches[*batch])).collect();
            let ever = 0..model.batches.len();
            let batch = if held.is_empty() { ever.boxed() } else { prop_oneof![4 => select(held), 1 => ever].boxed() };
            let sizes: Vec<usize> = model.batches.iter().map(|batch| batch.entries.len()).collect();
            let entry = (batch.clone(), any::<Index>()).prop_map(move |(batch, at)| (batch, at.index(sizes[batch])));
            let retry = (entry.clone(), 0..4_i64).prop_map(|((batch, at), minutes)| Operation::Retry { batch, at, minutes });
            operations.push((4, batch.prop_map(|batch| Operation::Do { batch }).boxed()));
            operations.push((4, retry.boxed()));
            operations.push((1, entry.prop_map(|(batch, at)| Operation::Bury { batch, at }).boxed()));
        }
        proptest::strategy::Union::new_weighted(operations).boxed()
    }

    fn preconditions(model: &Model, operation: &Operation) -> bool {
        let entries = |batch: usize| model.batches.get(batch).map_or(0, |batch| batch.entries.len());
        match operation {
            // Who asks in vain waits a second.
            Operation::Read { .. } => !model.waiting.is_empty(),
            Operation::Do { batch } => entries(*batch) > 0,
            Operation::Retry { batch, at, .. } | Operation::Bury { batch, at } => *at < entries(*batch),
            Operation::Restart { reader, takes: Some(entry) } => model.may_be_taken_over(*entry, *reader),
            _ => true,
        }
    }

    fn apply(mut model: Model, operation: &Operation) -> Model {
        model.answer = match operation {
            Operation::Enqueue => {
                model.enqueued += 1;
                model.enter(model.enqueued, 0);
                String::new()
            }
            Operation::Read { reader, most } => model.read(*reader, *most),
            Operation::Do { batch } => model.do_all(*batch),
            Operation::Retry { batch, at, minutes } => format!("{:?}", model.retry(*batch, *at, *minutes)),
            Operation::Bury { batch, at } => format!("{:?}", model.bury(*batch, *at)),
            Operation::Restart { reader, takes } => model.restart(*reader, *takes),
            Operation::Pass(minutes) => {
                model.now += minutes;
                String::new()
            }
            Operation::Promote => model.promote().to_string(),
        };
        model
    }
}

async fn walk(house: &House, mut walk: Walk<Jobs>) {
    let mut crew = Crew::open(house).await;
    while let Some((operation, before, after)) = walk.next() {
        assert_eq!(crew.apply(&operation, &before).await, after.answer, "the answer to {operation:?}");
        assert_eq!(crew.picture().await, Picture::of(&after), "after {operation:?}");
    }
    crew.close(walk.model()).await;
}

const EFFORT: Effort = Effort { cases: 48, steps_max: 100 };

#[test]
fn a_job_is_done_once_put_off_or_buried() {
    prove::<Jobs, _>(&EFFORT, House::open, &walk);
}

#[test]
fn walks_of_jobs_meet_everything() {
    tally::<Jobs>(&EFFORT, |operation, before, after| {
        let answer = &after.answer;
        let met = match operation {
            Operation::Read { .. } => answer.contains(", 1)").then(|| "a second attempt".to_owned()),
            Operation::Do { .. } => Some(format!("done {}", answer.split(' ').next().unwrap_or_default())),
            Operation::Retry { .. } => Some(format!("retry {answer}")),
            Operation::Bury { .. } => Some(format!("bury {answer}")),
            Operation::Restart { takes: Some(_), .. } if after.buried.len() > before.buried.len() => Some("condemned".to_owned()),
            Operation::Restart { takes: Some(_), .. } => Some("taken over".to_owned()),
            Operation::Promote => Some(format!("promoted {}", answer != "0")),
            _ => None,
        };
        Vec::from_iter(met)
    })
    .each(&[
        "a second attempt",
        "done subscribed",
        "done stale",
        "retry Done",
        "retry Stale",
        "bury Done",
        "bury Stale",
        "condemned",
        "taken over",
        "promoted true",
        "promoted false",
    ]);
}
