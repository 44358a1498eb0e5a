//! The calendar: a month of one office and class, seven columns, only free days to tap.

use antrean_domain::{DayKind, Month, MonthQuota, Office, ServiceClass};
use chrono::{Datelike, NaiveDate};

use crate::callback::Verb;
use crate::dates;
use crate::screen::Button;
use crate::steps::Body;
use crate::talk::{Asked, Heard, Talk};

/// Five: enough to choose from, short enough to be read aloud.
const LISTED_MAX: usize = 5;

/// What a calendar is about.
pub(crate) struct Sheet<'a> {
    pub(crate) office: &'a Office,
    pub(crate) class: ServiceClass,
    /// The month turned to; absent: the first with a free day.
    pub(crate) month: Option<Month>,
    /// A date that cannot be chosen: the one a booking is to move away from.
    pub(crate) not: Option<NaiveDate>,
}

/// What a chosen day leads to.
pub(crate) enum Day {
    Free(NaiveDate),
    /// Not to be had; the text that says why.
    Refused(&'static str),
}

impl<'a> Sheet<'a> {
    /// The earliest day that can be booked: tomorrow, where the office is.
    pub(crate) fn first(&self, talk: &Talk<'_>) -> NaiveDate {
        let today = self.office.zone.date(talk.facts.now);
        today.succ_opt().unwrap_or(today)
    }

