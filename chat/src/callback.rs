//! What a button carries: `1|session|rev|verb|argument`, at most 64 bytes.
//!
//! The session and the revision say which screen it was drawn on. A button of any other screen is stale and is
//! never acted on. Buttons of messages that stay carry `-` for both: they may only lead somewhere.

use std::fmt;
use std::str::FromStr;

use antrean_domain::{BookingId, Month, OfficeCode};
use chrono::NaiveDate;

use crate::lang::Lang;

/// The version of the form. Buttons of another one are stale.
const VERSION: &str = "1";

/// A button's meaning and the screen it was drawn on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Callback {
    pub(crate) of: Of,
    pub(crate) verb: Verb,
}

/// Which screen a button belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    Screen {
        session: u32,
        rev: u64,
    },
    /// A message that stays.
    Kept,
}

/// What a button does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Home,
    /// Begin an application, or go on with the one begun.
    Book,
    /// Begin a new application in place of the one begun.
    Anew,
    Bookings,
    Subscriptions,
    Languages,
    Help,
    /// Back to the question before.
    Back,
    /// Leave the application.
    Leave,
    Yes,
    No,
    /// Go on with the answer given before.
    Keep,
    /// Choose an option by its slug.
    Pick(String),
    Office(OfficeCode),
    Page(usize),
    Month(Month),
    Day(NaiveDate),
    Hour(u8),
    /// Show a booking.
    Open(BookingId),
    /// Apply again with the answers of a booking.
    Again(BookingId),
    Cancel,
    Move,
    Proof,
    Refresh,
    Speak(Lang),
    /// A cell of a table that says something and does nothing.
    Nothing,
}

/// The text is not what a button of ours carries.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the data of a button of this release")]
pub(crate) struct BadCallback;

impl fmt::Display for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.of {
            Of::Screen { session, rev } => write!(f, "{VERSION}|{session:x}|{rev}|")?,
            Of::Kept => write!(f, "{VERSION}|-|-|")?,
        }
        self.verb.fmt(f)
    }
}

impl FromStr for Callback {
    type Err = BadCallback;

    fn from_str(text: &str) -> Result<Self, BadCallback> {
        read(text).ok_or(BadCallback)
    }
}

fn read(text: &str) -> Option<Callback> {
    let mut parts = text.splitn(5, '|');
    let (version, session, rev) = (parts.next()?, parts.next()?, parts.next()?);
    let (word, arg) = (parts.next()?, parts.next()?);
    let of = match (session, rev) {
        ("-", "-") => Of::Kept,
        _ => Of::Screen { session: u32::from_str_radix(session, 16).ok()?, rev: rev.parse().ok()? },
    };
    let verb = Verb::read(word, arg)?;
    (version == VERSION).then_some(Callback { of, verb })
}

impl Verb {
    /// Whether it only leads somewhere, so that a message that stays may carry it.
    pub(crate) fn only_leads(&self) -> bool {
        matches!(self, Self::Home | Self::Open(_) | Self::Again(_))
    }

    fn read(word: &str, arg: &str) -> Option<Self> {
        let verb = match word {
            "home" => Self::Home,
            "book" => Self::Book,
            "anew" => Self::Anew,
            "list" => Self::Bookings,
            "subs" => Self::Subscriptions,
            "langs" => Self::Languages,
            "help" => Self::Help,
            "back" => Self::Back,
            "leave" => Self::Leave,
            "yes" => Self::Yes,
            "no" => Self::No,
            "keep" => Self::Keep,
            "pick" => Self::Pick(arg.to_owned()),
            "office" => Self::Office(arg.parse().ok()?),
            "page" => Self::Page(arg.parse().ok()?),
            "month" => Self::Month(arg.parse().ok()?),
            "day" => Self::Day(arg.parse().ok()?),
            "hour" => Self::Hour(arg.parse().ok().filter(|hour| *hour < 24)?),
            "open" => Self::Open(arg.parse().ok()?),
            "again" => Self::Again(arg.parse().ok()?),
            "cancel" => Self::Cancel,
            "move" => Self::Move,
            "proof" => Self::Proof,
            "refresh" => Self::Refresh,
            "speak" => Self::Speak(arg.parse().ok()?),
            "-" => Self::Nothing,
            _ => return None,
        };
        Some(verb)
    }
}

