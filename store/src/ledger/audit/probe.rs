//! Reading keys as they are at one moment, and listing their names.

use std::collections::{BTreeMap, BTreeSet};

use redis::{FromRedisValue, Value};

use crate::Store;
use crate::error::{Result, StoreError};
use crate::keys::{LEDGER_KINDS, OfficeShard};
use crate::ledger::scripts;

/// How many names one step of a scan asks for.
const SCAN_COUNT: usize = 1_000;

/// A question to one key.
pub(super) enum Ask {
    Text(String),
    Hash(String),
    Score(String, String),
}

/// The answers to some questions, all of one moment.
pub(super) struct Answers {
    /// The journal's last event at that moment.
    pub seq: u64,
    values: std::vec::IntoIter<Value>,
}

/// The names of a shard's keys, by kind: what stands behind `kind:{o0}:`.
pub(super) struct Names {
    pub shard: OfficeShard,
    by_kind: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Store {
    pub(super) async fn probe(&self, shard: OfficeShard, asks: &[Ask]) -> Result<Answers> {
        let mut call = scripts::AUDIT_PROBE.call();
        call.key(shard.journal());
        for ask in asks {
            match ask {
                Ask::Text(key) => call.key(key).arg("text"),
                Ask::Hash(key) => call.key(key).arg("hash"),
                Ask::Score(key, member) => call.key(key).arg(format!("score:{member}")),
            };
        }
        let mut values = call.run::<Vec<Value>>(self).await?.into_iter();
        let tail: String = read(values.next().unwrap_or(Value::Nil))?;
        Ok(Answers { seq: read_seq(&tail), values })
    }

    /// The names of every key of the ledger on `shard`, one after another: keys may come and go meanwhile.
    pub(super) async fn names(&self, shard: OfficeShard) -> Result<Names> {
        let mut by_kind = BTreeMap::new();
        for kind in LEDGER_KINDS {
            let prefix = shard.prefix(kind);
            let pattern = format!("{prefix}*");
            let mut names = BTreeSet::new();
            walk(async |cursor| self.commands().ask_owner(&prefix, &scan(cursor, &pattern)).await, &mut names).await?;
            by_kind.insert(kind, names.into_iter().filter_map(|name| name.strip_prefix(&prefix).map(str::to_owned)).collect());
        }
        Ok(Names { shard, by_kind })
    }

    /// Every key there is, on every server that answers for some.
    pub(super) async fn all_keys(&self) -> Result<BTreeSet<String>> {
        let mut names = BTreeSet::new();
        for node in self.link().nodes().await?.iter().filter(|node| node.is_primary) {
            let connection = node.connect().await?;
            walk(async |cursor| Ok(scan(cursor, "*").query_async(&mut connection.clone()).await?), &mut names).await?;
        }
        Ok(names)
    }
}

/// Asks step by step, from cursor to cursor.
async fn walk(step: impl AsyncFn(u64) -> Result<(u64, Vec<String>)>, names: &mut BTreeSet<String>) -> Result<()> {
    let mut cursor = 0;
    loop {
        let (next, found) = step(cursor).await?;
        names.extend(found);
        if next == 0 {
            return Ok(());
        }
        cursor = next;
    }
}

fn scan(cursor: u64, pattern: &str) -> redis::Cmd {
    let mut scan = redis::cmd("SCAN");
    scan.arg(cursor).arg("MATCH").arg(pattern).arg("COUNT").arg(SCAN_COUNT);
    scan
}

impl Answers {
    /// The next answer: a string's bytes, empty where it is absent.
    pub(super) fn bytes(&mut self) -> Result<Vec<u8>> {
        read(self.next())
    }

    pub(super) fn text(&mut self) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.bytes()?).into_owned())
    }

    /// The next answer: a member's score, if it is one.
    #[expect(clippy::cast_possible_truncation, reason = "every score here is a whole number below 2^53")]
    pub(super) fn score(&mut self) -> Result<Option<i64>> {
        Ok(self.text()?.parse::<f64>().ok().map(|score| score as i64))
    }

    pub(super) fn hash<T: FromRedisValue>(&mut self) -> Result<BTreeMap<String, T>> {
        read(self.next())
    }

    fn next(&mut self) -> Value {
        self.values.next().unwrap_or(Value::Nil)
    }
}

impl Names {
    pub(super) fn of(&self, kind: &'static str) -> &BTreeSet<String> {
        &self.by_kind[kind]
    }

    /// The keys of `kind` as Redis knows them.
    pub(super) fn keys(&self, kind: &'static str) -> impl Iterator<Item = String> {
        let prefix = self.shard.prefix(kind);
        self.of(kind).iter().map(move |name| format!("{prefix}{name}"))
    }
}

/// The number of an event's id, `17-0`; 0 for the empty journal's.
pub(in crate::ledger) fn read_seq(id: &str) -> u64 {
    id.split('-').next().and_then(|seq| seq.parse().ok()).unwrap_or(0)
}

fn read<T: FromRedisValue>(value: Value) -> Result<T> {
    T::from_redis_value(value).map_err(|error| StoreError::Corrupt { what: "audited key", why: error.to_string() })
}
