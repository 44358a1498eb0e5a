//! NIK: the sixteen digits of an Indonesian identity card, `PPKKCC DDMMYY SSSS`.
//!
//! Only its structure can be checked: no check digit is published. The register does not reissue a number
//! to match a corrected birth date, so a disagreement is worth a warning and never a refusal.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// A NIK whose structure is sound. Its `Debug` does not show it, so that no log can.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Nik(String);

/// Why sixteen characters are not a NIK. Each has its own answer to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadNik {
    #[error("a NIK has 16 digits, this has {0}")]
    Length(usize),
    #[error("a NIK has digits only")]
    NotDigits,
    #[error("the first two digits of a NIK name a province, 11 to 97")]
    Region,
    #[error("digits 7 to 12 of a NIK are a birth date")]
    Date,
    #[error("the last four digits of a NIK are a serial number from 0001")]
    Serial,
}

impl Nik {
    /// Reads sixteen digits; spaces, dots and hyphens between them are passed over.
    pub fn parse(text: &str) -> Result<Self, BadNik> {
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '\u{a0}')).collect();
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BadNik::NotDigits);
        }
        if digits.len() != 16 {
            return Err(BadNik::Length(digits.len()));
        }
        if !(11..=97).contains(&number(&digits[..2])) || &digits[2..4] == "00" || &digits[4..6] == "00" {
            return Err(BadNik::Region);
        }
        let nik = Self(digits);
        if nik.days_in_centuries().next().is_none() {
            return Err(BadNik::Date);
        }
        if nik.0.ends_with("0000") {
            return Err(BadNik::Serial);
        }
        Ok(nik)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `birth` fits the digits. The century is not in them, so any may match.
    pub fn agrees_with(&self, birth: NaiveDate) -> bool {
        let (day, month, year) = self.birth_digits();
        (day, month, year) == (birth.day(), birth.month(), birth.year().rem_euclid(100).unsigned_abs())
    }

    /// The number with all but the first and last two digits hidden.
    pub fn masked(&self) -> String {
        format!("{}************{}", &self.0[..2], &self.0[14..])
    }

    /// Day, month and two-digit year; a woman's day is written 40 higher.
    fn birth_digits(&self) -> (u32, u32, u32) {
        let day = number(&self.0[6..8]);
        (if day > 40 { day - 40 } else { day }, number(&self.0[8..10]), number(&self.0[10..12]))
    }

    fn days_in_centuries(&self) -> impl Iterator<Item = NaiveDate> {
        let (day, month, year) = self.birth_digits();
        [1900, 2000].into_iter().filter_map(move |century| NaiveDate::from_ymd_opt(century + i32::try_from(year).ok()?, month, day))
    }
}

/// Two digits as a number.
fn number(digits: &str) -> u32 {
    digits.parse().expect("the caller checked that these are digits")
}

impl fmt::Debug for Nik {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nik(…)")
    }
}

impl TryFrom<String> for Nik {
    type Error = BadNik;

    fn try_from(text: String) -> Result<Self, BadNik> {
        Self::parse(&text)
    }
}

impl From<Nik> for String {
    fn from(nik: Nik) -> Self {
        nik.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn a_womans_day_is_forty_higher() {
        let nik = Nik::parse("3174 0952 0890 0001").expect("a NIK");
        assert!(nik.agrees_with(date("1990-08-12")));
        assert!(!nik.agrees_with(date("1990-08-13")));
    }

    #[test]
    fn each_fault_has_its_own_name() {
        for (text, fault) in [
            ("317409120890001", BadNik::Length(15)),
            ("31740912089000A1", BadNik::NotDigits),
            ("0174091208900001", BadNik::Region),
            ("3174093208900001", BadNik::Date),
            ("3174097208900001", BadNik::Date),
            ("3174093002900001", BadNik::Date),
            ("3174091208900000", BadNik::Serial),
        ] {
            assert_eq!(Nik::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn a_leap_day_of_either_century_is_a_date() {
        assert!(Nik::parse("3174092902000001").is_ok());
        assert_eq!(Nik::parse("3174092902010001"), Err(BadNik::Date));
    }

    #[test]
    fn a_nik_is_not_shown_by_debug() {
        let nik = Nik::parse("3174091208900001").expect("a NIK");
        assert!(!format!("{nik:?}").contains("3174"));
        assert_eq!(nik.masked(), "31************01");
    }
}
