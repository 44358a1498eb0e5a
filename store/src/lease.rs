//! Leases and limits over all processes. A lease is economy or courtesy, never correctness: scripts are fenced anyway.

use std::time::Duration;

use antrean_domain::Millis;

use crate::error::{Result, StoreError};
use crate::keys::{self, Tag};
use crate::{Store, scripts};

/// How far ahead of its pace the bulk limit may run: a burst of about a third of a second's worth.
const BULK_BURST_MS: u32 = 300;

impl Store {
    /// Takes or prolongs the right to poll Telegram, which answers only one poller at a time.
    pub async fn poller_lease(&self, owner: &str, ttl_ms: u64) -> Result<bool> {
        self.take_lease(keys::POLLER, owner, ttl_ms).await
    }

    /// Gives it up, so that the next need not wait for its end.
    pub async fn release_poller_lease(&self, owner: &str) -> Result<()> {
        self.give_up(keys::POLLER, owner).await
    }

    /// Takes or prolongs a chore of a tag, for economy.
    pub async fn chore_lease(&self, tag: Tag, chore: &str, owner: &str, ttl: Duration) -> Result<bool> {
        self.take_lease(&tag.lease(chore), owner, u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX)).await
    }

    /// Gives a chore up.
    pub async fn release_chore_lease(&self, tag: Tag, chore: &str, owner: &str) -> Result<()> {
        self.give_up(&tag.lease(chore), owner).await
    }

    /// Asks whether one more bulk message may leave, of `per_second` over all processes: yes, or how long to wait.
    pub async fn take_bulk_token(&self, per_second: u32) -> Result<std::result::Result<(), Millis>> {
        let step_ms = 1_000.0 / f64::from(per_second.max(1));
        let mut call = scripts::BULK_TOKEN.call();
        call.key(keys::BULK_LIMIT).arg(self.clock().machine_ms()).arg(step_ms).arg(BULK_BURST_MS);
        let wait_ms: Millis = call.run(self).await?;
        Ok(if wait_ms == 0 { Ok(()) } else { Err(wait_ms) })
    }

    async fn take_lease(&self, key: &str, owner: &str, ttl_ms: u64) -> Result<bool> {
        let mut call = scripts::LEASE.call();
        let word: String = call.key(key).arg(owner).arg(ttl_ms).run(self).await?;
        match word.as_str() {
            "held" => Ok(true),
            "taken" => Ok(false),
            _ => Err(StoreError::Answer { script: "lease", answer: word }),
        }
    }

    async fn give_up(&self, key: &str, owner: &str) -> Result<()> {
        let mut call = scripts::UNLEASE.call();
        call.key(key).arg(owner).run::<String>(self).await.map(drop)
    }
}
