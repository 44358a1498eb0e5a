//! Keys by their names: walked through in pages, renamed within their tag, deleted, copied whole.

use std::collections::BTreeMap;

use redis::AsyncCommands;
use redis::aio::MultiplexedConnection;

use crate::Store;
use crate::error::Result;
use crate::keys::Tag;

/// What copies are called until they take their names.
pub(super) const NEXT: &str = "next:";
/// What is called so was in the copies' place before.
pub(super) const OLD: &str = "old:";

/// How many names one step of a walk asks for.
const PAGE: usize = 500;

/// A walk over the names that fit a pattern. What is there all the time comes at least once.
pub(super) struct Names<'a> {
    store: &'a Store,
    pattern: String,
    /// The servers that are left to be asked; absent before the first question.
    servers: Option<Vec<MultiplexedConnection>>,
    cursor: u64,
}

/// Commands gathered by tag, so that no pipeline crosses one.
#[derive(Default)]
pub(super) struct Writes {
    by_tag: BTreeMap<Tag, redis::Pipeline>,
}

/// A key and where its copies go.
pub(super) type Copies = (String, Vec<(Tag, String)>);

impl<'a> Names<'a> {
    pub(super) fn of(store: &'a Store, pattern: String) -> Self {
        Self { store, pattern, servers: None, cursor: 0 }
    }

    /// Some more of them, perhaps none; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<String>>> {
        let servers = match &mut self.servers {
            Some(servers) => servers,
            unasked => unasked.insert(primaries(self.store).await?),
        };
        let Some(server) = servers.last_mut() else { return Ok(None) };
        let mut scan = redis::cmd("SCAN");
        scan.arg(self.cursor).arg("MATCH").arg(&self.pattern).arg("COUNT").arg(PAGE);
        let (next, names): (u64, Vec<String>) = scan.query_async(server).await?;
        self.cursor = next;
        if next == 0 {
            servers.pop();
        }
        Ok(Some(names))
    }
}

/// A connection to every server that answers for keys.
async fn primaries(store: &Store) -> Result<Vec<MultiplexedConnection>> {
    let mut servers = Vec::new();
    for node in store.link().nodes().await?.iter().filter(|node| node.is_primary) {
        servers.push(node.connect().await?);
    }
    Ok(servers)
}

impl Writes {
    pub(super) fn to(&mut self, tag: Tag) -> &mut redis::Pipeline {
        self.by_tag.entry(tag).or_default()
    }

    pub(super) async fn send(&mut self, store: &Store) -> Result<()> {
        for (_, pipeline) in std::mem::take(&mut self.by_tag) {
            pipeline.query_async::<()>(&mut store.commands()).await?;
        }
        Ok(())
    }
}

/// A key taken apart: `prefix` + `kind:{tag}` + `:name`, where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    pub tag: Tag,
    pub kind: &'a str,
    pub name: &'a str,
}

impl<'a> Parts<'a> {
    /// `None` where `key` has no tag, or is called by another prefix: copies and what was set aside end like the others.
    pub(super) fn of(key: &'a str, prefix: &str) -> Option<Self> {
        let (kind, rest) = key.strip_prefix(prefix)?.split_once(":{")?;
        let (tag, name) = rest.split_once('}')?;
        let tag = tag.parse().ok().filter(|_| !kind.contains(':'))?;
        Some(Self { tag, kind, name: name.strip_prefix(':').unwrap_or_default() })
    }
}

/// Renames every key of every tag from `before…` to `after…`.
pub(super) async fn rename(store: &Store, before: &str, after: &str) -> Result<()> {
    // A walk may miss what moves while it goes on; another one finds it.
    while rename_some(store, before, after).await? > 0 {}
    Ok(())
}

