//! The loop behind everything the clock asks for.

use std::future::Future;
use std::time::Duration;

use antrean_store::{Backoff, OfficeShard, StoreError};
use tokio_util::sync::CancellationToken;

use crate::duty::{Ctx, Tick};

/// Ticks until told to stop.
pub(crate) async fn keep_ticking<T: Tick>(ctx: Ctx, shard: OfficeShard, shutdown: CancellationToken) {
    repeat(T::NAME, T::EVERY, &shutdown, || T::tick(&ctx, shard)).await;
}

/// Does `chore` again and again until told to stop: at once while it had something to do, else after `every`, give or
/// take a quarter, so that processes do not march in step.
pub(crate) async fn repeat<F>(name: &str, every: Duration, shutdown: &CancellationToken, mut chore: impl FnMut() -> F)
where
    F: Future<Output = Result<usize, StoreError>>,
{
    let mut backoff = Backoff::new();
    while !shutdown.is_cancelled() {
        match chore().await {
            Ok(0) => {
                backoff.reset();
                let pause = tokio::time::sleep(every.mul_f64(rand::random_range(0.75..1.25)));
                // Cancelling a pause loses nothing; a chore is never cancelled.
                shutdown.run_until_cancelled(pause).await;
            }
            Ok(done) => {
                backoff.reset();
                tracing::debug!(chore = name, done, "the clock's work was done");
            }
            Err(error) => {
                tracing::warn!(chore = name, %error, "a chore failed and is tried again");
                backoff.wait().await;
            }
        }
    }
}
