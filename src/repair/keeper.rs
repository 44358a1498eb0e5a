//! Keeps the high-water marks: before the bank is told that its payment is safe, and every second.
//!
//! Each time the file is held against the journals first. Where the marked event is gone, the mark stays where it is, the
//! loss is said (a line in the log, figures, `antrean audit`), expiry rests, and the bank is asked again until it answers.
//!
//! What if it crashes: the loss is in the file, and in Redis as an open one. Whoever looks next goes on.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use antrean_store::{Loss, LossNoted, OfficeShard, Store, StoreError, Tide};
use tokio::sync::Mutex;
use tokio::task::{JoinError, spawn_blocking};
use tokio_util::sync::CancellationToken;

use super::bank::StatusService;
use super::file::{MarkFile, Marks};
use super::{LOOK_BACK_MS, ask_again};
use crate::config::ConfigError;

/// How often the journals are looked at when nobody pays. What happens in between is not missed when it is lost.
const EVERY: Duration = Duration::from_secs(1);
/// How long after a repair that failed it is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Keeps the marks of all office shards in one file.
pub(crate) struct Keeper {
    store: Store,
    file: MarkFile,
    bank: Option<StatusService>,
    /// How often anybody asked for a look; what of it is answered.
    asked: AtomicU64,
    answered: Mutex<u64>,
}

/// The marks could not be kept this time.
#[derive(Debug, thiserror::Error)]
enum KeeperError {
    #[error("the file that ANTREAN_WATERMARK_FILE names: {0}")]
    File(#[from] std::io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Ended(#[from] JoinError),
}

impl Keeper {
    /// Fails where the file cannot be kept.
    pub(crate) fn new(store: Store, path: PathBuf, bank: Option<StatusService>) -> Result<Self, ConfigError> {
        let shown = path.display().to_string();
        let unfit = |error: std::io::Error| ConfigError::Wrong {
            name: "ANTREAN_WATERMARK_FILE",
            problem: format!("names {shown}, which cannot be kept ({error})"),
            expected: "a file we may write, in a folder that exists, not on Redis' disk",
        };
        let file = MarkFile::open(path).map_err(unfit)?;
        Ok(Self { store, file, bank, asked: AtomicU64::new(0), answered: Mutex::new(0) })
    }

    /// Marks how far the journals have come. When it returns, everything that was in them when it was called is marked on
    /// disk, or it was logged why not. Many who call at once share one look.
    pub(crate) async fn mark(&self) {
        let ticket = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        let mut answered = self.answered.lock().await;
        if *answered >= ticket {
            return;
        }
        let upto = self.asked.load(Ordering::Relaxed);
        match self.look().await {
            Ok(_) => *answered = upto,
            // The payment is in Redis all the same: money is not turned away for a mark.
            Err(error) => tracing::error!(%error, "the journals could not be marked, a loss of what came last would not be noticed"),
        }
    }

    /// Looks every second and repairs what was lost, until `shutdown`.
    pub(crate) async fn watch(self: Arc<Self>, shutdown: CancellationToken) {
        metrics::counter!("antrean_journal_lost_events_total").increment(0);
        let mut well = true;
        while !shutdown.is_cancelled() {
            let mut pause = EVERY;
            match self.look().await {
                Ok(losses) => {
                    well = true;
                    metrics::gauge!("antrean_journal_losses_open").set(u32::try_from(losses.len()).unwrap_or(u32::MAX));
                    for (shard, loss) in &losses {
                        if !self.repair(*shard, loss).await {
                            pause = AGAIN_AFTER;
                        }
                    }
                }
                Err(error) => {
                    if well {
                        well = false;
                        tracing::warn!(%error, "the journals cannot be held against their marks");
                    }
                }
            }
            shutdown.run_until_cancelled(tokio::time::sleep(pause)).await;
        }
    }

    /// Holds the file against the journals and writes down how far those have come that lost nothing. The losses that are
    /// open.
    async fn look(&self) -> Result<Vec<(OfficeShard, Loss)>, KeeperError> {
        loop {
            let seen = self.read().await?;
            let (mut next, mut losses) = (seen.clone(), Vec::new());
            let journals = self.store.journals().await?;
            if journals != seen.journals {
                if !seen.marks.is_empty() {
                    tracing::warn!("the journals were written anew by a change of the number of shards, their marks begin anew");
                }
                next = Marks { journals, ..Marks::default() };
            }
            for shard in self.store.office_shards() {
                let mark = next.marks.get(&shard.0);
                let last = match self.store.tide(shard, mark).await? {
                    Tide::Kept(last) => last,
                    Tide::Lost(loss) if self.is_mended(shard, &loss).await? => loss.last,
                    Tide::Lost(loss) => {
                        losses.push((shard, loss));
                        continue;
                    }
                };
                match last {
                    Some(last) => next.marks.insert(shard.0, last),
                    None => next.marks.remove(&shard.0),
                };
            }
            if next == seen || self.swap(seen, next).await? {
                return Ok(losses);
            }
            // Another process was quicker: once more, from what it wrote.
        }
    }

    /// Whether what is there now stands. A loss nobody knew of is said here, once over all processes.
    async fn is_mended(&self, shard: OfficeShard, loss: &Loss) -> Result<bool, StoreError> {
        let noted = self.store.note_loss(shard, loss).await?;
        if noted == LossNoted::New {
            metrics::counter!("antrean_journal_lost_events_total").increment(loss.events_min());
            let remedy = if self.bank.is_some() { "the bank is asked again" } else { "compare with the bank, then run antrean repair" };
            tracing::error!(
                shard = shard.0,
                event = loss.mark.seq,
                last = loss.last.as_ref().map_or(0, |last| last.seq),
                lost_at_least = loss.events_min(),
                remedy,
                "redis lost events that were acknowledged"
            );
        }
        Ok(noted == LossNoted::Mended)
    }

    /// Asks the bank again, if there is one; whether the loss is mended.
    async fn repair(&self, shard: OfficeShard, loss: &Loss) -> bool {
        let Some(bank) = &self.bank else { return false };
        let repaired = async {
            let repaired = ask_again(&self.store, bank, shard, loss.mark.at_ms - LOOK_BACK_MS).await?;
            self.store.mend_loss(shard, &loss.mark.digest, repaired.recorded()).await?;
            Ok::<_, super::RepairError>(repaired)
        };
        match repaired.await {
            Ok(repaired) => {
                tracing::warn!(
                    shard = shard.0,
                    asked = repaired.asked,
                    recorded = repaired.recorded(),
                    "the loss was repaired at the bank"
                );
                true
            }
            Err(error) => {
                tracing::error!(shard = shard.0, %error, "the loss could not be repaired and is tried again");
                false
            }
        }
    }

    async fn read(&self) -> Result<Marks, KeeperError> {
        let file = self.file.clone();
        Ok(spawn_blocking(move || file.read()).await??)
    }

    async fn swap(&self, seen: Marks, next: Marks) -> Result<bool, KeeperError> {
        let file = self.file.clone();
        Ok(spawn_blocking(move || file.swap(&seen, &next)).await??)
    }
}
