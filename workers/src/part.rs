//! The parts of the crew, by the names an operator gives them.

use std::fmt;
use std::str::FromStr;

use antrean_domain::JobClass;

/// A part of the crew, as `--only` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The readers of one class of jobs.
    Class(JobClass),
    Expire,
    Release,
    Promote,
    Broadcast,
    Relay,
    Reclaim,
}

/// The text names no part of the crew.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("no part of the crew is called {0:?}; there are hi, norm, bulk, expire, release, promote, broadcast, relay and reclaim")]
pub struct BadPart(String);

impl Part {
    pub const ALL: [Self; 9] = [
        Self::Class(JobClass::Hi),
        Self::Class(JobClass::Norm),
        Self::Class(JobClass::Bulk),
        Self::Expire,
        Self::Release,
        Self::Promote,
        Self::Broadcast,
        Self::Relay,
        Self::Reclaim,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Class(class) => class.word(),
            Self::Expire => "expire",
            Self::Release => "release",
            Self::Promote => "promote",
            Self::Broadcast => "broadcast",
            Self::Relay => "relay",
            Self::Reclaim => "reclaim",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Part {
    type Err = BadPart;

    fn from_str(text: &str) -> Result<Self, BadPart> {
        Self::ALL.into_iter().find(|part| part.word() == text).ok_or_else(|| BadPart(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_reads_what_it_writes() {
        for part in Part::ALL {
            assert_eq!(part.to_string().parse(), Ok(part));
        }
        assert!("poller".parse::<Part>().is_err());
    }
}
