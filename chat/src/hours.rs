//! The hours of a day: each with what is left, and the nearest free ones when one is gone.

use antrean_domain::{Month, SlotId};
use chrono::NaiveDate;

use crate::calendar::Sheet;
use crate::callback::Verb;
use crate::dates;
use crate::screen::Button;
use crate::talk::{Asked, Talk};

/// Three: the nearest ones, not a second calendar.
const NEAREST_MAX: usize = 3;

/// The hours of `date`, one a row: `🟢 08.00–09.00 · sisa 12`.
pub(crate) fn rows<'a>(talk: &Talk<'a>, sheet: &Sheet<'a>, date: NaiveDate, current: Option<u8>) -> Asked<Vec<Vec<Button>>> {
    let words = talk.words();
    let quota = sheet.quota(talk, Month::of(date))?;
    let opened = quota.day(date).filter(|(_, hour)| hour.capacity > 0);
    let row = |(hour, count): (u8, antrean_domain::HourQuota)| {
        let args = [("window", dates::window(words, hour).into()), ("left", count.left().into())];
        let mark = if current == Some(hour) { "✓ " } else { "" };
        let id = if count.left() > 0 { "hour-free" } else { "hour-full" };
        vec![talk.button(format!("{mark}{}", words.plain(id, &args)), Verb::Hour(hour))]
    };
    Ok(opened.map(row).collect())
}

/// Whether a place is left in `hour`; `None` where the hour is not opened at all.
pub(crate) fn left<'a>(talk: &Talk<'a>, sheet: &Sheet<'a>, date: NaiveDate, hour: u8) -> Asked<Option<u32>> {
    let quota = sheet.quota(talk, Month::of(date))?;
    Ok(quota.day(date).find(|(opened, _)| *opened == hour).map(|(_, count)| count.left()))
}

/// The free hours nearest to `wanted`, in words.
pub(crate) fn nearest<'a>(talk: &Talk<'a>, sheet: &Sheet<'a>, wanted: &SlotId) -> Asked<String> {
    let words = talk.words();
    let first = sheet.first(talk);
    let free = sheet.quota(talk, wanted.month())?.nearest(wanted, 1, usize::MAX);
    let to_come = free.into_iter().filter(|(slot, _)| slot.date >= first && sheet.not != Some(slot.date));
    let line = |(slot, left): (SlotId, u32)| {
        let args =
            [("date", dates::short(words, slot.date).into()), ("window", dates::window(words, slot.hour).into()), ("left", left.into())];
        words.html("nearest-hour", &args)
    };
    let lines: Vec<String> = to_come.take(NEAREST_MAX).map(line).collect();
    Ok(if lines.is_empty() { words.say("nearest-none") } else { format!("{}\n{}", words.say("nearest-hours"), lines.join("\n")) })
}
