//! broadcast: walks the audiences of broadcasts, at most a minute ahead of what can be sent.
//!
//! Wakes on the clock. Reads the broadcasts that are not queued whole and their offices' subscribers. Writes the cursor and
//! the sends, together. The bot sends them; who is told what is not known here.
//! Safe twice because the walk goes on from its cursor, which moves in the step that queues.

use std::time::Duration;

use antrean_store::{OfficeShard, StoreError};

use crate::duty::{Ctx, Tick};

/// Telegram lets a bot send some 30 messages a second to different people: a minute of that. More would only make a
/// broadcast harder to stop.
const AHEAD_MAX: usize = 60 * 30;

pub(crate) struct Broadcast;

impl Tick for Broadcast {
    const NAME: &'static str = "broadcast";
    const EVERY: Duration = Duration::from_secs(1);

    async fn tick(ctx: &Ctx, shard: OfficeShard) -> Result<usize, StoreError> {
        ctx.store.walk_broadcasts(shard, AHEAD_MAX).await
    }
}