/// `verb|argument`.
impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Home => f.write_str("home|"),
            Self::Book => f.write_str("book|"),
            Self::Anew => f.write_str("anew|"),
            Self::Bookings => f.write_str("list|"),
            Self::Subscriptions => f.write_str("subs|"),
            Self::Languages => f.write_str("langs|"),
            Self::Help => f.write_str("help|"),
            Self::Back => f.write_str("back|"),
            Self::Leave => f.write_str("leave|"),
            Self::Yes => f.write_str("yes|"),
            Self::No => f.write_str("no|"),
            Self::Keep => f.write_str("keep|"),
            Self::Pick(slug) => write!(f, "pick|{slug}"),
            Self::Office(code) => write!(f, "office|{code}"),
            Self::Page(page) => write!(f, "page|{page}"),
            Self::Month(month) => write!(f, "month|{month}"),
            Self::Day(date) => write!(f, "day|{date}"),
            Self::Hour(hour) => write!(f, "hour|{hour}"),
            Self::Open(id) => write!(f, "open|{id}"),
            Self::Again(id) => write!(f, "again|{id}"),
            Self::Cancel => f.write_str("cancel|"),
            Self::Move => f.write_str("move|"),
            Self::Proof => f.write_str("proof|"),
            Self::Refresh => f.write_str("refresh|"),
            Self::Speak(lang) => write!(f, "speak|{lang}"),
            Self::Nothing => f.write_str("-|"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Ask;

    fn check(verb: &Verb) {
        for of in [Of::Kept, Of::Screen { session: u32::MAX, rev: u64::from(u32::MAX) }] {
            let callback = Callback { of, verb: verb.clone() };
            let text = callback.to_string();
            assert!(text.len() <= 64, "{text} has {} bytes", text.len());
            assert_eq!(text.parse(), Ok(callback), "{text}");
        }
    }

    #[test]
    fn every_button_reads_what_it_wrote_within_64_bytes() {
        let id: BookingId = "01939f6fd4f07a1c8e2b5d3c4a596877".parse().expect("an id");
        let date: NaiveDate = "2026-12-01".parse().expect("a date");
        let plain = [
            Verb::Home,
            Verb::Book,
            Verb::Anew,
            Verb::Bookings,
            Verb::Subscriptions,
            Verb::Languages,
            Verb::Help,
            Verb::Back,
            Verb::Leave,
            Verb::Yes,
            Verb::No,
            Verb::Keep,
            Verb::Cancel,
            Verb::Move,
            Verb::Proof,
            Verb::Refresh,
            Verb::Nothing,
        ];
        plain.iter().for_each(check);
        for ask in Ask::ALL {
            check(&Verb::Pick(ask.word().to_owned()));
        }
        for lang in Lang::ALL {
            check(&Verb::Speak(lang));
        }
        check(&Verb::Pick("electronic-10".to_owned()));
        check(&Verb::Office("ABCDEFGH".parse().expect("a code")));
        check(&Verb::Page(99));
        check(&Verb::Month(Month::of(date)));
        check(&Verb::Day(date));
        check(&Verb::Hour(23));
        check(&Verb::Open(id));
        check(&Verb::Again(id));
    }

    #[test]
    fn garbage_is_not_a_button() {
        for garbage in ["", "1", "1|a|1|home", "2|a|1|home|", "1|a|x|home|", "1|a|1|dance|", "1|a|1|hour|24", "1|a|1|day|soon", "🙂|||||"]
        {
            assert_eq!(garbage.parse::<Callback>(), Err(BadCallback), "{garbage}");
        }
    }
}
