//! A month of quota: a row a day, a column an hour, `left/capacity` in each cell.

use std::collections::BTreeSet;
use std::fmt::Write;

use antrean_domain::{Month, MonthQuota, Office};
use serde::Serialize;

use super::super::table::Table;

/// `quota show --json`.
#[derive(Serialize)]
struct Shown<'a> {
    office: &'a str,
    month: String,
    zone: &'static str,
    hours: Vec<Window>,
}

#[derive(Serialize)]
struct Window {
    slot: String,
    class: &'static str,
    date: String,
    hour: u8,
    capacity: u32,
    taken: u32,
    withheld: u32,
    left: u32,
}

pub(super) fn json(office: &Office, month: Month, months: &[MonthQuota]) -> serde_json::Result<String> {
    let hours = months.iter().flat_map(|quota| {
        quota.hours.iter().map(|((date, hour), count)| Window {
            slot: quota.slot(*date, *hour).to_string(),
            class: quota.class.word(),
            date: date.to_string(),
            hour: *hour,
            capacity: count.capacity,
            taken: count.taken,
            withheld: count.withheld,
            left: count.left(),
        })
    });
    let shown = Shown { office: office.code.as_str(), month: month.to_string(), zone: office.zone.label(), hours: hours.collect() };
    serde_json::to_string(&shown).map(|line| line + "\n")
}

pub(super) fn text(office: &Office, month: Month, months: &[MonthQuota]) -> String {
    let mut text = format!("{} {}, {month}: left/capacity by hour ({})\n", office.code, office.name, office.zone.label());
    for quota in months.iter().filter(|quota| !quota.hours.is_empty()) {
        // Writing to a String cannot fail.
        write!(text, "\n{}\n{}", quota.class, grid(quota)).ok();
    }
    if months.iter().all(|quota| quota.hours.is_empty()) {
        let (first, code) = (month.first(), &office.code);
        let last = month.days().last().unwrap_or(first);
        let open = format!("antrean quota open --office {code} --class regular --from {first} --to {last} --hours 08-15 --capacity 10");
        // Likewise.
        writeln!(text, "nothing is opened; open it: {open}").ok();
    }
    text
}

fn grid(quota: &MonthQuota) -> Table {
    let hours: BTreeSet<u8> = quota.hours.keys().map(|(_, hour)| *hour).collect();
    let days: BTreeSet<_> = quota.hours.keys().map(|(date, _)| *date).collect();
    let columns: Vec<_> = hours.iter().map(|hour| format!(">{hour:02}")).collect();
    let mut table = Table::new(["date"].into_iter().chain(columns.iter().map(String::as_str)).chain([">left", ">taken"]));
    for day in days {
        let cell = |hour: &u8| match quota.hours.get(&(day, *hour)) {
            Some(count) => format!("{}/{}", count.left(), count.capacity),
            None => "-".to_owned(),
        };
        let taken: u32 = quota.day(day).map(|(_, count)| count.taken).sum();
        let left = quota.left_on(day).unwrap_or(0);
        let head = day.format("%a %Y-%m-%d").to_string();
        table.row([head].into_iter().chain(hours.iter().map(cell)).chain([left.to_string(), taken.to_string()]));
    }
    table
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use antrean_domain::{HourQuota, ServiceClass};

    use super::*;

    fn office() -> Office {
        toml::from_str("code = 'JKTSEL'\nname = 'Jakarta Selatan'\ncity = 'x'\nprovince = 'x'\nzone = 'WIB'").expect("an office")
    }

    fn month(hours: &[(&str, u8, u32, u32)]) -> MonthQuota {
        let hours = hours.iter().map(|(date, hour, capacity, taken)| {
            ((date.parse().expect("a date"), *hour), HourQuota { capacity: *capacity, taken: *taken, withheld: 0 })
        });
        MonthQuota {
            office: office().code,
            class: ServiceClass::Regular,
            month: "2026-12".parse().expect("a month"),
            hours: hours.collect::<BTreeMap<_, _>>(),
        }
    }

    #[test]
    fn a_row_a_day_and_a_column_an_hour() {
        let quota = month(&[("2026-12-01", 8, 10, 3), ("2026-12-01", 9, 10, 0), ("2026-12-02", 9, 2, 5)]);
        let text = text(&office(), quota.month, &[quota]);
        let rows = "date              08     09  left  taken\nTue 2026-12-01  7/10  10/10    17      3\nWed 2026-12-02     -    0/2     0      5\n";
        assert!(text.ends_with(rows), "{text}");
    }

    #[test]
    fn an_empty_month_says_how_to_open_it() {
        let quota = month(&[]);
        assert!(text(&office(), quota.month, &[quota]).contains("--from 2026-12-01 --to 2026-12-31"));
    }
}
