//! Messages that stay: they ring, and their buttons only lead somewhere.

use antrean_domain::{BookingRef, SlotId};

use super::booking::copy;
use crate::callback::Verb;
use crate::dates;
use crate::screen::{Picture, Screen};
use crate::talk::Talk;
use crate::texts::Arg;

/// The text `id` with a way to the booking.
pub(crate) fn about(talk: &Talk<'_>, booking: &BookingRef, id: &str, args: &[(&'static str, Arg<'_>)]) -> Screen {
    let buttons = vec![vec![talk.lasting("button-open", Verb::Open(booking.id))]];
    Screen { text: talk.words().html(id, args), buttons, picture: None }
}

/// The text `id` with a way to apply again.
pub(crate) fn again(talk: &Talk<'_>, booking: &BookingRef, id: &str, args: &[(&'static str, Arg<'_>)]) -> Screen {
    let mut screen = about(talk, booking, id, args);
    screen.buttons.insert(0, vec![talk.lasting("button-again", Verb::Again(booking.id))]);
    screen
}

/// The text `id` with a billing code to copy.
pub(crate) fn with_code(talk: &Talk<'_>, booking: &BookingRef, code: &str, id: &str, args: &[(&'static str, Arg<'_>)]) -> Screen {
    let mut screen = about(talk, booking, id, args);
    screen.buttons.insert(0, vec![copy(talk, code)]);
    screen
}

/// The text `id` with a way to the menu.
pub(crate) fn plain(talk: &Talk<'_>, id: &str, args: &[(&'static str, Arg<'_>)]) -> Screen {
    Screen { text: talk.words().html(id, args), buttons: vec![vec![talk.lasting("button-home", Verb::Home)]], picture: None }
}

/// The proof of a paid booking: a QR code with where and when, under the text `title`.
pub(crate) fn proof(talk: &Talk<'_>, booking: &BookingRef, slot: &SlotId, title: &str) -> Screen {
    let words = talk.words();
    let args = [
        ("title", words.say(title).into()),
        ("number", booking.id.short().into()),
        ("office", talk.office_name(&slot.office).into()),
        ("slot", dates::slot(words, slot, talk.zone(&slot.office)).into()),
    ];
    let mut screen = about(talk, booking, "proof", &args);
    screen.picture = Some(Picture::Qr(format!("ANTREAN:1:{}:{slot}", booking.id)));
    screen
}
