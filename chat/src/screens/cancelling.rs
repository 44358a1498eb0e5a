//! "Cancel this booking?": asked once, then left to the ledger.

use antrean_domain::{BookingRef, Job, State};

use super::screen;
use crate::callback::Verb;
use crate::dates;
use crate::dialogue::At;
use crate::screen::Screen;
use crate::talk::{Asked, Heard, Talk};

pub(super) fn draw(talk: &Talk<'_>, booking: &BookingRef) -> Asked<Screen> {
    let words = talk.words();
    let text = match talk.booking(booking)? {
        Some(view) => {
            let slot = dates::slot(words, &view.slot, talk.zone(&view.slot.office));
            words.html("cancelling", &[("office", talk.office_name(&view.slot.office).into()), ("slot", slot.into())])
        }
        None => words.say("booking-unknown"),
    };
    let buttons = vec![vec![talk.press("button-cancel-yes", Verb::Yes)], vec![talk.press("button-cancel-no", Verb::No)]];
    Ok(screen(talk, text, buttons))
}

pub(super) fn tap(talk: &mut Talk<'_>, booking: &BookingRef, verb: &Verb) -> Asked<Heard> {
    let pending = match verb {
        Verb::No => false,
        Verb::Yes => match talk.booking(booking)? {
            Some(view) if view.state == State::Billed => {
                let seq = talk.dialogue.next_seq(view.seq);
                talk.job(Job::Cancel { booking: booking.clone(), seq });
                true
            }
            // Paid or expired meanwhile: the booking itself says so.
            _ => false,
        },
        _ => return Ok(Heard::No),
    };
    talk.go(At::Booking { booking: booking.clone(), pending });
    Ok(Heard::Yes)
}
