//! Step 5: what the passport is for.

use antrean_domain::Purpose;

use super::{Body, Choice, Question, choice};
use crate::fit;
use crate::labels;
use crate::talk::{Asked, Talk};

pub(super) struct AskPurpose;

impl Question for AskPurpose {
    fn body(&self, talk: &Talk<'_>) -> Asked<Body> {
        let current = talk.draft().and_then(|draft| draft.application.purpose).map(labels::purpose_slug);
        Ok(Body { text: talk.words().say("ask-purpose"), rows: choice::rows(talk, &self.choices(talk), current) })
    }

    fn choices(&self, talk: &Talk<'_>) -> Vec<Choice> {
        let choice = |purpose| Choice { slug: labels::purpose_slug(purpose), label: labels::purpose(talk.words(), purpose) };
        Purpose::ALL.into_iter().map(choice).collect()
    }

    fn choose(&self, talk: &mut Talk<'_>, slug: &str) -> Asked<()> {
        talk.draft_mut().application.purpose = Purpose::ALL.into_iter().find(|purpose| labels::purpose_slug(*purpose) == slug);
        fit::advance(talk);
        Ok(())
    }
}
