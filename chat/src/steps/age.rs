//! Step 2: adult or child.

use antrean_domain::AgeGroup;

use super::{Body, Choice, Question, choice};
use crate::fit;
use crate::labels;
use crate::talk::{Asked, Talk};

pub(super) struct AskAge;

impl Question for AskAge {
    fn body(&self, talk: &Talk<'_>) -> Asked<Body> {
        let current = talk.draft().and_then(|draft| draft.application.age).map(labels::age_slug);
        Ok(Body { text: talk.words().say("ask-age"), rows: choice::rows(talk, &self.choices(talk), current) })
    }

    fn choices(&self, talk: &Talk<'_>) -> Vec<Choice> {
        let choice = |age| Choice { slug: labels::age_slug(age), label: labels::age(talk.words(), age) };
        [AgeGroup::Adult, AgeGroup::Child].into_iter().map(choice).collect()
    }

    fn choose(&self, talk: &mut Talk<'_>, slug: &str) -> Asked<()> {
        let age = if slug == labels::age_slug(AgeGroup::Child) { AgeGroup::Child } else { AgeGroup::Adult };
        fit::change(talk, |draft| {
            if draft.application.age.replace(age).is_some_and(|before| before != age) {
                // A child's eKTP is a parent's: the card of another person.
                draft.application.ektp = None;
            }
            draft.sure = false;
        });
        Ok(())
    }
}
