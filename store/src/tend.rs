//! Tending: what every process does for the queues now and then. All of it is safe to do at once and often.

use antrean_domain::JobClass;
use redis::AsyncCommands;

use crate::error::Result;
use crate::jobs::CREW_GROUP;
use crate::keys::{ChatShard, OfficeShard, Tag};
use crate::mailbox::Side;
use crate::{Store, scripts};

/// How much one script call promotes or wakes. Bounds how long Redis is busy with it; callers repeat.
const CHUNK: usize = 100;
/// A heart beats four times a lease. Ten leases without one is death, not a pause.
const DEAD_AFTER_LEASES: u32 = 10;

impl Store {
    /// Puts delayed jobs whose time has come onto their streams. How many; more may be due.
    pub async fn promote(&self, shard: OfficeShard) -> Result<usize> {
        let mut call = scripts::PROMOTE.call();
        call.key(shard.delay()).key(shard.jobs(JobClass::Hi)).key(shard.jobs(JobClass::Norm)).key(shard.jobs(JobClass::Bulk));
        call.arg(self.clock().now_ms()).arg(CHUNK).run(self).await
    }

    /// Wakes outboxes whose snooze is over. How many; more may be due.
    pub async fn wake(&self, shard: ChatShard) -> Result<usize> {
        let mut call = scripts::WAKE.call();
        call.key(shard.snooze()).key(shard.outready()).key(shard.outready_ids());
        call.arg(self.clock().now_ms()).arg(CHUNK).run(self).await
    }

    /// Gives mailboxes whose ready entry was lost a new one, so that no chat goes deaf. How many.
    pub async fn sweep_mailboxes(&self, shard: ChatShard) -> Result<usize> {
        Ok(self.sweep(Side::In, shard).await? + self.sweep(Side::Out, shard).await?)
    }

    async fn sweep(&self, side: Side, shard: ChatShard) -> Result<usize> {
        let mut cursor = 0_u64;
        let mut restored = 0;
        loop {
            // The hash names exactly the mailboxes that are not empty: their scripts see to it.
            let mut scan = redis::cmd("HSCAN");
            scan.arg(side.ids(shard)).arg(cursor).arg("COUNT").arg(CHUNK);
            let (next, mailboxes): (u64, Vec<(i64, String)>) = scan.query_async(&mut self.commands()).await?;
            if !mailboxes.is_empty() {
                let mut call = scripts::SWEEP.call();
                let sleeps = if side == Side::Out { shard.snooze() } else { side.stream(shard) };
                call.key(side.stream(shard)).key(side.ids(shard)).key(sleeps);
                for (chat, entry) in &mailboxes {
                    call.key(side.list(shard, antrean_domain::ChatId(*chat))).arg(chat).arg(entry);
                }
                restored += call.run::<usize>(self).await?;
            }
            if next == 0 {
                return Ok(restored);
            }
            cursor = next;
        }
    }

    /// Deletes the names of consumers that are dead and have nothing pending. How many.
    pub async fn reap(&self, tag: Tag) -> Result<usize> {
        let dead_after = self.lease() * DEAD_AFTER_LEASES;
        let oldest_beat = self.clock().machine_ms() - i64::try_from(dead_after.as_millis()).unwrap_or(i64::MAX / 2);
        let mut reaped = 0;
        for (stream, group) in consumed(tag) {
            let mut call = scripts::REAP.call();
            call.key(stream).key(tag.alive()).arg(group).arg(oldest_beat);
            reaped += call.run::<usize>(self).await?;
        }
        Ok(reaped)
    }

    /// Forgets crash counts of jobs that are on no stream any more: their process died between settling one and
    /// forgetting it. How many.
    pub async fn tidy_alone(&self, shard: OfficeShard) -> Result<usize> {
        let mut connection = self.commands();
        let alone = Tag::Office(shard).alone();
        let fields: Vec<String> = connection.hkeys(&alone).await?;
        let mut forgotten = 0;
        for field in fields {
            let Some((class, entry)) = field.strip_prefix("crew:").and_then(|rest| rest.split_once(':')) else { continue };
            let Some(class) = JobClass::ALL.into_iter().find(|known| known.word() == class) else { continue };
            let found: Vec<redis::Value> = connection.xrange(shard.jobs(class), entry, entry).await?;
            if found.is_empty() {
                // An entry id never comes back, so there is nothing to race with.
                forgotten += connection.hdel::<_, _, usize>(&alone, &field).await?;
            }
        }
        Ok(forgotten)
    }
}

/// The streams of a tag that are read in groups, with their groups.
pub(crate) fn consumed(tag: Tag) -> Vec<(String, &'static str)> {
    match tag {
        Tag::Chat(shard) => [Side::In, Side::Out].map(|side| (side.stream(shard), side.group())).to_vec(),
        Tag::Office(shard) => JobClass::ALL.map(|class| (shard.jobs(class), CREW_GROUP)).to_vec(),
    }
}
