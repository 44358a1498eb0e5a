//! The draft: one application being filled in, and the place kept for it.

use antrean_domain::{AgeGroup, Application, BookingRef, Earlier, Millis, Month, Service, SlotId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::offices::OfficeList;

/// One question of the application. The order is the order of asking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Ask {
    #[default]
    Service,
    Age,
    Office,
    Passport,
    Purpose,
    Earlier,
    /// Whether "never had a passport" is really so.
    NeverDoubt,
    EarlierNumber,
    Name,
    Nik,
    BirthDate,
    /// Whether answers that disagree are right all the same.
    Doubt,
    Ektp,
    Kk,
    OldPassport,
    Date,
    Hour,
    Review,
}

/// The kinds of earlier passport a person chooses from; the number is asked after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum EarlierKind {
    Never,
    Expired,
    Full,
}

/// A place kept by the ledger until then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Held {
    pub(crate) slot: SlotId,
    pub(crate) until: Millis,
}

/// Answers that do not fit together. They warn and let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// The birth date is not the one in the NIK.
    BirthInNik,
    /// The birth date says child where adult was chosen, or the other way round.
    AgeGroup,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Draft {
    pub(crate) at: Ask,
    pub(crate) application: Application,
    pub(crate) earlier: Option<EarlierKind>,
    pub(crate) offices: OfficeList,
    /// The page of the calendar, once one was turned.
    pub(crate) month: Option<Month>,
    pub(crate) date: Option<NaiveDate>,
    /// The booking its jobs are about, from the first hold on.
    pub(crate) booking: Option<BookingRef>,
    /// The place asked for, until the ledger answers.
    pub(crate) wanted: Option<SlotId>,
    pub(crate) held: Option<Held>,
    /// The billing code was asked for.
    pub(crate) billing: bool,
    /// The doubts were seen and let through.
    pub(crate) sure: bool,
    /// Goes back to the first open question, in the end the review, rather than on to the next: one answer is
    /// being corrected.
    pub(crate) returning: bool,
}

impl Draft {
    /// How many steps the person counts.
    pub(crate) const CHAPTERS: u32 = 12;

    /// Whether the passport named in the application is lost or damaged: its number may be unknown.
    fn by_interview(&self) -> bool {
        self.application.service.is_some_and(Service::by_interview)
    }

    /// The questions this application has, first to last.
    pub(crate) fn path(&self, today: NaiveDate) -> Vec<Ask> {
        let mut path = vec![Ask::Service, Ask::Age, Ask::Office, Ask::Passport, Ask::Purpose];
        if !self.by_interview() {
            path.push(Ask::Earlier);
        }
        if self.by_interview() || matches!(self.earlier, Some(EarlierKind::Expired | EarlierKind::Full)) {
            path.push(Ask::EarlierNumber);
        }
        path.extend([Ask::Name, Ask::Nik, Ask::BirthDate]);
        if !self.doubts(today).is_empty() {
            path.push(Ask::Doubt);
        }
        path.extend([Ask::Ektp, Ask::Kk]);
        if self.application.needs_old_passport() {
            path.push(Ask::OldPassport);
        }
        path.extend([Ask::Date, Ask::Hour, Ask::Review]);
        path
    }

    /// Moves on from an answered question.
    pub(crate) fn advance(&mut self, today: NaiveDate) {
        self.at = if self.returning { self.first_open(today) } else { self.after(self.at, today) };
        if self.at == Ask::Review {
            self.returning = false;
        }
    }

    /// Goes to the first question without an answer: the review when there is none.
    pub(crate) fn resume(&mut self, today: NaiveDate) {
        self.returning = true;
        self.advance(today);
    }

    fn after(&self, ask: Ask, today: NaiveDate) -> Ask {
        self.path(today).into_iter().find(|next| *next > ask).unwrap_or(Ask::Review)
    }

    /// The question before the current one; `None` at the first.
    pub(crate) fn before(&self, today: NaiveDate) -> Option<Ask> {
        self.path(today).into_iter().rev().find(|previous| *previous < self.at)
    }

