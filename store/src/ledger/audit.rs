//! The audit: everything recounted from the journal, and compared with what is there.
//!
//! The journal carries every record's image in the order of the changes ([`replay`]). A probe reads several keys in one
//! script, together with the journal's last event at that moment ([`probe`]); replayed up to that event, the journal
//! says what those keys must hold ([`compare`]). So the audit runs beside a living system without stopping it and
//! without a false alarm: both sides are of the same moment. Only lateness needs patience: what is overdue is looked
//! at again after a pause. Last, every key is walked for what belongs to nothing, and for what nobody may read ([`sweep`]).
//!
//! It reads only. What an invariant means and what to do is in `docs/OPERATIONS.md`.

mod compare;
mod probe;
mod replay;
mod sweep;

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::loss::OpenLoss;
use crate::Store;
use crate::error::Result;
pub(super) use probe::read_seq;
use replay::Replay;

/// How long the crew is given to do what has become due, before it counts as overdue.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// A broken invariant: which, of what, and what was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    pub invariant: Invariant,
    /// A booking, slot, code, payment, key or setting.
    pub subject: String,
    pub detail: String,
}

/// What always holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// The server keeps what it is told: append-only file, no eviction, Redis 7.0 or later.
    Settings,
    /// What was acknowledged is there, as far as it was marked outside Redis.
    Loss,
    /// The journal's events are numbered without gaps, and each can be read.
    Journal,
    /// Every event is a transition the table of the domain allows.
    Transition,
    /// A record is the image its last event carries, and is listed.
    Record,
    /// A slot's counts are the recount of its bookings.
    Counts,
    /// No event took a place that was not there. A capacity cut below what is taken is no such event.
    Oversold,
    /// A booking has a deadline exactly while it is held or billed.
    Deadline,
    /// What is due is done within a minute.
    Overdue,
    /// A code is live exactly while its booking is billed, ahead of its deadline.
    Bill,
    /// A code names its booking and the booking its code; a billed booking has its answers.
    Code,
    /// A payment is recorded once and applied at most once; what is paid has its payment.
    Payment,
    /// All money taken in = what is paid + what is to be paid back + what is not settled yet.
    Money,
    /// A booking moved no oftener and no later than the rule of that day allowed.
    Move,
    /// Every key belongs to something.
    Orphan,
    /// Records live for good, bills and external ids do not.
    Lifetime,
    /// No national identity number lies anywhere in the clear.
    PlainNik,
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Settings => "settings",
            Self::Loss => "loss",
            Self::Journal => "journal",
            Self::Transition => "transition",
            Self::Record => "record",
            Self::Counts => "counts",
            Self::Oversold => "oversold",
            Self::Deadline => "deadline",
            Self::Overdue => "overdue",
            Self::Bill => "bill",
            Self::Code => "code",
            Self::Payment => "payment",
            Self::Money => "money",
            Self::Move => "move",
            Self::Orphan => "orphan",
            Self::Lifetime => "lifetime",
            Self::PlainNik => "plain-nik",
        })
    }
}

impl Serialize for Invariant {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What was found so far.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, invariant: Invariant, subject: impl fmt::Display, detail: impl Into<String>) {
        self.0.push(Finding { invariant, subject: subject.to_string(), detail: detail.into() });
    }

    /// Adds the finding unless `holds`.
    fn check(&mut self, holds: bool, invariant: Invariant, subject: impl fmt::Display, detail: impl FnOnce() -> String) {
        if !holds {
            self.add(invariant, subject, detail());
        }
    }
}

impl Store {
    /// Every broken invariant; none where all is well. Reads only, beside whatever else runs.
    pub async fn audit(&self) -> Result<Vec<Finding>> {
        let mut findings = Findings::default();
        self.audit_settings(&mut findings).await?;
        self.audit_losses(&mut findings).await?;
        let mut replays = Vec::new();
        for shard in self.office_shards() {
            let mut replay = Replay::new(shard);
            let names = self.names(shard).await?;
            let mut overdue = self.compare_bookings(&mut replay, &names, &mut findings).await?;
            if !overdue.is_empty() {
                tokio::time::sleep(PATIENCE).await;
                overdue.retain(|id| replay.bookings.contains_key(id));
                self.compare_overdue(&mut replay, &overdue, &mut findings).await?;
            }
            self.compare_quotas(&mut replay, &names, &mut findings).await?;
            self.compare_money(&mut replay, &names, &mut findings).await?;
            self.sweep_lifetimes(&names, &mut findings).await?;
            findings.0.append(&mut replay.findings.0);
            replays.push(replay);
        }
        self.sweep_plain_niks(&replays, &mut findings).await?;
        let mut findings = findings.0;
        findings.sort();
        findings.dedup();
        Ok(findings)
    }

    async fn audit_losses(&self, findings: &mut Findings) -> Result<()> {
        for OpenLoss { shard, seq, last, .. } in self.open_losses().await? {
            findings.add(
                Invariant::Loss,
                shard.journal(),
                format!("event {seq} was acknowledged and is gone; the journal ended at {last}"),
            );
        }
        Ok(())
    }

    async fn audit_settings(&self, findings: &mut Findings) -> Result<()> {
        for server in self.servers().await? {
            let mut check = |holds, setting: &str, detail: String| {
                findings.check(holds, Invariant::Settings, format!("{} {setting}", server.at), || detail);
            };
            check(server.version >= (7, 0), "version", format!("{}, needed is Redis 7.0 or later", server.name));
            check(server.appends, "appendonly", "no append-only file is kept: a restart forgets".to_owned());
            let eviction = server.eviction.as_deref().unwrap_or("unknown");
            let keeps = matches!(eviction, "noeviction" | "unknown");
            check(keeps, "maxmemory-policy", format!("{eviction}: records would be thrown away when memory is full"));
        }
        Ok(())
    }
}
