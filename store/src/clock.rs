//! The one clock. Local and monotonic, steered by Redis' `TIME`, so that all processes agree within a round trip
//! however wrong their hosts' clocks are. A steered clock (tests, sandbox) adds an offset kept in Redis.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use antrean_domain::Millis;
use redis::AsyncCommands;

use crate::error::{Result, StoreError};
use crate::keys;
use crate::link::Commands;

/// How often Redis is asked for its time. Quartz drifts some 50 ppm: half a millisecond in ten seconds.
const SAMPLE_EVERY: Duration = Duration::from_secs(5);
/// How often a steered clock looks at its offset. Short, so that a test sees the time it set.
const OFFSET_EVERY: Duration = Duration::from_millis(100);

/// Whether the clock may be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockMode {
    System,
    /// Ahead of Redis by what the key `antrean:clock` says. For tests and the sandbox.
    Steered,
}

/// Tells the time. Cheap to clone; a task keeps it right for as long as a clone lives.
#[derive(Clone)]
pub struct Clock {
    inner: Arc<Inner>,
}

struct Inner {
    mode: ClockMode,
    started: Instant,
    /// What Redis' clock showed at `started`, as last sampled.
    base_ms: AtomicI64,
    offset_ms: AtomicI64,
    /// The latest moment ever told: a sample may correct the clock, never turn it back.
    told_ms: AtomicI64,
    connection: Commands,
}

impl Clock {
    pub(crate) async fn start(mode: ClockMode, connection: Commands) -> Result<Self> {
        let inner = Arc::new(Inner {
            mode,
            started: Instant::now(),
            base_ms: AtomicI64::new(0),
            offset_ms: AtomicI64::new(0),
            told_ms: AtomicI64::new(0),
            connection,
        });
        inner.sample().await?;
        inner.read_offset().await?;
        tokio::spawn(keep_right(Arc::downgrade(&inner)));
        Ok(Self { inner })
    }

    /// Now, on the product's clock: deadlines, reminders, texts.
    pub fn now_ms(&self) -> Millis {
        let now = self.machine_ms() + self.offset_ms();
        self.inner.told_ms.fetch_max(now, Ordering::Relaxed).max(now)
    }

    /// Now, without the offset: heartbeats and leases, which no test's leap into next week may end.
    pub(crate) fn machine_ms(&self) -> Millis {
        self.inner.base_ms.load(Ordering::Relaxed) + self.inner.elapsed_ms()
    }

    /// By how much a steered clock is ahead.
    pub fn offset_ms(&self) -> i64 {
        self.inner.offset_ms.load(Ordering::Relaxed)
    }

    /// Moves a steered clock forward, here at once and in every other process within 100 ms.
    pub async fn advance(&self, by_ms: i64) -> Result<()> {
        if self.inner.mode != ClockMode::Steered || by_ms < 0 {
            return Err(StoreError::ClockNotSteered);
        }
        let offset_ms = self.inner.connection.clone().incr(keys::CLOCK, by_ms).await?;
        self.inner.offset_ms.fetch_max(offset_ms, Ordering::Relaxed);
        Ok(())
    }
}

impl Inner {
    fn elapsed_ms(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_millis()).expect("no process runs for 292 million years")
    }

    async fn sample(&self) -> Result<()> {
        let asked_ms = self.elapsed_ms();
        // Always the same node of a Cluster: their clocks may differ.
        let (seconds, micros): (i64, i64) = self.connection.clone().ask_owner(keys::CLOCK, &redis::cmd("TIME")).await?;
        // Redis looked at its clock somewhere between question and answer.
        let middle_ms = i64::midpoint(asked_ms, self.elapsed_ms());
        self.base_ms.store(seconds * 1_000 + micros / 1_000 - middle_ms, Ordering::Relaxed);
        Ok(())
    }

    async fn read_offset(&self) -> Result<()> {
        if self.mode == ClockMode::Steered {
            let offset_ms: Option<i64> = self.connection.clone().get(keys::CLOCK).await?;
            // Forward only: an answer that was under way while `advance` moved the offset must not take it back.
            self.offset_ms.fetch_max(offset_ms.unwrap_or(0), Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Samples until the last clone of the clock is gone.
async fn keep_right(clock: Weak<Inner>) {
    let step = |mode| if mode == ClockMode::Steered { OFFSET_EVERY } else { SAMPLE_EVERY };
    let mut sampled = Instant::now();
    while let Some(clock) = clock.upgrade() {
        let mut read = clock.read_offset().await;
        if read.is_ok() && sampled.elapsed() >= SAMPLE_EVERY {
            read = clock.sample().await;
            sampled = Instant::now();
        }
        if let Err(error) = read {
            // The local clock carries on; whoever needs Redis will say more.
            tracing::debug!(%error, "redis could not be asked for the time");
        }
        let wait = step(clock.mode);
        drop(clock);
        tokio::time::sleep(wait).await;
    }
}
