//! What offices offer: opened by operators, counted by the scripts, read by calendars.

use std::collections::{BTreeMap, HashMap};

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
        let mut months: BTreeMap<QuotaMonth, Vec<String>> = BTreeMap::new();
        for slot in slots {
            months.entry(QuotaMonth::of(slot)).or_default().push(hour_of(slot));
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

    async fn open_month(&self, month: &QuotaMonth, hours: &[String], capacity: u32) -> Result<usize> {
        let shard = self.office_shard(&month.office);
        let mut call = scripts::OPEN_QUOTA.call();
        call.key(shard.quota(month)).key(shard.journal()).arg(self.clock().now_ms()).arg(month.to_string()).arg(capacity);
        for hour in hours {
            call.arg(hour);
        }
        let (_, deficits): (String, String) = call.run(self).await?;
        deficits.parse().map_err(|_| StoreError::Answer { script: "open_quota", answer: deficits })
    }

    /// What one month of an office and class offers.
    pub async fn month(&self, office: &OfficeCode, class: ServiceClass, month: Month) -> Result<MonthQuota> {
        let of = QuotaMonth { office: office.clone(), class, month };
        let key = self.office_shard(office).quota(&of);
        let counts: HashMap<String, u32> = redis::cmd("HGETALL").arg(key).query_async(&mut self.commands()).await?;
        let mut hours = BTreeMap::new();
        for (field, count) in counts {
            let (date, hour, which) = read_field(month, &field)
                .ok_or_else(|| StoreError::Corrupt { what: "quota", why: format!("{of} has a field {field:?}") })?;
            let quota: &mut HourQuota = hours.entry((date, hour)).or_default();
            match which {
                'c' => quota.capacity = count,
                't' => quota.taken = count,
                _ => quota.withheld = count,
            }
        }
        Ok(MonthQuota { office: of.office, class, month, hours })
    }

    pub(crate) fn office_shard(&self, office: &OfficeCode) -> OfficeShard {
        OfficeShard(office.shard(self.shards()))
    }
}

/// Where a slot's counts are within its month.
pub(super) fn hour_of(slot: &SlotId) -> String {
    format!("{:02}{:02}", slot.date.day(), slot.hour)
}

/// Reads `0108t`: day, hour, which count.
pub(super) fn read_field(month: Month, field: &str) -> Option<(chrono::NaiveDate, u8, char)> {
    let which = field.chars().last().filter(|which| field.is_ascii() && field.len() == 5 && "ctw".contains(*which))?;
    let date = month.first().with_day(field[..2].parse().ok()?)?;
    let hour = field[2..4].parse().ok().filter(|hour| *hour < 24)?;
    Some((date, hour, which))
}
