//! Rescheduling a paid booking: another day, an hour, a confirmation, and the ledger decides.

use antrean_domain::reschedule::{self, Refusal};
use antrean_domain::view::BookingView;
use antrean_domain::{BookingRef, Job, Month, SlotId, State};
use chrono::NaiveDate;

use super::booking::why_not;
use super::screen;
use crate::calendar::{self, Day, Sheet};
use crate::callback::Verb;
use crate::dates;
use crate::dialogue::{At, MoveStage};
use crate::hours;
use crate::screen::Screen;
use crate::talk::{Asked, Heard, Talk};
use crate::texts::Arg;

pub(super) fn draw(talk: &Talk<'_>, booking: &BookingRef, stage: &MoveStage) -> Asked<Screen> {
    let words = talk.words();
    let Some((view, sheet)) = subject(talk, booking, stage)? else {
        return Ok(screen(talk, words.say("booking-unknown"), vec![vec![talk.press("button-bookings", Verb::Bookings)]]));
    };
    let zone = sheet.office.zone;
    let from = dates::slot(words, &view.slot, zone);
    let (text, mut buttons) = match stage {
        MoveStage::Date { .. } => {
            let question = words.html("move-ask-date", &[("from", from.into()), ("office", (&sheet.office.name).into())]);
            let body = sheet.body(talk, &question)?;
            (body.text, body.rows)
        }
        MoveStage::Hour { date } => {
            let args = [("from", from.into()), ("date", dates::long(words, *date).into()), ("zone", zone.label().into())];
            (words.html("move-ask-hour", &args), hours::rows(talk, &sheet, *date, None)?)
        }
        MoveStage::Confirm { to } => {
            let moves = talk.facts.terms.rules.reschedules_max;
            let args = [("from", from.into()), ("to", dates::slot(words, to, zone).into()), ("moves", moves.into())];
            (words.html("move-confirm", &args), vec![vec![talk.press("button-move-yes", Verb::Yes)]])
        }
        MoveStage::Waiting { to } => {
            let text = words.html("move-waiting", &[("to", dates::slot(words, to, zone).into())]);
            return Ok(screen(talk, text, vec![vec![talk.press("button-bookings", Verb::Bookings)]]));
        }
    };
    buttons.push(vec![talk.press("button-back", Verb::Back), talk.press("button-leave", Verb::Leave)]);
    Ok(screen(talk, text, buttons))
}

pub(super) fn tap(talk: &mut Talk<'_>, booking: &BookingRef, stage: &MoveStage, verb: &Verb) -> Asked<Heard> {
    match (stage, verb) {
        (MoveStage::Waiting { .. }, _) => return Ok(Heard::No),
        (_, Verb::Back) => back(talk, booking, stage),
        (MoveStage::Date { .. }, Verb::Month(month)) => to_stage(talk, booking, MoveStage::Date { month: Some(*month) }),
        (MoveStage::Date { .. }, Verb::Day(date)) => return choose_day(talk, booking, stage, *date, calendar::refuse_tap),
        (MoveStage::Date { .. }, Verb::Nothing) => return Ok(calendar::refuse_tap(talk, "day-nothing")),
        (MoveStage::Hour { date }, Verb::Hour(hour)) => return choose_hour(talk, booking, stage, *date, *hour),
        (MoveStage::Confirm { to }, Verb::Yes) => confirm(talk, booking, to)?,
        _ => return Ok(Heard::No),
    }
    Ok(Heard::Yes)
}

pub(super) fn text(talk: &mut Talk<'_>, booking: &BookingRef, stage: &MoveStage, text: &str) -> Asked<Heard> {
    match stage {
        MoveStage::Date { .. } => {
            let Some((_, sheet)) = subject(talk, booking, stage)? else { return Ok(Heard::No) };
            match sheet.read(talk, text)? {
                Some(date) => choose_day(talk, booking, stage, date, calendar::refuse_text),
                None => Ok(Heard::No),
            }
        }
        MoveStage::Hour { date } => match dates::read_hour(text) {
            Some(hour) => choose_hour(talk, booking, stage, *date, hour),
            None => Ok(Heard::No),
        },
        MoveStage::Confirm { .. } | MoveStage::Waiting { .. } => Ok(Heard::No),
    }
}

