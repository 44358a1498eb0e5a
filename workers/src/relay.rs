//! relay: carries what one tag's scripts left for other tags: jobs to the offices, outcomes to the chats.
//!
//! Wakes on `hop:*`. Reads it from its head. Writes mailboxes and streams of jobs at the destination, then deletes
//! what it carried.
//! Safe twice, and twice at once, because the destination remembers per source how far it has come.

use std::time::{Duration, Instant};

use antrean_store::{Store, Tag};
use tokio_util::sync::CancellationToken;

/// One relay per tag is enough; the lease spares the others the work. As short as a person's patience: that is how
/// long hops wait when the relaying process is killed.
const LEASE: Duration = Duration::from_secs(2);
/// How often whoever has no lease asks for it.
const ASK_EVERY: Duration = Duration::from_millis(250);
/// How often the lease is prolonged, at most: not with every hop.
const PROLONG_EVERY: Duration = Duration::from_millis(500);

/// Relays the hops of `tag` until told to stop.
pub(crate) async fn run(store: Store, tag: Tag, shutdown: CancellationToken) {
    // In two halves, so that the audit never takes it for an identity number.
    let [one, other] = rand::random::<[u32; 2]>();
    let owner = format!("{}-{one:08x}-{other:08x}", std::process::id());
    let mut relay = store.relay(tag);
    let mut held_at: Option<Instant> = None;
    while !shutdown.is_cancelled() {
        if held_at.is_none_or(|at| at.elapsed() >= PROLONG_EVERY) {
            let asked_at = Instant::now();
            held_at = match store.chore_lease(tag, "relay", &owner, LEASE).await {
                Ok(held) => held.then_some(asked_at),
                Err(error) => {
                    tracing::debug!(%tag, %error, "the relay's lease could not be asked for");
                    None
                }
            };
        }
        if held_at.is_some() {
            relay.next().await;
        } else {
            shutdown.run_until_cancelled(tokio::time::sleep(ASK_EVERY)).await;
        }
    }
    if let Err(error) = store.release_chore_lease(tag, "relay", &owner).await {
        tracing::debug!(%tag, %error, "the relay's lease was left to run out");
    }
}
