//! How much waits, and how long: one line per stream.

use antrean_domain::{JobClass, Millis};
use redis::AsyncCommands;
use redis::streams::StreamRangeReply;
use serde::Serialize;

use crate::Store;
use crate::error::Result;
use crate::keys::Tag;
use crate::mailbox::Side;

/// One stream, or the delays of a shard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StreamDepth {
    /// `jobs:o0:hi`, `ready:c0`, `bulk:o0` …
    pub name: String,
    /// How many entries it has. What is settled is deleted, so this is what is left to do.
    pub depth: u64,
    /// How long its oldest entry has been there. Absent for an empty one and for delays, which wait on purpose.
    pub oldest_ms: Option<Millis>,
    /// How many of them are in someone's hands.
    pub pending: u64,
}

impl Store {
    /// Every stream of this installation.
    pub async fn depths(&self) -> Result<Vec<StreamDepth>> {
        let mut depths = Vec::new();
        for tag in self.tags() {
            match tag {
                Tag::Chat(shard) => {
                    for side in [Side::In, Side::Out] {
                        depths.push(self.depth(side.stream(shard), Some(side.group())).await?);
                    }
                }
                Tag::Office(shard) => {
                    for class in JobClass::ALL {
                        depths.push(self.depth(shard.jobs(class), Some(crate::jobs::CREW_GROUP)).await?);
                    }
                    depths.push(self.depth(shard.bulk(), None).await?);
                    let depth = self.commands().zcard(shard.delay()).await?;
                    depths.push(StreamDepth { name: plain(&shard.delay()), depth, oldest_ms: None, pending: 0 });
                }
            }
            depths.push(self.depth(tag.hop(), None).await?);
            depths.push(self.depth(tag.dead(), None).await?);
        }
        Ok(depths)
    }

    async fn depth(&self, stream: String, group: Option<&str>) -> Result<StreamDepth> {
        let mut connection = self.commands();
        let depth = connection.xlen(&stream).await?;
        let head: StreamRangeReply = connection.xrange_count(&stream, "-", "+", 1).await?;
        let since = head.ids.first().and_then(|entry| entry.id.split('-').next()?.parse::<Millis>().ok());
        let oldest_ms = since.map(|since| (self.clock().machine_ms() - since).max(0));
        let pending = match group {
            // A stream nobody has read yet has no group: nothing of it is in anyone's hands.
            Some(group) if depth > 0 => self.pending(&stream, group).await.unwrap_or(0),
            _ => 0,
        };
        Ok(StreamDepth { name: plain(&stream), depth, oldest_ms, pending })
    }

    async fn pending(&self, stream: &str, group: &str) -> Result<u64> {
        let reply: redis::streams::StreamPendingReply = self.commands().xpending(stream, group).await?;
        Ok(u64::try_from(reply.count()).unwrap_or(u64::MAX))
    }
}

/// A key without the braces of its hash tag.
fn plain(key: &str) -> String {
    key.replace(['{', '}'], "")
}
