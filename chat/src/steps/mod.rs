//! The questions of an application, one file each, all of one face: [`Question`].
//!
//! A question draws its own text and buttons and understands its own answers, tapped or typed. The head above
//! it and the way back below it are the same for all: see [`frame`].

mod age;
mod birth;
mod choice;
mod date;
mod doubt;
mod earlier;
pub(crate) mod frame;
mod hour;
mod name;
mod nik;
mod number;
mod office;
mod passport;
mod photo;
mod purpose;
pub(crate) mod review;
mod service;

use antrean_domain::FileRef;

use crate::callback::Verb;
use crate::draft::Ask;
use crate::screen::Button;
use crate::talk::{Asked, Heard, Talk};

pub(crate) use choice::{Choice, pick};
pub(crate) use date::sheet as date_sheet;

/// The part of a screen that is the question's own.
pub(crate) struct Body {
    pub(crate) text: String,
    pub(crate) rows: Vec<Vec<Button>>,
}

/// One question of the application.
pub(crate) trait Question {
    fn body(&self, talk: &Talk<'_>) -> Asked<Body>;

    /// The options one may tap, or type by number or name. None: the answer is free text or a photo.
    fn choices(&self, _talk: &Talk<'_>) -> Vec<Choice> {
        Vec::new()
    }

    /// Takes the option `slug`, which is one of [`Self::choices`].
    fn choose(&self, _talk: &mut Talk<'_>, _slug: &str) -> Asked<()> {
        Ok(())
    }

    fn tap(&self, talk: &mut Talk<'_>, verb: &Verb) -> Asked<Heard> {
        match verb {
            Verb::Pick(slug) if self.choices(talk).iter().any(|choice| choice.slug == slug) => {
                self.choose(talk, slug)?;
                Ok(Heard::Yes)
            }
            _ => Ok(Heard::No),
        }
    }

    fn text(&self, talk: &mut Talk<'_>, text: &str) -> Asked<Heard> {
        let choices = self.choices(talk);
        let Some(slug) = pick(&choices, text) else { return Ok(Heard::No) };
        self.choose(talk, slug)?;
        Ok(Heard::Yes)
    }

    /// Takes a picture that passed every check.
    fn picture(&self, _talk: &mut Talk<'_>, _file: &FileRef) -> Heard {
        Heard::No
    }
}

/// The question behind `ask`.
pub(crate) fn question(ask: Ask) -> &'static dyn Question {
    match ask {
        Ask::Service => &service::AskService,
        Ask::Age => &age::AskAge,
        Ask::Office => &office::AskOffice,
        Ask::Passport => &passport::AskPassport,
        Ask::Purpose => &purpose::AskPurpose,
        Ask::Earlier => &earlier::AskEarlier,
        Ask::NeverDoubt => &earlier::AskNeverDoubt,
        Ask::EarlierNumber => &number::AskNumber,
        Ask::Name => &name::AskName,
        Ask::Nik => &nik::AskNik,
        Ask::BirthDate => &birth::AskBirthDate,
        Ask::Doubt => &doubt::AskDoubt,
        Ask::Ektp => &photo::AskPhoto(photo::Paper::Ektp),
        Ask::Kk => &photo::AskPhoto(photo::Paper::Kk),
        Ask::OldPassport => &photo::AskPhoto(photo::Paper::OldPassport),
        Ask::Date => &date::AskDate,
        Ask::Hour => &hour::AskHour,
        Ask::Review => &review::AskReview,
    }
}
