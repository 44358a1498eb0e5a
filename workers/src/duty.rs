//! The one face of all duties: what a worker is to the crew.

use std::future::Future;

use antrean_domain::{Calendar, Job, Offices, Terms};
use antrean_store::{BatchHead, Store, StoreError, Verdict, Work};

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
