//! The languages the bot speaks.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language with a complete set of texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    #[default]
    Id,
    En,
}

impl Lang {
    pub const ALL: [Self; 2] = [Self::Id, Self::En];

    /// The language for a Telegram `language_code`: Indonesian for Indonesians and for those who tell none,
    /// English for everyone else.
    pub fn of_code(language_code: Option<&str>) -> Self {
        match language_code {
            Some(code) if !matches!(code.split('-').next(), Some("id" | "in" | "jv" | "su" | "ms")) => Self::En,
            _ => Self::Id,
        }
    }

    /// Its code: the name of its folder in `config/locales`, and what Telegram's `setMyCommands` takes.
    pub fn code(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::En => "en",
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The text names no language of ours.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a language is id or en, not {0:?}")]
pub struct BadLang(String);

impl FromStr for Lang {
    type Err = BadLang;

    fn from_str(text: &str) -> Result<Self, BadLang> {
        Self::ALL.into_iter().find(|lang| lang.code() == text).ok_or_else(|| BadLang(text.to_owned()))
    }
}
