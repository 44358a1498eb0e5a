//! Broadcasts: a text for all subscribers of an office, at most once per person.
//!
//! They do not go through the chats' outboxes. A cursor walks the audience at most a minute ahead of what can be sent
//! ([`Store::walk_broadcasts`]); a sender takes sends off the stream *before* it sends them ([`Store::reserve_sends`])
//! and notes what came of each ([`Store::mark_send`]). Killed before reserving: nothing happened. Killed between
//! reserving and marking: the outcome is unknown, is counted as such, and is not sent again.

use std::collections::HashMap;

use antrean_domain::{ChatId, Millis, OfficeCode};
use redis::streams::StreamRangeReply;
use serde::Serialize;

use super::scripts;
use crate::Store;
use crate::dead::{BULK, LetterKind, Strays};
use crate::error::Result;
use crate::keys::{OfficeShard, Tag};

/// How many sends one step of the walk queues: a script should not run longer than a millisecond or so.
const WALK_CHUNK: usize = 500;

/// A message to one subscriber, reserved: nobody else will send it.
#[derive(Clone, Debug)]
pub struct BulkSend {
    pub shard: OfficeShard,
    pub broadcast: String,
    pub office: OfficeCode,
    pub chat: ChatId,
    /// Plain text.
    pub text: String,
}

/// What became of a reserved send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    Sent,
    /// The person blocked the bot: taken off the list of subscribers.
    Blocked,
    /// Refused for good.
    Failed,
    /// No answer came: it may have been delivered, so it is not sent again.
    Unknown,
    /// Known not to be delivered (429): goes back to the end of the stream.
    Later,
}

/// How far a broadcast is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BroadcastStatus {
    pub id: String,
    pub office: OfficeCode,
    pub created_ms: Millis,
    /// Whether part of the audience is not queued yet.
    pub walking: bool,
    pub queued: u64,
    pub sent: u64,
    pub blocked: u64,
    pub failed: u64,
    pub unknown: u64,
    /// Reserved and not marked: being sent now, or, where this stays, lost with the process that reserved it.
    pub in_flight: u64,
}

impl BroadcastStatus {
    /// Whether nothing is left to send.
    pub fn is_over(&self) -> bool {
        !self.walking && self.sent + self.blocked + self.failed + self.unknown + self.in_flight == self.queued
    }
}

impl Sending {
    fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Blocked => "blocked",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Later => "later",
        }
    }
}

impl Store {
    /// Enters a broadcast to the subscribers of `office`; its id. The crew does the rest.
    pub async fn create_broadcast(&self, office: &OfficeCode, text: &str) -> Result<String> {
        let shard = self.office_shard(office);
        let now = self.clock().now_ms();
        let id = uuid::Builder::from_unix_timestamp_millis(now.unsigned_abs(), &rand::random()).into_uuid().simple().to_string();
        let mut call = scripts::BROADCAST_CREATE.call();
        call.key(shard.broadcast(&id)).key(shard.broadcasts()).key(shard.walking());
        call.arg(now).arg(&id).arg(office.as_str()).arg(text);
        let _: String = call.run(self).await?; // `known` cannot be: the id was made for this call
        Ok(id)
    }

    /// How many would hear of a broadcast to the subscribers of `office` entered now.
    pub async fn subscribers(&self, office: &OfficeCode) -> Result<u64> {
        let key = self.office_shard(office).subscribers(office);
        Ok(redis::cmd("ZCARD").arg(key).query_async(&mut self.commands()).await?)
    }

    /// Queues what may be queued of every broadcast of `shard`, so that at most `ahead_max` sends wait. How
    /// many steps that took; none where nothing is left or enough waits.
    pub async fn walk_broadcasts(&self, shard: OfficeShard, ahead_max: usize) -> Result<usize> {
        let ids: Vec<String> = redis::cmd("ZRANGE").arg(shard.walking()).arg(0).arg(-1).query_async(&mut self.commands()).await?;
        let mut steps = 0;
        for id in ids {
            let Some((office, _)) = self.broadcast_text(shard, &id).await? else { continue };
            let mut call = scripts::BROADCAST_WALK.call();
            call.key(shard.broadcast(&id)).key(shard.subscribers(&office)).key(shard.bulk()).key(shard.walking());
            call.arg(&id).arg(ahead_max).arg(WALK_CHUNK);
            match call.run::<String>(self).await?.as_str() {
                "queued" => steps += 1,
                // Those made later wait for their turn: first come, first sent.
                "ahead" => break,
                _ => {}
            }
        }
        Ok(steps)
    }

