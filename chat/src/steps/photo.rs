//! Step 8: photos of the papers.

use antrean_domain::{Application, FileRef};

use super::{Body, Question};
use crate::fit;
use crate::labels;
use crate::photos::megabytes;
use crate::talk::{Asked, Heard, Talk};

/// Which paper is photographed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paper {
    Ektp,
    Kk,
    OldPassport,
}

pub(super) struct AskPhoto(pub(super) Paper);

impl Paper {
    const ALL: [Self; 3] = [Self::Ektp, Self::Kk, Self::OldPassport];

    fn text(self) -> &'static str {
        match self {
            Self::Ektp => "ask-ektp",
            Self::Kk => "ask-kk",
            Self::OldPassport => "ask-old-passport",
        }
    }

    fn place(self, answers: &mut Application) -> &mut Option<FileRef> {
        match self {
            Self::Ektp => &mut answers.ektp,
            Self::Kk => &mut answers.kk,
            Self::OldPassport => &mut answers.old_passport,
        }
    }

    fn taken(self, answers: &Application) -> Option<&FileRef> {
        match self {
            Self::Ektp => answers.ektp.as_ref(),
            Self::Kk => answers.kk.as_ref(),
            Self::OldPassport => answers.old_passport.as_ref(),
        }
    }
}

impl Question for AskPhoto {
    fn body(&self, talk: &Talk<'_>) -> Asked<Body> {
        let words = talk.words();
        let answers = talk.draft().map(|draft| &draft.application);
        let age = answers.and_then(|answers| answers.age).map_or("adult", labels::age_slug);
        let limit = megabytes(talk.facts.terms.rules.photo_bytes_max);
        let mut text = words.html(self.0.text(), &[("age", age.into())]);
        text = format!("{text}\n\n{}", words.html("photo-limit", &[("mb", limit.into())]));
        if answers.is_some_and(|answers| self.0.taken(answers).is_some()) {
            text = format!("{text}\n\n{}", words.say("photo-taken"));
        }
        Ok(Body { text, rows: Vec::new() })
    }

    fn text(&self, _talk: &mut Talk<'_>, _text: &str) -> Asked<Heard> {
        Ok(Heard::No)
    }

    fn picture(&self, talk: &mut Talk<'_>, file: &FileRef) -> Heard {
        let answers = &mut talk.draft_mut().application;
        let same = |paper: &Paper| *paper != self.0 && paper.taken(answers).is_some_and(|taken| taken.unique_id == file.unique_id);
        if Paper::ALL.iter().any(same) {
            talk.note("photo-same", &[]);
            return Heard::Yes;
        }
        *self.0.place(answers) = Some(file.clone());
        talk.note("photo-thanks", &[]);
        fit::advance(talk);
        Heard::Yes
    }
}
