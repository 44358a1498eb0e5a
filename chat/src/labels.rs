//! The names of answers: their slugs in buttons and ids, their words for people.

use antrean_domain::{AgeGroup, Application, Earlier, Passport, PassportKind, Purpose, Rupiah, Service, State};

use crate::draft::EarlierKind;
use crate::texts::Words;

pub(crate) fn service_slug(service: Service) -> &'static str {
    match service {
        Service::Regular => "regular",
        Service::Expedited => "expedited",
        Service::Lost => "lost",
        Service::Damaged => "damaged",
    }
}

pub(crate) fn age_slug(age: AgeGroup) -> &'static str {
    match age {
        AgeGroup::Adult => "adult",
        AgeGroup::Child => "child",
    }
}

pub(crate) fn passport_slug(passport: Passport) -> &'static str {
    match (passport.kind, passport.years) {
        (PassportKind::Ordinary, 5) => "ordinary-5",
        (PassportKind::Ordinary, _) => "ordinary-10",
        (PassportKind::Electronic, 5) => "electronic-5",
        (PassportKind::Electronic, _) => "electronic-10",
    }
}

pub(crate) fn purpose_slug(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Tourism => "tourism",
        Purpose::Umrah => "umrah",
        Purpose::Hajj => "hajj",
        Purpose::Work => "work",
        Purpose::MigrantWork => "migrant",
        Purpose::Study => "study",
        Purpose::Treatment => "treatment",
    }
}

impl EarlierKind {
    pub(crate) const ALL: [Self; 3] = [Self::Never, Self::Expired, Self::Full];

    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Expired => "expired",
            Self::Full => "full",
        }
    }

    /// The kind behind an answer; lost and damaged passports are a service, not a kind.
    pub(crate) fn of(application: &Application) -> Option<Self> {
        match application.earlier.as_ref()? {
            Earlier::Never => Some(Self::Never),
            Earlier::Expired { .. } => Some(Self::Expired),
            Earlier::Full { .. } => Some(Self::Full),
            Earlier::Lost { .. } | Earlier::Damaged { .. } => None,
        }
    }
}

fn state_slug(state: State) -> &'static str {
    match state {
        State::Held => "held",
        State::Billed => "billed",
        State::Paid => "paid",
        State::Attended => "attended",
        State::NoShow => "no-show",
        State::Released => "released",
        State::Expired => "expired",
        State::Cancelled => "cancelled",
        State::RefundDue => "refund-due",
    }
}

pub(crate) fn service(words: Words<'_>, service: Service) -> String {
    words.say(&format!("service-{}", service_slug(service)))
}

pub(crate) fn age(words: Words<'_>, age: AgeGroup) -> String {
    words.say(&format!("age-{}", age_slug(age)))
}

pub(crate) fn passport(words: Words<'_>, passport: Passport) -> String {
    words.say(&format!("passport-{}", passport_slug(passport)))
}

pub(crate) fn purpose(words: Words<'_>, purpose: Purpose) -> String {
    words.say(&format!("purpose-{}", purpose_slug(purpose)))
}

pub(crate) fn earlier(words: Words<'_>, kind: EarlierKind) -> String {
    words.say(&format!("earlier-{}", kind.slug()))
}

/// A state in a colour and in words: `🟢 Sudah terbayar`.
pub(crate) fn state(words: Words<'_>, state: State) -> String {
    words.say(&format!("state-{}", state_slug(state)))
}

/// A label without what explains it in brackets: `Dewasa`.
pub(crate) fn brief(label: &str) -> String {
    label.split(" (").next().unwrap_or(label).to_owned()
}

/// An answer with what it costs: `Elektronik 10 tahun · Rp950.000`.
pub(crate) fn priced(label: &str, price: Rupiah) -> String {
    format!("{label} · {price}")
}
