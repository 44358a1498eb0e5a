//! `getUpdates`: true long polling, confirmation by offset, one poller at a time.

use std::{sync::Arc, time::Duration};

use super::{
    error::{ApiError, ApiResult},
    params::Params,
};
use crate::{
    shared::Shared,
    world::{Record, World},
};

/// Documented limits; beyond them Telegram silently takes the limit.
const TIMEOUT_S_MAX: i64 = 50;
const LIMIT_MAX: i64 = 100;

/// Gives the result as JSON text: the updates are kept as text and need not be read again.
pub(super) async fn get_updates(shared: &Arc<Shared>, params: &Params) -> ApiResult<String> {
    let offset = params.int("offset")?.unwrap_or(0);
    let limit = params.int("limit")?.unwrap_or(LIMIT_MAX).clamp(1, LIMIT_MAX);
    let limit = usize::try_from(limit).expect("clamped to 1..=100");
    let timeout_s = params.int("timeout")?.unwrap_or(0).clamp(0, TIMEOUT_S_MAX);
    let timeout = Duration::from_secs(timeout_s.unsigned_abs());
    let allowed: Option<Vec<String>> = params.json("allowed_updates", "can't parse allowed_updates")?;

    let (mut arrived, mut poller, me) = {
        let mut world = shared.world();
        if world.profile.webhook.is_some() {
            return Err(ApiError::conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            ));
        }
        allow(&mut world, allowed);
        // The newer poller wins; the older one finds its number gone.
        let me = *world.updates.poller.borrow() + 1;
        world.updates.poller.send_replace(me);
        confirm(&mut world, offset);
        (world.updates.arrived.subscribe(), world.updates.poller.subscribe(), me)
    };
    let deadline = tokio::time::sleep(timeout);
    tokio::pin!(deadline);
    loop {
        arrived.mark_unchanged();
        let updates = shared.world().updates.take(limit);
        if !updates.is_empty() {
            return Ok(format!("[{}]", updates.join(",")));
        }
        tokio::select! {
            _ = arrived.changed() => {}
            _ = poller.wait_for(|now| *now != me) => {
                return Err(ApiError::conflict(
                    "terminated by other getUpdates request; make sure that only one bot instance is running",
                ));
            }
            () = &mut deadline => return Ok("[]".to_owned()),
            () = shared.shutdown.cancelled() => return Ok("[]".to_owned()),
        }
    }
}

/// Remembers which kinds of update are wanted; without a word from the bot the last word stands.
pub(super) fn allow(world: &mut World, allowed: Option<Vec<String>>) {
    if let Some(allowed) = allowed
        && allowed != world.profile.allowed_updates
    {
        let profile = crate::world::Profile { allowed_updates: allowed, ..world.profile.clone() };
        world.record(Record::Profile { profile });
    }
}

/// An offset confirms everything below it; a negative one forgets all but the last so many.
fn confirm(world: &mut World, offset: i64) {
    let below = if offset >= 0 {
        Some(offset)
    } else {
        let count = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
        world.updates.id_of_last(count)
    };
    if let Some(below) = below
        && world.updates.has_below(below)
    {
        world.record(Record::Confirmed { below });
    }
}
