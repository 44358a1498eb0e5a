//! Step 7: the NIK. Only its structure can be checked, and each fault has its own answer.

use antrean_domain::Nik;
use antrean_domain::nik::BadNik;

use super::{Body, Question};
use crate::fit;
use crate::labels;
use crate::talk::{Asked, Heard, Talk};

pub(super) struct AskNik;

impl Question for AskNik {
    fn body(&self, talk: &Talk<'_>) -> Asked<Body> {
        let answers = talk.draft().map(|draft| &draft.application);
        let age = answers.and_then(|answers| answers.age).map_or("adult", labels::age_slug);
        let mut text = talk.words().html("ask-nik", &[("age", age.into())]);
        if let Some(nik) = answers.and_then(|answers| answers.nik.as_ref()) {
            text = format!("{text}\n\n{}", talk.words().html("answer-now", &[("answer", nik.masked().into())]));
        }
        Ok(Body { text, rows: Vec::new() })
    }

    fn text(&self, talk: &mut Talk<'_>, text: &str) -> Asked<Heard> {
        match Nik::parse(text) {
            Ok(nik) => {
                let draft = talk.draft_mut();
                draft.application.nik = Some(nik);
                draft.sure = false;
                fit::advance(talk);
            }
            Err(BadNik::Length(digits)) => talk.note("nik-length", &[("digits", u32::try_from(digits).unwrap_or(u32::MAX).into())]),
            Err(BadNik::NotDigits) => talk.note("nik-not-digits", &[]),
            Err(BadNik::Region) => talk.note("nik-region", &[]),
            Err(BadNik::Date) => talk.note("nik-date", &[]),
            Err(BadNik::Serial) => talk.note("nik-serial", &[]),
        }
        Ok(Heard::Yes)
    }
}
