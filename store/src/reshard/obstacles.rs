//! What stands in the way: whoever is alive, whatever is in flight.

use std::time::Duration;

use antrean_domain::Millis;
use redis::AsyncCommands;

use crate::Store;
use crate::error::Result;
use crate::keys;
use crate::ledger::Finding;
use crate::tend::consumed;

/// After so many leases without a sign of life a reader is dead, or so slow that its scripts are fenced.
const READER_QUIET_LEASES: u32 = 2;
/// Likewise a process: what the web role writes is fenced by nothing. One that stops in good order says so at once.
const PROCESS_QUIET_LEASES: u32 = 10;

/// Something to be put right before the number of shards can be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A process works, or did a moment ago: its name, and how long ago it gave a sign of life.
    Alive { name: String, ago: Duration },
    /// Entries that a process took and neither settled nor gave back.
    InFlight { stream: String, entries: u64 },
    /// The ledger is broken before anything was touched.
    Unsound(Finding),
}

impl Store {
    pub(super) async fn obstacles(&self) -> Result<Vec<Obstacle>> {
        let mut obstacles = Vec::new();
        let mut beats = vec![(keys::PROCESSES.to_owned(), self.lease() * PROCESS_QUIET_LEASES)];
        beats.extend(self.tags().map(|tag| (tag.alive(), self.lease() * READER_QUIET_LEASES)));
        let now = self.clock().machine_ms();
        for (key, quiet) in beats {
            let names: Vec<(String, Millis)> = self.commands().zrange_withscores(key, 0, -1).await?;
            for (name, beat) in names {
                let ago = Duration::from_millis((now - beat).max(0).unsigned_abs());
                if ago < quiet {
                    obstacles.push(Obstacle::Alive { name, ago });
                }
            }
        }
        for (stream, group) in self.tags().flat_map(consumed) {
            let entries = self.pending(&stream, group).await?;
            if entries > 0 {
                obstacles.push(Obstacle::InFlight { stream, entries });
            }
        }
        Ok(obstacles)
    }

    async fn pending(&self, stream: &str, group: &str) -> Result<u64> {
        let mut pending = redis::cmd("XPENDING");
        let answer: redis::RedisResult<redis::streams::StreamPendingReply> =
            pending.arg(stream).arg(group).query_async(&mut self.commands()).await;
        match answer {
            Ok(reply) => Ok(u64::try_from(reply.count()).unwrap_or(u64::MAX)),
            // Nobody has ever read there.
            Err(error) if error.code() == Some("NOGROUP") => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// Carries every hop to where it belongs. Nobody works, so it ends.
    pub(super) async fn drain_hops(&self) -> Result<()> {
        loop {
            let mut left = 0;
            for tag in self.tags() {
                let mut relay = self.relay(tag);
                while self.commands().xlen::<_, u64>(tag.hop()).await? > 0 {
                    left += relay.next().await;
                }
            }
            if left == 0 {
                return Ok(());
            }
        }
    }

    /// Says that the process `name` lives. Its roles read streams or serve requests, and must be gone before keys move.
    pub async fn beat(&self, name: &str) -> Result<()> {
        let now = self.clock().machine_ms();
        let quiet = self.lease() * PROCESS_QUIET_LEASES;
        let forgotten = now - i64::try_from(quiet.as_millis()).unwrap_or(i64::MAX / 2);
        let mut beat = redis::pipe();
        beat.zadd(keys::PROCESSES, name, now).ignore().zrembyscore(keys::PROCESSES, "-inf", forgotten).ignore();
        Ok(beat.query_async(&mut self.commands()).await?)
    }

    /// Says that it stopped.
    pub async fn last_beat(&self, name: &str) -> Result<()> {
        Ok(self.commands().zrem(keys::PROCESSES, name).await?)
    }
}
