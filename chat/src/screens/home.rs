//! The menu, which is also the welcome; and the help page.

use super::screen;
use crate::callback::Verb;
use crate::draft::Draft;
use crate::screen::Screen;
use crate::talk::Talk;

pub(super) fn draw(talk: &Talk<'_>) -> Screen {
    let words = talk.words();
    let operator = [("operator", (&talk.facts.terms.operator).into())];
    let greeting = match talk.facts.person {
        Some(person) => words.html("welcome-name", &[("name", (&person.first_name).into())]),
        None => words.say("welcome"),
    };
    let mut parts = vec![greeting, words.html("welcome-operator", &operator), words.say("welcome-warning")];
    let mut buttons = Vec::new();
    if let Some(draft) = talk.draft() {
        parts.push(words.html("home-draft", &[("n", draft.at.chapter().into()), ("of", Draft::CHAPTERS.into())]));
        buttons.push(vec![talk.press("button-continue", Verb::Book)]);
        if !draft.billing {
            buttons.push(vec![talk.press("button-anew", Verb::Anew)]);
        }
    } else {
        parts.push(words.say("home-choose"));
        buttons.push(vec![talk.press("button-book", Verb::Book)]);
    }
    buttons.extend([
        vec![talk.press("button-bookings", Verb::Bookings)],
        vec![talk.press("button-subscriptions", Verb::Subscriptions)],
        vec![talk.press("button-language", Verb::Languages), talk.press("button-help", Verb::Help)],
    ]);
    screen(talk, parts.join("\n\n"), buttons)
}

pub(super) fn help(talk: &Talk<'_>) -> Screen {
    let rules = &talk.facts.terms.rules;
    let args = [
        ("operator", (&talk.facts.terms.operator).into()),
        ("hold", rules.hold_minutes.into()),
        ("bill", rules.bill_minutes.into()),
        ("moves", rules.reschedules_max.into()),
    ];
    let text = talk.words().html("help", &args);
    screen(talk, text, vec![vec![talk.press("button-home", Verb::Home)]])
}
