//! How long to wait before trying again: exponential with full jitter, so that those who failed together do not
//! come back together.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// The longest wait after the first failure, in milliseconds.
const FIRST_MS: u64 = 500;
/// The longest wait of all. A minute: an outage's end is noticed soon enough, and nobody is hammered.
const MOST_MS: u64 = 60_000;

/// The wait after `failures` (at least 1) in a row.
pub(super) fn delay(failures: u32) -> Duration {
    let ceiling_ms = MOST_MS.min(FIRST_MS.saturating_mul(1 << failures.saturating_sub(1).min(16)));
    Duration::from_millis(rand::random_range(FIRST_MS / 5..=ceiling_ms))
}

/// The wait for our own Redis: short, so that people notice its return at once.
pub(super) fn soon(failures: u32) -> Duration {
    delay(failures.min(3))
}

/// Waits for `time`, or less when told to stop.
pub(super) async fn wait(time: Duration, shutdown: &CancellationToken) {
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        () = shutdown.cancelled() => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_within_their_bounds() {
        for failures in 0..100 {
            let waited = u64::try_from(delay(failures).as_millis()).expect("small");
            assert!((FIRST_MS / 5..=MOST_MS).contains(&waited));
        }
        assert!(delay(1) <= Duration::from_millis(FIRST_MS));
        assert!((0..50).any(|_| delay(9) > Duration::from_millis(FIRST_MS)));
    }
}
