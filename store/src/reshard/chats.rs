//! The keys of chats: each goes with its chat's number. What is ready is written anew from what the mailboxes know.

use std::collections::HashSet;

use antrean_domain::ChatId;

use super::Reshard;
use super::names::{self, Copies, NEXT, Writes};
use crate::error::Result;
use crate::keys::{ChatShard, Tag};
use crate::mailbox::Side;

/// Kinds that have one key a chat.
pub(super) const KINDS: [&str; 4] = ["in", "dialogue", "out", "live"];
/// How many fields or members one step of a walk asks for.
const PAGE: usize = 500;
/// What stands in the place of a ready entry while an outbox sleeps: `lua/sent.lua`.
const SNOOZED: &str = "snoozed";

impl Reshard {
    pub(super) async fn copy_chats(&self, shard: ChatShard) -> Result<()> {
        for side in [Side::In, Side::Out] {
            self.copy_ready(shard, side).await?;
        }
        self.copy_snooze(shard).await?;
        self.copy_alone(shard).await
    }

    fn home(&self, chat: ChatId) -> ChatShard {
        ChatShard::of(chat, self.to())
    }

    /// Copies keys of one kind, by what they are called behind it.
    pub(super) async fn copy_chat_keys(&self, shard: ChatShard, kind: &str, named: &[&str]) -> Result<()> {
        if kind == "seen" {
            for day in named {
                self.copy_seen(shard, day).await?;
            }
        }
        if !KINDS.contains(&kind) {
            return Ok(());
        }
        let was = Tag::Chat(shard).prefix(kind);
        let copy = |name: &&str| {
            let tag = Tag::Chat(self.home(ChatId(name.parse().ok()?)));
            Some((format!("{was}{name}"), vec![(tag, format!("{NEXT}{}{name}", tag.prefix(kind)))]))
        };
        let copies: Vec<Copies> = named.iter().filter_map(copy).collect();
        names::copy_whole(&self.from, &copies).await
    }

    /// Gives every mailbox that is not empty an entry in its new stream. Chats wait for nobody but themselves, so
    /// in which order does not matter.
    async fn copy_ready(&self, shard: ChatShard, side: Side) -> Result<()> {
        let mut cursor = 0_u64;
        // A walk may bring a field twice.
        let mut known = HashSet::new();
        loop {
            let mut scan = redis::cmd("HSCAN");
            scan.arg(side.ids(shard)).arg(cursor).arg("COUNT").arg(PAGE);
            let (next, mailboxes): (u64, Vec<(i64, String)>) = scan.query_async(&mut self.from.commands()).await?;
            let mut writes = Writes::default();
            for (chat, entry) in mailboxes.into_iter().filter(|(chat, _)| known.insert(*chat)) {
                let home = self.home(ChatId(chat));
                let ids = format!("{NEXT}{}", side.ids(home));
                let to = writes.to(Tag::Chat(home));
                if entry == SNOOZED {
                    to.hset(ids, chat, SNOOZED);
                    continue;
                }
                let entry = self.fresh_entry();
                to.cmd("XADD").arg(format!("{NEXT}{}", side.stream(home))).arg(&entry).arg("c").arg(chat);
                to.hset(ids, chat, entry);
            }
            writes.send(&self.from).await?;
            if next == 0 {
                return Ok(());
            }
            cursor = next;
        }
    }

    async fn copy_snooze(&self, shard: ChatShard) -> Result<()> {
        let mut cursor = 0_u64;
        loop {
            let mut scan = redis::cmd("ZSCAN");
            scan.arg(shard.snooze()).arg(cursor).arg("COUNT").arg(PAGE);
            let (next, sleepers): (u64, Vec<(i64, f64)>) = scan.query_async(&mut self.from.commands()).await?;
            let mut writes = Writes::default();
            for (chat, until) in sleepers {
                let home = self.home(ChatId(chat));
                writes.to(Tag::Chat(home)).zadd(format!("{NEXT}{}", home.snooze()), chat, until);
            }
            writes.send(&self.from).await?;
            if next == 0 {
                return Ok(());
            }
            cursor = next;
        }
    }

    /// An update's id does not tell its chat: every shard learns all of the last two days.
    async fn copy_seen(&self, shard: ChatShard, day: &str) -> Result<()> {
        let was = Tag::Chat(shard).prefix("seen") + day;
        let target = |home| (Tag::Chat(home), format!("{NEXT}{}{day}", Tag::Chat(home).prefix("seen")));
        let targets: Vec<(Tag, String)> = self.to.chat_shards().map(target).collect();
        let mut cursor = 0_u64;
        loop {
            let mut scan = redis::cmd("SSCAN");
            scan.arg(&was).arg(cursor).arg("COUNT").arg(PAGE);
            let (next, ids): (u64, Vec<String>) = scan.query_async(&mut self.from.commands()).await?;
            let mut writes = Writes::default();
            for (tag, target) in targets.iter().filter(|_| !ids.is_empty()) {
                writes.to(*tag).sadd(target, &ids);
            }
            writes.send(&self.from).await?;
            if next == 0 {
                break;
            }
            cursor = next;
        }
        for (_, target) in &targets {
            names::expire_like(&self.from, &was, target).await?;
        }
        Ok(())
    }

    /// Chats that run carefully, since a process died with them in hand, go on doing so.
    async fn copy_alone(&self, shard: ChatShard) -> Result<()> {
        let fields: Vec<(String, String)> =
            redis::cmd("HGETALL").arg(Tag::Chat(shard).alone()).query_async(&mut self.from.commands()).await?;
        let mut writes = Writes::default();
        for (field, crashes) in fields {
            let chat = field.rsplit(':').next().and_then(|chat| chat.parse().ok()).map(ChatId);
            if let Some(home) = chat.map(|chat| Tag::Chat(self.home(chat))) {
                writes.to(home).hset(format!("{NEXT}{}", home.alone()), field, crashes);
            }
        }
        writes.send(&self.from).await
    }
}