/// The booking and the calendar it moves in; `None` where either is no longer known.
fn subject<'a>(talk: &Talk<'a>, booking: &BookingRef, stage: &MoveStage) -> Asked<Option<(&'a BookingView, Sheet<'a>)>> {
    let month = if let MoveStage::Date { month } = stage { *month } else { None };
    let sheet = |view: &'a BookingView| {
        let office = talk.office(&view.slot.office)?;
        Some((view, Sheet { office, class: view.slot.class, month, not: Some(view.slot.date) }))
    };
    Ok(talk.booking(booking)?.and_then(sheet))
}

fn to_stage(talk: &mut Talk<'_>, booking: &BookingRef, stage: MoveStage) {
    talk.go(At::Moving { booking: booking.clone(), stage });
}

fn back(talk: &mut Talk<'_>, booking: &BookingRef, stage: &MoveStage) {
    match stage {
        MoveStage::Confirm { to } => to_stage(talk, booking, MoveStage::Hour { date: to.date }),
        MoveStage::Hour { date } => to_stage(talk, booking, MoveStage::Date { month: Some(Month::of(*date)) }),
        MoveStage::Date { .. } | MoveStage::Waiting { .. } => talk.go(At::Booking { booking: booking.clone(), pending: false }),
    }
}

fn choose_day(
    talk: &mut Talk<'_>,
    booking: &BookingRef,
    stage: &MoveStage,
    date: NaiveDate,
    refuse: fn(&mut Talk<'_>, &'static str) -> Heard,
) -> Asked<Heard> {
    let Some((_, sheet)) = subject(talk, booking, stage)? else { return Ok(Heard::No) };
    match sheet.choose(talk, date)? {
        Day::Refused(why) => return Ok(refuse(talk, why)),
        Day::Free(date) => to_stage(talk, booking, MoveStage::Hour { date }),
    }
    Ok(Heard::Yes)
}

fn choose_hour(talk: &mut Talk<'_>, booking: &BookingRef, stage: &MoveStage, date: NaiveDate, hour: u8) -> Asked<Heard> {
    let Some((view, sheet)) = subject(talk, booking, stage)? else { return Ok(Heard::No) };
    let to = SlotId { date, hour, ..view.slot.clone() };
    match hours::left(talk, &sheet, date, hour)? {
        None => return Ok(Heard::No),
        Some(0) => {
            let nearest = hours::nearest(talk, &sheet, &to)?;
            let window = dates::window(talk.words(), hour);
            talk.note("move-full", &[("window", window.into()), ("nearest", Arg::Html(nearest))]);
        }
        Some(_) => to_stage(talk, booking, MoveStage::Confirm { to }),
    }
    Ok(Heard::Yes)
}

fn confirm(talk: &mut Talk<'_>, booking: &BookingRef, to: &SlotId) -> Asked<()> {
    let view = talk.booking(booking)?.filter(|view| view.state == State::Paid);
    let rules = &talk.facts.terms.rules;
    let judged = match view {
        Some(view) => {
            reschedule::may_move_to(&view.slot, to, view.moves, talk.zone(&view.slot.office), rules, talk.facts.now).map(|()| view.seq)
        }
        // No longer paid, or unknown: its own screen says which.
        None => Err(Refusal::OtherOffice),
    };
    match judged {
        Ok(seen) => {
            let seq = talk.dialogue.next_seq(seen);
            talk.job(Job::Reschedule { booking: booking.clone(), seq, to: to.clone() });
            to_stage(talk, booking, MoveStage::Waiting { to: to.clone() });
        }
        Err(refusal) => {
            talk.note(why_not(refusal), &[]);
            talk.go(At::Booking { booking: booking.clone(), pending: false });
        }
    }
    Ok(())
}
