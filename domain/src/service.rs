//! Services, passports, tariffs and the times a booking lives by.

use std::fmt;
use std::str::FromStr;

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::money::Rupiah;
use crate::office::Office;

/// The class a slot's capacity is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceClass {
    Regular,
    Expedited,
}

impl ServiceClass {
    pub const ALL: [Self; 2] = [Self::Regular, Self::Expedited];

    pub fn word(self) -> &'static str {
        match self {
            Self::Regular => "regular",
            Self::Expedited => "expedited",
        }
    }
}

impl fmt::Display for ServiceClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The text names no service class.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a service class is regular or expedited, not {0:?}")]
pub struct BadServiceClass(String);

impl FromStr for ServiceClass {
    type Err = BadServiceClass;

    fn from_str(text: &str) -> Result<Self, BadServiceClass> {
        Self::ALL.into_iter().find(|class| class.word() == text).ok_or_else(|| BadServiceClass(text.to_owned()))
    }
}

/// What a person comes for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    Regular,
    /// Ready the same day, for a surcharge.
    Expedited,
    /// A lost passport: an interview at the office (BAP) comes first.
    Lost,
    /// A damaged passport: likewise.
    Damaged,
}

impl Service {
    pub const ALL: [Self; 4] = [Self::Regular, Self::Expedited, Self::Lost, Self::Damaged];

    /// The class whose places it takes.
    pub fn class(self) -> ServiceClass {
        match self {
            Self::Expedited => ServiceClass::Expedited,
            Self::Regular | Self::Lost | Self::Damaged => ServiceClass::Regular,
        }
    }

    /// Whether it begins with an interview (BAP).
    pub fn by_interview(self) -> bool {
        matches!(self, Self::Lost | Self::Damaged)
    }
}

/// Under 17 and unmarried is a child: five years' validity only (Kanim Mataram).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AgeGroup {
    Adult,
    Child,
}

impl AgeGroup {
    /// The age, in whole years, from which a person counts as an adult.
    pub const ADULT_FROM_YEARS: u32 = 17;

    /// The group of a person born on `birth`, on `date`.
    pub fn on(birth: NaiveDate, date: NaiveDate) -> Self {
        let comes_of_age = birth.checked_add_months(Months::new(12 * Self::ADULT_FROM_YEARS));
        if comes_of_age.is_some_and(|day| date >= day) { Self::Adult } else { Self::Child }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PassportKind {
    Ordinary,
    Electronic,
}

/// A passport one may apply for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Passport {
    pub kind: PassportKind,
    /// Years it is valid: 5 or 10.
    pub years: u8,
}

impl Passport {
    pub const ALL: [Self; 4] = [
        Self { kind: PassportKind::Ordinary, years: 5 },
        Self { kind: PassportKind::Ordinary, years: 10 },
        Self { kind: PassportKind::Electronic, years: 5 },
        Self { kind: PassportKind::Electronic, years: 10 },
    ];

    /// What `office` issues to `age` on `date`, cheapest kind first.
    pub fn offered(office: &Office, age: AgeGroup, date: NaiveDate) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |passport| (age == AgeGroup::Adult || passport.years == 5) && office.issues(*passport, date))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    Tourism,
    Umrah,
    Hajj,
    Work,
    MigrantWork,
    Study,
    Treatment,
}

impl Purpose {
    pub const ALL: [Self; 7] = [Self::Tourism, Self::Umrah, Self::Hajj, Self::Work, Self::MigrantWork, Self::Study, Self::Treatment];
}

/// Fees in rupiah (PP 45/2024, in force since December 2024).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tariffs {
    pub ordinary_5: Rupiah,
    pub ordinary_10: Rupiah,
    pub electronic_5: Rupiah,
    pub electronic_10: Rupiah,
    /// Surcharges.
    pub expedited: Rupiah,
    pub lost: Rupiah,
    pub damaged: Rupiah,
}

