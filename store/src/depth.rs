//! How much waits, how long, and how fast it is worked off: one line per stream.

use std::collections::HashMap;

use antrean_domain::{JobClass, Millis};
use redis::streams::StreamInfoGroupsReply;
use redis::{AsyncCommands, Value};
use serde::Serialize;

use crate::Store;
use crate::error::Result;
use crate::keys::Tag;
use crate::mailbox::Side;

/// One stream, or the delays of a shard.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StreamDepth {
    /// `jobs:o0:hi`, `ready:c0`, `bulk:o0` …
    pub name: String,
    /// How many entries it has. What is settled is deleted, so this is what is left to do.
    pub depth: u64,
    /// How long its oldest entry has been there. Absent for an empty one and for delays, which wait on purpose.
    pub oldest_ms: Option<Millis>,
    /// How many of them are in someone's hands.
    pub pending: u64,
    /// How many readers of it are alive, by their heartbeats.
    pub readers: u64,
    /// How many entries were ever added. Two looks at it, with `depth`, tell how fast it fills and drains.
    pub added: u64,
}

impl Store {
    /// Every stream of this installation.
    pub async fn depths(&self) -> Result<Vec<StreamDepth>> {
        let mut depths = Vec::new();
        for tag in self.tags() {
            let read_by_groups: Vec<String> = match tag {
                Tag::Chat(shard) => [Side::In, Side::Out].map(|side| side.stream(shard)).into(),
                Tag::Office(shard) => JobClass::ALL.map(|class| shard.jobs(class)).into(),
            };
            let alive = self.alive(tag).await?;
            for stream in read_by_groups {
                let mut depth = self.depth(&stream).await?;
                let of_it = |reader: &&String| reader.strip_prefix(&depth.name).is_some_and(|rest| rest.starts_with('-'));
                depth.readers = alive.iter().filter(of_it).count() as u64;
                depths.push(depth);
            }
            if let Tag::Office(shard) = tag {
                depths.push(self.depth(&shard.bulk()).await?);
                let depth = self.commands().zcard(shard.delay()).await?;
                depths.push(StreamDepth { name: plain(&shard.delay()), depth, ..StreamDepth::default() });
            }
            depths.push(self.depth(&tag.hop()).await?);
            depths.push(self.depth(&tag.dead()).await?);
        }
        Ok(depths)
    }

    /// The readers of a tag whose hearts beat.
    async fn alive(&self, tag: Tag) -> Result<Vec<String>> {
        let lease_ms = Millis::try_from(self.lease().as_millis()).unwrap_or(Millis::MAX);
        Ok(self.commands().zrangebyscore(tag.alive(), self.clock().machine_ms().saturating_sub(lease_ms), "+inf").await?)
    }

    async fn depth(&self, stream: &str) -> Result<StreamDepth> {
        let mut depth = StreamDepth { name: plain(stream), ..StreamDepth::default() };
        let asked = redis::cmd("XINFO").arg("STREAM").arg(stream).query_async::<HashMap<String, Value>>(&mut self.commands()).await;
        let mut info = match asked {
            // Nobody has written to it yet.
            Err(error) if is_absent(&error) => return Ok(depth),
            asked => asked?,
        };
        let mut number = |field| info.remove(field).and_then(|value| redis::from_redis_value(value).ok()).unwrap_or(0);
        depth.depth = number("length");
        depth.added = number("entries-added");
        if depth.depth > 0 {
            depth.oldest_ms = info.get("first-entry").and_then(written_ms).map(|since| (self.clock().machine_ms() - since).max(0));
        }
        let groups: StreamInfoGroupsReply = self.commands().xinfo_groups(stream).await?;
        for group in groups.groups {
            depth.pending += u64::try_from(group.pending).unwrap_or(u64::MAX);
        }
        Ok(depth)
    }
}

/// When an entry, as `XINFO` shows it, was written: the first half of its id.
fn written_ms(entry: &Value) -> Option<Millis> {
    let (id, _): (String, Value) = redis::from_redis_value(entry.clone()).ok()?;
    id.split('-').next()?.parse().ok()
}

/// `ERR no such key`: how `XINFO` speaks of a stream that is not there.
fn is_absent(error: &redis::RedisError) -> bool {
    error.detail().is_some_and(|detail| detail.contains("no such key"))
}

/// A key without the braces of its hash tag.
pub(crate) fn plain(key: &str) -> String {
    key.replace(['{', '}'], "")
}
