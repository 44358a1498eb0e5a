//! The list of one's bookings, newest first, each with its state.

use super::screen;
use crate::callback::Verb;
use crate::dates;
use crate::dialogue::At;
use crate::labels;
use crate::screen::{Button, Screen};
use crate::talk::{Asked, Heard, Talk};

/// Six: a list that fits a phone's screen with its buttons.
const PER_PAGE: usize = 6;

pub(super) fn draw(talk: &Talk<'_>, page: usize) -> Asked<Screen> {
    let words = talk.words();
    let views = talk.bookings()?;
    if views.is_empty() {
        let buttons = vec![vec![talk.press("button-book", Verb::Book)], vec![talk.press("button-home", Verb::Home)]];
        return Ok(screen(talk, words.say("bookings-none"), buttons));
    }
    let pages = views.len().div_ceil(PER_PAGE);
    let page = page.min(pages - 1);
    let mut lines = vec![words.say("bookings-title")];
    let mut buttons: Vec<Vec<Button>> = Vec::new();
    for view in views.into_iter().skip(page * PER_PAGE).take(PER_PAGE) {
        let zone = talk.zone(&view.slot.office);
        let office = talk.office_name(&view.slot.office);
        let args = [
            ("state", labels::state(words, view.state).into()),
            ("office", (&office).into()),
            ("slot", dates::slot(words, &view.slot, zone).into()),
            ("number", view.booking.id.short().into()),
        ];
        lines.push(words.html("bookings-line", &args));
        let label = format!("{} · {office} · {}", labels::state(words, view.state), dates::short(words, view.slot.date));
        buttons.push(vec![talk.button(label, Verb::Open(view.booking.id))]);
    }
    let mut turn = Vec::new();
    if page > 0 {
        turn.push(talk.press("button-page-before", Verb::Page(page - 1)));
    }
    if page + 1 < pages {
        turn.push(talk.press("button-page-after", Verb::Page(page + 1)));
    }
    if !turn.is_empty() {
        buttons.push(turn);
    }
    buttons.push(vec![talk.press("button-home", Verb::Home)]);
    Ok(screen(talk, lines.join("\n\n"), buttons))
}

pub(super) fn tap(talk: &mut Talk<'_>, verb: &Verb) -> Heard {
    let Verb::Page(page) = verb else { return Heard::No };
    talk.go(At::Bookings { page: *page });
    Heard::Yes
}
