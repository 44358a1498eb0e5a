//! Jobs: what the bot, the bank's door and the clock ask the crew to do.
//!
//! A job carries all that its keys derive from, and nothing personal in the clear: what is personal travels
//! sealed ([`Job::Bill`]). The wire form is JSON with a schema version (see [`Job::to_brief`] for the exception); an unknown version is
//! parked, never dropped.

use serde::{Deserialize, Serialize};

use crate::Millis;
use crate::ids::{BookingRef, ChatId, PaymentId};
use crate::money::Rupiah;
use crate::office::OfficeCode;
use crate::slot::SlotId;

/// The schema version this release writes. It reads this one only.
pub const JOB_VERSION: u32 = 1;
/// What the brief form of an eve begins with, its version included. JSON begins with a brace.
const EVE_1: &str = "eve1 ";

/// One thing to do on an office's shard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Job {
    /// Take `places` in `slot` for a booking; what it held before goes back in the same step.
    Hold { booking: BookingRef, seq: u64, chat: ChatId, slot: SlotId, places: u32 },
    /// Give a held place back: the person went back or left.
    Release { booking: BookingRef, seq: u64 },
    /// Issue a billing code for a held booking.
    Bill { booking: BookingRef, seq: u64, amount: Rupiah, application: Sealed },
    /// Cancel before payment.
    Cancel { booking: BookingRef, seq: u64 },
    /// Move a paid booking; both places change in one step or neither.
    Reschedule { booking: BookingRef, seq: u64, to: SlotId },
    /// Apply a recorded payment to its booking.
    Settle { booking: BookingRef, payment: PaymentId },
    /// Recall something, if it still holds when the time comes.
    Remind { booking: BookingRef, of: Reminder },
    /// Enter or leave the list of those who want to hear of an office's openings.
    Subscribe { office: OfficeCode, chat: ChatId, on: bool },
}

/// What a reminder is about, with what must still be true for it to go out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "lowercase")]
pub enum Reminder {
    /// The bill dies soon. Void once the booking is no longer billed.
    Bill { until: Millis },
    /// The appointment is tomorrow. Void once the booking is no longer paid, or moved to another slot.
    Eve { slot: SlotId },
}

/// Bytes only the holder of the seal key can read, as base64.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(pub String);

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealed(…)")
    }
}

/// Which stream a job waits in. Classes never wait for one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobClass {
    /// Money and places.
    Hi,
    /// Everything a person waits for less eagerly.
    Norm,
    /// Broadcasts.
    Bulk,
}

impl JobClass {
    pub const ALL: [Self; 3] = [Self::Hi, Self::Norm, Self::Bulk];

    pub fn word(self) -> &'static str {
        match self {
            Self::Hi => "hi",
            Self::Norm => "norm",
            Self::Bulk => "bulk",
        }
    }
}

impl Job {
    /// The office on whose shard it runs.
    pub fn office(&self) -> &OfficeCode {
        match self {
            Self::Hold { booking, .. }
            | Self::Release { booking, .. }
            | Self::Bill { booking, .. }
            | Self::Cancel { booking, .. }
            | Self::Reschedule { booking, .. }
            | Self::Settle { booking, .. }
            | Self::Remind { booking, .. } => &booking.office,
            Self::Subscribe { office, .. } => office,
        }
    }

    pub fn class(&self) -> JobClass {
        match self {
            Self::Remind { .. } | Self::Subscribe { .. } => JobClass::Norm,
            _ => JobClass::Hi,
        }
    }

    /// Its word on the wire and in logs: the name of the worker that takes it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Hold { .. } => "hold",
            Self::Release { .. } => "release",
            Self::Bill { .. } => "bill",
            Self::Cancel { .. } => "cancel",
            Self::Reschedule { .. } => "reschedule",
            Self::Settle { .. } => "settle",
            Self::Remind { .. } => "remind",
            Self::Subscribe { .. } => "subscribe",
        }
    }

    /// The wire form: this job as JSON with its schema version.
    pub fn to_wire(&self) -> String {
        write_versioned(self, JOB_VERSION)
    }

    /// The wire form for long waits. Every paid booking has an eve that waits for weeks: it is written as
    /// `eve1 <booking> <slot>`, all else as ever.
    pub fn to_brief(&self) -> String {
        match self {
            Self::Remind { booking, of: Reminder::Eve { slot } } if booking.office == slot.office => {
                format!("{EVE_1}{} {slot}", booking.id)
            }
            _ => self.to_wire(),
        }
    }

    /// Reads the wire form, brief or not.
    pub fn from_wire(text: &str) -> Result<Self, BadPayload> {
        text.strip_prefix(EVE_1).map_or_else(|| read_versioned(text, JOB_VERSION), read_eve)
    }
}

/// Reads what follows [`EVE_1`].
fn read_eve(text: &str) -> Result<Job, BadPayload> {
    let eve = text.split_once(' ').and_then(|(id, slot)| {
        let slot = SlotId::parse(slot).ok()?;
        let booking = BookingRef { office: slot.office.clone(), id: id.parse().ok()? };
        Some(Job::Remind { booking, of: Reminder::Eve { slot } })
    });
    eve.ok_or_else(|| BadPayload::Malformed(format!("an eve reads {EVE_1}BOOKING SLOT")))
}

/// A payload that cannot be read. It is parked with this as its reason.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPayload {
    #[error("not JSON of the expected shape: {0}")]
    Malformed(String),
    #[error("schema version {found}, this release reads {known}")]
    Version { found: u32, known: u32 },
}

/// Writes `payload` as JSON with its schema version in front.
pub(crate) fn write_versioned<T: Serialize>(payload: &T, v: u32) -> String {
    #[derive(Serialize)]
    struct Wire<'a, T> {
        v: u32,
        #[serde(flatten)]
        payload: &'a T,
    }
    serde_json::to_string(&Wire { v, payload }).expect("a payload has string keys only")
}

/// Reads `text` as a `T` of schema version `known`.
pub(crate) fn read_versioned<T: serde::de::DeserializeOwned>(text: &str, known: u32) -> Result<T, BadPayload> {
    #[derive(Deserialize)]
    struct Head {
        v: u32,
    }
    let malformed = |error: serde_json::Error| BadPayload::Malformed(error.to_string());
    let Head { v: found } = serde_json::from_str(text).map_err(malformed)?;
    if found != known {
        return Err(BadPayload::Version { found, known });
    }
    serde_json::from_str(text).map_err(malformed)
}
