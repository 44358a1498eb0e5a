//! Hearing of an office's openings: a list of offices in which one enters or leaves.

use antrean_domain::{Job, OfficeCode};

use super::screen;
use crate::callback::Verb;
use crate::dialogue::At;
use crate::offices::{self, Found, OfficeList};
use crate::screen::Screen;
use crate::talk::{Heard, Talk};

pub(super) fn draw(talk: &Talk<'_>, list: &OfficeList) -> Screen {
    let words = talk.words();
    let names: Vec<String> = talk.dialogue.subscribed.iter().map(|code| talk.office_name(code)).collect();
    let mine = match names.as_slice() {
        [] => words.say("subscriptions-none"),
        _ => words.html("subscriptions-mine", &[("offices", names.join(", ").into())]),
    };
    let text = format!("{}\n\n{mine}\n\n{}", words.say("subscriptions"), offices::caption(talk, list));
    let mark = |code: &OfficeCode| if talk.dialogue.subscribed.contains(code) { "🔔 " } else { "" };
    let mut buttons = offices::rows(talk, list, &mark);
    buttons.push(vec![talk.press("button-home", Verb::Home)]);
    screen(talk, text, buttons)
}

pub(super) fn tap(talk: &mut Talk<'_>, list: &OfficeList, pending: Option<&OfficeCode>, verb: &Verb) -> Heard {
    match verb {
        Verb::Page(page) => {
            let list = OfficeList { page: *page, ..list.clone() };
            talk.go(At::Subscriptions { list, pending: pending.cloned() });
        }
        Verb::Office(code) if talk.office(code).is_some() => toggle(talk, list, pending, code),
        _ => return Heard::No,
    }
    Heard::Yes
}

pub(super) fn text(talk: &mut Talk<'_>, pending: Option<&OfficeCode>, text: &str) -> Heard {
    match offices::find(talk.facts.offices, text) {
        Found::One(code) => toggle(talk, &OfficeList::default(), pending, &code),
        Found::Several(list) => talk.go(At::Subscriptions { list, pending: pending.cloned() }),
        Found::None => return Heard::No,
    }
    Heard::Yes
}

/// Asks the ledger to enter or leave. One at a time: while an answer is awaited another tap changes nothing.
fn toggle(talk: &mut Talk<'_>, list: &OfficeList, pending: Option<&OfficeCode>, code: &OfficeCode) {
    if let Some(awaited) = pending {
        let name = talk.office_name(awaited);
        talk.note("subscribe-waiting", &[("office", name.into())]);
        return;
    }
    let on = !talk.dialogue.subscribed.contains(code);
    let chat = talk.facts.chat;
    talk.job(Job::Subscribe { office: code.clone(), chat, on });
    let name = talk.office_name(code);
    talk.note("subscribe-waiting", &[("office", name.into())]);
    talk.go(At::Subscriptions { list: list.clone(), pending: Some(code.clone()) });
}
