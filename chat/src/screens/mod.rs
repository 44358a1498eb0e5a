//! The screens of a chat, one file each, all of one face: `draw`, and where they take answers `tap` and `text`.

mod booking;
mod bookings;
mod cancelling;
mod drafting;
mod home;
mod language;
mod leaving;
mod moving;
pub(crate) mod notice;
mod subscriptions;

use crate::callback::Verb;
use crate::dialogue::At;
use crate::screen::{Button, Screen};
use crate::talk::{Asked, Heard, Talk};

/// Draws the screen the dialogue is on.
pub(crate) fn draw(talk: &Talk<'_>) -> Asked<Screen> {
    match &talk.dialogue.at {
        At::Home => Ok(home::draw(talk)),
        At::Help => Ok(home::help(talk)),
        At::Language => Ok(language::draw(talk)),
        At::Draft => drafting::draw(talk),
        At::Leaving => Ok(leaving::draw(talk)),
        At::Bookings { page } => bookings::draw(talk, *page),
        At::Booking { booking, pending } => booking::draw(talk, booking, *pending),
        At::Cancelling { booking } => cancelling::draw(talk, booking),
        At::Moving { booking, stage } => moving::draw(talk, booking, stage),
        At::Subscriptions { list, .. } => Ok(subscriptions::draw(talk, list)),
    }
}

/// Acts on a button of the screen the dialogue is on.
pub(crate) fn tap(talk: &mut Talk<'_>, verb: &Verb) -> Asked<Heard> {
    match talk.dialogue.at.clone() {
        At::Home | At::Help => Ok(Heard::No),
        At::Language => Ok(language::tap(talk, verb)),
        At::Draft => drafting::tap(talk, verb),
        At::Leaving => Ok(leaving::tap(talk, verb)),
        At::Bookings { .. } => Ok(bookings::tap(talk, verb)),
        At::Booking { booking, pending } => booking::tap(talk, &booking, pending, verb),
        At::Cancelling { booking } => cancelling::tap(talk, &booking, verb),
        At::Moving { booking, stage } => moving::tap(talk, &booking, &stage, verb),
        At::Subscriptions { list, pending } => Ok(subscriptions::tap(talk, &list, pending.as_ref(), verb)),
    }
}

/// Takes what was typed on the screen the dialogue is on.
pub(crate) fn text(talk: &mut Talk<'_>, text: &str) -> Asked<Heard> {
    match talk.dialogue.at.clone() {
        At::Language => Ok(language::text(talk, text)),
        At::Draft => drafting::text(talk, text),
        At::Moving { booking, stage } => moving::text(talk, &booking, &stage, text),
        At::Subscriptions { pending, .. } => Ok(subscriptions::text(talk, pending.as_ref(), text)),
        At::Home | At::Help | At::Leaving | At::Bookings { .. } | At::Booking { .. } | At::Cancelling { .. } => Ok(Heard::No),
    }
}

/// The text that says what the present screen expects.
pub(crate) fn hint(talk: &Talk<'_>) -> String {
    match (&talk.dialogue.at, talk.draft()) {
        (At::Draft, Some(draft)) if draft.wanted.is_some() || draft.billing => "hint-waiting".to_owned(),
        (At::Draft, Some(draft)) => format!("hint-{}", draft.at.word()),
        (At::Moving { .. }, _) => "hint-moving".to_owned(),
        (At::Subscriptions { .. }, _) => "hint-office".to_owned(),
        _ => "hint-buttons".to_owned(),
    }
}

/// A screen of the notices, then `text`, then `buttons`.
fn screen(talk: &Talk<'_>, text: String, buttons: Vec<Vec<Button>>) -> Screen {
    let mut parts = talk.notices.clone();
    parts.push(text);
    Screen { text: parts.join("\n\n"), buttons, picture: None }
}
