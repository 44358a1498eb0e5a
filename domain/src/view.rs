//! A booking as the ledger shows it to whoever asks: the dialogue's list, the operator's tools, the audit.

use serde::{Deserialize, Serialize};

use crate::Millis;
use crate::billing::BillingCode;
use crate::booking::State;
use crate::ids::{BookingRef, ChatId};
use crate::money::Rupiah;
use crate::slot::SlotId;

/// What is known of one booking, without anything its applicant told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingView {
    pub booking: BookingRef,
    pub state: State,
    /// Where its places are, or were last.
    pub slot: SlotId,
    pub places: u32,
    /// The sequence of the last job that was applied to it.
    pub seq: u64,
    pub chat: ChatId,
    /// Absent until a bill was issued; kept for good afterwards.
    pub code: Option<BillingCode>,
    pub amount: Rupiah,
    /// When its hold or its bill runs out. Absent in every state that has no deadline.
    pub due_ms: Option<Millis>,
    pub paid_ms: Option<Millis>,
    /// How often it was rescheduled.
    pub moves: u32,
    pub created_ms: Millis,
    pub changed_ms: Millis,
}
