//! promote: puts back in line what waited for its time: delayed jobs, and outboxes whose snooze is over.
//!
//! Wakes on the clock. Reads `delay:*` and `snooze:*`. Writes `jobs:*` and `outready:*`.
//! Safe twice because what is put in line is taken off the waiting list in the same step.

use std::time::Duration;

use antrean_store::{ChatShard, OfficeShard, Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::duty::{Ctx, Tick};
use crate::tick::repeat;

/// A chat snoozes for about a second; being late by more than a tenth of that would be felt.
const WAKE_EVERY: Duration = Duration::from_millis(100);

pub(crate) struct Promote;

impl Tick for Promote {
    const NAME: &'static str = "promote";
    const EVERY: Duration = Duration::from_millis(250);

    async fn tick(ctx: &Ctx, shard: OfficeShard) -> Result<usize, StoreError> {
        ctx.store.promote(shard).await
    }
}

/// Wakes the outboxes of a chat shard until told to stop.
pub(crate) async fn wake(store: Store, shard: ChatShard, shutdown: CancellationToken) {
    repeat("wake", WAKE_EVERY, &shutdown, || store.wake(shard)).await;
}
