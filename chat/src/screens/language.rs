//! Choosing the language. Each is named in itself.

use super::screen;
use crate::callback::Verb;
use crate::dialogue::At;
use crate::lang::Lang;
use crate::screen::Screen;
use crate::talk::{Heard, Talk};
use crate::typed::fold;

pub(super) fn draw(talk: &Talk<'_>) -> Screen {
    let row = |lang: Lang| {
        let mark = if lang == talk.dialogue.lang { "✓ " } else { "" };
        vec![talk.button(format!("{mark}{}", talk.facts.texts.words(lang).say("language-name")), Verb::Speak(lang))]
    };
    let mut buttons: Vec<_> = Lang::ALL.into_iter().map(row).collect();
    buttons.push(vec![talk.press("button-home", Verb::Home)]);
    screen(talk, talk.words().say("language-choose"), buttons)
}

pub(super) fn tap(talk: &mut Talk<'_>, verb: &Verb) -> Heard {
    let Verb::Speak(lang) = verb else { return Heard::No };
    speak(talk, *lang);
    Heard::Yes
}

/// `id`, `en`, or a language's own name.
pub(super) fn text(talk: &mut Talk<'_>, text: &str) -> Heard {
    let wanted = fold(text);
    let named = |lang: &Lang| lang.code() == wanted || fold(&talk.facts.texts.words(*lang).say("language-name")) == wanted;
    match Lang::ALL.into_iter().find(named) {
        Some(lang) => speak(talk, lang),
        None => return Heard::No,
    }
    Heard::Yes
}

/// Switches over and goes back to where the person was: the draft, if one is being filled in.
fn speak(talk: &mut Talk<'_>, lang: Lang) {
    talk.dialogue.lang = lang;
    talk.note("language-set", &[]);
    talk.go(if talk.draft().is_some() { At::Draft } else { At::Home });
}
