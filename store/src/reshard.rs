//! Another number of shards: every key moves to the tag it then belongs to, while nobody works.
//!
//! Nothing is changed in place. In five steps, each noted at `antrean:resharding` before it begins, and each such that
//! doing it again does no harm (so a killed run is simply started again):
//!
//! 1. **copy**: every key is written anew under `next:…`, on its new tag. Begun again, it throws its copies away first.
//! 2. **aside**: the copies have been counted; what was there is renamed to `old:…`.
//! 3. **place**: the copies take their names, and `antrean:shards` says the new number.
//! 4. **audit**: the ledger is recounted from its journal, as it lies now. Something found: it stays here, and can be
//!    undone, by giving what is `old:…` its names back.
//! 5. **clean**: what is `old:…` is deleted.
//!
//! While the note stands no process starts ([`StoreError::Resharding`]). A key is renamed within its tag only, and no
//! pipeline crosses tags, so it works on a Cluster, too.

mod census;
mod chats;
mod names;
mod obstacles;
mod offices;
mod step;
mod streams;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use antrean_domain::Millis;
use redis::AsyncCommands;

use crate::error::{Result, StoreError};
use crate::keys::{self, Tag};
use crate::ledger::{Finding, Invariant};
use crate::{Options, Store};

pub use obstacles::Obstacle;
pub(crate) use step::Note;
pub use step::Step;

use names::{NEXT, Names, OLD, Parts};

/// A change of the number of shards, about to be made or half made.
pub struct Reshard {
    /// The ledger as it was, and as it will be.
    from: Store,
    to: Store,
    note: Option<Note>,
    started_ms: Millis,
    /// How many stream entries this run has made anew.
    entries: AtomicU64,
}

/// Why a change cannot be made, or not now.
#[derive(Debug, thiserror::Error)]
pub enum ReshardError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing was changed.
    #[error("there is something to be put right first")]
    Obstacles(Vec<Obstacle>),
    /// The old keys are there still.
    #[error("something was written meanwhile, or the copy is not complete: {0:?}")]
    Differs(Vec<String>),
    /// The old keys are there still.
    #[error("the ledger is not sound as it lies now")]
    Unsound(Vec<Finding>),
    #[error("a change from {from} to {to} shards is half made already: finish or undo that one")]
    Another { from: u8, to: u8 },
    #[error("no change is under way that could be undone")]
    NothingToUndo,
}

impl From<redis::RedisError> for ReshardError {
    fn from(error: redis::RedisError) -> Self {
        Self::Store(error.into())
    }
}

impl Reshard {
    /// A change to `to` shards, of whatever number there is; or the one that is half made, which must be the same.
    /// `options.shards` is not asked: the configuration may say the old number or the new.
    pub async fn open(options: Options, to: u8) -> Result<Self, ReshardError> {
        let store = Store::open(options).await?;
        let note = Note::read(&store).await?;
        let from = match &note {
            Some(note) if note.to != to => return Err(ReshardError::Another { from: note.from, to: note.to }),
            Some(note) => note.from,
            None => store.shards_written().await?.unwrap_or(1),
        };
        let started_ms = store.clock().machine_ms();
        Ok(Self { from: store.with_shards(from), to: store.with_shards(to), note, started_ms, entries: AtomicU64::new(0) })
    }

    /// How many shards there are, before it is done.
    pub fn from(&self) -> u8 {
        self.from.shards()
    }

    pub fn to(&self) -> u8 {
        self.to.shards()
    }

    /// The step at which an earlier run was left, if one was.
    pub fn left_at(&self) -> Option<Step> {
        self.note.as_ref().map(|note| note.step)
    }

    /// What stands in the way, and how much there is of each kind. Changes nothing.
    pub async fn look(&self) -> Result<(Vec<Obstacle>, BTreeMap<String, u64>), ReshardError> {
        Ok((self.from.obstacles().await?, census::take(&self.from, "").await?))
    }

    /// Makes the change, or finishes it. `tell` hears of every step before it begins.
    pub async fn run(&mut self, mut tell: impl FnMut(Step)) -> Result<(), ReshardError> {
        // Nothing has been moved yet: whoever has come to life since then must be seen.
        if matches!(self.left_at(), None | Some(Step::Copy)) {
            self.begin().await?;
        }
        while let Some(note) = self.note.clone() {
            tell(note.step);
            match note.step {
                Step::Copy => self.copy().await?,
                Step::Aside => self.aside().await?,
                Step::Place => self.place().await?,
                Step::Audit => self.audit().await?,
                Step::Clean => names::delete(&self.from, OLD).await?,
                Step::Drop => self.drop_new().await?,
                Step::Restore => self.restore().await?,
            }
            self.proceed(note.step.next()).await?;
        }
        Ok(())
    }

    /// Gives what was set aside its names back, and forgets the rest. Possible until the last step.
    pub async fn undo(&mut self, tell: impl FnMut(Step)) -> Result<(), ReshardError> {
        match self.left_at() {
            None | Some(Step::Clean) => return Err(ReshardError::NothingToUndo),
            // Nothing has been moved.
            Some(Step::Copy) => {
                names::delete(&self.from, NEXT).await?;
                return self.proceed(None).await;
            }
            // What has been set aside is brought back; what has not is where it was.
            Some(Step::Aside) => self.proceed(Some(Step::Restore)).await?,
            Some(Step::Place | Step::Audit) => self.proceed(Some(Step::Drop)).await?,
            Some(Step::Drop | Step::Restore) => {}
        }
        self.run(tell).await
    }