async fn rename_some(store: &Store, before: &str, after: &str) -> Result<usize> {
    let mut renamed = 0;
    let mut names = Names::of(store, format!("{before}*"));
    while let Some(mut page) = names.next().await? {
        page.sort();
        page.dedup();
        let called: Vec<(Tag, &String)> = page.iter().filter_map(|key| Some((Parts::of(key, before)?.tag, key))).collect();
        // One that came before, or has run out, is not there to be renamed.
        let mut ask = BTreeMap::new();
        for (tag, key) in &called {
            ask.entry(*tag).or_insert_with(Vec::new).push(*key);
        }
        let mut writes = Writes::default();
        for (tag, keys) in ask {
            let mut exist = redis::pipe();
            for key in &keys {
                exist.exists(*key);
            }
            let there: Vec<bool> = exist.query_async(&mut store.commands()).await?;
            for (key, _) in keys.iter().zip(there).filter(|(_, there)| *there) {
                writes.to(tag).rename(*key, format!("{after}{}", &key[before.len()..]));
                renamed += 1;
            }
        }
        writes.send(store).await?;
    }
    Ok(renamed)
}

/// Deletes every key of every tag that is called `prefix…`.
pub(super) async fn delete(store: &Store, prefix: &str) -> Result<()> {
    let mut names = Names::of(store, format!("{prefix}*"));
    while let Some(page) = names.next().await? {
        let mut writes = Writes::default();
        for (tag, key) in page.iter().filter_map(|key| Some((Parts::of(key, prefix)?.tag, key))) {
            writes.to(tag).unlink(key);
        }
        writes.send(store).await?;
    }
    Ok(())
}

/// Copies keys whole, with their time to live, as Redis packs them. All of them are of one tag.
pub(super) async fn copy_whole(store: &Store, copies: &[Copies]) -> Result<()> {
    if copies.is_empty() {
        return Ok(());
    }
    let mut read = redis::pipe();
    for (key, _) in copies {
        read.cmd("DUMP").arg(key).cmd("PEXPIRETIME").arg(key);
    }
    let packed: Vec<redis::Value> = read.query_async(&mut store.commands()).await?;
    let mut writes = Writes::default();
    for ((_, targets), answer) in copies.iter().zip(packed.chunks(2)) {
        let answer = redis::Value::Array(answer.to_vec());
        let (packed, ends_ms): (Option<Vec<u8>>, i64) = redis::from_redis_value(answer).map_err(redis::RedisError::from)?;
        // Run out since it was listed.
        let Some(packed) = packed else { continue };
        for (tag, target) in targets {
            let restore = writes.to(*tag).cmd("RESTORE");
            restore.arg(target).arg(ends_ms.max(0)).arg(&packed).arg("REPLACE").arg("ABSTTL");
        }
    }
    writes.send(store).await
}

/// Gives `key` the time to live that `like` has.
pub(super) async fn expire_like(store: &Store, like: &str, key: &str) -> Result<()> {
    let ends_ms: i64 = redis::cmd("PEXPIRETIME").arg(like).query_async(&mut store.commands()).await?;
    if ends_ms > 0 {
        store.commands().pexpire_at::<_, ()>(key, ends_ms).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::OfficeShard;

    #[test]
    fn what_is_set_aside_is_not_taken_for_what_is_in_its_place() {
        let (tag, kind) = (Tag::Office(OfficeShard(0)), "booking");
        assert_eq!(Parts::of("booking:{o0}:1", ""), Some(Parts { tag, kind, name: "1" }));
        assert_eq!(Parts::of("old:booking:{o0}:1", OLD), Some(Parts { tag, kind, name: "1" }));
        assert_eq!(Parts::of("due:{o0}", ""), Some(Parts { tag, kind: "due", name: "" }));
        for other in ["old:booking:{o0}:1", "next:booking:{o0}:1", "antrean:shards", "booking:{x0}:1"] {
            assert_eq!(Parts::of(other, ""), None, "{other}");
        }
        assert_eq!(Parts::of("booking:{o0}:1", OLD), None);
    }
}
