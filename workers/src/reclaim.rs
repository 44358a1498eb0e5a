//! reclaim: repairs what crashes and lost data leave behind. Entries of the dead are not its business: every reader
//! claims those itself, between its reads.
//!
//! Wakes on the clock. Reads consumers, heartbeats, mailboxes and crash counts. Deletes dead consumers that hold
//! nothing; gives mailboxes that lost their ready entry a new one; forgets the counts of jobs that are gone.
//! Safe twice because each script looks again before it acts.

use antrean_store::{Store, StoreError, Tag};
use tokio_util::sync::CancellationToken;

use crate::tick::repeat;

/// Repairs `tag` about once a lease until told to stop.
pub(crate) async fn run(store: Store, tag: Tag, shutdown: CancellationToken) {
    let every = store.lease();
    repeat("reclaim", every, &shutdown, || repair(&store, tag)).await;
}

async fn repair(store: &Store, tag: Tag) -> Result<usize, StoreError> {
    let reaped = store.reap(tag).await?;
    let mended = match tag {
        Tag::Chat(shard) => {
            let restored = store.sweep_mailboxes(shard).await?;
            if restored > 0 {
                tracing::error!(%tag, restored, "mailboxes had lost their ready entries");
            }
            restored
        }
        Tag::Office(shard) => store.tidy_alone(shard).await?,
    };
    tracing::debug!(%tag, reaped, mended, "repaired");
    // Never "again at once": whatever is left can wait for the next round.
    Ok(0)
}
