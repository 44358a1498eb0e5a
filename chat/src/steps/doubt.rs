//! Step 7, only where answers disagree: let them through, or correct one. The register does not reissue a NIK to
//! match a birth date, so this warns and never refuses.

use antrean_domain::Nik;

use super::birth::AskBirthDate;
use super::nik::AskNik;
use super::{Body, Choice, Question, choice, pick};
use crate::draft::{Ask, Doubt};
use crate::fit;
use crate::talk::{Asked, Heard, Talk};

pub(super) struct AskDoubt;

impl Question for AskDoubt {
    fn body(&self, talk: &Talk<'_>) -> Asked<Body> {
        let words = talk.words();
        let warning = |doubt: Doubt| match doubt {
            Doubt::BirthInNik => words.say("doubt-birth-in-nik"),
            Doubt::AgeGroup => words.say("doubt-age"),
        };
        let mut lines: Vec<String> = doubts(talk).into_iter().map(warning).collect();
        lines.push(words.say("ask-doubt"));
        Ok(Body { text: lines.join("\n\n"), rows: choice::rows(talk, &self.choices(talk), None) })
    }

    fn choices(&self, talk: &Talk<'_>) -> Vec<Choice> {
        let choice = |slug, id| Choice { slug, label: talk.words().say(id) };
        let mut choices = vec![choice("right", "button-doubt-right"), choice("birth", "button-doubt-birth")];
        for doubt in doubts(talk) {
            choices.push(match doubt {
                Doubt::BirthInNik => choice("nik", "button-doubt-nik"),
                Doubt::AgeGroup => choice("age", "button-doubt-age"),
            });
        }
        choices
    }

    fn choose(&self, talk: &mut Talk<'_>, slug: &str) -> Asked<()> {
        let draft = talk.draft_mut();
        let correct = match slug {
            "birth" => Ask::BirthDate,
            "nik" => Ask::Nik,
            "age" => Ask::Age,
            _ => {
                draft.sure = true;
                fit::advance(talk);
                return Ok(());
            }
        };
        // Corrected, it goes on with what is still open, not through every question between.
        draft.at = correct;
        draft.returning = true;
        Ok(())
    }

    /// Whoever types the right date or number at once is understood without asking for it first.
    fn text(&self, talk: &mut Talk<'_>, text: &str) -> Asked<Heard> {
        if let Some(slug) = pick(&self.choices(talk), text) {
            self.choose(talk, slug)?;
            return Ok(Heard::Yes);
        }
        if Nik::parse(text).is_ok() { AskNik.text(talk, text) } else { AskBirthDate.text(talk, text) }
    }
}

fn doubts(talk: &Talk<'_>) -> Vec<Doubt> {
    let today = talk.today();
    talk.draft().map(|draft| draft.doubts(today)).unwrap_or_default()
}
