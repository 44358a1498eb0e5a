//! The billing code: what a person types at the bank, and how long it lives.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::Millis;
use crate::zone::Zone;

/// Fifteen digits, the first an 8 (a billing of DJA/SIMPONI begins with 7–9), the next two the shard that
/// holds its booking, the rest random: a code tells nothing of its neighbours.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BillingCode(String);

/// The text is not a billing code.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a billing code has 15 digits and begins with 8")]
pub struct BadBillingCode;

impl BillingCode {
    /// How many different codes one shard has.
    pub const PER_SHARD: u64 = 1_000_000_000_000;

    /// The code of `shard` (0–99) with the random part `number` (below [`Self::PER_SHARD`]; the rest is cut off).
    pub fn new(shard: u8, number: u64) -> Self {
        Self(format!("8{:02}{:012}", shard % 100, number % Self::PER_SHARD))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The shard whose ledger knows it.
    pub fn shard(&self) -> u8 {
        self.0[1..3].parse().expect("a billing code is made of digits")
    }

    /// In groups of five, as people read it aloud.
    pub fn grouped(&self) -> String {
        format!("{} {} {}", &self.0[..5], &self.0[5..10], &self.0[10..])
    }
}

impl FromStr for BillingCode {
    type Err = BadBillingCode;

    fn from_str(text: &str) -> Result<Self, BadBillingCode> {
        let shaped = text.len() == 15 && text.starts_with('8') && text.bytes().all(|byte| byte.is_ascii_digit());
        if shaped { Ok(Self(text.to_owned())) } else { Err(BadBillingCode) }
    }
}

impl TryFrom<String> for BillingCode {
    type Error = BadBillingCode;

    fn try_from(text: String) -> Result<Self, BadBillingCode> {
        text.parse()
    }
}

impl From<BillingCode> for String {
    fn from(code: BillingCode) -> Self {
        code.0
    }
}

impl fmt::Display for BillingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// When a bill issued at `now_ms` dies: after `ttl_ms`, but never later than the end of the year in Jakarta
/// (the state's books close: no code survives 31 December, 23:59:59 WIB).
pub fn bill_expires_at(now_ms: Millis, ttl_ms: i64) -> Millis {
    let year = Zone::Wib.date(now_ms).year();
    let year_end = NaiveDate::from_ymd_opt(year + 1, 1, 1).map_or(Millis::MAX, |day| Zone::Wib.midnight(day) - 1_000);
    (now_ms + ttl_ms).min(year_end).max(now_ms)
}
