//! expire: ends bills that ran out unpaid.
//!
//! Wakes on the clock. Reads the deadlines and the records. Writes the record, the slot's count, the deadline, the
//! journal, and deletes the bill's key; tells `Expired`.
//! Safe twice because only a bill expires, and afterwards it is none. A bill whose money is in waits to be settled.

use std::time::Duration;

use antrean_store::{OfficeShard, StoreError};

use crate::duty::{Ctx, Tick};

/// As many as one script call should judge.
const BATCH_MAX: usize = 256;

pub(crate) struct Expire;

impl Tick for Expire {
    const NAME: &'static str = "expire";
    /// The bank is told "expired" by the clock, not by this; a place that is free again is seen within half a second.
    const EVERY: Duration = Duration::from_millis(500);

    async fn tick(ctx: &Ctx, shard: OfficeShard) -> Result<usize, StoreError> {
        ctx.store.expire_overdue(shard, BATCH_MAX).await
    }
}
