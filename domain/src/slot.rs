//! A slot: one hour of one day at one office for one service class. What capacity is counted in.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::Millis;
use crate::office::OfficeCode;
use crate::service::ServiceClass;
use crate::zone::Zone;

/// A place in time that people book: `JKTSEL:2026-12-01:08:regular`. The hour window is `hour..hour + 1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SlotId {
    pub office: OfficeCode,
    pub date: NaiveDate,
    /// 0–23, local to the office.
    pub hour: u8,
    pub class: ServiceClass,
}

/// The text is not a slot.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a slot reads OFFICE:YYYY-MM-DD:HH:CLASS, not {0:?}")]
pub struct BadSlot(String);

impl SlotId {
    /// Reads the form `Display` writes.
    pub fn parse(text: &str) -> Result<Self, BadSlot> {
        Self::read(text).ok_or_else(|| BadSlot(text.to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let office = parts.next()?.parse().ok()?;
        let date = parts.next()?.parse().ok()?;
        let hour = parts.next()?.parse().ok().filter(|hour| *hour < 24)?;
        let class = parts.next()?.parse().ok()?;
        parts.next().is_none().then_some(Self { office, date, hour, class })
    }

    pub fn month(&self) -> Month {
        Month::of(self.date)
    }

    /// The moment the hour window begins, in the office's zone.
    pub fn starts_at(&self, zone: Zone) -> Millis {
        let time = NaiveTime::from_hms_opt(u32::from(self.hour), 0, 0).expect("a slot's hour is below 24");
        zone.at(self.date, time)
    }

    /// The moment an appointment here is recalled: `hour` (0–23) of the evening before, in the office's zone.
    pub fn eve_at(&self, zone: Zone, hour: u32) -> Millis {
        let eve = self.date.pred_opt().unwrap_or(self.date);
        zone.at(eve, NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN))
    }
}

impl fmt::Display for SlotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{:02}:{}", self.office, self.date, self.hour, self.class)
    }
}

impl TryFrom<String> for SlotId {
    type Error = BadSlot;

    fn try_from(text: String) -> Result<Self, BadSlot> {
        Self::parse(&text)
    }
}

impl From<SlotId> for String {
    fn from(slot: SlotId) -> Self {
        slot.to_string()
    }
}

/// A calendar month, `2026-12`: the unit in which quotas are stored and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    first: NaiveDate,
}

/// The text is not a month.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a month reads YYYY-MM, not {0:?}")]
pub struct BadMonth(String);

impl Month {
    pub fn of(date: NaiveDate) -> Self {
        Self { first: date.with_day(1).expect("every month has a first day") }
    }

    pub fn first(self) -> NaiveDate {
        self.first
    }

    #[must_use]
    pub fn next(self) -> Self {
        Self { first: self.first.checked_add_months(chrono::Months::new(1)).unwrap_or(self.first) }
    }

    #[must_use]
    pub fn previous(self) -> Self {
        Self { first: self.first.checked_sub_months(chrono::Months::new(1)).unwrap_or(self.first) }
    }

    /// Its days, first to last.
    pub fn days(self) -> impl Iterator<Item = NaiveDate> {
        self.first.iter_days().take_while(move |day| day.month() == self.first.month())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first.format("%Y-%m"))
    }
}

impl FromStr for Month {
    type Err = BadMonth;

    fn from_str(text: &str) -> Result<Self, BadMonth> {
        let shaped = text.len() == 7 && text.as_bytes()[4] == b'-';
        let first = shaped.then(|| format!("{text}-01").parse().ok()).flatten();
        first.map(|first| Self { first }).ok_or_else(|| BadMonth(text.to_owned()))
    }
}

impl TryFrom<String> for Month {
    type Error = BadMonth;

    fn try_from(text: String) -> Result<Self, BadMonth> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_reads_what_it_writes() {
        let text = "JKTSEL:2026-12-01:08:regular";
        assert_eq!(SlotId::parse(text).expect("a slot").to_string(), text);
        for bad in ["", "JKTSEL", "JKTSEL:2026-12-01:24:regular", "JKTSEL:2026-13-01:08:regular", "JKTSEL:2026-12-01:08:regular:x"] {
            assert_eq!(SlotId::parse(bad), Err(BadSlot(bad.to_owned())));
        }
    }

    #[test]
    fn a_month_has_all_its_days_and_neighbours() {
        let month: Month = "2026-12".parse().expect("a month");
        assert_eq!(month.days().count(), 31);
        assert_eq!(month.next().to_string(), "2027-01");
        assert_eq!(month.previous().to_string(), "2026-11");
        assert!("2026-1".parse::<Month>().is_err());
    }
}
