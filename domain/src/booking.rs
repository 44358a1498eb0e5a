//! What may become of a booking. This table is the only judge: a script in the ledger is told which states
//! a transition may start from and refuses the rest.
//!
//! ```text
//! Held ──bill──▶ Billed ──pay──▶ Paid ──attend──▶ Attended
//!  │ ▲rehold        │  │           │ ▲reschedule
//!  │ release        │  └cancel─▶ Cancelled        Paid ──miss──▶ NoShow
//!  ▼                ▼              │
//! Released       Expired ──────────┴─restore─▶ Paid   (late money, the place still free)
//!                   └──────────────┴─refund──▶ RefundDue (late money, the place gone)
//! ```

use serde::{Deserialize, Serialize};

/// Where a booking stands. A draft has no booking yet: it lives in the dialogue alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// A place is kept for minutes while the person reviews.
    Held,
    /// A billing code is issued and waits for its money.
    Billed,
    Paid,
    Attended,
    NoShow,
    /// The hold ran out, or the person went back.
    Released,
    /// The bill ran out unpaid.
    Expired,
    Cancelled,
    /// Money came for a booking whose place was gone.
    RefundDue,
}

impl State {
    pub const ALL: [Self; 9] = [
        Self::Held,
        Self::Billed,
        Self::Paid,
        Self::Attended,
        Self::NoShow,
        Self::Released,
        Self::Expired,
        Self::Cancelled,
        Self::RefundDue,
    ];

    /// The one letter that stands for it in a packed record.
    pub fn letter(self) -> char {
        match self {
            Self::Held => 'H',
            Self::Billed => 'B',
            Self::Paid => 'P',
            Self::Attended => 'A',
            Self::NoShow => 'N',
            Self::Released => 'R',
            Self::Expired => 'E',
            Self::Cancelled => 'C',
            Self::RefundDue => 'F',
        }
    }

    pub fn from_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.letter() == letter)
    }

    /// Whether its places count as taken.
    pub fn takes_places(self) -> bool {
        matches!(self, Self::Held | Self::Billed | Self::Paid | Self::Attended | Self::NoShow)
    }

    /// Whether a deadline runs against it.
    pub fn has_deadline(self) -> bool {
        matches!(self, Self::Held | Self::Billed)
    }
}

/// What can happen to a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transition {
    /// A place is taken for a new booking, or another place for one that is held or was released.
    Hold,
    Release,
    Bill,
    Expire,
    Cancel,
    /// Money in time.
    Pay,
    /// Late money, and the same place is still free.
    Restore,
    /// Late money, and the place is gone.
    Refund,
    Reschedule,
    Attend,
    Miss,
}

impl Transition {
    pub const ALL: [Self; 11] = [
        Self::Hold,
        Self::Release,
        Self::Bill,
        Self::Expire,
        Self::Cancel,
        Self::Pay,
        Self::Restore,
        Self::Refund,
        Self::Reschedule,
        Self::Attend,
        Self::Miss,
    ];

    /// The states it may start from. A hold may also start from nothing.
    pub fn from(self) -> &'static [State] {
        match self {
            Self::Hold => &[State::Held, State::Released],
            Self::Release | Self::Bill => &[State::Held],
            Self::Expire | Self::Cancel | Self::Pay => &[State::Billed],
            Self::Restore | Self::Refund => &[State::Expired, State::Cancelled],
            Self::Reschedule | Self::Attend | Self::Miss => &[State::Paid],
        }
    }

    /// The state it ends in.
    pub fn to(self) -> State {
        match self {
            Self::Hold => State::Held,
            Self::Release => State::Released,
            Self::Bill => State::Billed,
            Self::Expire => State::Expired,
            Self::Cancel => State::Cancelled,
            Self::Pay | Self::Restore | Self::Reschedule => State::Paid,
            Self::Refund => State::RefundDue,
            Self::Attend => State::Attended,
            Self::Miss => State::NoShow,
        }
    }

    /// Whether a booking in `state` (`None`: it does not exist yet) may undergo it.
    pub fn allowed_from(self, state: Option<State>) -> bool {
        match state {
            None => self == Self::Hold,
            Some(state) => self.from().contains(&state),
        }
    }

    /// Its word in the journal.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Release => "release",
            Self::Bill => "bill",
            Self::Expire => "expire",
            Self::Cancel => "cancel",
            Self::Pay => "pay",
            Self::Restore => "restore",
            Self::Refund => "refund",
            Self::Reschedule => "reschedule",
            Self::Attend => "attend",
            Self::Miss => "miss",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|transition| transition.word() == word)
    }

    /// The letters of [`Transition::from`], as a script receives them.
    pub fn from_letters(self) -> String {
        self.from().iter().map(|state| state.letter()).collect()
    }
}
