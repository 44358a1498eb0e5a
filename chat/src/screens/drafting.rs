//! The draft's present question, with the way back.

use super::home;
use crate::callback::Verb;
use crate::dialogue::At;
use crate::draft::Ask;
use crate::fit;
use crate::hold;
use crate::screen::Screen;
use crate::steps::{frame, question};
use crate::talk::{Asked, Heard, Talk};

pub(super) fn draw(talk: &Talk<'_>) -> Asked<Screen> {
    match talk.draft() {
        Some(draft) => frame::screen(talk, draft),
        // Only a dialogue written by another release can be here without a draft.
        None => Ok(home::draw(talk)),
    }
}

pub(super) fn tap(talk: &mut Talk<'_>, verb: &Verb) -> Asked<Heard> {
    let Some(draft) = talk.draft() else { return Ok(Heard::No) };
    match verb {
        Verb::Back => back(talk),
        Verb::Keep if frame::keeps(draft) => fit::advance(talk),
        _ => return question(draft.at).tap(talk, verb),
    }
    Ok(Heard::Yes)
}

pub(super) fn text(talk: &mut Talk<'_>, text: &str) -> Asked<Heard> {
    let Some(draft) = talk.draft() else { return Ok(Heard::No) };
    question(draft.at).text(talk, text)
}

/// One question back; every answer is kept.
fn back(talk: &mut Talk<'_>) {
    let today = talk.today();
    let draft = talk.draft_mut();
    if draft.billing {
        // The screen offers no way back then; a button of the screen before it might.
        return;
    }
    if draft.wanted.is_some() {
        // Back from waiting is back to the hours. What was kept before stays kept no longer: the ledger may
        // have replaced it already.
        hold::give_back(talk);
        return;
    }
    if draft.returning && draft.at != Ask::Review && draft.first_open(today) == Ask::Review {
        draft.returning = false;
        draft.at = Ask::Review;
        return;
    }
    match draft.before(today) {
        Some(ask) => draft.at = ask,
        None => talk.go(At::Home),
    }
}
