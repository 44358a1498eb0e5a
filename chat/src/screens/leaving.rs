//! "Give the application up?": one mistaken tap must not cost twelve steps of answers.

use super::screen;
use crate::callback::Verb;
use crate::dialogue::At;
use crate::navigate;
use crate::screen::Screen;
use crate::talk::{Heard, Talk};

pub(super) fn draw(talk: &Talk<'_>) -> Screen {
    let buttons = vec![vec![talk.press("button-leave-yes", Verb::Yes)], vec![talk.press("button-leave-no", Verb::No)]];
    screen(talk, talk.words().say("leaving"), buttons)
}

pub(super) fn tap(talk: &mut Talk<'_>, verb: &Verb) -> Heard {
    match verb {
        Verb::Yes => navigate::give_up(talk),
        Verb::No => talk.go(At::Draft),
        _ => return Heard::No,
    }
    Heard::Yes
}
