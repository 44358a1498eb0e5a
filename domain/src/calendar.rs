//! Which days an office works: weekdays that are neither national holidays nor joint leave.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::Deserialize;

use crate::quota::MonthQuota;

/// What a day of the calendar offers. Each is shown in its own way and words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// Places are left.
    Free { left: u32 },
    /// Opened, and nothing is left.
    Full,
    /// A weekend, a holiday, or a day gone by.
    Closed,
    /// A working day whose quota has not been opened yet.
    NotYetOpen,
}

/// National holidays and cuti bersama, by date: `config/holidays.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Calendar {
    pub holidays: BTreeMap<NaiveDate, String>,
}

impl Calendar {
    /// Whether offices work on `date`.
    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !self.holidays.contains_key(&date)
    }

    /// What `date` offers under `quota`. Only days from `first` on can be booked (today's hours are spent: a
    /// billing code alone may take two hours). An opened day counts as opened whatever the holidays say:
    /// offices do open on Saturdays.
    pub fn kind(&self, date: NaiveDate, first: NaiveDate, quota: &MonthQuota) -> DayKind {
        if date < first {
            return DayKind::Closed;
        }
        match quota.left_on(date) {
            Some(0) if quota.day(date).all(|(_, hour)| hour.capacity == 0) => DayKind::Closed,
            Some(0) => DayKind::Full,
            Some(left) => DayKind::Free { left },
            None if self.is_working_day(date) => DayKind::NotYetOpen,
            None => DayKind::Closed,
        }
    }
}
