//! Which step is being made, as it is noted in Redis: `4 2 place`.

use std::fmt;

use redis::AsyncCommands;

use crate::Store;
use crate::error::{Result, StoreError};
use crate::keys;

/// A step of a change. Noted before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Copy,
    Aside,
    Place,
    Audit,
    Clean,
    /// The way back: what took the names is deleted.
    Drop,
    /// The way back: what was set aside gets its names again.
    Restore,
}

/// What stands at `antrean:resharding`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub from: u8,
    pub to: u8,
    pub step: Step,
}

impl Step {
    const ALL: [Self; 7] = [Self::Copy, Self::Aside, Self::Place, Self::Audit, Self::Clean, Self::Drop, Self::Restore];

    pub fn word(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::Aside => "aside",
            Self::Place => "place",
            Self::Audit => "audit",
            Self::Clean => "clean",
            Self::Drop => "drop",
            Self::Restore => "restore",
        }
    }

    /// What comes after it; `None`: all is done.
    pub(super) fn next(self) -> Option<Self> {
        match self {
            Self::Copy => Some(Self::Aside),
            Self::Aside => Some(Self::Place),
            Self::Place => Some(Self::Audit),
            Self::Audit => Some(Self::Clean),
            Self::Drop => Some(Self::Restore),
            Self::Clean | Self::Restore => None,
        }
    }
}

impl Note {
    pub(crate) async fn read(store: &Store) -> Result<Option<Self>> {
        let text: Option<String> = store.commands().get(keys::RESHARDING).await?;
        let corrupt = |text: &str| StoreError::Corrupt { what: "note of a change of shards", why: format!("{text:?}") };
        text.map(|text| Self::parse(&text).ok_or_else(|| corrupt(&text))).transpose()
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let (from, to, word) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
        Step::ALL.into_iter().find(|step| step.word() == word).map(|step| Self { from, to, step })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.from, self.to, self.step.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_reads_what_it_wrote() {
        for step in Step::ALL {
            let note = Note { from: 1, to: 16, step };
            assert_eq!(Note::parse(&note.to_string()), Some(note));
        }
        assert_eq!(Note::parse("1 2 dance"), None);
    }
}
