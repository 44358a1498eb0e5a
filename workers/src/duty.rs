//! The one face of all duties: what a worker is to the crew.

use std::future::Future;
use std::time::Duration;

use antrean_domain::{Calendar, Job, Offices, Terms};
use antrean_store::{BatchHead, OfficeShard, Store, StoreError, Verdict, Work};

/// What every duty may use.
#[derive(Clone)]
pub struct Ctx {
    pub store: Store,
    pub offices: std::sync::Arc<Offices>,
    pub terms: std::sync::Arc<Terms>,
    pub calendar: std::sync::Arc<Calendar>,
}

/// One kind of job and how it is done. A duty takes a whole run of jobs of its kind, hands them to one script
/// call, and answers each with a verdict, in their order. It settles nothing itself: its script did.
pub(crate) trait Duty {
    /// The jobs it takes: [`Job::kind`].
    const KIND: &'static str;

    /// Does `work`, all of kind [`Self::KIND`]. An error means that nothing is known: all of it is tried again.
    fn run(ctx: &Ctx, head: &BatchHead, work: Vec<Work<Job>>) -> impl Future<Output = Result<Vec<Verdict>, StoreError>> + Send;
}

/// Something the clock asks for, on every office shard, by every process: its scripts are atomic, so nobody leads.
pub(crate) trait Tick {
    /// Its name in `--only` and in logs.
    const NAME: &'static str;
    /// How long to wait when nothing was due.
    const EVERY: Duration;

    /// Does what is due on `shard`, up to a bound of its own, and says how much that was. Called again at once
    /// while it is more than nothing.
    fn tick(ctx: &Ctx, shard: OfficeShard) -> impl Future<Output = Result<usize, StoreError>> + Send;
}
