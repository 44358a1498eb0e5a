//! From jobs to what the ledger takes: each with the terms that hold at its office. What cannot be done at all (an
//! office nobody knows) is put aside to be buried, and its neighbours go on without it.

use antrean_domain::{Job, Office, OfficeCode};
use antrean_store::{Verdict, Work};

use crate::duty::Ctx;

/// A run of jobs, some of which may be past help.
pub(crate) struct Prepared<T> {
    pub ready: Vec<Work<T>>,
    /// One per job of the run, in order: why it can never be done, if it cannot.
    reasons: Vec<Option<String>>,
}

/// Reads each job as a `T`, or says why that can never be.
pub(crate) fn prepare<T>(work: Vec<Work<Job>>, read: impl Fn(Job) -> Result<T, String>) -> Prepared<T> {
    let mut prepared = Prepared { ready: Vec::with_capacity(work.len()), reasons: Vec::with_capacity(work.len()) };
    for Work { entry, attempt, job } in work {
        match read(job) {
            Ok(job) => {
                prepared.ready.push(Work { entry, attempt, job });
                prepared.reasons.push(None);
            }
            Err(reason) => prepared.reasons.push(Some(reason)),
        }
    }
    prepared
}

impl<T> Prepared<T> {
    /// The verdicts of the whole run: those of what was ready, and a burial for the rest.
    pub(crate) fn with(self, verdicts: Vec<Verdict>) -> Vec<Verdict> {
        let mut verdicts = verdicts.into_iter();
        let of = |reason: Option<String>| reason.map_or_else(|| verdicts.next().expect("the ledger answers every job"), Verdict::Bury);
        self.reasons.into_iter().map(of).collect()
    }
}

/// Why a job of another kind is buried. The crew gives each duty its own kind only.
pub(crate) fn misled(job: &Job) -> String {
    format!("a {} job came to another duty", job.kind())
}

impl Ctx {
    /// The office a job names, or why the job can never be done.
    pub(crate) fn office(&self, code: &OfficeCode) -> Result<&Office, String> {
        self.offices.get(code).ok_or_else(|| format!("office {code} is not in the configuration"))
    }
}
