//! A census: how much there is of each kind, before and after. What is copied to several shards on purpose (codes, and
//! what is remembered for two days) and what is written anew (ready entries) is not counted; nor are bills, which run
//! out by themselves, and mended losses, which ended with the journals they were of.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use antrean_domain::JobClass;

use super::names::{Names, Parts};
use super::{chats, offices};
use crate::Store;
use crate::error::Result;
use crate::keys::Tag;
use crate::mailbox::Side;

/// Kinds that are known and not counted by their keys: dealt out, counted by what they hold, or ended before.
const OTHERS: [&str; 24] = [
    "seen",
    "code",
    "bill",
    "external",
    "ready",
    "ready-ids",
    "outready",
    "outready-ids",
    "snooze",
    "jobs",
    "delay",
    "due",
    "refunds",
    "journal",
    "loss",
    "broadcasts",
    "walking",
    "bulk",
    "hop",
    "marks",
    "dead",
    "alive",
    "alone",
    "lease",
];

/// Counts everything whose key is called `prefix…`, by kind.
pub(super) async fn take(store: &Store, prefix: &str) -> Result<BTreeMap<String, u64>> {
    let mut counts = BTreeMap::new();
    // A walk may bring a name twice. Eight bytes each are remembered: ten million keys take some 200 MB, for a minute.
    let mut seen = HashSet::new();
    let mut names = Names::of(store, format!("{prefix}*"));
    while let Some(page) = names.next().await? {
        for key in page {
            let Some(Parts { tag, kind, .. }) = Parts::of(&key, prefix) else { continue };
            let counted = match tag {
                Tag::Chat(_) => chats::KINDS.contains(&kind),
                Tag::Office(_) => offices::KINDS.contains(&kind),
            };
            if !counted && OTHERS.contains(&kind) {
                continue;
            }
            if seen.insert(BuildHasherDefault::<DefaultHasher>::default().hash_one(&key)) {
                // Of a kind nobody here knows there will be no copies: that is noticed, and nothing is moved.
                let kind = if counted { kind.to_owned() } else { format!("{kind} (unknown to this release)") };
                *counts.entry(kind).or_default() += 1;
            }
        }
    }
    for (kind, command, key) in store.tags().flat_map(whole) {
        let length: u64 = redis::cmd(command).arg(format!("{prefix}{key}")).query_async(&mut store.commands()).await?;
        *counts.entry(kind).or_default() += length;
    }
    Ok(counts)
}

/// The keys that hold many things, and how those are counted.
fn whole(tag: Tag) -> Vec<(String, &'static str, String)> {
    let mut keys = vec![("dead letters".to_owned(), "XLEN", tag.dead())];
    match tag {
        Tag::Chat(shard) => {
            for side in [Side::In, Side::Out] {
                keys.push((format!("ready to {}", side.group()), "HLEN", side.ids(shard)));
            }
            keys.push(("asleep".to_owned(), "ZCARD", shard.snooze()));
        }
        Tag::Office(shard) => {
            keys.extend(JobClass::ALL.map(|class| (format!("jobs {}", class.word()), "XLEN", shard.jobs(class))));
            let others = [
                ("jobs delayed", "ZCARD", shard.delay()),
                ("deadlines", "ZCARD", shard.due()),
                ("refund cases", "HLEN", shard.refunds()),
                ("events", "XLEN", shard.journal()),
                ("broadcasts", "ZCARD", shard.broadcasts()),
                ("broadcasts walking", "ZCARD", shard.walking()),
                ("broadcast sends", "XLEN", shard.bulk()),
            ];
            keys.extend(others.map(|(kind, command, key)| (kind.to_owned(), command, key)));
        }
    }
    keys
}
