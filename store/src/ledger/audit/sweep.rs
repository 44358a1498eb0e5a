//! A walk over every key: how long it lives, and whether it holds what nobody may read.

use std::collections::BTreeSet;

use antrean_domain::Nik;
use redis::Value;
use redis::streams::StreamRangeReply;

use super::probe::Names;
use super::replay::Replay;
use super::{Findings, Invariant};
use crate::Store;
use crate::error::Result;

/// How many keys or entries are read at once.
const PAGE: usize = 500;
/// Kinds that live for good.
const FOR_GOOD: [&str; 5] = ["booking", "application", "quota", "code", "payment"];
/// Kinds that end by themselves.
const FOR_A_WHILE: [&str; 2] = ["bill", "external"];

impl Store {
    pub(super) async fn sweep_lifetimes(&self, names: &Names, findings: &mut Findings) -> Result<()> {
        let shard = names.shard;
        let whole = [shard.due(), shard.refunds(), shard.journal()];
        let keys: Vec<_> = FOR_GOOD.iter().flat_map(|kind| names.keys(kind)).chain(whole).collect();
        for (key, lives_ms) in self.lifetimes(&keys).await? {
            findings.check(lives_ms < 0, Invariant::Lifetime, key, || format!("is to be kept for good, and ends in {lives_ms} ms"));
        }
        let keys: Vec<_> = FOR_A_WHILE.iter().flat_map(|kind| names.keys(kind)).collect();
        for (key, lives_ms) in self.lifetimes(&keys).await? {
            findings.check(lives_ms != -1, Invariant::Lifetime, key, || "should end by itself, and never will".to_owned());
        }
        Ok(())
    }

    /// PTTL of each key: -1 where it lives for good, -2 where it is gone.
    async fn lifetimes<'a>(&self, keys: &'a [String]) -> Result<Vec<(&'a String, i64)>> {
        let mut lifetimes = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(PAGE) {
            let mut ask = redis::pipe();
            for key in chunk {
                ask.pttl(key);
            }
            let answers: Vec<i64> = ask.query_async(&mut self.commands()).await?;
            lifetimes.extend(chunk.iter().zip(answers));
        }
        Ok(lifetimes)
    }

    /// Looks into every value, of chats and offices alike, for sixteen digits that read as an identity number. What a
    /// bank calls its payments may look like one: those are known, and left out.
    pub(super) async fn sweep_plain_niks(&self, replays: &[Replay], findings: &mut Findings) -> Result<()> {
        let known: BTreeSet<&str> = replays.iter().flat_map(|replay| replay.payments.keys()).map(String::as_str).collect();
        for key in self.all_keys().await? {
            if key.starts_with("external:") || key.starts_with("antrean:external:") {
                continue;
            }
            if self.holds_nik(&key, &known).await? {
                findings.add(Invariant::PlainNik, key, "sixteen digits in the clear read as a national identity number");
            }
        }
        Ok(())
    }

    async fn holds_nik(&self, key: &str, known: &BTreeSet<&str>) -> Result<bool> {
        let mut connection = self.commands();
        let kind: String = redis::cmd("TYPE").arg(key).query_async(&mut connection).await?;
        let read = match kind.as_str() {
            "string" => redis::cmd("GET").arg(key).to_owned(),
            "hash" => redis::cmd("HGETALL").arg(key).to_owned(),
            "list" => redis::cmd("LRANGE").arg(key).arg(0).arg(-1).to_owned(),
            "set" => redis::cmd("SMEMBERS").arg(key).to_owned(),
            "zset" => redis::cmd("ZRANGE").arg(key).arg(0).arg(-1).to_owned(),
            "stream" => return self.stream_holds_nik(key, known).await,
            // Gone since it was listed.
            _ => return Ok(false),
        };
        let value: Value = read.query_async(&mut connection).await?;
        Ok(value_holds_nik(&value, known))
    }

    /// Streams are read in pages: the journal may be long.
    async fn stream_holds_nik(&self, key: &str, known: &BTreeSet<&str>) -> Result<bool> {
        let mut from = "-".to_owned();
        loop {
            let mut range = redis::cmd("XRANGE");
            let page: StreamRangeReply =
                range.arg(key).arg(&from).arg("+").arg("COUNT").arg(PAGE).query_async(&mut self.commands()).await?;
            let Some(last) = page.ids.last() else { return Ok(false) };
            if page.ids.iter().flat_map(|entry| entry.map.values()).any(|value| value_holds_nik(value, known)) {
                return Ok(true);
            }
            from = format!("({}", last.id);
        }
    }
}

fn value_holds_nik(value: &Value, known: &BTreeSet<&str>) -> bool {
    match value {
        Value::BulkString(bytes) => bytes_hold_nik(bytes, known),
        Value::SimpleString(text) => bytes_hold_nik(text.as_bytes(), known),
        Value::Array(values) | Value::Set(values) => values.iter().any(|value| value_holds_nik(value, known)),
        Value::Map(pairs) => pairs.iter().any(|(name, value)| value_holds_nik(name, known) || value_holds_nik(value, known)),
        _ => false,
    }
}

fn bytes_hold_nik(bytes: &[u8], known: &BTreeSet<&str>) -> bool {
    // A booking's id is 32 hex digits, and sixteen of those in a row may all be decimal.
    let is_id = |word: &&[u8]| word.len() == 32 && word.iter().all(u8::is_ascii_hexdigit);
    let words = bytes.split(|byte| !byte.is_ascii_alphanumeric()).filter(|word| !is_id(word));
    let runs = words.flat_map(|word| word.split(|byte| !byte.is_ascii_digit())).filter(|run| run.len() == 16);
    runs.filter_map(|run| std::str::from_utf8(run).ok()).any(|digits| !known.contains(digits) && Nik::parse(digits).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_digits_alone_are_looked_at_and_only_those_that_read_as_a_nik() {
        let known = BTreeSet::from(["3174010101900002"]);
        for (text, holds) in [
            ("{\"nik\":\"3174010101900001\"}", true),
            ("3174010101900002", false),
            ("31740101019000011", false),
            ("JKTSEL 01a2134b3174010101900001c0ffee0a", false),
            ("JKTSEL 01a2134b3174010101900001c0ffee0", true),
            ("9999999999999999", false),
            ("2026-12-01", false),
            ("JKTSEL 01939f6fd4f07a1c3174010101900001", false),
            ("JKTSEL 01939f6fd4f0a3174010101900001c31", false),
        ] {
            assert_eq!(bytes_hold_nik(text.as_bytes(), &known), holds, "{text}");
        }
    }
}
