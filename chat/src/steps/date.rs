//! Step 9: the day, from a calendar or typed.

use chrono::NaiveDate;

use super::{Body, Question};
use crate::calendar::{self, Day, Sheet};
use crate::callback::Verb;
use crate::draft::{Ask, Draft};
use crate::fit;
use crate::talk::{Asked, Heard, Talk};

/// The way out of a calendar without a free day.
const OTHER_OFFICE: &str = "other-office";

pub(super) struct AskDate;

impl Question for AskDate {
    fn body(&self, talk: &Talk<'_>) -> Asked<Body> {
        let words = talk.words();
        match talk.draft().and_then(|draft| sheet(talk, draft)) {
            Some(sheet) => {
                let mut body = sheet.body(talk, &words.html("ask-date", &[("office", (&sheet.office.name).into())]))?;
                if !sheet.has_free_days(talk)? {
                    body.rows.push(vec![talk.press("button-other-office", Verb::Pick(OTHER_OFFICE.to_owned()))]);
                }
                Ok(body)
            }
            None => Ok(Body { text: words.say("ask-office-first"), rows: Vec::new() }),
        }
    }

    fn tap(&self, talk: &mut Talk<'_>, verb: &Verb) -> Asked<Heard> {
        match verb {
            Verb::Month(month) => talk.draft_mut().month = Some(*month),
            Verb::Pick(slug) if slug == OTHER_OFFICE => {
                let draft = talk.draft_mut();
                // From there straight back to the calendar: all other answers stay.
                (draft.at, draft.returning) = (Ask::Office, true);
            }
            Verb::Day(date) => return choose(talk, *date, calendar::refuse_tap),
            Verb::Nothing => return Ok(calendar::refuse_tap(talk, "day-nothing")),
            _ => return Ok(Heard::No),
        }
        Ok(Heard::Yes)
    }

    fn text(&self, talk: &mut Talk<'_>, text: &str) -> Asked<Heard> {
        let Some(sheet) = talk.draft().and_then(|draft| sheet(talk, draft)) else { return Ok(Heard::No) };
        match sheet.read(talk, text)? {
            Some(date) => choose(talk, date, calendar::refuse_text),
            None => Ok(Heard::No),
        }
    }
}

/// The calendar of the draft's office and class, once both are chosen.
pub(crate) fn sheet<'a>(talk: &Talk<'a>, draft: &Draft) -> Option<Sheet<'a>> {
    let office = draft.application.office.as_ref().and_then(|code| talk.office(code))?;
    let class = draft.application.service?.class();
    Some(Sheet { office, class, month: draft.month, not: None })
}

fn choose(talk: &mut Talk<'_>, date: NaiveDate, refuse: fn(&mut Talk<'_>, &'static str) -> Heard) -> Asked<Heard> {
    let Some(sheet) = talk.draft().and_then(|draft| sheet(talk, draft)) else { return Ok(Heard::No) };
    match sheet.choose(talk, date)? {
        Day::Refused(why) => Ok(refuse(talk, why)),
        Day::Free(date) => {
            let draft = talk.draft_mut();
            draft.date = Some(date);
            draft.month = None;
            // The passport was chosen by what the office issued on another day, the age group likewise.
            fit::refit(talk);
            if talk.draft_mut().application.passport.is_none() {
                let today = talk.today();
                talk.draft_mut().resume(today);
            } else {
                talk.draft_mut().at = Ask::Hour;
            }
            Ok(Heard::Yes)
        }
    }
}
