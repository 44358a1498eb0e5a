//! Step 6: the passport one had before. "None" is asked twice: a wrong "none" costs the fee.

use antrean_domain::Earlier;

use super::{Body, Choice, Question, choice};
use crate::draft::{Ask, EarlierKind};
use crate::fit;
use crate::labels;
use crate::talk::{Asked, Talk};

pub(super) struct AskEarlier;

impl Question for AskEarlier {
    fn body(&self, talk: &Talk<'_>) -> Asked<Body> {
        let current = talk.draft().and_then(|draft| draft.earlier).map(EarlierKind::slug);
        Ok(Body { text: talk.words().say("ask-earlier"), rows: choice::rows(talk, &self.choices(talk), current) })
    }

    fn choices(&self, talk: &Talk<'_>) -> Vec<Choice> {
        let choice = |kind: EarlierKind| Choice { slug: kind.slug(), label: labels::earlier(talk.words(), kind) };
        EarlierKind::ALL.into_iter().map(choice).collect()
    }

    fn choose(&self, talk: &mut Talk<'_>, slug: &str) -> Asked<()> {
        let Some(kind) = EarlierKind::ALL.into_iter().find(|kind| kind.slug() == slug) else { return Ok(()) };
        let draft = talk.draft_mut();
        if kind == EarlierKind::Never && draft.application.earlier != Some(Earlier::Never) {
            draft.at = Ask::NeverDoubt;
            return Ok(());
        }
        let number = draft.earlier_number().map(str::to_owned);
        draft.earlier = Some(kind);
        draft.application.earlier = match (kind, number) {
            (EarlierKind::Never, _) => Some(Earlier::Never),
            (EarlierKind::Expired, Some(number)) => Some(Earlier::Expired { number }),
            (EarlierKind::Full, Some(number)) => Some(Earlier::Full { number }),
            (EarlierKind::Expired | EarlierKind::Full, None) => None,
        };
        fit::advance(talk);
        Ok(())
    }
}

/// Whether it is really the first passport.
pub(super) struct AskNeverDoubt;

impl Question for AskNeverDoubt {
    fn body(&self, talk: &Talk<'_>) -> Asked<Body> {
        Ok(Body { text: talk.words().say("ask-never-doubt"), rows: choice::rows(talk, &self.choices(talk), None) })
    }

    fn choices(&self, talk: &Talk<'_>) -> Vec<Choice> {
        let choice = |slug, id| Choice { slug, label: talk.words().say(id) };
        vec![choice("sure", "button-never-sure"), choice("had-one", "button-had-one")]
    }

    fn choose(&self, talk: &mut Talk<'_>, slug: &str) -> Asked<()> {
        let draft = talk.draft_mut();
        if slug == "sure" {
            draft.earlier = Some(EarlierKind::Never);
            draft.application.earlier = Some(Earlier::Never);
            draft.application.old_passport = None;
            fit::advance(talk);
        } else {
            draft.at = Ask::Earlier;
        }
        Ok(())
    }
}
