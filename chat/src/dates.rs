//! Dates and hours, as people read and type them. Always in an office's time zone, which is always named.

use antrean_domain::{Millis, Month, SlotId, Zone};
use chrono::{Datelike, NaiveDate, Timelike};

use crate::texts::Words;

/// The names by which people call the months, each also by its first three letters.
const MONTHS: [&[&str]; 12] = [
    &["januari", "january"],
    &["februari", "february", "pebruari"],
    &["maret", "march"],
    &["april"],
    &["mei", "may"],
    &["juni", "june"],
    &["juli", "july"],
    &["agustus", "august", "agt", "ags"],
    &["september"],
    &["oktober", "october"],
    &["november", "nopember"],
    &["desember", "december"],
];

/// `Selasa, 1 Desember 2026`.
pub(crate) fn long(words: Words<'_>, date: NaiveDate) -> String {
    let args = [
        ("weekday", words.nth("weekdays", weekday(date)).into()),
        ("day", date.day().to_string().into()),
        ("month", words.nth("months", month_index(date)).into()),
        ("year", date.year().to_string().into()),
    ];
    words.plain("date-long", &args)
}

/// `Sel 1 Des`.
pub(crate) fn short(words: Words<'_>, date: NaiveDate) -> String {
    let args = [
        ("weekday", words.nth("weekdays-short", weekday(date)).into()),
        ("day", date.day().to_string().into()),
        ("month", words.nth("months-short", month_index(date)).into()),
    ];
    words.plain("date-short", &args)
}

/// `Desember 2026`.
pub(crate) fn month(words: Words<'_>, month: Month) -> String {
    format!("{} {}", words.nth("months", month_index(month.first())), month.first().year())
}

/// `Des`.
pub(crate) fn month_short(words: Words<'_>, month: Month) -> String {
    words.nth("months-short", month_index(month.first()))
}

/// `08.00–09.00`: an hour window.
pub(crate) fn window(words: Words<'_>, hour: u8) -> String {
    format!("{}–{}", clock(words, hour.into(), 0), clock(words, (hour + 1).into(), 0))
}

/// `Selasa, 1 Desember 2026, 08.00–09.00 WIB`.
pub(crate) fn slot(words: Words<'_>, slot: &SlotId, zone: Zone) -> String {
    format!("{}, {} {}", long(words, slot.date), window(words, slot.hour), zone.label())
}

/// `10.12 WIB`, with the date before it when that is not today.
pub(crate) fn moment(words: Words<'_>, zone: Zone, at: Millis, now: Millis) -> String {
    let local = zone.local(at);
    let time = format!("{} {}", clock(words, local.hour(), local.minute()), zone.label());
    if zone.date(at) == zone.date(now) { time } else { format!("{}, {time}", short(words, zone.date(at))) }
}

/// `01-12-1990`: the way a date is typed and repeated.
pub(crate) fn digits(date: NaiveDate) -> String {
    date.format("%d-%m-%Y").to_string()
}

fn clock(words: Words<'_>, hour: u32, minute: u32) -> String {
    words.plain("clock", &[("hour", format!("{hour:02}").into()), ("minute", format!("{minute:02}").into())])
}

fn weekday(date: NaiveDate) -> usize {
    usize::try_from(date.weekday().num_days_from_monday()).expect("a week has seven days")
}

fn month_index(date: NaiveDate) -> usize {
    usize::try_from(date.month0()).expect("a year has twelve months")
}

/// Reads a typed date: `01-12-2026`, `1/12/2026`, `2026-12-01`, `1 Desember 2026`, `December 1, 2026`. Where a date
/// `from` is given the year may be left out: the first such day from then on is meant. Words that name no month
/// are passed over.
pub(crate) fn read(text: &str, from: Option<NaiveDate>) -> Option<NaiveDate> {
    let lower = text.to_lowercase();
    let parts: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let numbers: Vec<&str> = parts.iter().copied().filter(|part| part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit())).collect();
    let named = parts.iter().find_map(|part| month_named(part));
    let (day, month, year) = match (named, numbers.as_slice()) {
        (Some(month), [day]) => (*day, month, None),
        (Some(month), [day, year]) => (*day, month, Some(*year)),
        (None, [year, month, day]) if year.len() == 4 => (*day, month.parse().ok()?, Some(*year)),
        (None, [day, month, year]) => (*day, month.parse().ok()?, Some(*year)),
        (None, [day, month]) => (*day, month.parse().ok()?, None),
        _ => return None,
    };
    let day: u32 = day.parse().ok()?;
    match (year, from) {
        (Some(year), _) if year.len() == 4 => NaiveDate::from_ymd_opt(year.parse().ok()?, month, day),
        (None, Some(from)) => (0..2).filter_map(|more| NaiveDate::from_ymd_opt(from.year() + more, month, day)).find(|date| *date >= from),
        _ => None,
    }
}

fn month_named(part: &str) -> Option<u32> {
    let named = |names: &&[&str]| part.len() >= 3 && names.iter().any(|name| name.starts_with(part));
    MONTHS.iter().position(named).and_then(|index| u32::try_from(index + 1).ok())
}

/// Reads a typed hour: `9`, `09.00`, `9:00–10:00`, `jam 9`.
pub(crate) fn read_hour(text: &str) -> Option<u8> {
    let first = text.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty())?;
    if first.len() > 2 {
        return None;
    }
    first.parse().ok().filter(|hour| *hour < 24)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn dates_are_read_as_people_type_them() {
        let from = Some(date("2026-11-20"));
        for text in ["01-12-2026", "1/12/2026", "1.12.2026", "2026-12-01", "1 Desember 2026", "Selasa, 1 des", "December 1, 2026", "1-12"] {
            assert_eq!(read(text, from), Some(date("2026-12-01")), "{text}");
        }
        assert_eq!(read("5 Januari", from), Some(date("2027-01-05")));
        assert_eq!(read("1 Agustus 1990", None), Some(date("1990-08-01")));
        for text in ["", "besok", "32-12-2026", "30 Februari 2026", "1", "1-12-26", "1 2 3 4", "99999999999"] {
            assert_eq!(read(text, from), None, "{text}");
        }
        assert_eq!(read("1 Desember", None), None);
    }

    #[test]
    fn hours_are_read_as_people_type_them() {
        for text in ["9", "09.00", "9:00–10:00", "jam 9", "pukul 09.00 WIB"] {
            assert_eq!(read_hour(text), Some(9), "{text}");
        }
        for text in ["", "pagi", "24", "2026"] {
            assert_eq!(read_hour(text), None, "{text}");
        }
    }
}