    /// Takes at most `most` sends of `shard` off the stream: they are the caller's to send, once. Does not block.
    pub async fn reserve_sends(&self, shard: OfficeShard, most: usize) -> Result<Vec<BulkSend>> {
        let mut range = redis::cmd("XRANGE");
        range.arg(shard.bulk()).arg("-").arg("+").arg("COUNT").arg(most);
        let head: StreamRangeReply = range.query_async(&mut self.commands()).await?;
        let mut texts = HashMap::new();
        let (mut sends, mut strays) = (Vec::new(), Vec::new());
        let mut call = scripts::BROADCAST_RESERVE.call();
        call.key(shard.bulk());
        for entry in head.ids {
            let Some((id, chat)) = entry.get::<String>("b").zip(entry.get::<i64>("c")) else {
                strays.push(entry.id);
                continue;
            };
            if !texts.contains_key(&id) {
                texts.insert(id.clone(), self.broadcast_text(shard, &id).await?);
            }
            let Some((office, text)) = texts[&id].clone() else {
                strays.push(entry.id);
                continue;
            };
            call.key(shard.broadcast(&id)).arg(&entry.id);
            sends.push(BulkSend { shard, broadcast: id, office, chat: ChatId(chat), text });
        }
        if !strays.is_empty() {
            let ids: Vec<_> = strays.iter().map(String::as_str).collect();
            let of = Strays { tag: Tag::Office(shard), stream: shard.bulk(), group: "", kind: LetterKind::Stray, of: BULK };
            self.bury_strays(&of, "names no broadcast and chat", &ids).await?;
        }
        if sends.is_empty() {
            return Ok(sends);
        }
        let words: Vec<String> = call.run(self).await?;
        Ok(sends.into_iter().zip(words).filter(|(_, word)| word == "reserved").map(|(send, _)| send).collect())
    }

    /// Notes what became of a reserved send. Call it once per send, and do not repeat it on an error: what is not
    /// marked counts as unknown, which is true then.
    pub async fn mark_send(&self, send: &BulkSend, sending: Sending) -> Result<()> {
        let mut call = scripts::BROADCAST_MARK.call();
        call.key(send.shard.broadcast(&send.broadcast)).key(send.shard.subscribers(&send.office)).key(send.shard.bulk());
        call.arg(&send.broadcast).arg(send.chat.0).arg(sending.word());
        call.run::<String>(self).await.map(drop)
    }

    /// Every broadcast, newest first.
    pub async fn broadcasts(&self) -> Result<Vec<BroadcastStatus>> {
        let mut all = Vec::new();
        for shard in self.office_shards() {
            let mut range = redis::cmd("ZRANGE");
            let ids: Vec<String> = range.arg(shard.broadcasts()).arg(0).arg(-1).query_async(&mut self.commands()).await?;
            for id in ids {
                all.extend(self.broadcast(shard, id).await?);
            }
        }
        all.sort_by_key(|status: &BroadcastStatus| std::cmp::Reverse(status.created_ms));
        Ok(all)
    }

    async fn broadcast(&self, shard: OfficeShard, id: String) -> Result<Option<BroadcastStatus>> {
        let mut both = redis::pipe();
        // In this order: once the walk is over, the counts read after it are whole.
        both.zscore(shard.walking(), &id).hgetall(shard.broadcast(&id));
        let (walking, fields): (Option<f64>, HashMap<String, String>) = both.query_async(&mut self.commands()).await?;
        let count = |name: &str| fields.get(name).and_then(|count| count.parse::<u64>().ok()).unwrap_or(0);
        let Some(office) = fields.get("office").and_then(|office| office.parse().ok()) else { return Ok(None) };
        let [sent, blocked, failed, unknown] = ["sent", "blocked", "failed", "unknown"].map(count);
        Ok(Some(BroadcastStatus {
            office,
            created_ms: fields.get("created").and_then(|at| at.parse().ok()).unwrap_or(0),
            walking: walking.is_some(),
            queued: count("queued"),
            in_flight: count("reserved").saturating_sub(sent + blocked + failed + unknown),
            sent,
            blocked,
            failed,
            unknown,
            id,
        }))
    }

    async fn broadcast_text(&self, shard: OfficeShard, id: &str) -> Result<Option<(OfficeCode, String)>> {
        let mut read = redis::cmd("HMGET");
        read.arg(shard.broadcast(id)).arg("office").arg("text");
        let (office, text): (Option<String>, Option<String>) = read.query_async(&mut self.commands()).await?;
        Ok(office.and_then(|office| office.parse().ok()).zip(text))
    }
}
