//! Drives a machine: proptest makes up a walk of operations on the model, and every step of it is done to the real
//! store as well. What fails is shrunk to the shortest walk that still does, and printed.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use antrean_store::Store;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, FileFailurePersistence, TestError, TestRunner};
use proptest_state_machine::ReferenceStateMachine;
use redis::aio::MultiplexedConnection;

/// What proptest itself takes for the number of cases where `PROPTEST_CASES` does not say: far more than a change waits for.
const CASES_UNASKED: u32 = 256;
/// Enough to bring sixty steps down to a handful, and over in a minute.
const SHRINKS_MAX: u32 = 2_000;

/// No heart beats within a walk: whose lease runs out, the walk decides.
pub(crate) const LEASE_MS: u64 = 60_000;
pub(crate) const MINUTE_MS: i64 = 60_000;

/// How far a machine is driven. `PROPTEST_CASES` asks for another number of cases.
pub(crate) struct Effort {
    pub cases: u32,
    pub steps_max: usize,
}

/// One walk: an operation at a time, each with the model as it must be afterwards.
pub(crate) struct Walk<M: ReferenceStateMachine> {
    model: M::State,
    operations: std::vec::IntoIter<M::Transition>,
    /// Where proptest counts how far a walk came before it failed.
    seen: Option<Arc<AtomicUsize>>,
}

impl<M: ReferenceStateMachine> Walk<M> {
    /// The next operation, with the model before and after it.
    pub(crate) fn next(&mut self) -> Option<(M::Transition, M::State, M::State)> {
        let operation = self.operations.next()?;
        if let Some(seen) = &self.seen {
            seen.fetch_add(1, Ordering::SeqCst);
        }
        let before = self.model.clone();
        self.model = M::apply(before.clone(), &operation);
        Some((operation, before, self.model.clone()))
    }

    /// The model as it is now.
    pub(crate) fn model(&self) -> &M::State {
        &self.model
    }
}

/// Opens one house and walks through it, again and again.
pub(crate) fn prove<M: ReferenceStateMachine, H>(effort: &Effort, open: impl AsyncFnOnce() -> H, walk: &impl AsyncFn(&H, Walk<M>)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let house = runtime.block_on(open());
    let asked = Config::default();
    let config = Config {
        cases: if asked.cases == CASES_UNASKED { effort.cases } else { asked.cases },
        max_shrink_iters: SHRINKS_MAX,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("proptest-regressions/model.txt"))),
        ..asked
    };
    let walks = M::sequential_strategy(1..=effort.steps_max);
    let proven = TestRunner::new(config).run(&walks, |(model, operations, seen)| {
        runtime.block_on(walk(&house, Walk { model, operations: operations.into_iter(), seen }));
        Ok(())
    });
    match proven {
        Ok(()) => {}
        Err(TestError::Abort(why)) => panic!("no walks could be made up: {why}"),
        Err(TestError::Fail(why, (_, operations, _))) => {
            let mut steps = String::new();
            for operation in operations {
                write!(steps, "\n  {operation:?}").expect("a string takes everything");
            }
            panic!("the store and the model part after:{steps}\n{why}");
        }
    }
}

/// How often each thing is met on walks that are always the same.
pub(crate) struct Tally(BTreeMap<String, usize>);

/// What a machine's walks meet, on the model alone: a walk that never gets anywhere proves nothing.
pub(crate) fn tally<M: ReferenceStateMachine>(effort: &Effort, met: impl Fn(&M::Transition, &M::State, &M::State) -> Vec<String>) -> Tally {
    let mut tally = BTreeMap::new();
    let mut runner = TestRunner::deterministic();
    for _ in 0..effort.cases {
        let (model, operations, seen) =
            M::sequential_strategy(1..=effort.steps_max).new_tree(&mut runner).expect("a walk can be made up").current();
        let mut walk = Walk::<M> { model, operations: operations.into_iter(), seen };
        while let Some((operation, before, after)) = walk.next() {
            for thing in met(&operation, &before, &after) {
                *tally.entry(thing).or_default() += 1;
            }
        }
    }
    Tally(tally)
}

impl Tally {
    /// Each of `things` is met often enough that a fault in it shows.
    pub(crate) fn each(&self, things: &[&str]) {
        /// On all walks together.
        const OFTEN: usize = 10;
        let rare: Vec<_> = things.iter().filter(|thing| self.0.get(**thing).is_none_or(|times| *times < OFTEN)).collect();
        assert!(rare.is_empty(), "the walks hardly meet {rare:?} of {:#?}", self.0);
    }
}

/// Empties a Redis between two walks, all but its clock: a new server would cost more than a walk.
pub(crate) async fn empty(store: &Store, raw: &mut MultiplexedConnection) {
    let mut empty = redis::pipe();
    empty.atomic().cmd("FLUSHALL").cmd("SET").arg("antrean:shards").arg(store.shards());
    empty.cmd("SET").arg("antrean:clock").arg(store.clock().offset_ms());
    empty.exec_async(raw).await.expect("emptied");
}
