//! The dialogue: all that a chat remembers between two messages. Kept sealed, as JSON with a version.

use std::collections::BTreeSet;

use antrean_domain::{BookingId, BookingRef, OfficeCode, SlotId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::draft::Draft;
use crate::lang::Lang;
use crate::offices::OfficeList;
use crate::order::DrawnBy;

/// The schema version this release writes and reads.
pub const DIALOGUE_VERSION: u32 = 1;

/// Fifty: as many as one chat may ever have active (`rules.active_per_chat_max`); older ones fall off the list.
pub(crate) const BOOKINGS_MAX: usize = 50;

/// Where a chat stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialogue {
    v: u32,
    pub(crate) lang: Lang,
    /// Tells this dialogue's keyboards from those of one that was lost. Zero until the first step.
    pub(crate) session: u32,
    /// Raised with every screen that takes answers: a button of an earlier one is stale.
    pub(crate) rev: u64,
    /// What a person did that led to the present screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) drawn_by: Option<DrawnBy>,
    /// Raised with every job: what comes late at the ledger is superseded.
    pub(crate) seq: u64,
    pub(crate) at: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) draft: Option<Draft>,
    /// Bookings with a billing code, newest first, at most [`BOOKINGS_MAX`].
    #[serde(default)]
    pub(crate) bookings: Vec<BookingRef>,
    /// Bookings given up while their billing code was being issued: cancelled as soon as it comes.
    #[serde(default)]
    pub(crate) unwanted: Vec<BookingRef>,
    #[serde(default)]
    pub(crate) subscribed: BTreeSet<OfficeCode>,
    /// What was kept before could not be read, and the person has not been told yet.
    #[serde(default)]
    pub(crate) lost: bool,
}

/// The screen a chat is on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "screen", rename_all = "kebab-case")]
pub(crate) enum At {
    #[default]
    Home,
    Language,
    Help,
    /// Filling in the draft, which knows the step.
    Draft,
    /// Asked whether to give the draft up.
    Leaving,
    Bookings {
        page: usize,
    },
    /// One booking. `pending`: its cancelling is on the way.
    Booking {
        booking: BookingRef,
        pending: bool,
    },
    /// Asked whether to cancel this booking.
    Cancelling {
        booking: BookingRef,
    },
    /// Choosing another date for a paid booking.
    Moving {
        booking: BookingRef,
        stage: MoveStage,
    },
    Subscriptions {
        list: OfficeList,
        /// The office whose answer is awaited.
        pending: Option<OfficeCode>,
    },
}

/// How far a move has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "kebab-case")]
pub(crate) enum MoveStage {
    /// Choosing a day of the month that begins on `month`; absent: the earliest one.
    Date {
        month: Option<antrean_domain::Month>,
    },
    Hour {
        date: NaiveDate,
    },
    Confirm {
        to: SlotId,
    },
    /// The ledger was asked.
    Waiting {
        to: SlotId,
    },
}

/// A saved dialogue that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BadDialogue {
    // Where, and not serde's words for it: those could quote an answer.
    #[error("the saved dialogue is not JSON of the expected shape (column {})", .0.column())]
    Malformed(#[from] serde_json::Error),
    #[error("the saved dialogue has schema version {0}, this release reads {DIALOGUE_VERSION}")]
    Version(u32),
}

impl Dialogue {
    /// The dialogue of a chat that has just begun.
    pub fn new(lang: Lang) -> Self {
        Self {
            v: DIALOGUE_VERSION,
            lang,
            session: 0,
            rev: 0,
            drawn_by: None,
            seq: 0,
            at: At::Home,
            draft: None,
            bookings: Vec::new(),
            unwanted: Vec::new(),
            subscribed: BTreeSet::new(),
            lost: false,
        }
    }

    /// The dialogue to go on with when the saved one cannot be read: its next screen says so.
    pub fn fresh_after_loss(lang: Lang) -> Self {
        Self { lost: true, ..Self::new(lang) }
    }

    /// Reads what [`Self::save`] wrote.
    pub fn load(saved: &[u8]) -> Result<Self, BadDialogue> {
        #[derive(Deserialize)]
        struct Head {
            v: u32,
        }
        let Head { v } = serde_json::from_slice(saved)?;
        if v != DIALOGUE_VERSION {
            return Err(BadDialogue::Version(v));
        }
        Ok(serde_json::from_slice(saved)?)
    }

    pub fn save(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a dialogue has string keys only")
    }

    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// The next number for a job on a booking the ledger last saw with `seen`: higher than any before, even
    /// when this dialogue is younger than the booking.
    pub(crate) fn next_seq(&mut self, seen: u64) -> u64 {
        self.seq = self.seq.max(seen) + 1;
        self.seq
    }

    /// Puts `booking` at the head of the list, unless it is on it.
    pub(crate) fn remember(&mut self, booking: &BookingRef) {
        if !self.bookings.contains(booking) {
            self.bookings.insert(0, booking.clone());
            self.bookings.truncate(BOOKINGS_MAX);
        }
    }

    pub(crate) fn find_booking(&self, id: BookingId) -> Option<&BookingRef> {
        self.bookings.iter().find(|booking| booking.id == id)
    }
}
