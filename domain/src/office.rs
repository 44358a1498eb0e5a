//! The immigration offices: data, because their number and names keep changing.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::service::{Passport, PassportKind};
use crate::zone::Zone;

/// An office's short name in keys, commands and callback data: 2–8 of `A–Z`, `0–9`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OfficeCode(String);

/// The text is not an office code.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an office code has 2 to 8 capital letters or digits, not {0:?}")]
pub struct BadOfficeCode(String);

impl OfficeCode {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its shard among `shards`: FNV-1a over the code, so that every process and release agrees.
    pub fn shard(&self, shards: u8) -> u8 {
        let hash = self.0.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        u8::try_from(hash % u64::from(shards.max(1))).expect("a remainder of a u8 fits a u8")
    }
}

impl FromStr for OfficeCode {
    type Err = BadOfficeCode;

    fn from_str(text: &str) -> Result<Self, BadOfficeCode> {
        let shaped = (2..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if shaped { Ok(Self(text.to_owned())) } else { Err(BadOfficeCode(text.to_owned())) }
    }
}

impl TryFrom<String> for OfficeCode {
    type Error = BadOfficeCode;

    fn try_from(text: String) -> Result<Self, BadOfficeCode> {
        text.parse()
    }
}

impl From<OfficeCode> for String {
    fn from(code: OfficeCode) -> Self {
        code.0
    }
}

impl fmt::Display for OfficeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One office, as `config/offices.toml` describes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    pub code: OfficeCode,
    /// What people call it, without "Kantor Imigrasi": `Jakarta Selatan`.
    pub name: String,
    pub city: String,
    pub province: String,
    pub zone: Zone,
    /// From this appointment date on it issues electronic passports. Absent: it does not.
    pub electronic_from: Option<NaiveDate>,
    /// From this appointment date on it issues no ordinary ones (IMI-263.GR.01.02/2024). Absent: it still does.
    pub ordinary_until: Option<NaiveDate>,
}

impl Office {
    /// Whether it issues `passport` on `date`.
    pub fn issues(&self, passport: Passport, date: NaiveDate) -> bool {
        match passport.kind {
            PassportKind::Ordinary => self.ordinary_until.is_none_or(|until| date < until),
            PassportKind::Electronic => self.electronic_from.is_some_and(|from| date >= from),
        }
    }

    fn matches(&self, folded: &str) -> bool {
        let text = format!("{} {} {} {}", self.name, self.city, self.province, self.code);
        fold(&text).contains(folded)
    }
}

/// Every office, found by code or by part of a name.
#[derive(Clone, Debug, Default)]
pub struct Offices {
    by_code: BTreeMap<OfficeCode, Office>,
    /// Codes in the order of their names: what pages of a list follow.
    by_name: Vec<OfficeCode>,
}

/// What is wrong with a list of offices.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadOffices {
    #[error("office code {0} is used twice")]
    CodeTwice(OfficeCode),
    #[error("office {0} issues no passport at all: give electronic_from, or take ordinary_until away")]
    IssuesNothing(OfficeCode),
    #[error("the list of offices is empty")]
    Empty,
}

impl Offices {
    pub fn new(offices: Vec<Office>) -> Result<Self, BadOffices> {
        let mut by_code = BTreeMap::new();
        for office in offices {
            if office.ordinary_until.is_some() && office.electronic_from.is_none() {
                return Err(BadOffices::IssuesNothing(office.code));
            }
            if let Some(twin) = by_code.insert(office.code.clone(), office) {
                return Err(BadOffices::CodeTwice(twin.code));
            }
        }
        if by_code.is_empty() {
            return Err(BadOffices::Empty);
        }
        let mut by_name: Vec<_> = by_code.keys().cloned().collect();
        by_name.sort_by_key(|code| fold(&by_code[code].name));
        Ok(Self { by_code, by_name })
    }

    pub fn get(&self, code: &OfficeCode) -> Option<&Office> {
        self.by_code.get(code)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Office> {
        self.by_name.iter().map(|code| &self.by_code[code])
    }

    /// Those whose name, city, province or code contains `text`, whatever its case and hyphens, by name.
    /// Those whose name begins with it come first.
    pub fn search(&self, text: &str) -> Vec<&Office> {
        let folded = fold(text);
        if folded.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<_> = self.iter().filter(|office| office.matches(&folded)).collect();
        found.sort_by_key(|office| !fold(&office.name).starts_with(&folded));
        found
    }
}

/// Letters and digits in lower case, everything else as one space.
fn fold(text: &str) -> String {
    let spaced: String = text.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}