    /// Keeps everybody out, then looks whether anybody is in.
    async fn begin(&mut self) -> Result<(), ReshardError> {
        self.proceed(Some(Step::Copy)).await?;
        let mut obstacles = self.from.obstacles().await?;
        if obstacles.is_empty() {
            self.from.drain_hops().await?;
            obstacles.extend(audited(&self.from).await?.into_iter().map(Obstacle::Unsound));
        }
        if obstacles.is_empty() {
            return Ok(());
        }
        names::delete(&self.from, NEXT).await?;
        self.proceed(None).await?;
        Err(ReshardError::Obstacles(obstacles))
    }

    /// Notes the step before it begins, or that all is done.
    async fn proceed(&mut self, step: Option<Step>) -> Result<(), ReshardError> {
        self.note = step.map(|step| Note { from: self.from(), to: self.to(), step });
        match &self.note {
            Some(note) => self.from.commands().set::<_, _, ()>(keys::RESHARDING, note.to_string()).await?,
            None => self.from.commands().del::<_, ()>(keys::RESHARDING).await?,
        }
        Ok(())
    }

    async fn copy(&self) -> Result<(), ReshardError> {
        names::delete(&self.from, NEXT).await?;
        // A run that was killed while it drained left the rest of it.
        self.from.drain_hops().await?;
        let before = census::take(&self.from, "").await?;
        self.copy_named().await?;
        for shard in self.from.chat_shards() {
            self.copy_chats(shard).await?;
        }
        for shard in self.from.office_shards() {
            self.copy_office(shard).await?;
        }
        self.copy_streams().await?;
        let (now, copied) = (census::take(&self.from, "").await?, census::take(&self.to, NEXT).await?);
        let differing: Vec<String> = before
            .keys()
            .chain(copied.keys())
            .filter(|kind| before.get(*kind) != copied.get(*kind) || before.get(*kind) != now.get(*kind))
            .map(|kind| format!("{kind}: {:?} before, {:?} now, {:?} copied", before.get(kind), now.get(kind), copied.get(kind)))
            .collect();
        let obstacles = self.from.obstacles().await?;
        match (obstacles.is_empty(), differing.is_empty()) {
            (true, true) => Ok(()),
            (false, _) => Err(ReshardError::Obstacles(obstacles)),
            (true, false) => Err(ReshardError::Differs(differing)),
        }
    }

    /// Copies the kinds that have many keys, in one walk over all names.
    async fn copy_named(&self) -> Result<()> {
        let mut names = Names::of(&self.from, "*".to_owned());
        while let Some(page) = names.next().await? {
            let mut groups: BTreeMap<(Tag, &str), Vec<&str>> = BTreeMap::new();
            for Parts { tag, kind, name } in page.iter().filter_map(|key| Parts::of(key, "")).filter(|parts| !parts.name.is_empty()) {
                groups.entry((tag, kind)).or_default().push(name);
            }
            for ((tag, kind), named) in groups {
                match tag {
                    Tag::Chat(shard) => self.copy_chat_keys(shard, kind, &named).await?,
                    Tag::Office(shard) => self.copy_office_keys(shard, kind, &named).await?,
                }
            }
        }
        Ok(())
    }

    async fn aside(&self) -> Result<(), ReshardError> {
        Ok(names::rename(&self.from, "", OLD).await?)
    }

    async fn place(&self) -> Result<(), ReshardError> {
        names::rename(&self.to, NEXT, "").await?;
        Ok(self.write_shards(self.to()).await?)
    }

    async fn audit(&self) -> Result<(), ReshardError> {
        let findings = audited(&self.to).await?;
        if findings.is_empty() { Ok(()) } else { Err(ReshardError::Unsound(findings)) }
    }

    async fn drop_new(&self) -> Result<(), ReshardError> {
        Ok(names::delete(&self.to, "").await?)
    }

    async fn restore(&self) -> Result<(), ReshardError> {
        names::rename(&self.from, OLD, "").await?;
        names::delete(&self.to, NEXT).await?;
        Ok(self.write_shards(self.from()).await?)
    }

    /// The journals are others from now on, and say so first: a watermark of the old ones must not be held against them.
    async fn write_shards(&self, shards: u8) -> Result<()> {
        self.from.commands().set::<_, _, ()>(keys::JOURNALS, self.started_ms).await?;
        Ok(self.from.commands().set::<_, _, ()>(keys::SHARDS, shards).await?)
    }

    /// The id of an entry that has none worth keeping: now, and beyond all that this run has made.
    fn fresh_entry(&self) -> String {
        format!("{}-{}", self.started_ms, self.entries.fetch_add(1, Ordering::Relaxed))
    }
}

/// What is wrong with the ledger. Not what only looks so while nobody works, nor how Redis is set up.
async fn audited(store: &Store) -> Result<Vec<Finding>> {
    let mut findings = store.audit().await?;
    findings.retain(|finding| !matches!(finding.invariant, Invariant::Overdue | Invariant::Settings));
    Ok(findings)
}