    pub(crate) fn first_open(&self, today: NaiveDate) -> Ask {
        self.path(today).into_iter().find(|ask| !self.answered(*ask)).unwrap_or(Ask::Review)
    }

    /// Whether `ask` needs no answer any more.
    pub(crate) fn answered(&self, ask: Ask) -> bool {
        let answers = &self.application;
        match ask {
            Ask::Service => answers.service.is_some(),
            Ask::Age => answers.age.is_some(),
            Ask::Office => answers.office.is_some(),
            Ask::Passport => answers.passport.is_some(),
            Ask::Purpose => answers.purpose.is_some(),
            Ask::Earlier => self.earlier.is_some(),
            Ask::NeverDoubt | Ask::EarlierNumber => answers.earlier.is_some(),
            Ask::Name => answers.name.is_some(),
            Ask::Nik => answers.nik.is_some(),
            Ask::BirthDate => answers.birth_date.is_some(),
            Ask::Doubt => self.sure,
            Ask::Ektp => answers.ektp.is_some(),
            Ask::Kk => answers.kk.is_some(),
            Ask::OldPassport => answers.old_passport.is_some(),
            Ask::Date => self.date.is_some(),
            Ask::Hour => self.held.as_ref().is_some_and(|held| Some(held.slot.date) == self.date),
            Ask::Review => false,
        }
    }

    /// What does not fit together, judged on the appointment's date where it is chosen.
    pub(crate) fn doubts(&self, today: NaiveDate) -> Vec<Doubt> {
        let answers = &self.application;
        let Some(birth) = answers.birth_date else { return Vec::new() };
        let mut doubts = Vec::new();
        if answers.nik.as_ref().is_some_and(|nik| !nik.agrees_with(birth)) {
            doubts.push(Doubt::BirthInNik);
        }
        if answers.age.is_some_and(|age| age != AgeGroup::on(birth, self.date.unwrap_or(today))) {
            doubts.push(Doubt::AgeGroup);
        }
        doubts
    }

    /// The number of the earlier passport, where it is known.
    pub(crate) fn earlier_number(&self) -> Option<&str> {
        match self.application.earlier.as_ref()? {
            Earlier::Never => None,
            Earlier::Expired { number } | Earlier::Full { number } => Some(number),
            Earlier::Lost { number } | Earlier::Damaged { number } => number.as_deref(),
        }
    }
}

impl Ask {
    pub(crate) const ALL: [Self; 18] = [
        Self::Service,
        Self::Age,
        Self::Office,
        Self::Passport,
        Self::Purpose,
        Self::Earlier,
        Self::NeverDoubt,
        Self::EarlierNumber,
        Self::Name,
        Self::Nik,
        Self::BirthDate,
        Self::Doubt,
        Self::Ektp,
        Self::Kk,
        Self::OldPassport,
        Self::Date,
        Self::Hour,
        Self::Review,
    ];

    /// Its word in buttons and in the ids of its texts.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Age => "age",
            Self::Office => "office",
            Self::Passport => "passport",
            Self::Purpose => "purpose",
            Self::Earlier => "earlier",
            Self::NeverDoubt => "never-doubt",
            Self::EarlierNumber => "number",
            Self::Name => "name",
            Self::Nik => "nik",
            Self::BirthDate => "birth",
            Self::Doubt => "doubt",
            Self::Ektp => "ektp",
            Self::Kk => "kk",
            Self::OldPassport => "old-passport",
            Self::Date => "date",
            Self::Hour => "hour",
            Self::Review => "review",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ask| ask.word() == word)
    }

    /// The step the person counts it as, 1–12.
    pub(crate) fn chapter(self) -> u32 {
        match self {
            Self::Service => 1,
            Self::Age => 2,
            Self::Office => 3,
            Self::Passport => 4,
            Self::Purpose => 5,
            Self::Earlier | Self::NeverDoubt | Self::EarlierNumber => 6,
            Self::Name | Self::Nik | Self::BirthDate | Self::Doubt => 7,
            Self::Ektp | Self::Kk | Self::OldPassport => 8,
            Self::Date => 9,
            Self::Hour => 10,
            Self::Review => 11,
        }
    }
}
