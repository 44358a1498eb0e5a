//! Opening quota: which days and hours of a span, and why others not.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use antrean_domain::{Calendar, Office, ServiceClass, SlotId};
use anyhow::bail;
use chrono::NaiveDate;

/// Two years: a longer span is a typing error, and so many slots would hold Redis up.
const DAYS_MAX: i64 = 731;

/// Whole hours of a day: `08-15` is the windows 08–09 to 14–15.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hours {
    from: u8,
    to: u8,
}

/// The text is no span of hours.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("hours read HH-HH, from an earlier to a later one of 00 to 24, like 08-15")]
pub(crate) struct BadHours;

impl FromStr for Hours {
    type Err = BadHours;

    fn from_str(text: &str) -> Result<Self, BadHours> {
        let (from, to) = text.split_once('-').ok_or(BadHours)?;
        let hour = |text: &str| text.parse::<u8>().map_err(|_| BadHours);
        let (from, to) = (hour(from)?, hour(to)?);
        if from < to && to <= 24 { Ok(Self { from, to }) } else { Err(BadHours) }
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.from, self.to)
    }
}

/// The slots to open, and what is left out.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) slots: Vec<SlotId>,
    capacity: u32,
    head: String,
    days: Vec<NaiveDate>,
    weekend_days: usize,
    holidays: BTreeMap<NaiveDate, String>,
    hint: String,
}

impl Opening {
    /// More than any office has counters for; beyond it is a typing error.
    pub(crate) const CAPACITY_MAX: u32 = 10_000;

    /// The working days from the first to the last of `span`, each with `hours`.
    pub(crate) fn plan(
        office: &Office,
        class: ServiceClass,
        span: (NaiveDate, NaiveDate),
        hours: &Hours,
        capacity: u32,
        today: NaiveDate,
        calendar: &Calendar,
    ) -> anyhow::Result<Self> {
        let (from, to) = span;
        if from > to {
            bail!("--from {from} is later than --to {to}; swap them");
        }
        if from < today {
            bail!("--from {from} is past (today is {today} {}); begin with {today} or later", office.zone.label());
        }
        if (to - from).num_days() > DAYS_MAX {
            bail!("{from} to {to} is more than two years; open a shorter span");
        }
        let all = || from.iter_days().take_while(|day| *day <= to);
        let days: Vec<_> = all().filter(|day| calendar.is_working_day(*day)).collect();
        let holidays: BTreeMap<_, _> = all().filter_map(|day| Some((day, calendar.holidays.get(&day)?.clone()))).collect();
        if days.is_empty() {
            bail!("no working day from {from} to {to}: only weekends and holidays; choose other dates");
        }
        let slot = |date, hour| SlotId { office: office.code.clone(), date, hour, class };
        Ok(Self {
            slots: days.iter().flat_map(|day| (hours.from..hours.to).map(|hour| slot(*day, hour))).collect(),
            capacity,
            head: format!("{} {}, {class}, {hours} {}", office.code, office.name, office.zone.label()),
            weekend_days: all().count() - days.len() - holidays.len(),
            holidays,
            hint: format!("see it: antrean quota show --office {} --month {}", office.code, from.format("%Y-%m")),
            days,
        })
    }

    /// What was opened and what was not, for people. In `deficits` slots more is booked than they now offer.
    pub(crate) fn report(&self, deficits: usize) -> String {
        let (hours, capacity) = (self.slots.len() as u64, self.capacity);
        let [first, last] = [self.days.first(), self.days.last()].map(|day| day.map(ToString::to_string).unwrap_or_default());
        let mut lines = vec![
            self.head.clone(),
            format!("opened  {} working days, {first} to {last}", self.days.len()),
            format!("        {hours} hours with {capacity} places each, {} in all", hours * u64::from(capacity)),
        ];
        if deficits > 0 {
            lines.push(format!("full    {deficits} of these hours have more booked than that: nobody loses a place, nothing more is sold"));
        }
        if self.weekend_days > 0 {
            lines.push(format!("closed  {} weekend days", self.weekend_days));
        }
        lines.extend(self.holidays.iter().map(|(day, name)| format!("closed  {day} {name}")));
        lines.push(self.hint.clone());
        lines.join("\n") + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn office() -> Office {
        toml::from_str(
            r#"code = "JKTSEL"
            name = "Jakarta Selatan"
            city = "Jakarta"
            province = "DKI Jakarta"
            zone = "WIB"
            electronic_from = "2024-12-01""#,
        )
        .expect("an office")
    }

    fn plan(from: &str, to: &str) -> anyhow::Result<Opening> {
        let mut calendar = Calendar::default();
        calendar.holidays.insert(date("2026-12-25"), "Hari Raya Natal".to_owned());
        let hours = "08-15".parse().expect("hours");
        Opening::plan(&office(), ServiceClass::Regular, (date(from), date(to)), &hours, 10, date("2026-12-01"), &calendar)
    }

    #[test]
    fn hours_are_a_span_within_a_day() {
        assert_eq!("08-15".parse(), Ok(Hours { from: 8, to: 15 }));
        assert_eq!("0-24".parse(), Ok(Hours { from: 0, to: 24 }));
        for bad in ["", "08", "15-08", "08-08", "08-25", "8:00-15:00", "-1-5"] {
            assert_eq!(bad.parse::<Hours>(), Err(BadHours), "{bad}");
        }
    }

    #[test]
    fn only_working_days_are_opened() {
        // Monday to Sunday of Christmas week.
        let opening = plan("2026-12-21", "2026-12-27").expect("a plan");
        assert_eq!(opening.slots.len(), 4 * 7);
        assert!(opening.slots.iter().all(|slot| slot.date != date("2026-12-25") && (8..15).contains(&slot.hour)));
        let said = opening.report(0);
        assert!(said.contains("4 working days, 2026-12-21 to 2026-12-24"), "{said}");
        assert!(said.contains("28 hours with 10 places each, 280 in all"), "{said}");
        assert!(said.contains("2 weekend days") && said.contains("2026-12-25 Hari Raya Natal"), "{said}");
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_what_to_do() {
        for (from, to, said) in [
            ("2026-12-10", "2026-12-09", "swap them"),
            ("2026-11-30", "2026-12-09", "begin with 2026-12-01"),
            ("2026-12-01", "2036-12-01", "shorter span"),
            ("2026-12-25", "2026-12-27", "choose other dates"),
        ] {
            let error = plan(from, to).expect_err("refused").to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