/// Times and counts. All of `config/service.toml`'s `[rules]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// How long a tapped hour is kept, in minutes. 1–60.
    pub hold_minutes: u32,
    /// How long a billing code lives, in minutes. 10–1440.
    pub bill_minutes: u32,
    /// How long before a bill dies its reminder goes out, in minutes. Below `bill_minutes`.
    pub bill_reminder_minutes: u32,
    /// The local hour of the evening before (H-1) at which the appointment is recalled. 0–23.
    pub eve_reminder_hour: u32,
    /// How often a paid booking may move. 0–9.
    pub reschedules_max: u32,
    /// How many months the calendar shows, the current one included. 1–12.
    pub months_ahead: u32,
    /// How many bookings of one chat may be held, billed or paid at once. 1–50.
    pub active_per_chat_max: u32,
    /// Whether lost and damaged passports are booked here, too.
    pub by_interview: bool,
    /// The largest photo taken, in bytes. At most 20 MB: Telegram lets bots download no more.
    pub photo_bytes_max: u64,
}

/// The terms of the service: `config/service.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Who runs this bot, said at the start: people are warned of impostors.
    pub operator: String,
    pub tariffs: Tariffs,
    pub rules: Rules,
}

/// A rule outside its bounds.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("rules.{key} is {value}, allowed is {allowed}")]
pub struct BadRule {
    pub key: &'static str,
    pub value: u64,
    pub allowed: &'static str,
}

impl Terms {
    /// Whether every rule is within its bounds; the first that is not.
    pub fn check(&self) -> Result<(), BadRule> {
        let rules = &self.rules;
        let within = |key, value: u32, low: u32, high: u32, allowed| {
            if (low..=high).contains(&value) { Ok(()) } else { Err(BadRule { key, value: value.into(), allowed }) }
        };
        within("hold_minutes", rules.hold_minutes, 1, 60, "1 to 60")?;
        within("bill_minutes", rules.bill_minutes, 10, 1440, "10 to 1440")?;
        within("bill_reminder_minutes", rules.bill_reminder_minutes, 1, rules.bill_minutes - 1, "1 to bill_minutes - 1")?;
        within("eve_reminder_hour", rules.eve_reminder_hour, 0, 23, "0 to 23")?;
        within("reschedules_max", rules.reschedules_max, 0, 9, "0 to 9")?;
        within("months_ahead", rules.months_ahead, 1, 12, "1 to 12")?;
        within("active_per_chat_max", rules.active_per_chat_max, 1, 50, "1 to 50")?;
        if rules.photo_bytes_max == 0 || rules.photo_bytes_max > 20_000_000 {
            return Err(BadRule { key: "photo_bytes_max", value: rules.photo_bytes_max, allowed: "1 to 20000000" });
        }
        Ok(())
    }

    pub fn hold_ttl_ms(&self) -> i64 {
        i64::from(self.rules.hold_minutes) * 60_000
    }

    pub fn bill_ttl_ms(&self) -> i64 {
        i64::from(self.rules.bill_minutes) * 60_000
    }

    /// The fee for the booklet alone.
    pub fn passport_fee(&self, passport: Passport) -> Rupiah {
        match (passport.kind, passport.years) {
            (PassportKind::Ordinary, 5) => self.tariffs.ordinary_5,
            (PassportKind::Ordinary, _) => self.tariffs.ordinary_10,
            (PassportKind::Electronic, 5) => self.tariffs.electronic_5,
            (PassportKind::Electronic, _) => self.tariffs.electronic_10,
        }
    }

    /// What `service` adds to it.
    pub fn surcharge(&self, service: Service) -> Rupiah {
        match service {
            Service::Regular => Rupiah(0),
            Service::Expedited => self.tariffs.expedited,
            Service::Lost => self.tariffs.lost,
            Service::Damaged => self.tariffs.damaged,
        }
    }

    pub fn fee(&self, service: Service, passport: Passport) -> Rupiah {
        self.passport_fee(passport) + self.surcharge(service)
    }
}
