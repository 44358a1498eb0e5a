//! A booking's record: one packed array, written by the scripts (`cmsgpack`) and read here.
//!
//! One value per booking instead of a hash of many fields: a script reads and writes it with one command each.
//! There are no nils in it (`""` and `0` stand for "none"), because a Lua array ends at the first. The order of
//! fields is that of the names at the top of `lua/ledger.lua`. A record of another version is refused, not guessed.

use antrean_domain::{BillingCode, BookingId, BookingRef, BookingView, ChatId, Millis, OfficeCode, PaymentId, Rupiah, SlotId, State};
use serde::{Deserialize, Serialize};

use super::holding::HoldJob;
use crate::error::{Result, StoreError};

/// The version this release writes and reads.
const RECORD_VERSION: u32 = 1;

/// A booking's record with its parts read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub view: BookingView,
    /// The payment applied to it, or the one that is in and about to be.
    pub payment: Option<PaymentId>,
}

/// The array as it lies in Redis.
#[derive(Deserialize, Serialize)]
struct Packed {
    version: u32,
    state: char,
    seq: u64,
    chat: i64,
    office: String,
    places: Vec<(String, u32)>,
    due_ms: Millis,
    code: String,
    amount: u64,
    paid_ms: Millis,
    payment: String,
    moves: u32,
    created_ms: Millis,
    changed_ms: Millis,
}

/// The record of a booking nobody has heard of, which holds `places` in `slot` until `until_ms`.
pub(super) fn first(job: &HoldJob, now: Millis) -> Vec<u8> {
    let record = Packed {
        version: RECORD_VERSION,
        state: State::Held.letter(),
        seq: job.seq,
        chat: job.chat.0,
        office: job.booking.office.as_str().to_owned(),
        places: vec![(job.slot.to_string(), job.places)],
        due_ms: job.until_ms,
        code: String::new(),
        amount: 0,
        paid_ms: 0,
        payment: String::new(),
        moves: 0,
        created_ms: now,
        changed_ms: now,
    };
    rmp_serde::to_vec(&record).expect("numbers and strings can be packed")
}

impl Record {
    /// Reads the record of booking `id`.
    pub(crate) fn read(id: BookingId, bytes: &[u8]) -> Result<Self> {
        let corrupt = |why: String| StoreError::Corrupt { what: "booking record", why: format!("{id}: {why}") };
        let packed: Packed = rmp_serde::from_slice(bytes).map_err(|error| corrupt(error.to_string()))?;
        if packed.version != RECORD_VERSION {
            return Err(corrupt(format!("version {}, this release reads {RECORD_VERSION}", packed.version)));
        }
        packed.unpack(id).ok_or_else(|| corrupt("a field is out of its range".to_owned()))
    }
}

impl Packed {
    fn unpack(self, id: BookingId) -> Option<Record> {
        // A list from the start, so that a family spread over two hours needs no new version; one entry so far.
        let [(slot, places)] = &self.places[..] else { return None };
        let office: OfficeCode = self.office.parse().ok()?;
        let code: Option<BillingCode> = absent(&self.code).map(str::parse).transpose().ok()?;
        let payment = absent(&self.payment).map(|payment| PaymentId::try_from(payment.to_owned())).transpose().ok()?;
        let view = BookingView {
            booking: BookingRef { office, id },
            state: State::from_letter(self.state)?,
            slot: SlotId::parse(slot).ok()?,
            places: *places,
            seq: self.seq,
            chat: ChatId(self.chat),
            code,
            amount: Rupiah(self.amount),
            due_ms: Some(self.due_ms).filter(|at| *at != 0),
            paid_ms: Some(self.paid_ms).filter(|at| *at != 0),
            moves: self.moves,
            created_ms: self.created_ms,
            changed_ms: self.changed_ms,
        };
        Some(Record { view, payment })
    }
}

/// The office of a packed record, if it can be read.
pub(crate) fn office_of_record(bytes: &[u8]) -> Option<OfficeCode> {
    rmp_serde::from_slice::<Packed>(bytes).ok()?.office.parse().ok()
}

fn absent(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
