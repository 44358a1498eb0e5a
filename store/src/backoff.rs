//! Waiting longer and longer between attempts.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(50);
/// Above it a Redis that is back would go unnoticed too long.
const LONGEST: Duration = Duration::from_secs(2);

/// Exponential, with full jitter: a fleet that fails together does not come back together.
#[derive(Debug)]
pub struct Backoff {
    ceiling: Duration,
}

impl Backoff {
    pub fn new() -> Self {
        Self { ceiling: FIRST }
    }

    /// After a success.
    pub fn reset(&mut self) {
        self.ceiling = FIRST;
    }

    /// After a failure.
    pub async fn wait(&mut self) {
        tokio::time::sleep(self.ceiling.mul_f64(rand::random_range(0.1..1.0))).await;
        self.ceiling = (self.ceiling * 2).min(LONGEST);
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new()
    }
}
