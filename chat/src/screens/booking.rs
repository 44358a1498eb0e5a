//! One booking: its state, how to pay it, and what its state allows.

use antrean_domain::reschedule::{self, Refusal};
use antrean_domain::view::BookingView;
use antrean_domain::{BookingRef, Rupiah, State};

use super::{notice, screen};
use crate::callback::Verb;
use crate::dates;
use crate::dialogue::{At, MoveStage};
use crate::labels;
use crate::screen::{Action, Button, Screen};
use crate::talk::{Asked, Heard, Talk};

pub(super) fn draw(talk: &Talk<'_>, booking: &BookingRef, pending: bool) -> Asked<Screen> {
    let Some(view) = talk.booking(booking)? else {
        let buttons = vec![vec![talk.press("button-bookings", Verb::Bookings)]];
        return Ok(screen(talk, talk.words().say("booking-unknown"), buttons));
    };
    let pending = pending && view.state == State::Billed;
    let mut parts = vec![facts(talk, view)];
    parts.extend(if pending { Some(talk.words().say("cancel-waiting")) } else { next(talk, view) });
    let mut buttons = if pending { Vec::new() } else { actions(talk, view) };
    buttons.push(vec![talk.press("button-refresh", Verb::Refresh), talk.press("button-bookings", Verb::Bookings)]);
    buttons.push(vec![talk.press("button-home", Verb::Home)]);
    Ok(screen(talk, parts.join("\n\n"), buttons))
}

pub(super) fn tap(talk: &mut Talk<'_>, booking: &BookingRef, pending: bool, verb: &Verb) -> Asked<Heard> {
    let Some(view) = talk.booking(booking)? else { return Ok(Heard::No) };
    match verb {
        Verb::Refresh => talk.toast("toast-refreshed"),
        Verb::Cancel if view.state == State::Billed && !pending => talk.go(At::Cancelling { booking: booking.clone() }),
        Verb::Proof if view.state == State::Paid => {
            let proof = notice::proof(talk, booking, &view.slot, "proof-title");
            talk.kept.push(proof);
        }
        Verb::Move if view.state == State::Paid => match may_move(talk, view) {
            Ok(()) => talk.go(At::Moving { booking: booking.clone(), stage: MoveStage::Date { month: None } }),
            Err(refusal) => talk.note(why_not(refusal), &[]),
        },
        _ => return Ok(Heard::No),
    }
    Ok(Heard::Yes)
}

pub(super) fn may_move(talk: &Talk<'_>, view: &BookingView) -> Result<(), Refusal> {
    let zone = talk.zone(&view.slot.office);
    reschedule::may_move(&view.slot, view.moves, zone, &talk.facts.terms.rules, talk.facts.now)
}

/// The text that tells why a booking may not move.
pub(super) fn why_not(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::UsedUp => "move-used-up",
        Refusal::TooLate => "move-too-late",
        Refusal::SameDate => "day-same",
        Refusal::OtherOffice | Refusal::NewDatePast => "move-unfit",
    }
}

/// What it is: state, number, office, time, amount, code.
fn facts(talk: &Talk<'_>, view: &BookingView) -> String {
    let words = talk.words();
    let zone = talk.zone(&view.slot.office);
    let args = [
        ("state", labels::state(words, view.state).into()),
        ("number", view.booking.id.short().into()),
        ("office", talk.office_name(&view.slot.office).into()),
        ("slot", dates::slot(words, &view.slot, zone).into()),
    ];
    let mut text = words.html("booking-facts", &args);
    if view.amount > Rupiah(0) {
        text = format!("{text}\n{}", words.html("booking-amount", &[("amount", view.amount.to_string().into())]));
    }
    text
}

/// What comes next in its state.
fn next(talk: &Talk<'_>, view: &BookingView) -> Option<String> {
    let words = talk.words();
    let zone = talk.zone(&view.slot.office);
    Some(match view.state {
        State::Held => words.say("next-held"),
        State::Billed => {
            let code = view.code.as_ref()?;
            let until = dates::moment(words, zone, view.due_ms?, talk.facts.now);
            let args = [("code", code.as_str().into()), ("grouped", code.grouped().into()), ("until", until.into())];
            words.html("next-billed", &args)
        }
        State::Paid => words.say("next-paid"),
        State::Attended => words.say("next-attended"),
        State::NoShow => words.say("next-no-show"),
        State::Released => words.say("next-released"),
        State::Expired => words.say("next-expired"),
        State::Cancelled => words.say("next-cancelled"),
        State::RefundDue => words.say("next-refund-due"),
    })
}

fn actions(talk: &Talk<'_>, view: &BookingView) -> Vec<Vec<Button>> {
    match view.state {
        State::Billed => {
            let copy = view.code.as_ref().map(|code| copy(talk, code.as_str()));
            vec![copy.into_iter().collect::<Vec<_>>(), vec![talk.press("button-cancel-booking", Verb::Cancel)]]
                .into_iter()
                .filter(|row| !row.is_empty())
                .collect()
        }
        State::Paid => {
            let mut rows = vec![vec![talk.press("button-proof", Verb::Proof)]];
            if may_move(talk, view).is_ok() {
                rows.push(vec![talk.press("button-move", Verb::Move)]);
            }
            rows
        }
        State::Expired | State::Cancelled | State::Released => {
            vec![vec![talk.press("button-again", Verb::Again(view.booking.id))]]
        }
        State::Held | State::Attended | State::NoShow | State::RefundDue => Vec::new(),
    }
}

/// A button that copies a billing code.
pub(super) fn copy(talk: &Talk<'_>, code: &str) -> Button {
    Button { label: talk.words().say("button-copy-code"), action: Action::Copy(code.to_owned()) }
}
