//! Places to book in the sandbox: a few offices that show what there is to see, for the coming weeks.

use std::collections::BTreeSet;

use antrean_domain::{Month, Office, OfficeCode, ServiceClass, SlotId};
use antrean_store::Store;
use chrono::{Days, NaiveDate};

use crate::config::Config;

/// One office in each zone, then one with all four passports and one with ordinary ones only.
const OFFICES: [&str; 5] = ["JKTSEL", "DENPASAR", "JAYAPURA", "WONOSOBO", "RANAI"];

/// Five weeks from tomorrow: the weeks behind them show how days look that are not open yet.
const DAYS: u64 = 35;

/// Hours and places of each class. Few places, so that a full hour is soon seen.
const OFFER: [(ServiceClass, std::ops::Range<u8>, u32); 2] = [(ServiceClass::Regular, 8..15, 4), (ServiceClass::Expedited, 8..11, 2)];

/// Opens what is not open yet. What an operator has changed since stays as it is. Says what was done.
pub(super) async fn quota(store: &Store, config: &Config) -> anyhow::Result<String> {
    let (offices, calendar) = (config.offices()?, config.calendar()?);
    let codes = OFFICES.iter().filter_map(|code| code.parse::<OfficeCode>().ok());
    let chosen: Vec<_> = codes.filter_map(|code| offices.get(&code)).collect();
    let mut opened = 0;
    for office in &chosen {
        let days: Vec<_> = days(office, store).filter(|day| calendar.is_working_day(*day)).collect();
        for (class, hours, capacity) in OFFER {
            let offer = days.iter().flat_map(|day| hours.clone().map(|hour| (*day, hour)));
            let slots = missing(store, office, class, offer).await?;
            opened += store.open_quota(&slots, capacity).await?.slots;
        }
    }
    let names: Vec<_> = chosen.iter().map(|office| office.name.as_str()).collect();
    let how = if opened > 0 { "opened" } else { "still open" };
    Ok(format!("{how} for {} weeks in {}", DAYS / 7, names.join(", ")))
}

/// The days of the offer, by the office's own calendar.
fn days(office: &Office, store: &Store) -> impl Iterator<Item = NaiveDate> {
    let today = office.zone.date(store.clock().now_ms());
    (1..=DAYS).filter_map(move |ahead| today.checked_add_days(Days::new(ahead)))
}

/// Those of `offer` that were never opened.
async fn missing(
    store: &Store,
    office: &Office,
    class: ServiceClass,
    offer: impl Iterator<Item = (NaiveDate, u8)>,
) -> anyhow::Result<Vec<SlotId>> {
    let mut offer: BTreeSet<_> = offer.collect();
    let months: BTreeSet<_> = offer.iter().map(|(day, _)| Month::of(*day)).collect();
    for month in months {
        for known in store.month(&office.code, class, month).await?.hours.keys() {
            offer.remove(known);
        }
    }
    Ok(offer.into_iter().map(|(date, hour)| SlotId { office: office.code.clone(), date, hour, class }).collect())
}