    pub(crate) fn quota(&self, talk: &Talk<'a>, month: Month) -> Asked<&'a MonthQuota> {
        talk.month(&self.office.code, self.class, month)
    }

    /// The months one can turn to, the current one first.
    fn months(&self, talk: &Talk<'_>) -> Vec<Month> {
        let current = Month::of(self.office.zone.date(talk.facts.now));
        let count = usize::try_from(talk.facts.terms.rules.months_ahead).unwrap_or(1).max(1);
        std::iter::successors(Some(current), |month| Some(month.next())).take(count).collect()
    }

    /// The month to show.
    fn shown(&self, talk: &Talk<'a>) -> Asked<Month> {
        let months = self.months(talk);
        if let Some(month) = self.month.filter(|month| months.contains(month)) {
            return Ok(month);
        }
        for month in &months {
            if !self.free_days(talk, *month)?.is_empty() {
                return Ok(*month);
            }
        }
        Ok(Month::of(self.first(talk)))
    }

    fn kind(&self, talk: &Talk<'a>, date: NaiveDate) -> Asked<DayKind> {
        let month = Month::of(date);
        if self.months(talk).last().is_some_and(|last| month > *last) {
            return Ok(DayKind::NotYetOpen);
        }
        if date < self.first(talk) {
            return Ok(DayKind::Closed);
        }
        Ok(talk.facts.calendar.kind(date, self.first(talk), self.quota(talk, month)?))
    }

    fn free_days(&self, talk: &Talk<'a>, month: Month) -> Asked<Vec<(NaiveDate, u32)>> {
        let mut free = Vec::new();
        for date in month.days() {
            if let (DayKind::Free { left }, true) = (self.kind(talk, date)?, self.not != Some(date)) {
                free.push((date, left));
            }
        }
        Ok(free)
    }

    /// Judges a day that was tapped or typed.
    pub(crate) fn choose(&self, talk: &Talk<'a>, date: NaiveDate) -> Asked<Day> {
        if self.not == Some(date) {
            return Ok(Day::Refused("day-same"));
        }
        Ok(match self.kind(talk, date)? {
            DayKind::Free { .. } => Day::Free(date),
            DayKind::Full => Day::Refused("day-full"),
            DayKind::Closed => Day::Refused("day-closed"),
            DayKind::NotYetOpen => Day::Refused("day-not-open"),
        })
    }

    /// Reads a typed date; a number alone is a day of the month shown.
    pub(crate) fn read(&self, talk: &Talk<'a>, text: &str) -> Asked<Option<NaiveDate>> {
        if let Some(date) = dates::read(text, Some(self.first(talk))) {
            return Ok(Some(date));
        }
        let Ok(day) = text.trim().parse::<u32>() else { return Ok(None) };
        Ok(self.shown(talk)?.first().with_day(day))
    }

    /// The month as a table, with the free days in words for those who cannot see it.
    pub(crate) fn body(&self, talk: &Talk<'a>, question: &str) -> Asked<Body> {
        let words = talk.words();
        let month = self.shown(talk)?;
        let free = self.free_days(talk, month)?;
        let list = if free.is_empty() {
            words.html(self.why_none(talk, month)?, &[("month", dates::month(words, month).into())])
        } else {
            let item = |(date, left): &(NaiveDate, u32)| {
                words.html("calendar-free-day", &[("date", dates::short(words, *date).into()), ("left", (*left).into())])
            };
            let days = free.iter().take(LISTED_MAX).map(item).collect::<Vec<_>>().join("\n");
            format!("{}\n{days}", words.say("calendar-free-days"))
        };
        let own = if self.not.is_some() { format!(" · {}", words.say("calendar-own")) } else { String::new() };
        let text = format!("{question}\n\n{list}\n\n{}{own}", words.say("calendar-legend"));
        Ok(Body { text, rows: self.rows(talk, month)? })
    }

    /// Whether the month shown has a day to choose.
    pub(crate) fn has_free_days(&self, talk: &Talk<'a>) -> Asked<bool> {
        let month = self.shown(talk)?;
        Ok(!self.free_days(talk, month)?.is_empty())
    }

    /// Sold out and not yet open are different news: after the one another office helps, after the other waiting does.
    fn why_none(&self, talk: &Talk<'a>, month: Month) -> Asked<&'static str> {
        for date in month.days() {
            if self.kind(talk, date)? == DayKind::Full {
                return Ok("calendar-none-free");
            }
        }
        Ok("calendar-none-open")
    }

    fn rows(&self, talk: &Talk<'a>, month: Month) -> Asked<Vec<Vec<Button>>> {
        let words = talk.words();
        let blank = |label: String| talk.button(label, Verb::Nothing);
        let mut rows = vec![self.turn(talk, month)];
        rows.push((0..7).map(|day| blank(words.nth("weekdays-letters", day))).collect());
        let mut week: Vec<Button> = (0..month.first().weekday().num_days_from_monday()).map(|_| blank("\u{a0}".to_owned())).collect();
        for date in month.days() {
            let mark = match self.kind(talk, date)? {
                _ if self.not == Some(date) => "📍",
                DayKind::Free { .. } => "🟢",
                DayKind::Full => "🔴",
                DayKind::NotYetOpen => "🔒",
                DayKind::Closed => "·",
            };
            week.push(talk.button(format!("{mark}{}", date.day()), Verb::Day(date)));
            if week.len() == 7 {
                rows.push(std::mem::take(&mut week));
            }
        }
        if !week.is_empty() {
            week.resize_with(7, || blank("\u{a0}".to_owned()));
            rows.push(week);
        }
        Ok(rows)
    }

    /// The row that turns the page.
    fn turn(&self, talk: &Talk<'_>, month: Month) -> Vec<Button> {
        let words = talk.words();
        let months = self.months(talk);
        let mut row = Vec::new();
        if months.contains(&month.previous()) {
            row.push(talk.button(format!("‹ {}", dates::month_short(words, month.previous())), Verb::Month(month.previous())));
        }
        row.push(talk.button(dates::month(words, month), Verb::Nothing));
        if months.contains(&month.next()) {
            row.push(talk.button(format!("{} ›", dates::month_short(words, month.next())), Verb::Month(month.next())));
        }
        row
    }
}

/// Says why a tapped day is not to be had.
pub(crate) fn refuse_tap(talk: &mut Talk<'_>, why: &'static str) -> Heard {
    talk.toast(why);
    Heard::Toasted
}

/// Says why a typed day is not to be had.
pub(crate) fn refuse_text(talk: &mut Talk<'_>, why: &'static str) -> Heard {
    talk.note(why, &[]);
    Heard::Yes
}
