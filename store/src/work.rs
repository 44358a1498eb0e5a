//! What passes between the crew and the scripts: a batch's head, one entry's work, its verdict.

use antrean_domain::{Job, JobClass};

use crate::counted;

/// The entry id of work asked for by the clock, not read from a stream: no fence, nothing to settle.
pub const BY_THE_CLOCK: &str = "";

/// What a script needs to know of a batch to fence it: whose it is.
#[derive(Clone, Debug)]
pub struct BatchHead {
    pub shard: u8,
    pub class: JobClass,
    /// The reader's consumer name.
    pub consumer: String,
    /// How many entries it has not settled of all it ever read under this name, 0 where it does not know. If Redis knows
    /// of exactly as many, all of them are its own, and nobody needs to ask for each.
    pub in_hand: usize,
}

/// One entry of a batch, to be judged on its own.
#[derive(Clone, Debug)]
pub struct Work<T = Job> {
    /// The stream entry's id, or [`BY_THE_CLOCK`].
    pub entry: String,
    /// How often it was tried before.
    pub attempt: u32,
    pub job: T,
}

impl<T> Work<T> {
    /// The same entry with its job seen through `map`; `None` where `map` does not take it.
    pub fn filter_map<U>(self, map: impl FnOnce(T) -> Option<U>) -> Option<Work<U>> {
        let Self { entry, attempt, job } = self;
        map(job).map(|job| Work { entry, attempt, job })
    }
}

/// What became of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Judged and settled in one script. The word says how: `held`, `full`, `superseded` …
    Settled(String),
    /// Another consumer's by now. Nothing was changed, nothing is to be done.
    Stale,
    /// The record changed between the read and the script. Read again.
    Moved,
    /// Could not be done now; to be tried again later. Not settled.
    Retry(String),
    /// Can never be done. To be buried with this reason. Not settled.
    Bury(String),
}

impl Verdict {
    /// The verdict a script's word stands for.
    pub fn from_word(word: String) -> Self {
        match word.as_str() {
            "stale" => {
                counted::lease_lost("job");
                Self::Stale
            }
            "moved" => Self::Moved,
            "retry" => Self::Retry("the script asked for it".to_owned()),
            broken if broken.starts_with("broken ") => Self::Retry(format!("its script failed: {broken}")),
            "unreadable" => Self::Bury("its booking's record is of another release, or damaged".to_owned()),
            _ => Self::Settled(word),
        }
    }

    /// Its word in logs and metrics.
    pub fn word(&self) -> &str {
        match self {
            Self::Settled(word) => word,
            Self::Stale => "stale",
            Self::Moved => "moved",
            Self::Retry(_) => "retry",
            Self::Bury(_) => "bury",
        }
    }
}
