//! Outcomes: what the crew has to tell a person. They come back as input to that chat's mailbox, so that the
//! dialogue always knows and one place draws. Scripts write them, so their wire form is part of the contract.

use serde::{Deserialize, Serialize};

use crate::Millis;
use crate::billing::BillingCode;
use crate::ids::BookingRef;
use crate::job::{BadPayload, read_versioned, write_versioned};
use crate::money::Rupiah;
use crate::office::OfficeCode;
use crate::slot::SlotId;

/// The schema version this release writes and reads.
pub const OUTCOME_VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Outcome {
    /// The place is kept until then.
    Held {
        booking: BookingRef,
        slot: SlotId,
        until: Millis,
    },
    /// `slot` has too few places. `kept` is what the booking still holds from before, if anything.
    Full {
        booking: BookingRef,
        slot: SlotId,
        #[serde(default)]
        kept: Option<SlotId>,
    },
    /// The hold ran out before the person submitted, or was gone when they did.
    HoldOver {
        booking: BookingRef,
    },
    Billed {
        booking: BookingRef,
        slot: SlotId,
        code: BillingCode,
        amount: Rupiah,
        until: Millis,
    },
    /// Paid. `late`: after the bill had died, and the same place was still free.
    Paid {
        booking: BookingRef,
        slot: SlotId,
        late: bool,
    },
    /// The bill died unpaid; the place went back.
    Expired {
        booking: BookingRef,
        slot: SlotId,
    },
    Cancelled {
        booking: BookingRef,
        slot: SlotId,
    },
    /// Money came too late and the place is gone, or it came twice (`again`): the office pays it back.
    RefundDue {
        booking: BookingRef,
        amount: Rupiah,
        again: bool,
    },
    Rescheduled {
        booking: BookingRef,
        from: SlotId,
        to: SlotId,
    },
    /// The booking did not move. Its old place is untouched.
    NotRescheduled {
        booking: BookingRef,
        to: SlotId,
        why: MoveRefusal,
    },
    /// A command met a booking in a state that does not allow it (paid meanwhile, expired meanwhile …).
    Refused {
        booking: BookingRef,
        job: String,
    },
    /// The bill dies soon.
    BillReminder {
        booking: BookingRef,
        code: BillingCode,
        until: Millis,
    },
    /// The appointment is tomorrow.
    EveReminder {
        booking: BookingRef,
        slot: SlotId,
    },
    Subscribed {
        office: OfficeCode,
        on: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MoveRefusal {
    Full,
    UsedUp,
    TooLate,
    SameDate,
    NotPaid,
    Unfit,
}

impl Outcome {
    /// The booking it is about, if any.
    pub fn booking(&self) -> Option<&BookingRef> {
        match self {
            Self::Held { booking, .. }
            | Self::Full { booking, .. }
            | Self::HoldOver { booking }
            | Self::Billed { booking, .. }
            | Self::Paid { booking, .. }
            | Self::Expired { booking, .. }
            | Self::Cancelled { booking, .. }
            | Self::RefundDue { booking, .. }
            | Self::Rescheduled { booking, .. }
            | Self::NotRescheduled { booking, .. }
            | Self::Refused { booking, .. }
            | Self::BillReminder { booking, .. }
            | Self::EveReminder { booking, .. } => Some(booking),
            Self::Subscribed { .. } => None,
        }
    }

    /// The wire form: this outcome as JSON with its schema version, the kind first. Scripts write the same.
    pub fn to_wire(&self) -> String {
        write_versioned(self, OUTCOME_VERSION)
    }

    /// Reads the wire form: JSON with `v`.
    pub fn from_wire(text: &str) -> Result<Self, BadPayload> {
        read_versioned(text, OUTCOME_VERSION)
    }
}
