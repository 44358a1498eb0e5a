//! Step 3: which office, from pages of a list or by typing part of its name.

use antrean_domain::OfficeCode;

use super::{Body, Question};
use crate::callback::Verb;
use crate::fit;
use crate::offices::{self, Found};
use crate::talk::{Asked, Heard, Talk};

pub(super) struct AskOffice;

impl Question for AskOffice {
    fn body(&self, talk: &Talk<'_>) -> Asked<Body> {
        let (list, current) = match talk.draft() {
            Some(draft) => (draft.offices.clone(), draft.application.office.clone()),
            None => Default::default(),
        };
        let text = format!("{}\n\n{}", talk.words().say("ask-office"), offices::caption(talk, &list));
        let mark = |code: &OfficeCode| if current.as_ref() == Some(code) { "✓ " } else { "" };
        Ok(Body { text, rows: offices::rows(talk, &list, &mark) })
    }

    fn tap(&self, talk: &mut Talk<'_>, verb: &Verb) -> Asked<Heard> {
        match verb {
            Verb::Office(code) if talk.office(code).is_some() => choose(talk, code.clone()),
            Verb::Page(page) => talk.draft_mut().offices.page = *page,
            _ => return Ok(Heard::No),
        }
        Ok(Heard::Yes)
    }

    fn text(&self, talk: &mut Talk<'_>, text: &str) -> Asked<Heard> {
        match offices::find(talk.facts.offices, text) {
            Found::One(code) => choose(talk, code),
            Found::Several(list) => talk.draft_mut().offices = list,
            Found::None => {
                talk.note("office-not-found", &[("text", offices::shown(text).into())]);
                talk.draft_mut().offices = offices::OfficeList::default();
            }
        }
        Ok(Heard::Yes)
    }
}

fn choose(talk: &mut Talk<'_>, code: OfficeCode) {
    fit::change(talk, |draft| draft.application.office = Some(code));
}
