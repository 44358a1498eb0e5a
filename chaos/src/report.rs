//! What a run came to, in a page for a terminal.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::time::Duration;

use crate::checker::Broken;
use crate::evidence::Evidence;
use crate::people::Life;
use crate::plan::Plan;

pub(crate) struct Report<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) minutes: u64,
    pub(crate) done: &'a BTreeMap<&'static str, usize>,
    /// Whether hosts' clocks could be moved.
    pub(crate) clocks: bool,
    pub(crate) lives: &'a [Life],
    pub(crate) evidence: &'a Evidence,
    /// How long everything took to come to rest at the end.
    pub(crate) rest: Option<Duration>,
    pub(crate) broken: &'a [Broken],
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content = self.lives.iter().filter(|life| life.content).count();
        let acts: usize = self.lives.iter().map(|life| life.acts).sum();
        let longest = self.lives.iter().map(|life| life.longest).max().unwrap_or_default();
        writeln!(f, "people      {}; {content} got what they wanted before it was over; {acts} things done", self.lives.len())?;
        writeln!(f, "faults      {}", counted(self.done))?;
        if !self.clocks {
            writeln!(f, "            hosts' clocks were left alone: libfaketime is not here (script/setup installs it on Debian)")?;
        }
        let mut states: BTreeMap<&str, usize> = BTreeMap::new();
        for record in &self.evidence.records {
            *states.entry(&record.state).or_default() += 1;
        }
        writeln!(f, "bookings    {}", counted(&states))?;
        let taken = self.evidence.notices.iter().filter(|notice| notice.taken()).count();
        let sent: usize = self.evidence.notices.iter().map(|notice| notice.sent).sum();
        writeln!(f, "payments    {} made, {taken} taken; told {sent} times", self.evidence.notices.len())?;
        writeln!(f, "journal     {} events", self.evidence.journal.len())?;
        writeln!(f, "recovery    longest wait for an answer {longest:.1?}; at rest {}", rest(self.rest))?;
        for broken in self.broken {
            writeln!(f, "BROKEN      {broken}")?;
        }
        if self.broken.is_empty() {
            writeln!(f, "every promise held")
        } else {
            let replay = format!("script/chaos --seed {} --minutes {}", self.plan.seed, self.minutes);
            writeln!(f, "{} promises broken; the same plan again: {replay}", self.broken.len())
        }
    }
}

fn rest(rest: Option<Duration>) -> String {
    rest.map_or_else(|| "never".to_owned(), |rest| format!("{rest:.1?} after the last fault"))
}

fn counted<K: Display>(counts: &BTreeMap<K, usize>) -> String {
    counts.iter().map(|(what, count)| format!("{what} {count}")).collect::<Vec<_>>().join(", ")
}
