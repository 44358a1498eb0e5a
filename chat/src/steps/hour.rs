//! Step 10: the hour. The tap keeps the place, through a job; until the ledger answers there is nothing to choose.

use antrean_domain::SlotId;

use super::date::sheet;
use super::{Body, Question};
use crate::calendar;
use crate::callback::Verb;
use crate::dates;
use crate::hold;
use crate::hours;
use crate::talk::{Asked, Heard, Talk};

pub(super) struct AskHour;

impl Question for AskHour {
    fn body(&self, talk: &Talk<'_>) -> Asked<Body> {
        let words = talk.words();
        let nothing = |id| Ok(Body { text: words.say(id), rows: Vec::new() });
        let Some(draft) = talk.draft() else { return nothing("ask-office-first") };
        let Some(sheet) = sheet(talk, draft) else { return nothing("ask-office-first") };
        if let Some(wanted) = &draft.wanted {
            let slot = dates::slot(words, wanted, sheet.office.zone);
            return Ok(Body { text: words.html("hour-waiting", &[("slot", slot.into())]), rows: Vec::new() });
        }
        let Some(date) = draft.date else { return nothing("ask-date-first") };
        let held = draft.held.as_ref().filter(|held| held.slot.date == date).map(|held| held.slot.hour);
        let rows = hours::rows(talk, &sheet, date, held)?;
        let args = [
            ("date", dates::long(words, date).into()),
            ("zone", sheet.office.zone.label().into()),
            ("minutes", talk.facts.terms.rules.hold_minutes.into()),
        ];
        let id = if rows.is_empty() { "ask-hour-none" } else { "ask-hour" };
        Ok(Body { text: words.html(id, &args), rows })
    }

    fn tap(&self, talk: &mut Talk<'_>, verb: &Verb) -> Asked<Heard> {
        let waiting = talk.draft().is_some_and(|draft| draft.wanted.is_some());
        match verb {
            Verb::Hour(hour) if !waiting => choose(talk, *hour),
            _ => Ok(Heard::No),
        }
    }

    fn text(&self, talk: &mut Talk<'_>, text: &str) -> Asked<Heard> {
        if talk.draft().is_some_and(|draft| draft.wanted.is_some()) {
            return Ok(Heard::No);
        }
        match dates::read_hour(text) {
            Some(hour) => choose(talk, hour),
            None => Ok(Heard::No),
        }
    }
}

fn choose(talk: &mut Talk<'_>, hour: u8) -> Asked<Heard> {
    let Some(draft) = talk.draft() else { return Ok(Heard::No) };
    let (Some(sheet), Some(date)) = (sheet(talk, draft), draft.date) else { return Ok(Heard::No) };
    if date < sheet.first(talk) {
        return Ok(calendar::refuse_text(talk, "day-closed"));
    }
    let slot = SlotId { office: sheet.office.code.clone(), date, hour, class: sheet.class };
    let ours = draft.held.as_ref().is_some_and(|held| held.slot == slot);
    match hours::left(talk, &sheet, date, hour)? {
        None => Ok(Heard::No),
        Some(0) if !ours => {
            let nearest = hours::nearest(talk, &sheet, &slot)?;
            let window = dates::window(talk.words(), hour);
            talk.note("hold-full", &[("window", window.into()), ("nearest", crate::texts::Arg::Html(nearest))]);
            Ok(Heard::Yes)
        }
        Some(_) => {
            hold::ask(talk, slot)?;
            Ok(Heard::Yes)
        }
    }
}
