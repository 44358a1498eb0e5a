//! What a month of one office and class offers: capacity, what is withheld and what is taken, by hour.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::office::OfficeCode;
use crate::service::ServiceClass;
use crate::slot::{Month, SlotId};

/// The count of one slot. `taken` covers held, billed and paid places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HourQuota {
    pub capacity: u32,
    pub taken: u32,
    pub withheld: u32,
}

impl HourQuota {
    /// What a person may still take. Zero where capacity was cut below what is booked.
    pub fn left(self) -> u32 {
        self.capacity.saturating_sub(self.taken).saturating_sub(self.withheld)
    }
}

/// A month of slots of one office and class. Hours never opened are absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthQuota {
    pub office: OfficeCode,
    pub class: ServiceClass,
    pub month: Month,
    pub hours: BTreeMap<(NaiveDate, u8), HourQuota>,
}

impl MonthQuota {
    /// The opened hours of `date`, early to late.
    pub fn day(&self, date: NaiveDate) -> impl Iterator<Item = (u8, HourQuota)> {
        self.hours.range((date, 0)..=(date, 23)).map(|((_, hour), quota)| (*hour, *quota))
    }

    /// What is left on `date` over all hours; `None` where no hour of it was opened.
    pub fn left_on(&self, date: NaiveDate) -> Option<u32> {
        let mut hours = self.day(date).peekable();
        hours.peek()?;
        Some(hours.map(|(_, quota)| quota.left()).sum())
    }

    pub fn slot(&self, date: NaiveDate, hour: u8) -> SlotId {
        SlotId { office: self.office.clone(), date, hour, class: self.class }
    }

    /// The hours with at least `places` left that lie nearest to `wanted` within this month: first those of
    /// the same day by distance in hours, then those of the nearest days. At most `most`.
    pub fn nearest(&self, wanted: &SlotId, places: u32, most: usize) -> Vec<(SlotId, u32)> {
        let mut free: Vec<_> = self
            .hours
            .iter()
            .filter(|((date, hour), quota)| quota.left() >= places && (*date, *hour) != (wanted.date, wanted.hour))
            .map(|((date, hour), quota)| {
                let days = (*date - wanted.date).num_days().unsigned_abs();
                ((days, hour.abs_diff(wanted.hour), *date), self.slot(*date, *hour), quota.left())
            })
            .collect();
        free.sort();
        free.truncate(most);
        free.into_iter().map(|(_, slot, left)| (slot, left)).collect()
    }
}
