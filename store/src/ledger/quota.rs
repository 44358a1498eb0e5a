//! What offices offer: opened by operators, counted by the scripts, read by calendars.

use std::collections::BTreeMap;
use std::fmt;

use antrean_domain::slot::Month;
use antrean_domain::{HourQuota, MonthQuota, OfficeCode, ServiceClass, SlotId};
use chrono::Datelike;

use super::scripts;
use crate::Store;
use crate::error::{Result, StoreError};
use crate::keys::{OfficeShard, QuotaMonth};

/// What opening slots came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    pub slots: usize,
    /// Slots whose new capacity is below what is booked: nobody is evicted, sales stop there.
    pub deficits: usize,
}

impl Store {
    /// Sets the capacity of `slots`. One script per office, class and month; each of them is journalled.
    pub async fn open_quota(&self, slots: &[SlotId], capacity: u32) -> Result<Opened> {
        let mut months: BTreeMap<QuotaMonth, Vec<Place>> = BTreeMap::new();
        for slot in slots {
            months.entry(QuotaMonth::of(slot)).or_default().push(Place::of(slot));
        }
        let mut opened = Opened::default();
        for (month, mut hours) in months {
            hours.sort_unstable();
            hours.dedup();
            opened.slots += hours.len();
            opened.deficits += self.open_month(&month, &hours, capacity).await?;
        }
        Ok(opened)
    }

    async fn open_month(&self, month: &QuotaMonth, hours: &[Place], capacity: u32) -> Result<usize> {
        let shard = self.office_shard(&month.office);
        let mut call = scripts::OPEN_QUOTA.call();
        call.key(shard.quota(month)).key(shard.journal()).arg(self.clock().now_ms()).arg(month.to_string()).arg(capacity);
        for hour in hours {
            call.arg(hour.to_string());
        }
        let (_, deficits): (String, String) = call.run(self).await?;
        deficits.parse().map_err(|_| StoreError::Answer { script: "open_quota", answer: deficits })
    }

    /// What one month of an office and class offers.
    pub async fn month(&self, office: &OfficeCode, class: ServiceClass, month: Month) -> Result<MonthQuota> {
        let of = QuotaMonth { office: office.clone(), class, month };
        let key = self.office_shard(office).quota(&of);
        let counts: Vec<u8> = redis::cmd("GET").arg(key).query_async::<Option<_>>(&mut self.commands()).await?.unwrap_or_default();
        let corrupt = || StoreError::Corrupt { what: "quota", why: format!("{of} has counts beyond its last day") };
        let mut hours = BTreeMap::new();
        for (place, quota) in read_counts(&counts) {
            hours.insert(place.in_month(month).ok_or_else(corrupt)?, quota);
        }
        Ok(MonthQuota { office: of.office, class, month, hours })
    }

    pub(crate) fn office_shard(&self, office: &OfficeCode) -> OfficeShard {
        OfficeShard(office.shard(self.shards()))
    }
}

/// An hour of a month, whichever month it is: where its counts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// From 1.
    day: u32,
    hour: u8,
}

/// Bytes an hour's counts take: capacity plus one, taken, withheld, each a big-endian number of four bytes.
const HOUR_BYTES: usize = 12;

impl Place {
    pub(super) fn of(slot: &SlotId) -> Self {
        Self { day: slot.date.day(), hour: slot.hour }
    }

    /// Reads what it is displayed as: `0108`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (day, hour) = (text.get(..2)?.parse().ok()?, text.get(2..)?.parse().ok()?);
        Some(Self { day, hour }).filter(|_| (1..=31).contains(&day) && hour < 24)
    }

    /// The offset of its counts, in bytes. `lua/ledger.lua` counts the same.
    pub(super) fn offset(self) -> usize {
        ((self.day as usize - 1) * 24 + usize::from(self.hour)) * HOUR_BYTES
    }

    pub(super) fn in_month(self, month: Month) -> Option<(chrono::NaiveDate, u8)> {
        Some((month.first().with_day(self.day)?, self.hour))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}{:02}", self.day, self.hour)
    }
}

/// The hours of a month that were ever opened, or have anything taken or withheld.
pub(super) fn read_counts(bytes: &[u8]) -> impl Iterator<Item = (Place, HourQuota)> {
    let places = (1..=31).flat_map(|day| (0..24).map(move |hour| Place { day, hour }));
    places.zip(bytes.chunks_exact(HOUR_BYTES)).filter(|(_, counts)| counts.iter().any(|byte| *byte != 0)).map(|(place, counts)| {
        let number = |at: usize| counts[at..at + 4].iter().fold(0, |number, byte| (number << 8) | u32::from(*byte));
        (place, HourQuota { capacity: number(0).saturating_sub(1), taken: number(4), withheld: number(8) })
    })
}
