//! Money came: in time, late, or in vain. And the evening before.

use antrean_domain::{BookingRef, Rupiah, SlotId};

use super::refresh;
use crate::screens::notice;
use crate::step::Redraw;
use crate::talk::Talk;

/// The status turns green where it is open, and the proof comes as a message of its own, so that it rings.
pub(super) fn paid(talk: &mut Talk<'_>, booking: &BookingRef, slot: &SlotId, late: bool) -> Redraw {
    talk.dialogue.remember(booking);
    let title = if late { "paid-late" } else { "paid" };
    let screen = notice::proof(talk, booking, slot, title);
    talk.kept.push(screen);
    refresh(talk, booking)
}

pub(super) fn refund_due(talk: &mut Talk<'_>, booking: &BookingRef, amount: Rupiah, again: bool) -> Redraw {
    talk.dialogue.remember(booking);
    let id = if again { "refund-twice" } else { "refund-late" };
    let args = [("amount", amount.to_string().into()), ("number", booking.id.short().into())];
    let screen = notice::about(talk, booking, id, &args);
    talk.kept.push(screen);
    refresh(talk, booking)
}

pub(super) fn eve(talk: &mut Talk<'_>, booking: &BookingRef, slot: &SlotId) -> Redraw {
    talk.dialogue.remember(booking);
    let screen = notice::proof(talk, booking, slot, "eve-reminder");
    talk.kept.push(screen);
    Redraw::No
}
