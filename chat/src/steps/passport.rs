//! Step 4: which passport, of those the office issues to this age on that date.

use antrean_domain::Passport;

use super::{Body, Choice, Question, choice};
use crate::fit;
use crate::labels;
use crate::talk::{Asked, Talk};

pub(super) struct AskPassport;

impl Question for AskPassport {
    fn body(&self, talk: &Talk<'_>) -> Asked<Body> {
        let choices = self.choices(talk);
        let text = if choices.is_empty() { "ask-passport-none" } else { "ask-passport" };
        let current = talk.draft().and_then(|draft| draft.application.passport).map(labels::passport_slug);
        Ok(Body { text: talk.words().say(text), rows: choice::rows(talk, &choices, current) })
    }

    fn choices(&self, talk: &Talk<'_>) -> Vec<Choice> {
        let Some(draft) = talk.draft() else { return Vec::new() };
        let choice = |passport| {
            let terms = talk.facts.terms;
            let fee = draft.application.service.map_or_else(|| terms.passport_fee(passport), |service| terms.fee(service, passport));
            Choice { slug: labels::passport_slug(passport), label: labels::priced(&labels::passport(talk.words(), passport), fee) }
        };
        fit::offered(talk, draft).into_iter().map(choice).collect()
    }

    fn choose(&self, talk: &mut Talk<'_>, slug: &str) -> Asked<()> {
        talk.draft_mut().application.passport = Passport::ALL.into_iter().find(|passport| labels::passport_slug(*passport) == slug);
        fit::advance(talk);
        Ok(())
    }
}
